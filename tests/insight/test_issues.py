from datetime import datetime

import pytest

from apps.core import clock
from apps.core.grades import Grade
from apps.core.jobs import drain
from apps.core.models import Entry, Job, Notice
from apps.core.search import search
from apps.core.verdict import Refused
from apps.core.versions import Stale
from apps.insight.actions import (
    add_to_issue,
    address_issue,
    correct_item,
    edit_issue,
    edit_line,
    move_line,
    open_issue,
    order_lines,
    publish_issue,
    read_issue,
    recall_issue,
    remove_from_issue,
    start_report,
    withdraw_item,
)
from apps.insight.models import Issue, IssueLine, Item, Reading, Report
from tests.factories import PostFactory, ReportFactory, UserFactory, bank, make_issue, make_item, secretary

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    world = bank()
    world.secretary = secretary(world.root)
    world.officer = PostFactory(role="group_member", unit=world.east).user
    world.liaison = PostFactory(role="liaison", unit=world.east_counter).user
    world.neighbour = PostFactory(role="group_member", unit=world.west).user
    world.neighbour_liaison = PostFactory(role="liaison", unit=world.west_counter).user
    world.item = make_item(world.officer, world.east)
    return world


def draft(world, *audience, items=None):
    items = [world.item] if items is None else items
    return make_issue(world.secretary, world.root, items=items, audience=audience)


def seen_by(user):
    return list(Issue.objects.visible_to(user))


def lines(issue):
    return IssueLine.objects.unscoped("test").filter(issue=issue)


def test_only_the_audience_and_the_editors_see_a_published_issue(world):
    issue = draft(world, world.west)
    other = PostFactory(role="group_lead", unit=world.east).user

    assert [seen_by(u) for u in (world.secretary, world.neighbour, world.neighbour_liaison)] == [
        [issue],
        [],
        [],
    ]

    publish_issue(issue, by=world.secretary)

    assert seen_by(world.neighbour) == [issue]
    assert seen_by(world.neighbour_liaison) == [issue]
    assert [seen_by(u) for u in (world.officer, world.liaison, other)] == [[], [], []]


def test_an_audience_without_the_units_below_ends_at_the_unit(world):
    issue = draft(world, (world.west, False))
    publish_issue(issue, by=world.secretary)

    assert seen_by(world.neighbour) == [issue]
    assert seen_by(world.neighbour_liaison) == []


def test_readers_of_an_issue_do_not_gain_the_item_itself(world):
    issue = draft(world, world.west)
    publish_issue(issue, by=world.secretary)

    assert list(Item.objects.visible_to(world.neighbour)) == []
    shown = Issue.objects.visible_to(world.neighbour).get().lines.get()
    assert (shown.title, shown.body) == (world.item.title, world.item.body)


def test_what_was_published_stays_as_it_was(world):
    issue = draft(world, world.west)
    correct_item(world.item, by=world.officer, body="发布前的正文")
    publish_issue(issue, by=world.secretary)
    correct_item(world.item, by=world.officer, body="发布后的正文")

    assert lines(issue).get().body == "发布前的正文"


def test_a_recall_takes_it_from_its_readers_at_once(world):
    issue = draft(world, world.west)
    publish_issue(issue, by=world.secretary)
    with pytest.raises(Refused):
        recall_issue(issue, by=world.secretary, note="")
    recall_issue(issue, by=world.secretary, note="引用数据有误")

    assert seen_by(world.neighbour) == []
    assert seen_by(world.secretary) == [issue]
    assert search(world.neighbour, "票据秒贴") == []


def test_reading_is_recorded_once_per_person(world):
    issue = draft(world, world.west)
    assert read_issue(issue, by=world.secretary) is None
    publish_issue(issue, by=world.secretary)

    for _again in range(3):
        read_issue(issue, by=world.neighbour)

    assert Reading.objects.unscoped("test").filter(person=world.neighbour.person).count() == 1
    assert Entry.objects.filter(verb="issue.read").count() == 1


def test_publishing_tells_every_reader_once_by_one_job(world):
    another = UserFactory(person=world.neighbour.person)
    UserFactory(person=world.neighbour.person, is_active=False)
    PostFactory(role="system_admin", unit=world.west)
    issue = draft(world, world.west)

    publish_issue(issue, by=world.secretary)

    assert Job.objects.filter(task="insight.tell_readers").count() == 1
    drain()
    told = Notice.objects.about(issue).filter(verb="issue.publish")
    expected = {world.neighbour, another, world.neighbour_liaison}
    assert {notice.to for notice in told} == expected
    assert told.count() == len(expected)


def test_an_issue_recalled_before_the_job_ran_tells_nobody(world):
    issue = draft(world, world.west)
    publish_issue(issue, by=world.secretary)
    recall_issue(issue, by=world.secretary, note="撤回")
    drain()
    assert Notice.objects.count() == 0


def test_an_empty_issue_and_one_without_an_audience_are_not_published(world):
    with pytest.raises(Refused):
        publish_issue(draft(world, world.west, items=[]), by=world.secretary)
    with pytest.raises(Refused):
        publish_issue(draft(world), by=world.secretary)
    assert not Issue.objects.unscoped("test").exclude(state="draft").exists()


def test_a_withdrawn_item_or_one_graded_higher_holds_up_the_issue(world):
    issue = draft(world, world.west)
    correct_item(world.item, by=world.officer, grade=Grade.SECRET)
    with pytest.raises(Refused):
        publish_issue(issue, by=world.secretary)
    edit_issue(issue, by=world.secretary, version=1, grade=Grade.SECRET)
    withdraw_item(world.item, by=world.officer, note="来源不实")
    with pytest.raises(Refused):
        publish_issue(issue, by=world.secretary)
    remove_from_issue(issue, world.item, by=world.secretary)
    add_to_issue(issue, make_item(world.officer, world.east), by=world.secretary)
    assert publish_issue(issue, by=world.secretary).is_published


def test_office_staff_edit_and_do_not_publish(world):
    staff = PostFactory(role="innovation_officer", unit=world.root).user
    issue = make_issue(staff, world.root, items=[world.item], audience=[world.west])
    with pytest.raises(Refused):
        publish_issue(issue, by=staff)


def test_a_published_issue_is_not_edited(world):
    issue = draft(world, world.west)
    publish_issue(issue, by=world.secretary)
    for change in (
        lambda: edit_issue(issue, by=world.secretary, version=issue.version, title="改"),
        lambda: add_to_issue(issue, make_item(world.officer, world.east), by=world.secretary),
        lambda: remove_from_issue(issue, world.item, by=world.secretary),
        lambda: address_issue(issue, by=world.secretary, units=[(world.east, True)]),
        lambda: publish_issue(issue, by=world.secretary),
    ):
        with pytest.raises(Refused):
            change()


def test_an_editor_adds_only_filed_items_within_her_own_sight(world):
    lead = PostFactory(role="group_lead", unit=world.west).user
    issue = make_issue(lead, world.west)
    with pytest.raises(Refused):
        add_to_issue(issue, world.item, by=lead)
    with pytest.raises(Refused):
        add_to_issue(issue, make_item(world.neighbour, world.west, filed=False), by=lead)
    add_to_issue(issue, make_item(world.neighbour, world.west, category="award_case"), by=lead)
    assert [line.section for line in lines(issue)] == ["awards"]


def test_an_item_is_in_an_issue_once(world):
    issue = draft(world)
    add_to_issue(issue, world.item, by=world.secretary)
    assert lines(issue).count() == 1


def test_a_branch_report_goes_down_and_up_and_never_sideways(world):
    lead = PostFactory(role="group_lead", unit=world.east).user
    issue = make_issue(lead, world.east)

    address_issue(issue, by=lead, units=[(world.east_counter, True), (world.root, False)])
    for unit, below in [(world.west, True), (world.root, True)]:
        with pytest.raises(Refused):
            address_issue(issue, by=lead, units=[(unit, below)])

    assert [row.unit for row in issue.audience.all()] == [world.root, world.east_counter]


def test_lines_are_moved_within_their_section_and_ordered(world):
    items = [make_item(world.officer, world.east, title=f"动态{n}") for n in range(3)]
    issue = draft(world, items=items)
    first, _second, third = lines(issue)

    move_line(first, by=world.secretary, up=True)
    assert [line.title for line in lines(issue)] == ["动态0", "动态1", "动态2"]
    move_line(first, by=world.secretary, up=False)
    assert [line.title for line in lines(issue)] == ["动态1", "动态0", "动态2"]
    order_lines(issue, by=world.secretary, lines=[third.pk, first.pk])
    assert [line.title for line in lines(issue)] == ["动态1", "动态2", "动态0"]
    with pytest.raises(Refused):
        order_lines(issue, by=world.secretary, lines=[third.pk, 10**9])


def test_stale_saves_of_an_issue_and_of_a_line_overwrite_nothing(world):
    issue = draft(world)
    line = lines(issue).get()
    edit_issue(issue, by=world.secretary, version=1, title="先")
    edit_line(line, by=world.secretary, version=1, section="peers", title="先", summary="")

    with pytest.raises(Stale):
        edit_issue(issue, by=world.secretary, version=1, title="后")
    with pytest.raises(Stale):
        edit_line(line, by=world.secretary, version=1, section="peers", title="后", summary="")

    issue.refresh_from_db()
    assert (issue.title, lines(issue).get().title) == ("先", "先")


def test_numbers_run_within_the_year_and_due_dates_follow_the_rhythm(world):
    weekly = ReportFactory(unit=world.root, kind=Report.Kind.WEEKLY)
    monthly = ReportFactory(unit=world.root, kind=Report.Kind.MONTHLY)
    with clock.at(datetime(2026, 11, 23, 9)):  # a Monday
        opened = [open_issue(weekly, by=world.secretary) for _n in range(2)]
        month = open_issue(monthly, by=world.secretary)
    with clock.at(datetime(2027, 1, 4, 9)):
        opened.append(open_issue(weekly, by=world.secretary))

    assert [(issue.year, issue.number) for issue in opened] == [(2026, 1), (2026, 2), (2027, 1)]
    assert opened[0].due_on.isoformat() == "2026-11-27"
    assert month.due_on.isoformat() == "2026-12-07"


def test_a_report_is_started_where_one_edits_and_its_name_is_the_units_own(world):
    start_report(by=world.secretary, kind="weekly", name="创新动态周报", unit=world.root)
    with pytest.raises(Refused):
        start_report(by=world.secretary, kind="monthly", name="创新动态周报", unit=world.root)
    with pytest.raises(Refused):
        start_report(by=world.officer, kind="weekly", name="周报", unit=world.west)


def test_a_draft_issue_waits_on_its_editor(world):
    issue = draft(world, world.west)
    assert list(Issue.objects.visible_to(world.secretary).waiting_on(world.secretary)) == [issue]
    publish_issue(issue, by=world.secretary)
    assert list(Issue.objects.visible_to(world.secretary).waiting_on(world.secretary)) == []

from datetime import date, datetime, timedelta

import pytest

from apps.core import clock
from apps.core.jobs import drain
from apps.core.models import Attachment, Entry, Notice
from apps.core.verdict import Refused
from apps.core.versions import Stale
from apps.insight.actions import (
    conclude,
    correct_opportunity,
    file_opportunity,
    follow_up,
    publish_issue,
    recall_issue,
    settle_follow_up,
    start_investigation,
    take_up,
)
from apps.insight.flow import opportunity_flow
from apps.insight.models import FollowUp, Item, Opportunity
from apps.org.actions.post import hand_over
from tests.factories import (
    PersonFactory,
    PostFactory,
    bank,
    make_issue,
    make_item,
    make_opportunity,
    secretary,
)

pytestmark = pytest.mark.django_db

ANSWERS = dict.fromkeys(
    ["market_size", "customers_here", "peers_results", "fit", "risk", "effort"], "已走访二十户。"
)
SOON = date(2099, 1, 1)


@pytest.fixture
def world():
    world = bank()
    world.secretary = secretary(world.root)
    world.lead = PostFactory(role="group_lead", unit=world.west).user
    world.member = PostFactory(role="group_member", unit=world.west).user
    world.liaison = PostFactory(role="liaison", unit=world.west_counter).user
    world.head = PostFactory(role="unit_head", unit=world.west_counter).user
    world.stranger = PostFactory(role="group_lead", unit=world.east).user
    world.officer = PostFactory(role="group_member", unit=world.east).user
    world.item = make_item(world.officer, world.east)
    return world


def seen_by(user):
    return list(Opportunity.objects.visible_to(user))


def test_an_opportunity_is_seen_at_its_unit_above_it_and_at_no_other_branch(world):
    opportunity = make_opportunity(world.liaison, world.west_counter)
    colleague = PostFactory(role="staff", unit=world.west_counter).user

    for user in (world.liaison, world.head, world.lead, world.secretary):
        assert seen_by(user) == [opportunity]
    assert seen_by(world.stranger) == []
    assert seen_by(colleague) == []


def test_it_lies_with_the_nearest_working_group_and_the_head_is_told_not_asked(world):
    with clock.at(datetime(2026, 11, 23, 9)):
        opportunity = make_opportunity(world.liaison, world.west_counter)

    assert opportunity.code == "O2026-0001"
    assert (opportunity.state, opportunity.holder, opportunity.due_on) == (
        "filed", world.lead.person, date(2026, 11, 30),
    )  # fmt: skip
    drain()
    assert {notice.to for notice in Notice.objects.about(opportunity)} == {world.head, world.lead}


def test_without_a_working_group_the_office_holds_it(world):
    liaison = PostFactory(role="liaison", unit=world.finance).user
    assert make_opportunity(liaison, world.finance).holder == world.secretary.person


def test_nobody_files_for_another_unit(world):
    with pytest.raises(Refused):
        make_opportunity(world.liaison, world.east_counter)


def test_photos_stay_with_it_each_once_and_nine_at_most(world):
    photo = (b"jpeg", "柜台.jpg", "image/jpeg")
    opportunity = make_opportunity(world.liaison, world.west_counter, photos=[photo, photo])
    assert [a.kind for a in Attachment.objects.about(opportunity)] == ["photo"]
    with pytest.raises(Refused):
        make_opportunity(
            world.liaison, world.west_counter, photos=[(bytes([n]), "a.jpg", "image/jpeg") for n in range(10)]
        )


def test_from_filing_to_taking_up_the_reporter_sees_stage_holder_and_due(world):
    opportunity = make_opportunity(world.liaison, world.west_counter)
    with clock.at(datetime(2026, 11, 24, 9)):
        start_investigation(opportunity, by=world.member)
    assert (opportunity.state, opportunity.holder, opportunity.due_on) == (
        "investigating", world.member.person, date(2026, 12, 8),
    )  # fmt: skip
    with clock.at(datetime(2026, 12, 1, 9)):
        conclude(
            opportunity, by=world.member, answers=ANSWERS, conclusion="take_up", reason="客户集中，数据可得"
        )
    assert (opportunity.state, opportunity.holder, opportunity.due_on) == (
        "concluded", world.member.person, date(2026, 12, 29),
    )  # fmt: skip
    assert list(Opportunity.objects.visible_to(world.member).waiting_on(world.member)) == [opportunity]
    take_up(opportunity, by=world.lead)
    assert (opportunity.state, opportunity.holder, opportunity.due_on) == ("taken_up", None, None)

    drain()
    told = Notice.objects.about(opportunity).filter(to=world.liaison).order_by("pk")
    assert [notice.verb for notice in told] == [
        "opportunity.investigate", "opportunity.conclude", "opportunity.take_up",
    ]  # fmt: skip
    concluded = Entry.objects.get(verb="opportunity.conclude")
    assert concluded.data["person"] == world.liaison.person_id
    assert concluded.data["investigator"] == world.member.person_id
    assert concluded.data["path"] == world.west_counter.path


def test_one_held_may_be_investigated_again(world):
    opportunity = make_opportunity(world.liaison, world.west_counter)
    start_investigation(opportunity, by=world.member)
    conclude(opportunity, by=world.member, answers={}, conclusion="hold", reason="等待监管细则")
    assert (opportunity.state, opportunity.holder) == ("held", None)
    start_investigation(opportunity, by=world.member)
    conclude(opportunity, by=world.member, answers=ANSWERS, conclusion="take_up", reason="细则已出")
    assert [i.conclusion for i in opportunity.investigations.all()] == ["take_up", "hold"]


def test_the_flow_refuses_what_is_out_of_turn(world):
    opportunity = make_opportunity(world.liaison, world.west_counter)
    with pytest.raises(Refused):
        conclude(opportunity, by=world.lead, answers=ANSWERS, conclusion="take_up", reason="好")
    with pytest.raises(Refused):
        take_up(opportunity, by=world.lead)
    with pytest.raises(Refused):
        start_investigation(opportunity, by=world.liaison)
    with pytest.raises(Refused):
        start_investigation(opportunity, by=world.stranger)
    start_investigation(opportunity, by=world.lead)
    conclude(opportunity, by=world.lead, answers={}, conclusion="drop", reason="我行辖内无此类客群")
    with pytest.raises(Refused):
        start_investigation(opportunity, by=world.lead)
    opportunity.refresh_from_db()
    assert opportunity.state == "dropped"


def test_the_three_conclusions_have_no_button_of_their_own(world):
    opportunity = make_opportunity(world.liaison, world.west_counter)
    start_investigation(opportunity, by=world.lead)
    assert opportunity_flow.open_to(world.lead, opportunity) == []
    with pytest.raises(Refused):
        opportunity_flow.make(opportunity, "drop", by=world.lead)


def test_taking_up_needs_all_six_answers_and_every_conclusion_a_reason(world):
    opportunity = make_opportunity(world.liaison, world.west_counter)
    start_investigation(opportunity, by=world.lead)
    for answers, conclusion, reason in [
        ({**ANSWERS, "risk": "  "}, "take_up", "好"),
        (ANSWERS, "take_up", " "),
        ({}, "drop", ""),
    ]:
        with pytest.raises(Refused):
            conclude(opportunity, by=world.lead, answers=answers, conclusion=conclusion, reason=reason)
    assert opportunity.investigations.count() == 0


def test_the_reporter_corrects_the_text_and_a_stale_save_overwrites_nothing(world):
    opportunity = make_opportunity(world.liaison, world.west_counter)
    correct_opportunity(opportunity, by=world.liaison, version=1, pain="三天才能到账，错过订烟日。")
    with pytest.raises(Stale):
        correct_opportunity(opportunity, by=world.liaison, version=1, pain="另一句")
    with pytest.raises(Refused):
        correct_opportunity(opportunity, by=world.head, version=2, pain="另一句")
    opportunity.refresh_from_db()
    assert (opportunity.pain, opportunity.version) == ("三天才能到账，错过订烟日。", 2)


def test_a_branch_follows_up_what_a_published_issue_brought_and_sees_the_item_from_then_on(world):
    issue = make_issue(world.secretary, world.root, items=[world.item], audience=[world.west])
    owner = world.member.person
    with pytest.raises(Refused):
        follow_up(world.item, by=world.lead, unit=world.west, owner=owner, due_on=SOON)
    publish_issue(issue, by=world.secretary)

    made = follow_up(world.item, by=world.lead, unit=world.west, owner=owner, due_on=SOON)

    assert list(Item.objects.visible_to(world.member)) == [world.item]
    assert list(FollowUp.objects.visible_to(world.member).waiting_on(world.member)) == [made]
    assert list(FollowUp.objects.visible_to(world.stranger)) == []
    drain()
    assert Notice.objects.about(made).get().to == world.member


def test_a_recalled_issue_is_no_way_to_an_item(world):
    issue = make_issue(world.secretary, world.root, items=[world.item], audience=[world.west])
    publish_issue(issue, by=world.secretary)
    recall_issue(issue, by=world.secretary, note="撤回")
    with pytest.raises(Refused):
        follow_up(world.item, by=world.lead, unit=world.west, owner=world.member.person, due_on=SOON)


def test_several_units_follow_an_item_up_each_with_its_own(world):
    for unit, owner in [(world.east, world.officer), (world.west, world.member)]:
        follow_up(world.item, by=world.secretary, unit=unit, owner=owner.person, due_on=SOON)
    with pytest.raises(Refused):
        follow_up(world.item, by=world.secretary, unit=world.west, owner=world.lead.person, due_on=SOON)

    assert [f.unit for f in FollowUp.objects.visible_to(world.lead)] == [world.west]
    assert FollowUp.objects.visible_to(world.secretary).count() == 2


def test_a_follow_up_wants_somebody_who_works_there_and_a_day_to_come(world):
    with pytest.raises(Refused):
        follow_up(world.item, by=world.secretary, unit=world.west, owner=PersonFactory(), due_on=SOON)
    yesterday = clock.today() - timedelta(days=1)
    with pytest.raises(Refused):
        follow_up(world.item, by=world.secretary, unit=world.west, owner=world.lead.person, due_on=yesterday)
    with pytest.raises(Refused):
        follow_up(world.item, by=world.stranger, unit=world.west, owner=world.lead.person, due_on=SOON)


def test_an_opportunity_out_of_a_follow_up_finishes_it_and_knows_the_item(world):
    made = follow_up(world.item, by=world.secretary, unit=world.west, owner=world.member.person, due_on=SOON)
    opportunity = make_opportunity(world.member, world.west, follow_up=made)

    made.refresh_from_db()
    assert (made.state, opportunity.item, opportunity.follow_up) == ("done", world.item, made)
    with pytest.raises(Refused):
        make_opportunity(world.officer, world.east, follow_up=made)


def test_a_follow_up_is_dropped_for_a_reason_by_its_owner_or_the_group(world):
    made = follow_up(world.item, by=world.secretary, unit=world.west, owner=world.member.person, due_on=SOON)
    with pytest.raises(Refused):
        settle_follow_up(made, by=world.liaison, move="drop", note="无")
    with pytest.raises(Refused):
        settle_follow_up(made, by=world.member, move="drop")
    settle_follow_up(made, by=world.member, move="drop", note="我行辖内无此类客群")
    made.refresh_from_db()
    assert made.state == "dropped"


def test_an_opportunity_cannot_be_filed_from_a_follow_up_of_another_branch(world):
    made = follow_up(world.item, by=world.secretary, unit=world.west, owner=world.member.person, due_on=SOON)
    with pytest.raises(Refused):
        file_opportunity(
            by=world.officer, unit=world.east, title="题", scene="景", pain="痛", idea="想", contact_allowed=False,
            follow_up=made,
        )  # fmt: skip


def test_what_lies_with_a_person_goes_over_when_the_post_ends(world):
    post = PostFactory(role="group_lead", unit=world.west)
    successor = PersonFactory()
    made = follow_up(world.item, by=world.secretary, unit=world.west, owner=post.person, due_on=SOON)
    held, elsewhere = (
        make_opportunity(world.liaison, world.west_counter),
        make_opportunity(world.officer, world.east),
    )
    Opportunity.objects.unscoped("test").filter(pk__in=[held.pk, elsewhere.pk]).update(holder=post.person)

    counts = hand_over(post, to=successor, by=post.user)

    for row in (made, held, elsewhere):
        row.refresh_from_db()
    assert (made.owner, held.holder, elsewhere.holder) == (successor, successor, post.person)
    assert (counts["insight.followup"], counts["insight.opportunity"]) == (1, 1)
    assert Entry.objects.about(held).last().data == {"was": post.person_id, "to": successor.pk}

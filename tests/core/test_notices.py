"""Who hears of what, and what the pages of notices show to whom."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.core import clock
from apps.core.jobs import drain
from apps.core.journal import record
from apps.core.models import Entry, Follow, Job, Notice
from apps.core.notices import follow, follows_thing, notify, read_all_notices, tell_followers, unfollow
from apps.insight.actions import start_investigation
from apps.org.models import User
from apps.org.reach import deny
from apps.projects.actions import meet_requirement, set_team
from tests.factories import PostFactory, UserFactory, bank, make_opportunity, make_project

pytestmark = pytest.mark.django_db
LIST = reverse("core:notice_list")


@pytest.fixture
def world():
    world = bank()
    world.lead = PostFactory(role="group_lead", unit=world.east).user
    world.member = PostFactory(role="group_member", unit=world.east).user
    world.project = make_project(world.lead)
    drain()
    return world


def told(user):
    return list(user.notices.order_by("pk").values_list("verb", flat=True))


def propose_team(world, by=None):
    set_team(world.project, [], by=by or world.lead)
    drain()


def test_who_proposes_a_project_follows_it(world):
    assert follows_thing(world.lead, world.project)
    assert not follows_thing(world.member, world.project)


def test_a_follower_hears_what_others_do_and_not_what_he_does_himself(world):
    follow(world.project, [world.member])
    yesterday = clock.now() - timedelta(days=1)
    with clock.at(yesterday):
        set_team(world.project, [], by=world.lead)
    drain()
    assert [(n.verb, n.at) for n in world.member.notices.all()] == [("project.team", yesterday)]
    assert told(world.lead) == []
    unfollow(world.project, world.member)
    propose_team(world)
    assert told(world.member) == ["project.team"]


def test_one_job_tells_all_followers_of_a_line_and_running_twice_tells_nobody_twice(world):
    follow(world.project, [PostFactory(role="group_member", unit=world.east).user for _ in range(3)])
    before = Job.objects.count()
    propose_team(world)
    jobs = Job.objects.filter(task="core.tell_followers")
    assert (Job.objects.count() - before, jobs.count(), Notice.objects.count()) == (1, 1, 3)
    tell_followers(jobs.get().args[0])
    assert Notice.objects.count() == 3


def test_one_step_is_told_once_though_it_writes_two_lines(world):
    follow(world.project, [world.member])
    meet_requirement(world.project, "plan", by=world.lead, because_of="test")
    propose_team(world)
    assert "project.meet" in set(Entry.objects.about(world.project).values_list("verb", flat=True))
    assert told(world.member) == ["project.team"]


def test_nobody_follows_so_no_job_is_written(world):
    Follow.objects.all().delete()
    before = Job.objects.count()
    set_team(world.project, [], by=world.lead)
    assert Job.objects.count() == before


def test_who_lost_sight_of_a_thing_hears_no_more_of_it(world):
    follow(world.project, [world.member])
    deny(world.project, "project.view", because_of="test", person=world.member.person)
    propose_team(world)
    assert told(world.member) == []


def test_a_line_that_few_may_read_is_told_to_those_who_may_read_it(world):
    liaison = PostFactory(role="liaison", unit=world.east).user
    secretary = PostFactory(role="innovation_secretary", unit=world.root).user
    follow(world.east, [liaison, secretary])
    record("issue.recall", world.east, by=world.lead, was="a", now="b")
    record("ballot.vote", world.east, by=world.lead, ballot=1, topic=1)
    drain()
    assert [told(u) for u in (liaison, secretary)] == [["issue.recall"], ["issue.recall", "ballot.vote"]]


def test_an_account_that_is_closed_is_told_nothing(world):
    closed = UserFactory(is_active=False)
    entry = record("issue.recall", world.east, by=world.lead, was="a", now="b")
    notify(User.objects.filter(pk__in=[closed.pk, world.member.pk]), entry)
    assert [n.to_id for n in Notice.objects.all()] == [world.member.pk]


def test_the_head_of_a_sub_branch_is_told_when_its_liaison_reports_and_the_liaison_hears_what_becomes_of_it(
    world,
):
    head = PostFactory(role="unit_head", unit=world.west_counter).user
    other_head = PostFactory(role="unit_head", unit=world.east_counter).user
    liaison = PostFactory(role="liaison", unit=world.west_counter).user
    lead = PostFactory(role="group_lead", unit=world.west).user
    opportunity = make_opportunity(liaison, world.west_counter)
    drain()
    assert [told(u) for u in (head, other_head, liaison)] == [["opportunity.file"], [], []]
    start_investigation(opportunity, by=lead)
    drain()
    assert told(liaison) == ["opportunity.investigate"]


def test_the_page_shows_unread_first_and_opening_one_reads_it(world, client):
    client.force_login(world.member)
    follow(world.project, [world.member])
    for _ in range(3):
        propose_team(world)
    first, second, third = Notice.objects.order_by("pk")
    answer = client.post(reverse("core:notice_open", args=[third.pk]))
    assert (answer.status_code, answer.url) == (302, world.project.get_absolute_url())
    page = client.get(LIST).context_data["page"]
    assert [n.pk for n in page.rows] == [second.pk, first.pk, third.pk]
    assert {n.thing for n in page.rows} == {world.project}
    assert client.get(reverse("core:notice_count")).content == b"2"
    client.post(reverse("core:notice_read", args=[first.pk]))
    assert [n.pk for n in client.get(LIST, {"state": "unread"}).context_data["page"].rows] == [second.pk]
    client.post(reverse("core:notice_read_all"))
    assert client.get(reverse("core:notice_count")).content == b""
    assert [n.pk for n in client.get(LIST).context_data["page"].rows] == [third.pk, second.pk, first.pk]
    assert read_all_notices(world.member) == 0


def test_a_notice_of_what_is_out_of_sight_shows_no_title_and_leads_nowhere(world, client):
    client.force_login(world.member)
    follow(world.project, [world.member])
    propose_team(world)
    assert world.project.title in client.get(LIST).content.decode()
    deny(world.project, "project.view", because_of="test", person=world.member.person)
    page = client.get(LIST).content.decode()
    assert world.project.title not in page
    assert str(world.project.code) not in page
    notice = Notice.objects.get()
    assert client.post(reverse("core:notice_open", args=[notice.pk])).url == LIST
    assert world.project.title not in client.get(reverse("core:follow_list")).content.decode()
    assert world.project.title not in client.get("/").content.decode()


def test_the_bell_counts_to_99(world, client):
    client.force_login(world.member)
    Notice.objects.bulk_create(
        Notice(to=world.member, subject=world.project, verb="project.team", entry=n) for n in range(1, 101)
    )
    assert client.get(reverse("core:notice_count")).content == b"99+"


@pytest.mark.parametrize("page", ["core:notice_list", "core:follow_list"])
def test_thirty_rows_take_no_more_queries_than_one(world, client, page):
    client.force_login(world.member)

    def queries(count):
        projects = [make_project(world.lead) for _ in range(count)]
        Notice.objects.bulk_create(
            Notice(to=world.member, subject=p, verb="project.team", entry=record("project.team", p, by=world.lead, members=0).pk)
            for p in projects
        )  # fmt: skip
        for project in projects:
            follow(project, [world.member])
        client.get(reverse(page))
        with CaptureQueriesContext(
            connection,
        ) as seen:
            client.get(reverse(page))
        return len(seen)

    assert queries(1) == queries(29)


def test_following_by_button_and_ceasing_again(world, client):
    client.force_login(world.member)
    address = world.project.get_absolute_url()
    thing = {"kind": "projects.project", "pk": world.project.pk}
    assert client.post(reverse("core:thing_follow", kwargs=thing)).url == address
    assert client.get(address).context_data["talk"].following is True
    assert [row.thing for row in client.get(reverse("core:follow_list")).context_data["page"].rows] == [
        world.project
    ]
    assert client.post(reverse("core:thing_unfollow", kwargs=thing), {"back": "list"}).url == reverse(
        "core:follow_list"
    )
    assert client.get(address).context_data["talk"].following is False


def test_one_can_cease_to_follow_what_one_does_not_see_any_more(world, client):
    client.force_login(world.member)
    follow(world.project, [world.member])
    deny(world.project, "project.view", because_of="test", person=world.member.person)
    thing = {"kind": "projects.project", "pk": world.project.pk}
    assert client.post(reverse("core:thing_unfollow", kwargs=thing)).status_code == 404
    assert follows_thing(world.member, world.project) is False


def test_only_what_people_talk_about_can_be_followed(world, client):
    client.force_login(world.member)
    for kind in ("org.unit", "org.person", "core.entry", "no.such", "nonsense"):
        thing = {"kind": kind, "pk": world.east.pk}
        assert client.post(reverse("core:thing_follow", kwargs=thing)).status_code == 404

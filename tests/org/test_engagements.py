"""Audits by a letter, emergencies for an hour: two people, a time, and a log of all that was opened."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from apps.core import clock
from apps.core.jobs import drain
from apps.core.models import Entry, Notice
from apps.core.verdict import Refused
from apps.org.actions.engagement import ask_audit, ask_emergency, end_engagement
from apps.org.actions.post import ask_post
from apps.org.actions.request import approve_request
from apps.org.models import Engagement, Post, Request
from tests.factories import PersonFactory, PostFactory, UnitFactory, bank, make_project
from tests.org.pages import lines, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    world = bank()
    world.inspector = PostFactory(role="group_member", unit=world.finance).user
    world.audit_admin = PostFactory(role="audit_admin", unit=world.root).user
    world.security = PostFactory(role="security_admin", unit=world.root).user
    world.west_lead = PostFactory(role="group_lead", unit=world.west).user
    world.project = make_project(PostFactory(role="group_lead", unit=world.east).user)
    world.page = world.project.get_absolute_url()
    return world


def audit(world, days=30, starts=0):
    day = clock.today() + timedelta(starts)
    request = ask_audit(
        world.inspector.person, world.east, by=world.audit_admin, reference="审通〔2026〕7号", purpose="项目资金专项审计",
        starts=day, ends=day + timedelta(days),
    )  # fmt: skip
    approve_request(request, by=world.security, seen=request.payload_hash)
    return Engagement.objects.get()


def emergency(world):
    request = ask_emergency(world.east, by=world.west_lead, purpose="夜间涉诉，须核对放款依据")
    approve_request(request, by=world.security, seen=request.payload_hash)
    return Engagement.objects.get()


def opens(client, user, page):
    client.force_login(user, backend="apps.org.adapters.AccountBackend")
    return client.get(page).status_code


def test_an_auditor_sees_from_the_first_day_to_the_last_and_no_longer(world, client):
    assert opens(client, world.inspector, world.page) == 404
    audit(world, days=30, starts=2)
    now = clock.now()
    seen = {}
    for day in (1, 2, 32, 33):
        with clock.at(now + timedelta(days=day)):
            seen[day] = opens(client, world.inspector, world.page)
    assert seen == {1: 404, 2: 200, 32: 200, 33: 404}


def test_an_auditor_sees_what_the_letter_names_and_changes_nothing(world, client):
    audit(world)
    elsewhere = make_project(world.west_lead)
    assert opens(client, world.inspector, elsewhere.get_absolute_url()) == 404
    assert client.post(world.page + "edit/", {"title": "改"}).status_code in (403, 404)


def test_an_emergency_lasts_an_hour_from_the_approval(world, client):
    emergency(world)
    now = clock.now()
    with clock.at(now + timedelta(minutes=59)):
        assert opens(client, world.west_lead, world.page) == 200
    with clock.at(now + timedelta(minutes=61)):
        assert opens(client, world.west_lead, world.page) == 404


def test_everything_that_is_opened_is_written_down_and_what_is_refused_as_well(world, client):
    engagement = audit(world)
    opens(client, world.inspector, world.page)
    opens(client, world.inspector, "/projects/999999/")
    client.get("/core/notices/count/", headers={"Silun-Background": "true"})
    read = Entry.objects.about(engagement).filter(verb="engagement.read").order_by("pk")
    assert [entry.data for entry in read] == [
        {"route": "projects:project_detail", "thing": world.project.pk, "status": 200},
        {"route": "projects:project_detail", "thing": 999999, "status": 404},
    ]


def test_the_log_names_the_pages_as_the_navigation_does(world, client):
    engagement = audit(world)
    opens(client, world.inspector, world.page)
    client.force_login(world.audit_admin)
    page = client.get(engagement.get_absolute_url(), headers={"Accept-Language": "zh-hans"}).content.decode()
    assert "projects:project_detail" in page
    assert "项目 <small" in page


def test_nobody_is_written_down_without_an_engagement(world, client):
    opens(client, world.west_lead, "/projects/")
    assert Entry.objects.filter(verb="engagement.read").count() == 0


def test_ended_before_its_time_it_opens_nothing_on_the_next_request(world, client):
    engagement = audit(world)
    assert opens(client, world.inspector, world.page) == 200
    end_engagement(engagement, by=world.audit_admin)
    assert client.get(world.page).status_code == 404


def test_one_person_alone_grants_no_engagement(world):
    request = ask_emergency(world.east, by=world.west_lead, purpose="夜间涉诉")
    for user in (world.west_lead, world.audit_admin, world.inspector):
        with pytest.raises(Refused):
            approve_request(request, by=user, seen=request.payload_hash)


def test_the_administrator_of_security_approves_none_for_themselves(world):
    day = clock.today()
    request = ask_audit(
        world.security.person, world.east, by=world.audit_admin, reference="1", purpose="x", starts=day, ends=day
    )  # fmt: skip
    with pytest.raises(Refused):
        approve_request(request, by=world.security, seen=request.payload_hash)


def test_an_audit_is_of_a_year_at_most_and_not_over_before_it_begins(world):
    day = clock.today()
    for starts, ends in ((day, day + timedelta(400)), (day, day - timedelta(1)), (day - timedelta(9), day - timedelta(2))):  # fmt: skip
        with pytest.raises(Refused):
            ask_audit(
                world.inspector.person, world.east, by=world.audit_admin, reference="1", purpose="x", starts=starts, ends=ends
            )  # fmt: skip


def test_an_auditors_post_without_an_engagement_is_refused_by_the_rules_and_by_the_database(world):
    system = PostFactory(role="system_admin", unit=world.root).user
    with pytest.raises(Refused):
        ask_post(PersonFactory(), world.root, "auditor", by=system)
    with pytest.raises(IntegrityError), transaction.atomic():
        Post.objects.create(person=PersonFactory(), unit=UnitFactory(), role="auditor", starts=clock.today())


def test_those_who_watch_are_told_at_once(world):
    emergency(world)
    drain()
    told = Notice.objects.filter(verb="engagement.begin").values_list("to", flat=True)
    assert set(told) == {world.audit_admin.pk}


# ── Pages ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_audit_administrator_asks_on_a_page_and_reads_the_log_there(world, visit, client):
    day = clock.today()
    asked = {"person": world.inspector.person.employee_no, "unit": world.east.code, "reference": "审通〔2026〕7号",
             "purpose": "项目资金专项审计", "starts": day, "ends": day + timedelta(20)}  # fmt: skip
    visit(world.audit_admin, url("engagement_ask"), asked)
    request = Request.objects.unscoped("test").get()
    assert "审通〔2026〕7号" in visit(world.security, request.get_absolute_url()).content.decode()
    visit(world.security, url("request_move", request.pk, "approve"), {"seen": request.payload_hash})
    opens(client, world.inspector, world.page)
    engagement = Engagement.objects.get()
    page = visit(world.audit_admin, engagement.get_absolute_url()).content.decode()
    assert "projects:project_detail" in page
    rows = lines(visit(world.audit_admin, engagement.get_absolute_url() + "?format=csv"))
    assert len(rows) == 2
    visit(world.audit_admin, url("engagement_end", engagement.pk), {})
    engagement.refresh_from_db()
    assert engagement.over


def test_the_list_shows_all_to_those_who_watch_and_ones_own_to_others(world, visit):
    audit(world)
    listed = {
        who: len(visit(user, url("engagement_list")).context_data["page"].rows)
        for who, user in {"watch": world.security, "self": world.inspector, "other": world.west_lead}.items()
    }
    assert listed == {"watch": 1, "self": 1, "other": 0}


@pytest.mark.parametrize("count", [1, 30])
def test_the_list_takes_the_same_queries_for_any_number(
    world, client, visit, django_assert_num_queries, count
):
    for _number in range(count):
        PostFactory(role="auditor", unit=world.east)
    visit(world.audit_admin, url("engagement_list"))
    with django_assert_num_queries(4):
        client.get(url("engagement_list"))

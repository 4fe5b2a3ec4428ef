"""The pages of requests of two people: made by one, decided by another, closed to strangers."""

from datetime import date

import pytest

from apps.core.jobs import drain
from apps.core.models import Notice
from apps.org.actions.authority import ask_authority
from apps.org.actions.post import ask_post
from apps.org.deciders import deciders
from apps.org.models import Authority, Post, Request
from tests.factories import PersonFactory, PostFactory, bank
from tests.org.pages import lines, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    world = bank()
    world.lead = PostFactory(role="group_lead", unit=world.east).user
    world.security = PostFactory(role="security_admin", unit=world.root).user
    world.stranger = PostFactory(role="group_lead", unit=world.west).user
    world.newcomer = PersonFactory(name="苏砚秋")
    return world


def ask(world, **values):
    return ask_post(world.newcomer, world.east, "group_member", by=world.lead, **values)


def test_a_post_asked_for_by_one_is_approved_by_the_security_administrator_on_the_page(world, visit):
    asked = ask(world, note="新设工作组")

    page = visit(world.security, url("request_detail", asked.pk))
    assert "苏砚秋" in page.content.decode()
    assert list(page.context_data["able"]) == [world.security.person]
    answer = visit(world.security, url("request_move", asked.pk, "approve"), {"seen": asked.payload_hash})

    assert answer.url == asked.get_absolute_url()
    post = Post.objects.get(person=world.newcomer)
    assert (post.role, post.unit) == ("group_member", world.east)
    asked.refresh_from_db()
    assert (asked.state, asked.checker) == (Request.State.APPROVED, world.security.person)


def test_a_step_that_is_not_done_is_not_called_done(world, visit):
    asked = ask(world)
    page = visit(world.security, url("request_detail", asked.pk)).content.decode()
    assert "待审批" in page
    assert "已通过" not in page
    visit(world.security, url("request_move", asked.pk, "approve"), {"seen": asked.payload_hash})
    page = visit(world.security, url("request_detail", asked.pk)).content.decode()
    assert "已通过" in page
    assert "待审批" not in page


def test_the_maker_reads_why_they_cannot_approve_and_may_withdraw(world, visit):
    asked = ask(world)
    context = visit(world.lead, url("request_detail", asked.pk)).context_data
    assert {name: bool(verdict) for name, verdict in context["may"].items()} == {
        "confirm": False,
        "approve": False,
        "decline": False,
        "withdraw": True,
    }
    visit(world.lead, url("request_move", asked.pk, "approve"), {"seen": asked.payload_hash})
    asked.refresh_from_db()
    assert asked.state == Request.State.WAITING

    visit(world.lead, url("request_move", asked.pk, "withdraw"), {})
    asked.refresh_from_db()
    assert asked.state == Request.State.WITHDRAWN


def test_who_may_look_but_not_decide_reads_the_reason(world, visit):
    asked = ask(world)
    auditor = PostFactory(role="auditor", unit=world.root).user
    context = visit(auditor, url("request_detail", asked.pk)).context_data
    assert context["why_not"] == "您的任职无权办理此事项。"


def test_refusing_on_the_page_takes_a_reason_which_the_maker_reads(world, visit):
    asked = ask(world)
    visit(world.security, url("request_move", asked.pk, "decline"), {"note": " "})
    asked.refresh_from_db()
    assert asked.state == Request.State.WAITING

    visit(world.security, url("request_move", asked.pk, "decline"), {"note": "编制已满"})
    assert "编制已满" in visit(world.lead, url("request_detail", asked.pk)).content.decode()


def test_an_old_page_approves_nothing(world, visit):
    asked = ask(world)
    visit(world.security, url("request_move", asked.pk, "approve"), {"seen": "0" * 64})
    asked.refresh_from_db()
    assert asked.state == Request.State.WAITING


def test_what_was_altered_behind_the_page_shows_no_buttons(world, visit):
    asked = ask(world)
    Request.objects.unscoped("tampering").filter(pk=asked.pk).update(
        payload=asked.payload | {"role": "approver"}
    )
    page = visit(world.security, url("request_detail", asked.pk))
    assert page.context_data["intact"] is False
    assert "/move/approve/" not in page.content.decode()


def test_a_stranger_finds_the_request_nowhere(world, visit):
    asked = ask(world)
    assert visit(world.stranger, url("request_detail", asked.pk)).status_code == 404
    assert visit(world.stranger, url("request_move", asked.pk, "approve"), {}).status_code == 404
    assert visit(world.stranger, url("request_list")).context_data["page"].rows == []
    assert visit(world.stranger, url("request_count")).content == b""
    export = visit(world.stranger, url("request_list") + "?format=csv")
    assert len(lines(export)) == 1


def test_the_export_holds_what_the_person_sees(world, visit):
    ask(world)
    export = visit(world.security, url("request_list") + "?format=csv")
    rows = lines(export)
    assert len(rows) == 2
    assert world.lead.person.name in rows[1]


@pytest.mark.parametrize("count", [1, 30])
def test_the_list_takes_the_same_queries_for_any_number(
    world, client, visit, django_assert_num_queries, count
):
    for _number in range(count):
        ask_post(PersonFactory(), world.east, "group_member", by=world.lead)
    visit(world.security, url("request_list"))
    with django_assert_num_queries(5):
        page = client.get(url("request_list"))
    assert len(page.context_data["page"].rows) == count


def test_what_waits_on_me_is_in_the_filter_the_count_and_the_panel(world, visit):
    asked = ask(world)
    decided = ask(world, starts=date(2030, 1, 1))
    visit(world.security, url("request_move", decided.pk, "approve"), {"seen": decided.payload_hash})

    page = visit(world.security, url("request_list") + "?mine=waiting").context_data["page"]
    assert page.rows == [asked]
    assert visit(world.security, url("request_count")).content == b"1"
    assert asked.get_absolute_url() in visit(world.security, "/").content.decode()
    assert visit(world.lead, url("request_count")).content == b""
    assert set(visit(world.lead, url("request_list") + "?mine=made").context_data["page"].rows) == {
        asked,
        decided,
    }


def test_who_may_decide_is_told_and_then_the_maker_is(world, visit):
    asked = ask(world)
    drain()
    told = Notice.objects.filter(subject_id=asked.pk)
    assert [(notice.to, notice.verb) for notice in told] == [(world.security, "request.make")]

    visit(world.security, url("request_move", asked.pk, "approve"), {"seen": asked.payload_hash})
    drain()
    assert [notice.verb for notice in told.filter(to=world.lead)] == ["request.approve"]


def test_those_who_may_decide_are_held_to_the_authority_table(world):
    clerk = PostFactory(role="finance_officer", unit=world.root).person
    small = PostFactory(role="approver", unit=world.east).person
    large = PostFactory(role="approver", unit=world.root).person
    for unit, fen in ((world.east, 100_00), (world.root, 10_000_00)):
        Authority.objects.create(
            kind="funds", role="approver", unit=unit, up_to_fen=fen, starts=date(2020, 1, 1)
        )
    request = Request.objects.create(
        kind="fund.budget", subject=world.east, unit=world.east, amount_fen=500_00, payload={},
        payload_hash="x", maker=PersonFactory(),
    )  # fmt: skip
    assert list(deciders(request)) == [clerk]
    request.state = Request.State.CONFIRMED
    request.confirmer = clerk
    assert list(deciders(request)) == [large]
    request.amount_fen = 50_00
    assert set(deciders(request)) == {small, large}
    request.amount_fen = 50_000_00
    assert list(deciders(request)) == []


def test_a_line_of_the_authority_table_is_shown_as_what_it_would_allow(world, visit):
    system = PostFactory(role="system_admin", unit=world.root).user
    asked = ask_authority(
        world.east, by=system, kind="funds", role="approver", up_to_fen=300_0000_00, starts=date(2026, 1, 1)
    )
    page = visit(world.security, url("request_detail", asked.pk)).content.decode()
    assert "300 万元" in page
    assert "有权审批人" in page

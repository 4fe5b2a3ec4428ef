"""The pages of the ledger: who sees which account, what stands in a line, and how many queries it takes."""

import csv
import io
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.core.jobs import drain
from apps.incentives.actions import request_points
from apps.ledger.actions import account, post, release, reserve
from apps.ledger.measures import Measure
from apps.ledger.models import Account
from apps.org.actions.request import approve_request
from apps.org.reach import deny
from tests.factories import PostFactory, funded_project, make_fund, treasury
from tests.factories.projects import WAN

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    people = treasury()
    people.lead = PostFactory(role="group_lead").user
    people.auditor = PostFactory(role="auditor", unit=people.root).user
    people.stranger = PostFactory(role="group_lead").user
    return people


@pytest.fixture
def visit(client):
    def open_as(user, address):
        client.force_login(user, backend="apps.org.adapters.AccountBackend")
        return client.get(address)

    return open_as


LIST = reverse("ledger:account_list")


def codes(response) -> set[str]:
    return {row.code for row in response.context_data["page"]}


def of_project(project) -> set[str]:
    return {
        f"project:{project.pk}:{resource}{end}"
        for resource in ("technology", "marketing")
        for end in ("", ":released")
    }


def given_points(people, person, thousandths=5_000):
    """Points by a request of two people."""
    unit = people.lead.standing[0].unit
    person.unit = unit
    person.save(update_fields=["unit"])
    asking = PostFactory(role="talent_manager", unit=unit).user
    request = request_points(person, thousandths, by=asking, reason="分享经验")
    approve_request(request, by=PostFactory(role="unit_head", unit=unit).user, seen=request.payload_hash)
    return f"points:person:{person.pk}"


# ── Who sees which ────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_account_is_seen_by_whoever_sees_what_it_lies_with(people, visit):
    project, _tranche = funded_project(people, by=people.lead)
    drain()
    person = PostFactory(role="staff", unit=people.lead.standing[0].unit).person
    points = given_points(people, person)
    fund = {f"fund:{project.commitment.scenario.fund_id}:{r}" for r in ("technology", "marketing", "people")}
    reserves = {f"{code}:reserved" for code in fund if not code.endswith("people")}
    money = fund | reserves | of_project(project)

    assert codes(visit(people.finance, LIST + "?measure=money_fen")) == money | {"bank:budget:2026"}
    assert codes(visit(people.lead, LIST + "?measure=money_fen")) == of_project(project)
    assert codes(visit(people.stranger, LIST)) == set()
    assert codes(visit(person.user, LIST)) == {points}
    assert points in codes(visit(people.auditor, LIST))
    assert points not in codes(visit(people.finance, LIST))


def test_a_stranger_gets_404_for_an_account_and_so_does_who_was_shut_out_of_the_project(people, visit):
    project, _tranche = funded_project(people, by=people.lead)
    account_of = Account.objects.get(code=f"project:{project.pk}:technology")
    member = PostFactory(role="committee_member", unit=people.root).user
    assert visit(member, account_of.get_absolute_url()).status_code == 200

    deny(project, "project.view", because_of="tests", person=member.person)

    for user in (member, people.stranger):
        assert visit(user, account_of.get_absolute_url()).status_code == 404
        assert visit(user, account_of.get_absolute_url() + "?format=csv").status_code == 404
    assert visit(PostFactory(role="system_admin").user, LIST).status_code == 403


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_export_of_the_list_holds_the_same_accounts(people, visit, form):
    project, _tranche = funded_project(people, by=people.lead)

    response = visit(people.lead, f"{LIST}?format={form}")

    assert response.status_code == 200
    if form == "csv":
        text = b"".join(response.streaming_content).decode("utf-8-sig")
        assert {row[0] for row in list(csv.reader(io.StringIO(text)))[1:]} >= of_project(project)
        assert "fund:" not in text


# ── What stands in a line ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_line_says_what_happened_because_of_what_and_the_balance_it_left(people, visit):
    project, _tranche = funded_project(people, by=people.lead)
    request = project.commitment.request
    account_of = Account.objects.get(code=f"project:{project.pk}:technology")

    page = visit(people.finance, account_of.get_absolute_url())

    legs = page.context_data["page"].rows
    assert [(leg.amount, leg.after) for leg in legs] == [
        (-56 * WAN * 4 // 10, 56 * WAN * 6 // 10),
        (56 * WAN, 56 * WAN),
    ]
    words = [page.context_data["words"](leg.transaction) for leg in legs]
    assert words == ["释放了分期额度", "落实了额度"]
    text = page.content.decode()
    assert f'href="{request.get_absolute_url()}"' in text
    assert f"{project.title} · 科技" in re.sub(r"&#34;|&quot;", '"', text)


def test_who_may_not_see_the_request_reads_its_number_without_a_link(people, visit):
    project, _tranche = funded_project(people, by=people.lead)
    account_of = Account.objects.get(code=f"project:{project.pk}:technology")

    text = visit(people.lead, account_of.get_absolute_url()).content.decode()

    assert f"org.Request:{project.commitment.request_id}" in text
    assert project.commitment.request.get_absolute_url() not in text


def test_what_is_set_aside_and_set_free_again_is_said(people, visit):
    fund = make_fund(people)
    chest = fund.account("people")
    release(reserve("x:1", chest, 300, by=people.manager), by=people.manager)

    page = visit(people.manager, chest.get_absolute_url()).context_data

    assert [page["words"](leg.transaction) for leg in page["page"]] == ["解除预占", "预占", "调整了专项额度"]
    assert [leg.after for leg in page["page"]] == [100 * WAN, 100 * WAN - 300, 100 * WAN]


# ── Many ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def moved(chest, number, by, start=0):
    account("bank:tests", measure=Measure.MONEY)
    for n in range(start, start + number):
        post(f"fund.budget:x{n}", [("bank:tests", -100), (chest, 100)], by=by)


def queries(visit, user, address):
    visit(user, address)
    with CaptureQueriesContext(connection) as context:
        assert visit(user, address).status_code == 200
    return len(context)


def test_the_pages_take_the_same_queries_for_one_row_and_for_thirty(people, visit):
    chest = make_fund(people).account("people")
    one = [queries(visit, people.manager, address) for address in (LIST, chest.get_absolute_url())]

    moved(chest, 30, people.manager)
    for year in range(2030, 2040):
        make_fund(people, year=year)

    assert [queries(visit, people.manager, address) for address in (LIST, chest.get_absolute_url())] == one


def test_balances_go_on_from_page_to_page_and_the_export_has_them_too(people, visit):
    chest = make_fund(people).account("people")
    moved(chest, 60, people.manager)

    first = visit(people.manager, chest.get_absolute_url()).context_data["page"]
    second = visit(people.manager, first.next_url).context_data["page"]

    assert [leg.after for leg in [*first, *second]] == [100 * WAN + 100 * n for n in range(60, -1, -1)]
    response = visit(people.manager, chest.get_absolute_url() + "?format=csv")
    lines = list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))
    assert [line[-1] for line in lines[1:]] == [f"{10000 * 100 + n:.2f}" for n in range(60, -1, -1)]

"""Calendar, parameters, authority table and business lines: everybody reads them, the system administrator keeps them."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.core import clock
from apps.core.verdict import Refused
from apps.core.versions import NOTHING, seen_of
from apps.org.actions.business_line import add_line, change_line, move_line
from apps.org.actions.calendar import clear_day, drop_parameter, set_day, set_parameter
from apps.org.calendar import add_working_days, parameter
from apps.org.models import Authority, BusinessLine, Holiday, Parameter, Request
from tests.factories import BusinessLineFactory, PostFactory, UnitFactory, bank

pytestmark = pytest.mark.django_db


def url(name, *args):
    return reverse(f"org:{name}", args=args)


@pytest.fixture
def world():
    world = bank()
    world.admin = PostFactory(role="system_admin", unit=world.root).user
    world.security = PostFactory(role="security_admin", unit=world.root).user
    world.liaison = PostFactory(role="liaison", unit=world.east_counter).user
    return world


@pytest.fixture
def visit(client):
    def open_as(user, address, data=None):
        client.force_login(user, backend="apps.org.adapters.AccountBackend")
        return client.post(address, data) if data is not None else client.get(address)

    return open_as


def spent(visit, user, address):
    visit(user, address)
    with CaptureQueriesContext(connection) as queries:
        assert visit(user, address).status_code == 200
    return len(queries)


# ── Calendar ──────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_month_shows_each_day_as_the_calendar_counts_it(world, visit):
    visit(world.admin, url("calendar_load"), {"year": "2026"})
    weeks = visit(world.liaison, url("calendar_month") + "?month=2026-10").context_data["weeks"]
    cells = {cell["day"]: cell for week in weeks for cell in week}
    assert {day.day for day, cell in cells.items() if cell["inside"] and cell["differs"]} == {
        1,
        2,
        3,
        4,
        5,
        6,
        7,
        10,
    }
    assert (cells[date(2026, 10, 1)]["working"], cells[date(2026, 10, 10)]["working"]) == (False, True)
    assert (cells[date(2026, 10, 8)]["working"], cells[date(2026, 10, 11)]["working"]) == (True, False)
    assert visit(world.liaison, url("calendar_month") + "?month=nonsense").status_code == 200


def test_a_day_set_on_the_page_moves_due_dates_and_cleared_it_moves_them_back(world, visit):
    monday = date(2026, 11, 30)
    visit(world.admin, url("day_edit"), {"day": "2026-12-01", "working": "off", "name": "行庆", "seen": NOTHING})  # fmt: skip
    assert add_working_days(monday, 1) == date(2026, 12, 2)
    visit(world.admin, url("day_clear"), {"row": Holiday.objects.get().pk})
    assert add_working_days(monday, 1) == date(2026, 12, 1)


def test_a_day_that_does_not_differ_is_refused_with_what_was_typed_kept(world, visit):
    response = visit(
        world.admin,
        url("day_edit"),
        {"day": "2026-12-01", "working": "working", "name": "加班", "seen": NOTHING},
    )
    assert (response.status_code, response.context_data["form"].data["name"]) == (200, "加班")
    assert Holiday.objects.count() == 0
    assert visit(world.admin, url("day_edit") + "?day=2026-13-01").status_code == 404


def test_only_who_keeps_the_parameters_changes_the_calendar(world, visit):
    for address, data in [
        (url("day_edit"), {"day": "2026-12-01", "working": "off", "name": "x"}), (url("calendar_load"), {"year": "2026"}),
        (url("parameter_set") + "?key=review_days", {"value": "9", "starts": "2999-01-01"}),
        (url("authority_ask"), {}), (url("businessline_add"), {"code": "X", "name": "X"}),
    ]:  # fmt: skip
        assert visit(world.liaison, address, data).status_code == 403, address
    for act in (
        lambda: set_day(date(2026, 12, 1), by=world.liaison, working=False, name="x"),
        lambda: set_parameter("review_days", 9, by=world.liaison, starts=clock.today()),
        lambda: add_line(by=world.liaison, code="X", name="X"),
    ):
        with pytest.raises(Refused):
            act()
    row = set_day(date(2026, 12, 1), by=world.admin, working=False, name="x")
    with pytest.raises(Refused):
        clear_day(row, by=world.liaison)


# ── Parameters ────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_new_value_holds_from_its_day_and_the_past_keeps_its_own(world, visit):
    today = clock.today()
    Parameter.objects.create(key="discount_rate_bp", value=750, starts=today - timedelta(days=400))
    ahead = today + timedelta(days=30)
    answer = visit(world.admin, url("parameter_set") + "?key=discount_rate_bp", {"value": "8.25", "starts": ahead.isoformat(), "seen": NOTHING})  # fmt: skip
    assert answer.status_code == 302
    assert (parameter("discount_rate_bp"), parameter("discount_rate_bp", ahead)) == (750, 825)
    rate = visit(world.liaison, url("parameter_list")).context_data["figures"][0]
    assert (rate["value"], [line["state"] for line in rate["values"]]) == ("7.50%", ["ahead", "now"])


def test_a_value_for_a_day_that_has_passed_is_refused(world, visit):
    yesterday = (clock.today() - timedelta(days=1)).isoformat()
    response = visit(
        world.admin,
        url("parameter_set") + "?key=review_days",
        {"value": "7", "starts": yesterday, "seen": NOTHING},
    )
    assert (response.status_code, list(response.context_data["form"].errors)) == (200, ["starts"])
    assert Parameter.objects.count() == 0


def test_a_value_that_has_not_begun_is_taken_back_and_one_that_has_is_not(world, visit):
    ahead = set_parameter("review_days", 7, by=world.admin, starts=clock.today() + timedelta(days=1))
    now = set_parameter("review_days", 6, by=world.admin, starts=clock.today())
    with pytest.raises(Refused):
        drop_parameter(now, by=world.admin)
    visit(world.admin, url("parameter_drop", ahead.pk), {})
    assert list(Parameter.objects.values_list("value", flat=True)) == [6]


# ── The authority table ───────────────────────────────────────────────────────────────────────────────────────────
def test_a_line_is_asked_for_on_the_page_and_counts_when_another_approved_it(world, visit):
    today = clock.today()
    answer = visit(
        world.admin,
        url("authority_ask"),
        {"kind": "funds", "role": "approver", "unit": world.east.pk, "up_to_fen": "500000", "starts": today.isoformat(), "ends": "", "document": "授〔2026〕1号", "note": ""},
    )  # fmt: skip
    asked = Request.objects.unscoped("test").get()
    assert answer.url == asked.get_absolute_url()
    assert Authority.objects.count() == 0
    visit(world.security, url("request_move", asked.pk, "approve"), {"seen": asked.payload_hash})
    line = Authority.objects.get()
    assert (line.up_to_fen, line.document) == (500_000_00, "授〔2026〕1号")
    visit(world.admin, url("authority_end", line.pk), {})
    assert Authority.objects.count() == 0  # it began today: it never counted


def test_the_table_shows_the_lines_of_a_year_and_next_years_starts_from_this_years(world, visit):
    this = clock.today().year
    lines = [
        Authority.objects.create(kind="funds", role="approver", unit=world.east, up_to_fen=year, starts=date(year, 1, 1), ends=date(year, 12, 31))
        for year in (this - 1, this)
    ]  # fmt: skip
    assert [row.up_to_fen for row in visit(world.liaison, url("authority_list")).context_data["page"]] == [
        this
    ]
    shown = visit(world.liaison, url("authority_list") + f"?year={this - 1}").context_data["page"]
    assert [row.pk for row in shown] == [lines[0].pk]
    initial = visit(world.admin, url("authority_ask") + f"?like={lines[1].pk}").context_data["form"].initial
    assert (initial["starts"], initial["unit"], initial["up_to_fen"]) == (
        f"{this + 1}-01-01",
        world.east.pk,
        this,
    )


# ── Business lines ────────────────────────────────────────────────────────────────────────────────────────────────
def test_lines_are_added_renamed_and_ordered(world, visit):
    visit(
        world.admin,
        url("businessline_add"),
        {"code": "GREEN", "name": "绿色", "department": world.finance.pk},
    )
    green = BusinessLine.objects.get(code="GREEN")
    visit(
        world.admin,
        url("businessline_edit", green.pk),
        {
            "code": "GREEN",
            "name": "绿色金融",
            "department": "",
            "seen": seen_of(green, ("code", "name", "department")),
        },
    )
    green.refresh_from_db()
    assert (green.name, green.department) == ("绿色金融", None)
    names = [line.name for line in BusinessLine.objects.all()]
    visit(world.admin, url("businessline_move", green.pk, "up"), {})
    names[-1], names[-2] = names[-2], names[-1]
    assert [line.name for line in BusinessLine.objects.all()] == names


def test_a_code_or_a_name_is_not_given_twice(world, visit):
    taken = BusinessLineFactory(code="TAKEN")
    response = visit(world.admin, url("businessline_add"), {"code": "taken", "name": "新条线"})
    assert response.context_data["form"].non_field_errors()
    with pytest.raises(Refused):
        change_line(world.retail, by=world.admin, name=taken.name)
    with pytest.raises(Refused):
        move_line(BusinessLine.objects.last(), by=world.admin, up=False)


def test_the_pages_take_the_same_queries_for_1_and_for_30(world, visit):
    names = ("calendar_month", "parameter_list", "authority_list", "businessline_list")

    def fill(count, start):
        for n in range(start, start + count):
            day = date(clock.today().year, 1, 1) + timedelta(days=n)
            Holiday.objects.create(day=day, name=f"假{n}")
            set_parameter("review_days", n + 1, by=world.admin, starts=clock.today() + timedelta(days=n))
            Authority.objects.create(
                kind="funds", role="approver", unit=UnitFactory(), up_to_fen=n, starts=date(2020, 1, 1)
            )
            add_line(by=world.admin, code=f"C{n}", name=f"新条线{n}", department=world.finance)  # fmt: skip

    fill(1, 0)
    before = {name: spent(visit, world.admin, url(name)) for name in names}
    fill(29, 1)
    assert {name: spent(visit, world.admin, url(name)) for name in names} == before
    assert max(before.values()) <= 16

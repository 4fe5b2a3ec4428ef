"""The pages of operations, each as the person whose it is, and as one from another branch."""

import io
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from python_calamine import CalamineWorkbook

from apps.core import clock
from apps.core.jobs import drain
from apps.core.models import Notice
from apps.core.sheets import write_xlsx
from apps.operations.actions import accept_rollout, correct_product, enter_reading
from apps.operations.intake import heads
from apps.operations.models import Product, Reading, Rollout
from apps.org.calendar import due_in
from apps.org.reach import deny
from apps.projects.models import TrackRecord
from tests.factories import PostFactory, UnitFactory, a_product, at_launch, bank, offered, taken_up
from tests.factories.projects import WAN

pytestmark = pytest.mark.django_db


def url(name, *args):
    return reverse(f"operations:{name}", args=args)


@pytest.fixture
def world():
    world = bank()
    world.officer = PostFactory(role="group_lead", unit=world.east).user
    world.product = a_product(world.officer)
    world.rollout, world.lead = taken_up(world.product, world.officer, world.west)
    world.stranger = PostFactory(role="group_lead", unit=UnitFactory(parent=world.root, name="海桥分行")).user
    return world


@pytest.fixture
def visit(client):
    def open_as(user, address, data=None):
        client.force_login(user, backend="apps.org.adapters.AccountBackend")
        return client.post(address, data) if data is not None else client.get(address)

    return open_as


def this_month():
    return clock.today().replace(day=1)


def readings():
    return Reading.objects.unscoped("a test")


# ── Nobody sees what they should not ──────────────────────────────────────────────────────────────────────────────


def text_of(response):
    assert response.status_code == 200
    data = b"".join(response.streaming_content) if response.streaming else response.content
    if "spreadsheet" in response["Content-Type"]:
        rows = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
        return "\n".join(str(cell) for row in rows for cell in row)
    return data.decode()


@pytest.mark.parametrize("name", ["product_list", "rollout_list"])
@pytest.mark.parametrize("form", ["", "?format=csv", "?format=xlsx"])
def test_lists_and_exports_hold_what_the_person_sees_and_nothing_of_another_branch(world, visit, name, form):
    assert "订烟贷" in text_of(visit(world.officer, url(name) + form))
    assert "订烟贷" in text_of(visit(world.lead, url(name) + form))
    assert "订烟贷" not in text_of(visit(world.stranger, url(name) + form))


def test_search_and_filters_stay_within_reach(world, visit):
    for name in ("product_list", "rollout_list"):
        found = [
            len(visit(user, url(name) + "?q=订烟贷").context_data["page"].rows)
            for user in (world.officer, world.stranger)
        ]
        assert found == [1, 0]
    page = visit(world.stranger, url("product_list") + f"?unit={world.east.pk}").context_data["page"]
    assert page.rows == []


def test_an_export_of_readings_has_every_line_and_is_a_strangers_404(world, visit):
    enter_reading(world.product, world.west, this_month(), by=world.lead, cost_fen=12345, benefit_fen=67890)
    enter_reading(
        world.product,
        world.west,
        this_month(),
        by=world.lead,
        cost_fen=12345,
        benefit_fen=77777,
        reason="漏计",
    )
    address = url("reading_list", world.product.pk) + "?format=csv"

    text = text_of(visit(world.lead, address))

    assert [value in text for value in ("123.45", "678.90", "777.77", "漏计")] == [True] * 4
    assert visit(world.stranger, address).status_code == 404


def test_what_is_not_theirs_to_do_is_403_for_who_sees_it(world, visit):
    for name in ("product_edit", "product_offer"):
        assert visit(world.lead, url(name, world.product.pk)).status_code == 403
    assert visit(world.lead, url("product_make", world.product.project_id)).status_code == 403
    _waiting, other = offered(world.product, world.officer)
    assert visit(other, url("reading_enter", world.product.pk)).status_code == 403
    member = PostFactory(role="group_member", unit=world.west).user
    assert visit(member, url("rollout_move", world.rollout.pk, "go_live"), {}).status_code == 403


# ── From a project to a product, from a branch to the others ──────────────────────────────────────────────────────


def test_a_product_is_made_by_the_button_on_the_project_page(world, visit):
    project = at_launch(world.officer, title="票据秒贴")
    address = url("product_make", project.pk)
    assert address in visit(world.officer, project.get_absolute_url()).content.decode()
    assert visit(world.officer, address).context_data["form"]["name"].value() == "票据秒贴"
    assert visit(world.officer, address, {"name": "", "customer": "小微企业"}).context_data["form"].errors

    response = visit(
        world.officer, address, {"name": "票据秒贴", "customer": "小微企业", "summary": "秒级放款"}
    )

    product = Product.objects.unscoped("a test").get(project=project)
    assert response.url == product.get_absolute_url()
    page = visit(world.officer, project.get_absolute_url()).content.decode()
    assert (address in page, product.get_absolute_url() in page) == (False, True)


def test_a_project_that_has_a_product_refuses_a_second_one_with_a_sentence(world, visit):
    response = visit(
        world.officer, url("product_make", world.product.project_id), {"name": "再来", "customer": "x"}
    )
    assert response.status_code == 200
    assert len(response.context_data["form"].non_field_errors()) == 1


def test_a_product_is_offered_to_several_branches_at_once(world, visit):
    branches = [UnitFactory(parent=world.root) for _n in range(2)]
    address = url("product_offer", world.product.pk)
    offered_to = set(visit(world.officer, address).context_data["form"].fields["units"].queryset)
    assert offered_to >= set(branches)
    assert offered_to & {world.east, world.west, world.east_counter, world.finance} == set()

    for bad in ({"units": []}, {"units": [world.west.pk]}, {"units": ["x"]}, {"due_on": "2001-01-01"}):
        data = {"units": [b.pk for b in branches], "due_on": due_in(5)} | bad
        assert visit(world.officer, address, data).context_data["form"].errors
    visit(world.officer, address, {"units": [b.pk for b in branches], "due_on": due_in(5)})

    rows = Rollout.objects.unscoped("a test").filter(state="offered").order_by("unit__path")
    assert [(row.unit, row.due_on) for row in rows] == [(b, due_in(5)) for b in branches]


def test_a_branch_finds_the_offer_on_its_desk_and_accepts_it(world, visit):
    rollout, lead = offered(world.product, world.officer)
    assert world.product.get_absolute_url() in visit(lead, "/").content.decode()
    page = visit(lead, world.product.get_absolute_url())
    theirs = {row.pk: [move.name for move in moves] for row, moves, _read in page.context_data["rollouts"]}
    assert theirs == {rollout.pk: ["accept", "decline"], world.rollout.pk: []}

    response = visit(lead, url("rollout_move", rollout.pk, "accept"), {})

    assert response.url == world.product.get_absolute_url()
    rollout.refresh_from_db()
    assert (rollout.state, rollout.decided_by) == ("accepted", lead.person)
    visit(lead, url("rollout_move", rollout.pk, "go_live"), {})
    rollout.refresh_from_db()
    assert rollout.state == "live"
    assert world.product.get_absolute_url() not in visit(lead, "/").content.decode()


def test_a_branch_declines_with_its_reason_in_its_own_words(world, visit):
    rollout, lead = offered(world.product, world.officer)
    address = url("rollout_move", rollout.pk, "decline")
    for nothing in ({}, {"note": "  "}, {"note": "\x00\u200b"}, {"note": "长" * 2001}):
        visit(lead, address, nothing)
        rollout.refresh_from_db()
        assert rollout.state == "offered"

    visit(lead, address, {"note": "我行辖内无此类客群\n明年再议\x00"})

    rollout.refresh_from_db()
    assert (rollout.state, rollout.reason) == ("declined", "我行辖内无此类客群\n明年再议")
    assert "我行辖内无此类客群" in visit(world.officer, world.product.get_absolute_url()).content.decode()


def test_the_branch_is_told_of_an_offer_and_the_owner_of_its_answer(world):
    rollout, lead = offered(world.product, world.officer)
    drain()
    accept_rollout(rollout, by=lead)
    drain()

    def told(user):
        return set(Notice.objects.filter(to=user).values_list("verb", flat=True))

    assert (told(lead), told(world.stranger)) == ({"rollout.offer"}, set())
    assert "rollout.answer" in told(world.officer)


def test_who_sees_the_product_talks_about_it_on_its_page(world, visit):
    address = reverse("core:comment_add", args=["operations.product", world.product.pk])
    assert visit(world.stranger, address, {"text": "看不到"}).status_code == 404
    visit(world.lead, address, {"text": "我行下月上线"})
    assert "我行下月上线" in visit(world.officer, world.product.get_absolute_url()).content.decode()


def test_nobody_answers_for_another_branch(world, visit):
    rollout, _lead = offered(world.product, world.officer)
    visit(world.lead, url("rollout_move", rollout.pk, "accept"), {})
    visit(world.officer, url("rollout_move", rollout.pk, "accept"), {})
    rollout.refresh_from_db()
    assert rollout.state == "offered"


def test_a_stale_save_shows_both_texts_and_overwrites_nothing(world, visit):
    product = world.product
    correct_product(
        product, by=world.officer, version=1, name="先保存的名", customer="烟草零售户", summary="线上授信"
    )
    values = {"version": 1, "name": "后保存的名", "customer": "烟草零售户", "summary": "线上授信"}

    response = visit(world.officer, url("product_edit", product.pk), values)

    page = response.content.decode()
    assert ("先保存的名" in page, "后保存的名" in page) == (True, True)
    product.refresh_from_db()
    assert product.name == "先保存的名"
    again = values | {"version": response.context_data["form"]["version"].value()}
    visit(world.officer, url("product_edit", product.pk), again)
    product.refresh_from_db()
    assert (product.name, product.version) == ("后保存的名", 3)


def test_markup_in_a_text_is_shown_as_text(world, visit):
    correct_product(
        world.product, by=world.officer, version=1, name="<script>alert(1)</script>", customer="x",
        summary='<img src=x onerror="alert(1)">',
    )  # fmt: skip
    for address in (world.product.get_absolute_url(), url("product_list"), url("rollout_list")):
        page = visit(world.officer, address).content.decode()
        assert ("<script>alert(1)" in page, "<img src=x" in page) == (False, False)


# ── What it brings ────────────────────────────────────────────────────────────────────────────────────────────────


def typed(world, **values):
    month = f"{this_month():%Y-%m}"
    return {"unit": world.west.pk, "month": month, "cost_fen": "1.5", "benefit_fen": "1,234.56"} | values


def test_a_reading_is_entered_on_its_page(world, visit):
    address = url("reading_enter", world.product.pk)
    form = visit(world.lead, address).context_data["form"]
    assert list(form.units.values()) == [world.west]

    response = visit(world.lead, address, typed(world, customers="１２３"))

    assert response.url == world.product.get_absolute_url()
    reading = readings().get()
    assert (reading.unit, reading.month, reading.cost_fen, reading.benefit_fen, reading.customers) == (
        world.west, this_month(), 150, 123456, 123,
    )  # fmt: skip


def test_a_correction_needs_its_reason_and_leaves_the_old_line(world, visit):
    address = url("reading_enter", world.product.pk)
    visit(world.lead, address, typed(world))
    same = visit(world.lead, address, typed(world))
    assert len(same.context_data["form"].non_field_errors()) == 1
    refused = visit(world.lead, address, typed(world, benefit_fen="2000"))
    assert list(refused.context_data["form"].errors) == ["reason"]
    assert "1,234.56" in refused.content.decode()

    visit(world.lead, address, typed(world, benefit_fen="2000", reason="漏计一笔"))

    rows = readings().order_by("version")
    assert [(r.benefit_fen, r.in_force, r.reason) for r in rows] == [
        (123456, False, ""),
        (200000, True, "漏计一笔"),
    ]
    page = visit(world.lead, url("reading_list", world.product.pk)).context_data["page"]
    assert {row.pk for row in page.rows} == {row.pk for row in rows}


BAD = [
    {"cost_fen": "NaN"}, {"cost_fen": "1e400"}, {"cost_fen": "-1"}, {"cost_fen": "9" * 19}, {"cost_fen": "1.234"},
    {"cost_fen": "1_000"}, {"cost_fen": ""}, {"benefit_fen": "Infinity"}, {"benefit_fen": "9" * 400},
    {"benefit_fen": "0x10"}, {"benefit_fen": "1,00"}, {"customers": "1.5"}, {"customers": "-3"}, {"customers": "9" * 19},
    {"customers": "一百"}, {"month": "2999-01"}, {"month": "2026-13"}, {"month": "0000-01"}, {"month": "1999-12"},
    {"month": "soon"}, {"month": ""}, {"unit": "x"}, {"unit": "9" * 30}, {"unit": ""}, {"unit": "east"},
]  # fmt: skip


@pytest.mark.parametrize(
    "bad", BAD, ids=lambda bad: f"{next(iter(bad))}={str(next(iter(bad.values())))[:8]!r}"
)
def test_a_bad_reading_gets_a_sentence_and_nothing_is_entered(world, visit, bad):
    bad = {name: world.east.pk if value == "east" else value for name, value in bad.items()}
    response = visit(world.lead, url("reading_enter", world.product.pk), typed(world, **bad))
    assert (response.status_code, list(response.context_data["form"].errors)) == (200, list(bad))
    assert readings().count() == 0


@pytest.mark.parametrize(
    "query", ["?unit=x", "?unit=%D9%A3", "?unit=" + "9" * 5000, "?unit=999&month=2999-01", "?month=NaN"]
)
def test_an_odd_address_of_the_reading_form_opens_it_on_last_month(world, visit, query):
    form = visit(world.lead, url("reading_enter", world.product.pk) + query).context_data["form"]
    assert (form["unit"].value(), form["month"].value() < f"{this_month():%Y-%m}") == (world.west.pk, True)


def test_a_products_history_is_not_pushed_out_by_its_readings(world, visit):
    month = this_month()
    for number in range(220):
        enter_reading(
            world.product,
            world.west,
            month,
            by=world.lead,
            cost_fen=number,
            benefit_fen=number,
            reason="更正",
        )
    lines = visit(world.officer, world.product.get_absolute_url()).context_data["history"]
    assert len(lines) == 4  # made, offered, answered, live


def test_minus_nought_is_nought(world, visit):
    visit(world.lead, url("reading_enter", world.product.pk), typed(world, cost_fen="-0", customers="-0"))
    reading = readings().get()
    assert (reading.cost_fen, reading.customers) == (0, 0)


def test_the_page_holds_what_came_against_what_was_promised(world, visit):
    for unit, by, benefit in ((world.west, world.lead, 6), (world.east, world.officer, 4)):
        enter_reading(
            world.product,
            unit,
            this_month(),
            by=by,
            cost_fen=1 * WAN,
            benefit_fen=benefit * WAN,
            customers=10,
        )
    context = visit(world.lead, world.product.get_absolute_url()).context_data
    [month] = context["months"]
    promised = (60 - 5) * WAN // 12
    assert (month.units, month.customers, month.net_fen, month.promised_fen) == (2, 20, 8 * WAN, promised)
    assert context["totals"]["share"] == 8 * WAN / promised
    assert [series["data"] for series in context["chart"]["series"]] == [[10.0], [2.0], [8.0], [4.58]]


def test_readings_that_are_due_stand_on_the_desk_until_they_are_entered(world, visit):
    Rollout.objects.unscoped("a test").update(decided_at="2026-01-15T00:00:00Z")
    link = url("reading_enter", world.product.pk)
    assert link in visit(world.lead, "/").content.decode()
    assert link not in visit(world.stranger, "/").content.decode()
    month = date.fromisoformat(f"{visit(world.lead, link).context_data['form']['month'].value()}-01")
    assert month < this_month()

    enter_reading(world.product, world.west, month, by=world.lead, cost_fen=1, benefit_fen=2)

    assert link not in visit(world.lead, "/").content.decode()


def test_no_reading_is_due_of_a_product_that_one_may_not_see(world, visit):
    Rollout.objects.unscoped("a test").update(decided_at="2026-01-15T00:00:00Z")
    Product.objects.unscoped("a test").update(made_at="2026-01-15T00:00:00Z")
    link = url("reading_enter", world.product.pk)
    for user in (world.officer, world.lead):
        assert link in visit(user, "/").content.decode()
        deny(world.product, "product.view", because_of="tests", person=user.person)
        assert link not in visit(user, "/").content.decode()


@pytest.mark.parametrize("form", ["", "?format=csv"])
def test_a_list_tells_what_was_promised_to_those_who_see_the_project(world, visit, form):
    enter_reading(world.product, world.east, this_month(), by=world.officer, cost_fen=0, benefit_fen=4 * WAN)
    TrackRecord.objects.update(promised_fen=7_654_321_00)
    money = "7654321.00" if form else "765.43"

    assert money in read(visit(world.officer, url("product_list") + form))
    deny(world.product.project, "project.view", because_of="tests", person=world.officer.person)
    assert money not in read(visit(world.officer, url("product_list") + form))


def read(response):
    data = b"".join(response.streaming_content) if response.streaming else response.content
    return data.decode()


# ── A file of readings ────────────────────────────────────────────────────────────────────────────────────────────


def a_file(rows, kind="xlsx"):
    lines = [heads(), *rows]
    if kind == "csv":
        return SimpleUploadedFile(
            "r.csv", "\n".join(",".join(map(str, line)) for line in lines).encode(), "text/csv"
        )
    data = write_xlsx([(head, "text") for head in lines[0]], rows, watermark="x", title="readings").read()
    return SimpleUploadedFile("r.xlsx", data)


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_a_file_of_readings_is_looked_at_then_entered_as_a_whole(world, visit, kind):
    months = [f"{this_month():%Y-%m}", "2026-01", "2026-02"]
    enter_reading(world.product, world.west, date(2026, 1, 1), by=world.lead, cost_fen=100, benefit_fen=200)
    enter_reading(world.product, world.west, date(2026, 2, 1), by=world.lead, cost_fen=100, benefit_fen=200)
    rows = [
        [world.west.name, months[0], "10", "20", "5", ""],
        [world.west.name, months[1], "1", "2", "", ""],
        [world.west.code, months[2], "1", "3", "", "漏计"],
    ]
    address = url("reading_import", world.product.pk)

    preview = visit(world.lead, address, {"file": a_file(rows, kind)}).context_data
    assert [row.effect for row in preview["rows"]] == ["new", "same", "corrected"]
    assert readings().count() == 2
    data = {"rows": preview["confirmed"], "sha256": preview["form"].sha256}
    assert visit(world.stranger, address, data).status_code == 404
    visit(world.officer, address, data)
    visit(world.lead, address, data | {"sha256": "other"})
    assert readings().count() == 2

    assert visit(world.lead, address, data).url == world.product.get_absolute_url()

    assert readings().in_force().totals() == {"cost_fen": 1000 + 100 + 100, "benefit_fen": 2000 + 200 + 300}
    assert readings().count() == 4


def test_a_wrong_row_is_named_and_nothing_is_entered(world, visit):
    month = f"{this_month():%Y-%m}"
    rows = [
        [world.west.name, month, "10", "20", "", ""],
        [world.west.name, month, "10", "20", "", ""],
        [world.east.name, month, "10", "20", "", ""],
        [world.west.name, "2999-01", "NaN", "1e400", "x", ""],
    ]
    context = visit(world.lead, url("reading_import", world.product.pk), {"file": a_file(rows)}).context_data
    assert [(row.number, row.effect, len(row.errors)) for row in context["rows"]] == [
        (2, "new", 0), (3, "bad", 1), (4, "bad", 1), (5, "bad", 4),
    ]  # fmt: skip
    assert context["confirmed"] == ""


@pytest.mark.parametrize(
    "file",
    [
        SimpleUploadedFile("r.csv", b"a,b,c\n1,2,3"),
        SimpleUploadedFile("r.csv", b""),
        SimpleUploadedFile("r.xlsx", b"PK\x03\x04garbage"),
        SimpleUploadedFile("r.pdf", b"%PDF-1.4"),
    ],
    ids=["other heads", "empty", "damaged", "another kind"],
)
def test_a_file_that_is_no_table_of_readings_is_refused_with_a_sentence(world, visit, file):
    response = visit(world.lead, url("reading_import", world.product.pk), {"file": file})
    assert list(response.context_data["form"].errors) == ["file"]


def test_the_template_comes_back_as_it_went_out(world, visit):
    response = visit(world.lead, url("reading_template", world.product.pk))
    data = b"".join(response.streaming_content)
    rows = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    assert (rows[0], [row[0] for row in rows[1:]]) == (heads(), [world.west.label])


# ── Every page opens, and costs the same for any number ───────────────────────────────────────────────────────────


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_opens_in_both_languages(world, visit, client, language):
    client.cookies["django_language"] = language
    enter_reading(world.product, world.west, this_month(), by=world.lead, cost_fen=1, benefit_fen=2)
    pk = world.product.pk
    names = (
        "product_detail",
        "product_edit",
        "product_offer",
        "reading_list",
        "reading_enter",
        "reading_import",
    )
    for address in [url("product_list"), url("rollout_list"), *(url(name, pk) for name in names)]:
        assert visit(world.officer, address).status_code == 200, address


def spent(client, user, address):
    """The queries of one page, and the page. The session is there before counting begins."""
    client.force_login(user, backend="apps.org.adapters.AccountBackend")
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        response = client.get(address)
    return len(queries), response


@pytest.mark.parametrize("name", ["product_list", "rollout_list"])
def test_a_list_takes_the_same_number_of_queries_for_1_and_for_30(world, client, name):
    cost, _one = spent(client, world.officer, url(name))
    for _n in range(29):
        offered(a_product(world.officer), world.officer)
    cost_of_many, many = spent(client, world.officer, url(name))

    assert len(many.context_data["page"].rows) == 30
    assert cost_of_many == cost
    assert cost <= 10


def test_a_products_pages_take_the_same_queries_for_1_and_for_30_branches(world, client):
    head = PostFactory(role="unit_head", unit=world.root).user
    enter_reading(world.product, world.west, this_month(), by=world.lead, cost_fen=1, benefit_fen=2)
    offered(world.product, world.officer)
    addresses = [url(name, world.product.pk) for name in ("product_detail", "reading_list")] + ["/"]
    before = [spent(client, head, address)[0] for address in addresses]
    for _n in range(29):
        rollout, lead = taken_up(world.product, world.officer)
        enter_reading(world.product, rollout.unit, this_month(), by=lead, cost_fen=1, benefit_fen=2)
        offered(world.product, world.officer)

    after = [spent(client, head, address) for address in addresses]

    assert len(after[0][1].context_data["rollouts"]) == 60
    assert [cost for cost, _page in after] == before

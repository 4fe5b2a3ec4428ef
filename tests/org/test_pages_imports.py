"""Pages of importing: who may, what the preview shows, and the way from a file to the tables with two people."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from python_calamine import CalamineWorkbook

from apps.org.actions.imports import check_import
from apps.org.imports.workbook import read_workbook
from apps.org.models import OrgImport, Request, Unit
from tests.factories import PostFactory, bank
from tests.org.workbooks import XLSX, workbook

pytestmark = pytest.mark.django_db


def url(name, *args):
    return reverse(f"org:{name}", args=args)


@pytest.fixture
def world():
    world = bank()
    world.east.code = "EAST"
    world.east.save()
    world.admin = PostFactory(role="system_admin", unit=world.root).user
    world.security = PostFactory(role="security_admin", unit=world.root).user
    return world


@pytest.fixture
def visit(client):
    def open_as(user, address, data=None, **headers):
        client.force_login(user, backend="apps.org.adapters.AccountBackend")
        return client.post(address, data) if data is not None else client.get(address, **headers)

    return open_as


def units(count):
    return [[f"N{n:03d}", f"第{n}支行", "", "支行", "EAST"] for n in range(count)]


def staged(world, count=1):
    return check_import(
        read_workbook(workbook(units=units(count))), by=world.admin, name="机构.xlsx", sha256="a" * 64
    )


def test_from_the_file_to_the_tree_in_the_browser_with_two_people(world, visit):
    answer = visit(world.admin, url("import_new"), {"file": workbook(units=units(2))})
    made = OrgImport.objects.get()
    assert (answer.status_code, answer.url) == (302, made.get_absolute_url())
    preview = visit(world.admin, made.get_absolute_url()).content.decode()
    assert "N001 · 第1支行" in preview
    assert Unit.objects.filter(code="N001").exists() is False

    answer = visit(world.admin, url("import_move", made.pk, "ask"), {"note": "年度机构调整"})
    asked = Request.objects.unscoped("test").get()
    assert answer.url == asked.get_absolute_url()
    page = visit(world.security, asked.get_absolute_url()).content.decode()
    assert made.sha256 in page
    assert made.get_absolute_url() in page
    assert visit(world.security, made.get_absolute_url()).status_code == 200

    visit(world.security, url("request_move", asked.pk, "approve"), {"seen": asked.payload_hash})
    assert Unit.objects.get(code="N001").get_parent() == world.east
    assert "已导入" in visit(world.admin, made.get_absolute_url()).content.decode()


def test_wrong_rows_are_shown_with_sheet_row_and_column_and_cannot_be_asked_for(world, visit):
    visit(
        world.admin,
        url("import_new"),
        {"file": workbook(units=[["A", "甲", "", "小卖部", "EAST"], *units(1)])},
    )
    made = OrgImport.objects.get()
    response = visit(world.admin, made.get_absolute_url() + "?effect=bad")
    assert [(row.sheet, row.number, row.errors[0][0]) for row in response.context_data["page"]] == [("units", 2, "机构类型")]  # fmt: skip
    assert [move.name for move in response.context_data["moves"]] == ["drop"]
    rows = CalamineWorkbook.from_filelike(
        io.BytesIO(visit(world.admin, made.get_absolute_url() + "?effect=bad&format=xlsx").content)
    ).get_sheet_by_index(0).to_python()  # fmt: skip
    assert [row[:3] for row in rows[1:]] == [["机构", 2.0, "A · 甲"]]


def test_what_is_no_clean_workbook_comes_back_with_a_sentence(world, visit):
    data = io.BytesIO()
    with zipfile.ZipFile(workbook(units=units(1))) as old, zipfile.ZipFile(data, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
        new.writestr("xl/vbaProject.bin", b"macro")
    for file in [
        SimpleUploadedFile("宏.xlsx", data.getvalue(), XLSX),
        SimpleUploadedFile("x.xlsx", b"PK\x03\x04 no archive", XLSX),
        SimpleUploadedFile("x.xlsx", b"", XLSX),
        workbook(touch=lambda book, pages: book.add_worksheet("别的")),
    ]:
        response = visit(world.admin, url("import_new"), {"file": file})
        assert (response.status_code, list(response.context_data["form"].errors)) == (200, ["file"])
    assert OrgImport.objects.count() == 0


def test_the_template_has_the_three_sheets_and_the_notes(world, visit):
    response = visit(world.admin, url("import_template"))
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(response.streaming_content)))
    assert book.sheet_names == ["机构", "人员", "任职", "填写说明"]
    assert book.get_sheet_by_name("任职").to_python()[0][:3] == ["工号*", "机构编码*", "角色*"]
    notes = str(book.get_sheet_by_name("填写说明").to_python())
    assert "创新工作联系人" in notes
    assert world.retail.name in notes


def test_imports_are_for_the_administrators_of_the_bank(world, visit):
    made = staged(world)
    lead = PostFactory(role="group_lead", unit=world.root).user
    of_a_branch = PostFactory(role="system_admin", unit=world.east).user
    assert visit(lead, url("import_list")).status_code == 403
    assert visit(lead, made.get_absolute_url()).status_code == 404
    assert visit(of_a_branch, made.get_absolute_url()).status_code == 404
    assert visit(of_a_branch, url("import_new")).status_code == 403
    assert list(visit(of_a_branch, url("import_list")).context_data["page"]) == []
    assert visit(world.security, url("import_move", made.pk, "ask"), {}).status_code == 403


def test_dropping_and_checking_again_by_button(world, visit):
    made = staged(world)
    visit(world.admin, url("import_check", made.pk), {})
    visit(world.admin, url("import_move", made.pk, "drop"), {})
    made.refresh_from_db()
    assert (made.state, made.rows.count()) == (OrgImport.State.DROPPED, 0)
    assert visit(world.admin, url("import_move", made.pk, "merge"), {}).status_code == 404


def spent(visit, user, address):
    visit(user, address)
    with CaptureQueriesContext(connection) as queries:
        response = visit(user, address)
    return len(queries), len(response.context_data["page"].rows)


def test_the_pages_take_the_same_queries_for_1_and_for_30(world, visit):
    small = staged(world, 1)
    cost_of_list, one = spent(visit, world.admin, url("import_list"))
    cost_of_rows, row = spent(visit, world.admin, small.get_absolute_url())
    large = [staged(world, 30) for _n in range(29)][0]
    assert (one, row) == (1, 1)
    assert spent(visit, world.admin, url("import_list")) == (cost_of_list, 30)
    assert spent(visit, world.admin, large.get_absolute_url()) == (cost_of_rows, 30)
    assert (cost_of_list, cost_of_rows) <= (16, 20)

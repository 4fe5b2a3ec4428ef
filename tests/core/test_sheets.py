"""Spreadsheets: what goes out is neutral and marked, what comes in is plain values or a sentence."""

import csv
import io
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import xlsxwriter
from django.utils import translation
from openpyxl import load_workbook

from apps.core.sheets import (
    BadSheet,
    check_workbook,
    formula_cells,
    read_rows,
    sheet_names,
    stream_csv,
    write_xlsx,
)
from tests.corpus.sheets import by_hand


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


HEADS = [("名称", "text"), ("金额", "money_fen"), ("日期", "date"), ("时间", "datetime"), ("数", "number")]
ROW = ["订烟贷", 1234567, date(2026, 11, 23), datetime(2026, 11, 23, 9, 20, tzinfo=UTC), -3]


def workbook(*sheets, **options):
    """An .xlsx of [(name, {(row, column): value}, hidden)]."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, options)
    dates = book.add_format({"num_format": "yyyy-mm-dd"})
    for name, cells, hidden in sheets:
        sheet = book.add_worksheet(name)
        if hidden:
            sheet.hide()
        for (row, column), value in cells.items():
            if isinstance(value, date):
                sheet.write_datetime(row, column, value, dates)
            else:
                sheet.write(row, column, value)
    book.close()
    file.seek(0)
    return file


def csv_lines(rows, heads=HEADS):
    return b"".join(stream_csv(heads, rows)).decode("utf-8-sig").splitlines()


def test_csv_writes_money_in_yuan_and_moments_in_the_banks_time():
    assert csv_lines([ROW, ["", None, None, None, None]]) == [
        "名称,金额,日期,时间,数",
        "订烟贷,12345.67,2026-11-23,2026-11-23 17:20,-3",
        ",,,,",
    ]


def test_csv_begins_with_the_mark_excel_needs_and_comes_in_chunks():
    chunks = list(stream_csv(HEADS, [ROW] * 1201))
    assert chunks[0].startswith(b"\xef\xbb\xbf")
    assert len(chunks) == 3


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+A1",
        "-A1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "＝1+1",
        "＋1",
        "－1",
        "＠A",
        '=HYPERLINK("http://x")',
    ],
)
def test_what_a_spreadsheet_would_run_is_written_as_text(text):
    written = b"".join(stream_csv([("名称", "text")], [[text]])).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(written, newline="")))[1] == [f"'{text}"]

    book = load_workbook(write_xlsx([("名称", "text")], [[text]], watermark="w", title="t"))
    cell = book.active["A2"]
    assert (cell.value.replace("_x000D_", "\r").strip(), cell.data_type) == (text.strip(), "s")


def test_xlsx_keeps_numbers_as_numbers_and_marks_every_page():
    book = load_workbook(write_xlsx(HEADS, [ROW], watermark="林晓 20261123-1720", title="projects"))
    sheet = book.active
    assert [cell.value for cell in sheet[2]] == [
        "订烟贷",
        12345.67,
        datetime(2026, 11, 23),
        datetime(2026, 11, 23, 17, 20),
        -3,
    ]
    assert "林晓 20261123-1720" in sheet.oddHeader.center.text
    assert "林晓 20261123-1720" in sheet.oddFooter.center.text


@pytest.mark.parametrize("date_1904", [False, True])
def test_rows_are_read_with_their_own_numbers_and_plain_values(date_1904):
    cells = {
        (0, 1): "  工号 ",
        (2, 1): 10023,
        (2, 2): 1.5,
        (2, 3): date(2026, 5, 1),
        (2, 4): True,
        (5, 1): "x",
    }
    file = workbook(("人员", cells, False), date_1904=date_1904)
    assert list(read_rows(file)) == [
        (1, [None, "工号", None, None, None]),
        (3, [None, 10023, Decimal("1.5"), date(2026, 5, 1), True]),
        (6, [None, "x", None, None, None]),
    ]


def test_a_hidden_or_missing_sheet_is_a_sentence():
    file = workbook(("看得见", {(0, 0): 1}, False), ("看不见", {(0, 0): 1}, True))
    assert sheet_names(file) == ["看得见"]
    with pytest.raises(BadSheet, match="看不见"):
        list(read_rows(file, sheet="看不见"))
    with pytest.raises(BadSheet, match="没有的"):
        list(read_rows(file, sheet="没有的"))


def test_cells_with_formulas_are_named():
    file = workbook(("a<b", {(0, 0): "x"}, False), ("数", {(6, 2): "=1+1", (7, 2): 3}, False))
    assert formula_cells(file, "数") == {"C7"}
    assert formula_cells(file, "a<b") == set()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not a zip", b"name,age\n1,2"])
def test_what_is_no_workbook_is_a_sentence(content):
    with pytest.raises(BadSheet):
        list(read_rows(io.BytesIO(content)))


def test_a_zip_without_a_workbook_is_a_sentence():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.txt", "x")
    with pytest.raises(BadSheet):
        list(read_rows(file))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
@pytest.mark.parametrize("comma", [",", "\t", ";"])
def test_csv_is_read_in_the_encodings_offices_save(encoding, comma):
    text = f"工号{comma}姓名\r\n001{comma} 王敏 \r\n\r\n002{comma}\r\n"
    assert list(read_rows(io.BytesIO(text.encode(encoding)), kind="csv")) == [
        (1, ["工号", "姓名"]),
        (2, ["001", "王敏"]),
        (4, ["002", None]),
    ]


def test_bytes_of_no_encoding_are_a_sentence():
    with pytest.raises(BadSheet, match="UTF-8"):
        list(read_rows(io.BytesIO(b"\xff\x80\x81,\xff"), kind="csv"))


def sheet(*places, behind=b""):
    """A workbook by hand, a number in each of these places; `behind` stands behind them."""
    cells = b"".join(b'<row><c r="%s"><v>1</v></c></row>' % place for place in places)
    return io.BytesIO(by_hand(b"<sheetData>%s%s</sheetData>" % (cells, behind)))


@pytest.mark.parametrize(
    ("file", "refused"),
    [
        (sheet(b"A1", b"C100"), ""),
        (sheet(b"A1", behind=b'<row r="900000"><c r="XFD900000" s="1"/></row>'), ""),  # a format and no value
        (sheet(b"A1", b"A101"), "At most 100 rows"),
        (sheet(b"A1", b"A1000000000001"), "unusual way"),
        (sheet(b"A1", b"a2"), "unusual way"),
        (sheet(b"A1", behind=b"<row><c><v>1</v></c></row>"), "unusual way"),
        (sheet(b"A1", behind=b"<row><x:c s='1' r='A2'><v>1</v></x:c></row>"), "unusual way"),
        (sheet(b"A1", behind=b'<row><c %s r="XFD9"><v>1</v></c></row>' % (b" " * 600_000)), ""),
        (sheet(b"A1", behind=b"<mergeCell/>" * 100_001), "more than a table"),
    ],
)
def test_a_workbook_is_counted_before_it_is_read(file, refused):
    if not refused:
        check_workbook(file, rows=100)
        assert list(read_rows(file))
        return
    with pytest.raises(BadSheet, match=refused):
        check_workbook(file, rows=100)


def test_a_rectangle_of_more_than_a_million_cells_is_refused():
    with pytest.raises(BadSheet, match="more than a table"):
        check_workbook(sheet(b"A1", b"XFD62"), rows=100)


def test_a_line_of_a_csv_file_that_is_too_long_is_refused_and_a_missing_quote_named_by_its_line():
    with pytest.raises(BadSheet, match="Line 2 "):
        list(read_rows(io.BytesIO(b"a,b\n" + b"x" * 1_000_001), kind="csv"))
    with pytest.raises(BadSheet, match="line "):
        list(read_rows(io.BytesIO(b'a,b\n"' + b"x,y\n" * 50_000), kind="csv"))

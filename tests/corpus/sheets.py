"""Workbooks, made by hand where a library would not make them."""

import io
import random
import struct
import warnings
import zipfile
from datetime import date

import xlsxwriter

from tests.org.workbooks import workbook

TYPES = (
    b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    b'<Default Extension="xml" ContentType="application/xml"/>'
    b'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    b'<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'
)
MAIN = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def archive(parts, *, types=b"<Types/>", compression=zipfile.ZIP_DEFLATED, level=None):
    target = io.BytesIO()
    with (
        warnings.catch_warnings(action="ignore"),
        zipfile.ZipFile(target, "w", compression, compresslevel=level) as zipped,
    ):
        zipped.writestr("[Content_Types].xml", types)
        for name, data in parts:
            zipped.writestr(name, data)
    return target.getvalue()


def plain():
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    book.add_worksheet("机构").write_row(0, 0, ["机构编码", "机构名称"])
    book.close()
    return target.getvalue()


def with_part(name, data):
    """An honest workbook with one part more."""
    target = io.BytesIO(plain())
    with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(target, "a") as zipped:
        info = zipfile.ZipInfo("placeholder")
        info.filename = name
        zipped.writestr(info, data)
    return target.getvalue()


def by_hand(sheet, *, strings=b"", names=b"", title="机构", level=6):
    """A workbook whose first sheet has this XML inside; `names` stand in the workbook itself."""
    book = (
        b'<workbook xmlns="%s" xmlns:r="%s"><sheets><sheet name="%s" sheetId="1" r:id="rId1"/></sheets>%s</workbook>'
        % (MAIN, RELATIONS, title.encode(), names)
    )
    kinds = [(b"worksheet", b"worksheets/sheet1.xml"), (b"sharedStrings", b"sharedStrings.xml")]
    links = b"".join(
        b'<Relationship Id="rId%d" Type="%s/%s" Target="%s"/>' % (number, RELATIONS, kind, target)
        for number, (kind, target) in enumerate(kinds, 1)
    )
    package = b"http://schemas.openxmlformats.org/package/2006/relationships"
    return archive(
        [
            (
                "_rels/.rels",
                b'<Relationships xmlns="%s"><Relationship Id="r" Type="%s/officeDocument" Target="xl/workbook.xml"/></Relationships>'
                % (package, RELATIONS),
            ),
            ("xl/workbook.xml", book),
            (
                "xl/_rels/workbook.xml.rels",
                b'<Relationships xmlns="%s">%s</Relationships>' % (package, links),
            ),
            ("xl/sharedStrings.xml", b'<sst xmlns="%s">%s</sst>' % (MAIN, strings)),
            ("xl/worksheets/sheet1.xml", b'<worksheet xmlns="%s">%s</worksheet>' % (MAIN, sheet)),
        ],
        types=TYPES,
        level=level,
    )


def bomb():
    return archive([("xl/worksheets/sheet1.xml", b" " * (300 * 2**20))], types=TYPES, level=1)


def bomb_in_parts():
    return archive(
        [(f"xl/worksheets/sheet{at}.xml", b"<c/>" * 2**20) for at in range(60)], types=TYPES, level=1
    )


def under_the_ratio():
    """190 MB of cells that shrink a little less than would be noticed."""
    chance = random.Random(3)
    block = b"".join(b"<c><v>%d</v></c>" % chance.randrange(10**4) for _n in range(3_000))
    row = b"<row>%s</row>" % block
    return by_hand(b"<sheetData>%s</sheetData>" % (row * (190 * 2**20 // len(row))), level=1)


def lying_size():
    data = bytearray(by_hand(b"<sheetData/>" + b" " * 50_000))
    at = data.rfind(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", 100)
    return bytes(data)


def many_entries():
    return archive(
        [(f"xl/{at}.xml", b"") for at in range(65_536)], types=TYPES, compression=zipfile.ZIP_STORED
    )


def external_picture():
    link = (
        b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
        b'Type="%s/image" Target="http://example.com/x.png" TargetMode="External"/></Relationships>'
        % RELATIONS
    )
    return with_part("xl/worksheets/_rels/sheet9.xml.rels", link)


def locked():
    data = bytearray(plain())
    for mark, shift in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.rfind(mark) + shift] |= 1
    return bytes(data)


def rows(count):
    cells = b"".join(
        b'<row r="%d"><c r="A%d"><v>%d</v></c></row>' % (n, n, n * 7919 % 100_003)
        for n in range(1, count + 1)
    )
    return by_hand(b"<sheetData>%s</sheetData>" % cells, level=1)


def strings(count):
    """As many different texts, kept once each."""
    texts = b"".join(b"<si><t>%08x text %d</t></si>" % (n * 2654435761 % 2**32, n) for n in range(count))
    cells = b"".join(
        b'<row r="%d"><c r="A%d" t="s"><v>%d</v></c></row>' % (n + 1, n + 1, n) for n in range(100)
    )
    return by_hand(b"<sheetData>%s</sheetData>" % cells, strings=texts, level=1)


def wide(count):
    chance = random.Random(5)
    row = b"".join(b"<c><v>%d</v></c>" % chance.randrange(10**6) for _n in range(16_384))
    return by_hand(b"<sheetData>%s</sheetData>" % (b"<row>%s</row>" % row * count), level=1)


def far_corner():
    """Two cells, and between them all the rows and columns there can be."""
    return by_hand(
        b'<sheetData><row r="1"><c r="A1"><v>1</v></c></row>'
        b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    )


def merged_over_all():
    merged = b'<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    return by_hand(
        b'<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>%s</t></is></c></row>'
        b'<row r="2"><c r="A2"><v>1</v></c></row></sheetData>%s' % ("机构编码".encode(), merged)
    )


HEADS = {
    "people": ("机构编码", "机构名称", "简称", "机构类型", "上级机构编码", "启用日期", "停用日期"),
    "readings": ("机构", "月份", "成本（元）", "效益（元）", "使用客户数", "更正原因"),
}


def text_cell(place, text):
    return b'<c r="%s" t="inlineStr"><is><t>%s</t></is></c>' % (place.encode(), text.encode())


def under_heads(kind, rows, *, behind=b"", **options):
    """A table that begins as the product asks, and goes on as it does not."""
    heads = b"".join(
        text_cell(f"{letter}1", head) for letter, head in zip("ABCDEFG", HEADS[kind], strict=False)
    )
    return by_hand(
        b'<sheetData><row r="1">%s</row>%s</sheetData>%s' % (heads, rows, behind),
        level=1,
        title="机构" if kind == "people" else kind,
        **options,
    )


def numbered(count, cell):
    return b"".join(b'<row r="%d">%s</row>' % (n, cell.replace(b"#", b"%d" % n)) for n in range(2, count + 2))


def corner_under_heads(kind):
    return under_heads(kind, b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')


def wide_under_heads(kind):
    """Four thousand rows whose last cell is in the last column."""
    return under_heads(kind, numbered(4_000, b'<c r="A#"><v>1</v></c><c r="XFD#"><v>1</v></c>'))


def unplaced_under_heads(kind):
    """Cells that do not say where they stand: sixteen thousand in a row, then a row far below."""
    row = b"<row>%s</row>" % (b"<c><v>1</v></c>" * 16_384)
    return under_heads(kind, row + b"<row/>" * 50_000 + b"<row><c><v>1</v></c></row>")


def many_under_heads(kind):
    return under_heads(kind, numbered(1_000_000, b'<c r="A#"><v>1</v></c>'))


def formulas_under_heads(kind):
    return under_heads(
        kind, numbered(4_900, b"".join(b'<c r="%c#"><f>1+1</f><v>2</v></c>' % c for c in b"ABCDEF"))
    )


def merged_under_heads(kind):
    """Merged over all, and a second time in four hundred thousand pieces."""
    pieces = b"".join(b'<mergeCell ref="A%d:XFD%d"/>' % (n, n + 1) for n in range(2, 400_002))
    merged = b'<mergeCells><mergeCell ref="A1:XFD1048576"/>%s</mergeCells>' % pieces
    return under_heads(kind, numbered(3, text_cell("A#", "N001")), behind=merged)


def merged_once_under_heads(kind):
    merged = b'<mergeCells><mergeCell ref="A2:XFD1048576"/></mergeCells>'
    return under_heads(kind, numbered(3, text_cell("A#", "N001")), behind=merged)


def many_names(kind):
    names = b"".join(b'<definedName name="n%d">A1</definedName>' % n for n in range(1_000_000))
    return under_heads(kind, b"", names=b"<definedNames>%s</definedNames>" % names)


def _people(touch=None, units=()):
    return workbook(units=units or [["N001", "新支行", "", "支行", "HO"]], touch=touch).read()


def people_with_formulas():
    return _people(
        lambda _book, pages: pages["units"].write_formula(
            1, 1, '=HYPERLINK("http://example.com","点")', None, "点"
        )
    )


def people_merged():
    def touch(book, pages):
        pages["units"].merge_range(2, 0, 3, 1, "N002")
        book.add_worksheet("藏起来的").hide()

    return _people(touch)


def people_hidden():
    def touch(book, pages):
        book.add_worksheet("看得见的").activate()
        pages["units"].hide()

    return _people(touch)


def table(heads, rows, title="机构"):
    """An honest workbook of one sheet, all of texts."""
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, {"in_memory": True})
    page = book.add_worksheet(title)
    for number, row in enumerate([heads, *rows]):
        page.write_row(number, 0, row)
    book.close()
    return data.getvalue()


def people_dates(of_1904):
    """The same day, counted from 1900 or from 1904."""
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, {"in_memory": True, "date_1904": of_1904})
    page = book.add_worksheet("机构")
    page.write_row(0, 0, ["机构编码", "机构名称", "机构类型", "上级机构编码", "启用日期"])
    page.write_row(1, 0, ["N001", "新支行", "支行", "HO"])
    page.write_datetime(1, 4, date(2026, 2, 28), book.add_format({"num_format": "yyyy-mm-dd"}))
    book.close()
    return data.getvalue()


def readings_with_formulas():
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, {"in_memory": True})
    page = book.add_worksheet("readings")
    page.write_row(0, 0, ["机构", "月份", "成本（元）", "效益（元）", "使用客户数", "更正原因"])
    page.write_row(1, 0, ["江州分行", "2026-01"])
    page.write_formula(1, 2, "=1+1", None, 2)
    page.write_formula(1, 3, '=WEBSERVICE("http://example.com/")', None, 3)
    book.close()
    return data.getvalue()

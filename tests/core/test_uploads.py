"""Files that may come in, and a corpus of those that may not, made by code."""

import io
import struct
import time
import tracemalloc
import zipfile
import zlib
from functools import cache

import docx
import pytest
import xlsxwriter
from django.utils import translation
from PIL import Image

from apps.core.archives import check_archive
from apps.core.uploads import BadUpload, check_upload, safe_name


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


SHEET_TYPES = b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'


def named(data, name):
    file = io.BytesIO(data)
    file.name = name
    return file


def workbook(rows=(("机构", "金额"), ("滨海分行", 12))):
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    sheet = book.add_worksheet()
    for at, row in enumerate(rows):
        sheet.write_row(at, 0, row)
    sheet.write_url(5, 0, "https://example.com/", string="link that a person clicks")
    book.close()
    return target.getvalue()


def letter():
    target = io.BytesIO()
    document = docx.Document()
    document.add_paragraph("关于创新线索的说明")
    document.save(target)
    return target.getvalue()


def archive(parts, *, types=SHEET_TYPES, compression=zipfile.ZIP_DEFLATED):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", compression) as zipped:
        zipped.writestr("[Content_Types].xml", types)
        for name, data in parts:
            zipped.writestr(zipfile.ZipInfo(name) if name.startswith("/") else name, data)
    return target.getvalue()


def picture(format="PNG", size=(40, 30)):
    target = io.BytesIO()
    Image.new("RGB", size, "white").save(target, format)
    return target.getvalue()


def png_that_claims(width, height):
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


# ── What comes in ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("data", "name", "kind", "media_type"),
    [
        (
            workbook(),
            "人员导入.xlsx",
            "xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
        (
            letter(),
            "说明.docx",
            "docx",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        (b"%PDF-1.7\n%%EOF\n", "a.pdf", "pdf", "application/pdf"),
        (picture("PNG"), "a.PNG", "png", "image/png"),
        (picture("JPEG"), "现场.jpg", "jpeg", "image/jpeg"),
        (picture("WEBP"), "a.webp", "webp", "image/webp"),
        (picture("GIF"), "a.gif", "gif", "image/gif"),
        ("机构,金额\n滨海分行,12\n".encode("gbk"), "a.csv", "csv", "text/csv"),
        ("<html><body>银行</body></html>".encode(), "saved.html", "page", "text/html"),
        ("银行创新".encode("utf-16"), "a.txt", "page", "text/html"),
        (b"<p>a page</p>", "no ending", "page", "text/html"),
    ],
    ids=lambda value: (
        "" if isinstance(value, bytes) else value
    ),  # bytes with the time in them have another name each time
)
def test_an_ordinary_file_comes_in_as_what_it_is(data, name, kind, media_type):
    file = named(data, name)
    checked = check_upload(file)
    assert (checked.kind, checked.media_type, checked.name, checked.size) == (
        kind,
        media_type,
        name,
        len(data),
    )
    assert file.tell() == 0


def test_a_feed_comes_in_where_feeds_are_read():
    assert (
        check_upload(named(b'<?xml version="1.0"?><rss version="2.0"/>', "news.xml"), kinds=("feed",)).kind
        == "feed"
    )


def test_a_text_file_is_a_table_where_only_tables_are_read():
    assert check_upload(named(b"a,b\n1,2\n", "a.txt"), kinds=("sheet",)).kind == "csv"


# ── What does not ───────────────────────────────────────────────────────────────────────────────────────────────────


@cache
def bomb():
    """Three hundred megabytes of spaces in a sheet of some three hundred kilobytes."""
    return archive([("xl/worksheets/sheet1.xml", b" " * (300 * 2**20))])


def many_small_bombs():
    return archive([(f"xl/worksheets/sheet{at}.xml", b"<c/>" * 2**20) for at in range(60)])


def lying_size():
    """The table of contents says 100 bytes, the part holds fifty thousand."""
    data = bytearray(archive([("xl/workbook.xml", b"<w/>" * 12_500)]))
    at = data.rfind(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", 100)
    return bytes(data)


def overlapping():
    """Two lines of the table of contents for one piece of data."""
    data = bytearray(archive([("xl/a.xml", b"<a/>" * 100), ("xl/b.xml", b"<a/>" * 100)]))
    first = data.find(b"PK\x01\x02", data.find(b"PK\x01\x02") + 1)
    second = data.find(b"PK\x01\x02", first + 1)
    data[second + 42 : second + 46] = data[first + 42 : first + 46]
    return bytes(data)


def encrypted():
    data = bytearray(archive([("xl/workbook.xml", b"<w/>")]))
    for mark, shift in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.rfind(mark) + shift] |= 1
    return bytes(data)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def twice_the_same_name():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as zipped:
        zipped.writestr("[Content_Types].xml", SHEET_TYPES)
        zipped.writestr("xl/workbook.xml", b"<w/>")
        zipped.writestr("xl/WORKBOOK.xml", b"<w/>")
    return target.getvalue()


def linking(kind, target="http://example.com/x"):
    body = f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" Target="{target}" TargetMode="External"/></Relationships>'
    return archive([("xl/_rels/workbook.xml.rels", body.encode())])


CORPUS = {
    "a spreadsheet bomb": (bomb, "a.xlsx", "unpack to more"),
    "a bomb in many parts": (many_small_bombs, "a.xlsx", "unpack to more"),
    "a part that lies about its size": (lying_size, "a.xlsx", "smaller than it is"),
    "parts that overlap": (overlapping, "a.xlsx", "overlap"),
    "65,536 parts": (
        lambda: archive([(f"xl/{at}.xml", b"") for at in range(65_536)], compression=zipfile.ZIP_STORED),
        "a.xlsx",
        "parts",
    ),
    "5,001 parts": (
        lambda: archive([(f"xl/{at}.xml", b"") for at in range(5_000)]),
        "a.xlsx",
        "more than 5000 parts",
    ),
    "an archive inside": (
        lambda: archive([("xl/media/image1.png", archive([]))]),
        "a.xlsx",
        "other files inside",
    ),
    "an embedded workbook": (
        lambda: archive([("word/embeddings/sheet.xlsx", b"x")]),
        "a.xlsx",
        "other files inside",
    ),
    "a path outside": (lambda: archive([("../../etc/passwd", b"x")]), "a.xlsx", "outside"),
    "a path outside, backslashes": (lambda: archive([("xl\\..\\..\\a.xml", b"x")]), "a.xlsx", "outside"),
    "an absolute path": (lambda: archive([("/etc/passwd", b"x")]), "a.xlsx", "outside"),
    "two parts of one name": (twice_the_same_name, "a.xlsx", "same name"),
    "macros": (lambda: archive([("xl/vbaProject.bin", b"x")]), "a.xlsx", "macros"),
    "macros by type": (
        lambda: archive(
            [],
            types=SHEET_TYPES.replace(
                b"openxmlformats-officedocument.spreadsheetml.sheet", b"ms-excel.sheet.macroEnabled"
            ),
        ),
        "a.xlsx",
        "macros",
    ),
    "an old macro sheet": (lambda: archive([("xl/macrosheets/sheet1.xml", b"<x/>")]), "a.xlsx", "macros"),
    "links to other workbooks": (
        lambda: archive([("xl/externalLinks/externalLink1.xml", b"<x/>")]),
        "a.xlsx",
        "other files",
    ),
    "a template fetched from afar": (lambda: linking("attachedTemplate"), "a.xlsx", "other places"),
    "a picture fetched from afar": (lambda: linking("image"), "a.xlsx", "other places"),
    "a DTD": (
        lambda: archive([("xl/workbook.xml", b'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "b">]><w/>')]),
        "a.xlsx",
        "DTD",
    ),
    "a DTD in UTF-16": (
        lambda: archive([("xl/workbook.xml", '<?xml version="1.0"?><!DOCTYPE w><w/>'.encode("utf-16"))]),
        "a.xlsx",
        "DTD",
    ),
    "a DTD far down": (
        lambda: archive(
            [("xl/workbook.xml", b"<?xml version='1.0'?>" + b" " * 300_000 + b"<!DOCTYPE w><w/>")]
        ),
        "a.xlsx",
        "DTD",
    ),
    "a locked part": (encrypted, "a.xlsx", "password"),
    "an unusual packing": (
        lambda: archive([("xl/a.xml", b"<x/>" * 100)], compression=zipfile.ZIP_LZMA),
        "a.xlsx",
        "unusual",
    ),
    "something in front of the archive": (
        lambda: b"PK\x03\x04" + b"#" * 100 + workbook(),
        "a.xlsx",
        "before or behind",
    ),
    "something behind the archive": (lambda: workbook() + b"#" * 100, "a.xlsx", "before or behind"),
    "an archive cut off": (lambda: workbook()[:2000], "a.xlsx", "end is missing"),
    "a plain archive": (lambda: archive([("a.txt", b"hello")], types=b"<Types/>"), "a.zip", "Unpack it"),
    "an old Excel file, or a locked one": (
        lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 5000,
        "a.xlsx",
        "before 2007",
    ),
    "a program": (lambda: b"MZ\x90\x00" + bytes(range(256)) * 10, "a.pdf", "cannot be recognised"),
    "a script": (lambda: b"#!/bin/sh\nrm -rf /\n", "a.txt", "program"),
    "PHP": (lambda: b"<?php system($_GET['c']); ?>", "a.html", "program"),
    "nothing": (lambda: b"", "a.pdf", "empty"),
    "a PDF that says it is a picture": (lambda: b"%PDF-1.7\n%%EOF", "photo.png", "ends in .png"),
    "a page that says it is a picture": (
        lambda: b"<html><script>alert(1)</script></html>",
        "photo.jpg",
        "ends in .jpg",
    ),
    "a document that says it is a sheet": (letter, "a.xlsx", "ends in .xlsx"),
    "a name with two endings": (lambda: picture("PNG"), "photo.png.exe", "ends in .exe"),
    "an SVG": (
        lambda: (
            b"<?xml version='1.0'?><!-- hi --><svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
        ),
        "a.svg",
        "SVG",
    ),
    "an SVG by another name": (
        lambda: b"\xef\xbb\xbf <!DOCTYPE svg PUBLIC 'a' 'b'><svg onload='alert(1)'/>",
        "a.html",
        "SVG",
    ),
    "a picture of 50,000 x 50,000": (lambda: png_that_claims(50_000, 50_000), "a.png", "points"),
    "a picture of 8,000 x 6,000": (lambda: png_that_claims(8_000, 6_000), "a.png", "8000 × 6000 points"),
    "a picture cut off": (lambda: picture("PNG")[:50], "a.png", "damaged"),
    "a picture that is an archive": (lambda: picture("GIF") + archive([]), "a.gif", "two things at once"),
    "a picture that is a page": (
        lambda: picture("JPEG") + b"<script>alert(1)</script>",
        "a.jpg",
        "two things at once",
    ),
    "a PDF that is an archive": (lambda: b"%PDF-1.7\n%%EOF\n" + archive([]), "a.pdf", "two things at once"),
    "a picture of a phone": (lambda: b"\0\0\0\x18ftypheic" + b"\0" * 100, "a.heic", "HEIC"),
}


@pytest.mark.parametrize("what", CORPUS)
def test_a_dangerous_file_is_refused_with_a_sentence_quickly(what):
    make, name, sentence = CORPUS[what]
    file = named(make(), name)
    begun = time.process_time()
    with pytest.raises(BadUpload, match=sentence):
        check_upload(file)
    assert time.process_time() - begun < 2
    assert file.tell() == 0


def test_a_bomb_is_refused_in_little_memory():
    file = named(bomb(), "a.xlsx")
    tracemalloc.start()
    with pytest.raises(BadUpload):
        check_upload(file)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20 * 2**20


def test_a_large_honest_sheet_is_counted_whole():
    rows = b"".join(
        b'<row r="%d"><c r="A%d"><v>%d</v></c><c r="B%d" t="s"><v>%d</v></c></row>'
        % (at, at, at * 7919 % 100_003, at, at % 50)
        for at in range(300_000)
    )
    found = check_archive(io.BytesIO(archive([("xl/worksheets/sheet1.xml", rows)])))
    assert (found.kind, found.entries, found.bytes) == ("xlsx", 2, len(rows) + len(SHEET_TYPES))


def test_the_settings_say_how_large_a_file_may_be(settings):
    settings.UPLOAD_MAX_BYTES = 2 * 2**20
    with pytest.raises(BadUpload, match="larger than 2 MB"):
        check_upload(named(b"a" * (2 * 2**20 + 1), "a.txt"))
    assert check_upload(named(b"a" * (2 * 2**20), "a.txt")).size == 2 * 2**20
    assert check_upload(named(b"a" * (2 * 2**20 + 1), "a.txt"), max_bytes=3 * 2**20).size == 2 * 2**20 + 1


def test_only_the_kinds_asked_for_come_in():
    with pytest.raises(BadUpload, match=r"Choose one of: \.xlsx, \.csv"):
        check_upload(named(picture(), "a.png"), kinds=("sheet",))


def test_the_sentence_comes_in_the_language_of_the_reader():
    with translation.override("zh-hans"), pytest.raises(BadUpload) as refused:
        check_upload(named(b"", "a.pdf"))
    with translation.override("zh-hans"):
        chinese = str(refused.value)
    with translation.override("en"):
        assert str(refused.value) == "The file is empty. Save it again and choose the new file."
    assert "空" in chinese


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("年度报告.docx", "年度报告.docx"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\报告.pdf", "报告.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("a\u200bb\u2060c.txt", "abc.txt"),
        ("a\x00b\nc\td.txt", "abcd.txt"),
        ("cafe\u0301.txt", "café.txt"),
        ("con.txt", "_con.txt"),
        ('a<b>:"|?*.txt', "a_b______.txt"),
        ("   .hidden.  ", "hidden"),
        ("", "file"),
        (None, "file"),
        ("...", "file"),
        ("\ud800.pdf", "_.pdf"),
        ("报" * 300 + ".xlsx", "报" * 115 + ".xlsx"),
        ("a." + "b" * 300, "a." + "b" * 118),
    ],
)
def test_a_file_name_is_made_safe(name, safe):
    assert safe_name(name) == safe

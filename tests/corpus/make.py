"""Files that nobody means well with, and honest ones that are odd: made here, none of them kept. `CORPUS` is name →
`Sample`; `NAMES` are strange names for a file that is harmless."""

import random
import zlib
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from tests.corpus import documents, pictures, sheets, texts

ALL = {"page", "feed", "people", "readings", "attachment", "photos"}


class Sample(NamedTuple):
    """`make` gives the bytes; `taken` are the places that let it in, as what it is; elsewhere it meets a sentence."""

    name: str
    make: Callable[[], bytes]
    taken: frozenset = frozenset()


def _(name, make, *taken):
    return Sample(name, make, frozenset(taken))


def noise(size):
    """Bytes that do not shrink, the same each time."""
    return random.Random(7).randbytes(size)


CORPUS = {
    "empty": _("a.pdf", lambda: b""),
    "spaces": _("a.txt", lambda: b" \n" * 50, "attachment"),
    "noise": _("a.bin", lambda: noise(100_000)),
    "a program as a picture": _("photo.png", lambda: b"MZ\x90\x00" + noise(5_000)),
    "an ELF program as a PDF": _("a.pdf", lambda: b"\x7fELF\x02\x01\x01" + noise(5_000)),
    "a page as a PDF": _("a.pdf", lambda: b"<html><script>alert(1)</script></html>"),
    "a page as a workbook": _("a.xlsx", lambda: b"<html><table><tr><td>1</td></tr></table></html>"),
    "a script": _("a.txt", lambda: b"#!/bin/sh\nrm -rf /\n"),
    "PHP": _("a.html", lambda: b"<?php system($_GET['c']); ?>"),
    "too large": _("a.txt", lambda: b"a" * (51 * 2**20)),
    # archives and workbooks
    "spreadsheet bomb": _("a.xlsx", sheets.bomb),
    "bomb in many parts": _("a.xlsx", sheets.bomb_in_parts),
    "just under the ratio": _("a.xlsx", sheets.under_the_ratio, "attachment"),
    "lying size": _("a.xlsx", sheets.lying_size),
    "65,536 entries": _("a.xlsx", sheets.many_entries),
    "nested archive": _("a.xlsx", lambda: sheets.with_part("xl/media/image1.png", sheets.plain())),
    "zip in a document": _("a.docx", documents.with_zip),
    "nested name": _("a.xlsx", lambda: sheets.with_part("xl/embeddings/a.bin", b"x")),
    "../ names": _("a.xlsx", lambda: sheets.with_part("../../etc/passwd", b"x")),
    "absolute name": _("a.xlsx", lambda: sheets.with_part("/etc/passwd", b"x")),
    "duplicate names": _("a.xlsx", lambda: sheets.with_part("XL/workbook.xml", b"<w/>")),
    "macros renamed": _("a.xlsx", lambda: sheets.with_part("xl/vbaProject.bin", b"x")),
    "external links": _("a.xlsx", lambda: sheets.with_part("xl/externalLinks/externalLink1.xml", b"<x/>")),
    "external picture": _("a.xlsx", sheets.external_picture),
    "DTD": _("a.xlsx", lambda: sheets.with_part("xl/extra.xml", texts.BILLION)),
    "XXE": _("a.xlsx", lambda: sheets.with_part("xl/extra.xml", texts.XXE)),
    "encrypted workbook": _("a.xlsx", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + noise(20_000)),
    "locked part": _("a.xlsx", sheets.locked),
    "cut off": _("a.xlsx", lambda: sheets.plain()[:-300]),
    "plain archive": _("a.zip", lambda: sheets.archive([("a.txt", b"hello")])),
    "a workbook of nothing": _("a.xlsx", lambda: sheets.archive([], types=sheets.TYPES), "attachment"),
    "a million rows": _("a.xlsx", lambda: sheets.rows(1_000_000), "attachment"),
    "a million strings": _("a.xlsx", lambda: sheets.strings(1_000_000), "attachment"),
    "200 rows of 16,384 cells": _("a.xlsx", lambda: sheets.wide(200), "attachment"),
    "one cell at the far corner": _("a.xlsx", sheets.far_corner, "attachment"),
    "a merged range over all": _("a.xlsx", sheets.merged_over_all, "people", "attachment"),
    "people with formulas": _("a.xlsx", sheets.people_with_formulas, "people", "attachment"),
    "people, merged and hidden": _("a.xlsx", sheets.people_merged, "people", "attachment"),
    "people, dates of 1904": _("a.xlsx", lambda: sheets.people_dates(True), "people", "attachment"),
    "people, dates of 1900": _("a.xlsx", lambda: sheets.people_dates(False), "people", "attachment"),
    "people, all sheets hidden": _("a.xlsx", sheets.people_hidden, "attachment"),
    **{
        f"{kind}, {what}": _("a.xlsx", partial(make, kind), *taken, "attachment")
        for kind in sheets.HEADS
        for what, make, taken in (
            ("a cell at the far corner", sheets.corner_under_heads, ()),
            ("cells in the last column", sheets.wide_under_heads, ()),
            ("cells without a place", sheets.unplaced_under_heads, ()),
            ("a million rows", sheets.many_under_heads, ()),
            ("all of formulas", sheets.formulas_under_heads, ()),
            ("merged over all, and again", sheets.merged_under_heads, ()),
            ("merged over all", sheets.merged_once_under_heads, (kind,)),
            ("a million names", sheets.many_names, ()),
        )
    },
    "readings in GBK": _("a.csv", lambda: texts.readings().encode("gbk"), "readings", "attachment"),
    "readings with a BOM": _("a.csv", lambda: texts.readings().encode("utf-8-sig"), "readings", "attachment"),
    "readings in UTF-16": _("a.csv", lambda: texts.readings().encode("utf-16"), "readings", "attachment"),
    "readings that are formulas": _("a.xlsx", sheets.readings_with_formulas, "readings", "attachment"),
    "a million lines": _("a.csv", lambda: texts.readings().encode() + b"x,2026-01,1,2,3,\n" * 1_000_000, "attachment"),
    "one cell of 20 MB": _("a.csv", lambda: b'"' + b"a" * (20 * 2**20) + b'"\n', "attachment"),
    "an open quote": _("a.csv", lambda: texts.readings().encode() + b'"' + b"a,b\n" * 1_000_000, "attachment"),
    "a CSV with NUL": _("a.csv", lambda: texts.readings().encode() + b"a\x00b,,,,,\n"),
    # documents
    "damaged document": _("a.docx", documents.damaged),
    "a document without its text": _("a.docx", documents.without_text, "attachment"),
    "a document of 60 MB of text": _("a.docx", documents.huge, "attachment"),
    "a document nested deeply": _("a.docx", documents.deep, "attachment"),
    "encrypted PDF": _("a.pdf", documents.locked_pdf, "attachment"),
    "PDF of 20,000 pages": _("a.pdf", documents.many_pages, "attachment"),
    "PDF with a bomb": _("a.pdf", documents.pdf_bomb, "attachment"),
    "PDF that goes in circles": _("a.pdf", documents.circular_pdf, "attachment"),
    "PDF of dense text": _("a.pdf", documents.dense_pdf, "attachment"),
    "PDF and page": _("a.pdf", lambda: b"%PDF-1.7\n<html><script>alert(1)</script>\n%%EOF"),
    "PDF and archive": _("a.pdf", lambda: documents.small_pdf() + sheets.plain()),
    "damaged PDF": _("a.pdf", lambda: documents.small_pdf()[:200] + noise(20_000), "attachment"),
    # pictures
    "50,000 x 50,000": _("a.png", lambda: pictures.claims(50_000, 50_000)),
    "6,000 x 6,000, all white": _("a.png", lambda: pictures.claims(6_000, 6_000, whole=True), "photos", "attachment"),
    "picture with a text bomb": _("a.png", pictures.text_bomb),
    "GIF and script": _("a.gif", lambda: b"GIF89a/*" + b"\x00" * 6 + b"*/=1;alert(1)//<script>alert(1)</script>;"),
    "archive and picture": _("a.png", lambda: pictures.small("PNG") + sheets.plain()),
    "picture and page": _("a.jpg", lambda: pictures.small("JPEG") + b"<html><script>alert(1)</script>"),
    "picture cut off": _("a.png", lambda: pictures.small("PNG")[:60]),
    "SVG with script": _("a.svg", lambda: b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"),
    "SVG as a page": _("a.html", lambda: b"<!-- x --><svg onload='alert(1)'/>"),
    "HEIC": _("a.heic", lambda: b"\0\0\0\x18ftypheic" + b"\0" * 100),
    # pages, mail, feeds
    "page of 25 MB": _("a.html", lambda: texts.article(25 * 2**20), "page", "attachment"),
    "page nested 200,000 deep": _("a.html", lambda: b"<div>" * 200_000 + "放款三分钟。".encode() * 100, "attachment"),
    "page of one line": _("a.html", lambda: b"<p>" + "银行创新".encode() * 900_000, "page", "attachment"),
    "page of open brackets": _("a.html", lambda: b"<html>" + b"<" * 3_000_000, "page", "attachment"),
    "page of comments": _("a.html", lambda: b"<html>" + b"<!--" * 700_000, "page", "attachment"),
    "page that lies about its letters": _("a.html", texts.lying_charset, "page", "attachment"),
    "page with a DTD": _("a.html", lambda: texts.BILLION, "page", "attachment"),
    "text of one character": _("a.txt", lambda: "。".encode() * 3_000_000, "page", "attachment"),
    "MHTML": _("a.mhtml", texts.mhtml, "page", "attachment"),
    "MHTML of nested parts": _("a.mhtml", texts.mhtml_nested, "attachment"),
    "MHTML with hostile parts": _("a.mhtml", texts.mhtml_hostile, "page", "attachment"),
    "mail": _("a.eml", texts.mail),
    "feed": _("a.xml", texts.feed, "feed"),
    "feed with a DTD": _("a.xml", lambda: texts.feed_with(texts.BILLION_HEAD)),
    "feed with XXE": _("a.xml", lambda: texts.feed_with(texts.XXE_HEAD)),
    "feed of 9 MB": _("a.xml", lambda: texts.feed(40_000), "feed"),
    "feed nested deeply": _("a.xml", texts.deep_feed, "feed"),
    "compressed page": _("a.html", lambda: zlib.compress(b"<html>" * 1000)),
}  # fmt: skip

NAMES = [
    "\u202egnp.{}", "长" * 300 + ".{}", "a\x00b.{}", "...{}", ".htaccess.{}", "con.{}", "LPT1.{}", "a\nb.{}", "../../etc/passwd.{}",
    "C:\\Windows\\a.{}", "a;rm -rf.{}", "<script>alert(1)</script>.{}", "a'\"b.{}", "a%00.{}", "a b  .{}", "🏦.{}", "{}", "", " .{} ",
    "a\u200b.{}", "=cmd|calc.{}", "-rf.{}",
]  # fmt: skip

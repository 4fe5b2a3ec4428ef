"""Spreadsheets in and out. Out: CSV as a stream and XLSX in constant memory, formulas neutral, watermark on every sheet.
In: the rows of an XLSX or CSV that `check_upload` has let pass, as plain values.
"""

import codecs
import csv
import io
import re
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from decimal import Decimal

import xlsxwriter
from defusedcsv import csv as safe_csv
from django.utils import timezone
from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

from .cells import TooMuch, check_cells, formulas

CSV_BATCH = 500  # rows a chunk
SKIPPED = tuple(
    "\t\r\n＝＋－＠"
)  # defusedcsv lets these through, Excel skips the blank ones and takes the wide as narrow
MAX_LINE = 1_000_000  # characters of a CSV file
_PIECE = 256 * 1024
FORMATS = {
    "money_fen": "#,##0.00",
    "number": "#,##0.######",
    "date": "yyyy-mm-dd",
    "datetime": "yyyy-mm-dd hh:mm",
}
WIDTHS = {"money_fen": 16, "number": 12, "date": 12, "datetime": 17, "text": 24}


class BadSheet(ValueError):
    """The file cannot be read as a table. The message is a sentence that says what to do about it."""


# ── Out ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def stream_csv(heads: list[tuple[str, str]], rows: Iterable[list]) -> Iterator[bytes]:
    """The table as UTF-8 CSV with a byte-order mark (Excel asks for one), in chunks.

    `heads` is (label, kind) of each column, kind as of `listing.Column`. What a spreadsheet would run as a formula is
    written as text.
    """
    writers = [_TEXT.get(kind, _text) for _label, kind in heads]
    chunk = io.StringIO()
    writer = safe_csv.writer(chunk)
    chunk.write("\ufeff")
    writer.writerow([label for label, _kind in heads])
    for number, row in enumerate(rows, 1):
        writer.writerow([write(value) for write, value in zip(writers, row, strict=True)])
        if not number % CSV_BATCH:
            yield chunk.getvalue().encode()
            chunk.seek(0)
            chunk.truncate()
    yield chunk.getvalue().encode()


def write_xlsx(heads: list[tuple[str, str]], rows: Iterable[list], *, watermark: str, title: str):
    """The table as an XLSX file open at its start. The watermark stands at the head and foot of every printed page, and
    in the file's properties."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 (the caller streams it)
    book = xlsxwriter.Workbook(
        file,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    book.set_properties({"title": title, "comments": watermark})
    sheet = book.add_worksheet(title[:31])
    stamp(sheet, watermark)
    bold = book.add_format({"bold": True, "bottom": 1})
    styles = [
        book.add_format({"num_format": FORMATS[kind]}) if kind in FORMATS else None for _l, kind in heads
    ]
    sheet.freeze_panes(1, 0)
    for column, (label, kind) in enumerate(heads):
        sheet.set_column(column, column, WIDTHS.get(kind, WIDTHS["text"]))
        sheet.write_string(0, column, label, bold)
    kinds = [kind for _label, kind in heads]
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row):
            _write(sheet, number, column, value, kinds[column], styles[column])
    book.close()
    file.seek(0)
    return file


def stamp(sheet, watermark: str) -> None:
    """Who took it and when, at the head and foot of every page of a worksheet."""
    text = watermark.replace("&", "&&")[:240]
    sheet.set_header(f"&C{text}")
    sheet.set_footer(f"&C{text}&R&P/&N")


def _write(sheet, row, column, value, kind, style):
    if value is None or value == "":
        return
    if kind == "money_fen":
        sheet.write_number(row, column, float(Decimal(value).scaleb(-2)), style)
    elif kind in ("date", "datetime"):
        sheet.write_datetime(row, column, _local(value), style)
    elif kind == "number":
        sheet.write_number(row, column, float(value), style)
    else:
        sheet.write_string(row, column, str(value)[:32767])


def _local(value):
    if isinstance(value, datetime) and timezone.is_aware(value):
        return timezone.localtime(value).replace(tzinfo=None)
    return value


def _text(value):
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in SKIPPED else text


def _date_text(value):
    return "" if value is None else _local(value).strftime("%Y-%m-%d")


def _datetime_text(value):
    return "" if value is None else _local(value).strftime("%Y-%m-%d %H:%M")


def _money_text(value):
    return "" if value is None else f"{Decimal(value).scaleb(-2):.2f}"


_TEXT = {
    "money_fen": _money_text,
    "date": _date_text,
    "datetime": _datetime_text,
    # A number is no formula, though it may begin with a minus: defusedcsv leaves numbers alone, and so do we.
    "number": lambda value: "" if value is None else value,
}


# ── In ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def check_workbook(file, *, rows: int) -> None:
    """Before an XLSX file is read: raises BadSheet when a sheet has more than `rows` rows, or far more than a table."""
    try:
        check_cells(file, rows=rows)
    except TooMuch as error:
        raise BadSheet(str(error)) from error


def sheet_names(file) -> list[str]:
    """The names of an XLSX file's sheets that can be seen. Raises BadSheet."""
    with _workbook(file) as book:
        return [s.name for s in book.sheets_metadata if s.visible == SheetVisibleEnum.Visible]


def read_rows(file, *, sheet: str | None = None, kind: str = "xlsx") -> Iterator[tuple[int, list]]:
    """(row number as the spreadsheet counts, values) of each row that is not empty.

    `kind` is what `check_upload` found: "xlsx" or "csv". Without a name, the first sheet that can be seen. Values are
    str (without spaces around), int, Decimal, bool, date, datetime, or None where there is nothing; of merged cells the
    first has the value. Raises BadSheet for what is no table, and for a hidden sheet.
    """
    if kind == "csv":
        yield from _csv_rows(file)
        return
    with _workbook(file) as book:
        visible = {s.name: s.visible == SheetVisibleEnum.Visible for s in book.sheets_metadata}
        name = sheet if sheet is not None else next((n for n, seen in visible.items() if seen), None)
        if name not in visible:
            raise BadSheet(_("The file has no sheet “%(name)s”.") % {"name": name or "1"})
        if not visible[name]:
            raise BadSheet(
                _("The sheet “%(name)s” is hidden; make it visible, then try again.") % {"name": name}
            )
        table = book.get_sheet_by_name(name)
        left = [None] * (table.start or (0, 0))[
            1
        ]  # calamine drops empty columns at the left, and keeps empty rows
        try:
            for number, cells in enumerate(table.iter_rows(), 1):
                values = left + [_plain(cell) for cell in cells]
                if any(value is not None for value in values):
                    yield number, values
        except CalamineError as error:
            raise BadSheet(_("The sheet “%(name)s” is damaged.") % {"name": name}) from error


def formula_cells(file, sheet: str) -> set[str]:
    """Addresses ("C7") of the cells of a sheet that hold a formula: what stands there is not what was typed."""
    file.seek(0)
    with zipfile.ZipFile(file) as archive:
        path = _sheet_path(archive, sheet)
        try:
            return formulas(archive, path) if path else set()
        except TooMuch as error:
            raise BadSheet(str(error)) from error


def merged_ranges(file, sheet: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """((top, left), (bottom, right)) of the merged cells of a sheet, counted from nought, both included."""
    with _workbook(file) as book:
        return list(book.get_sheet_by_name(sheet).merged_cell_ranges or [])


def _sheet_path(archive, name):
    book = archive.read("xl/workbook.xml").decode("utf-8", "replace")
    links = archive.read("xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
    for tag in re.findall(r"<sheet\s[^>]*>", book):
        attributes = dict(re.findall(r'([\w:]+)="([^"]*)"', tag))
        if _unescape(attributes.get("name", "")) == name:
            for link in re.findall(r"<Relationship\s[^>]*>", links):
                to = dict(re.findall(r'(\w+)="([^"]*)"', link))
                if to.get("Id") == attributes.get("r:id"):
                    target = to.get("Target", "")
                    path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
                    return path if path in archive.namelist() else None
    return None


def _unescape(text):
    for entity, char in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&")):
        text = text.replace(entity, char)
    return text


def _workbook(file):
    file.seek(0)
    try:
        return CalamineWorkbook.from_filelike(file)
    except CalamineError as error:
        raise BadSheet(_("This is not a readable .xlsx file.")) from error


def _plain(cell):
    if isinstance(cell, str):
        return cell.strip() or None
    if isinstance(cell, float):
        return int(cell) if cell.is_integer() and abs(cell) < 1e15 else Decimal(repr(cell))
    if isinstance(cell, datetime):
        return cell.date() if cell.time() == time() else cell
    if isinstance(cell, bool | int | date):
        return cell
    return str(cell)


def _csv_rows(file):
    text = io.TextIOWrapper(file, encoding=_encoding(file), newline="")
    try:
        first = next(_lines(text), "")
        delimiter = max(",;\t", key=first.count)
        text.seek(0)
        reader = csv.reader(_lines(text), delimiter=delimiter)
        for number, cells in enumerate(reader, 1):
            values = [cell.strip() or None for cell in cells]
            if any(values):
                yield number, values
    except csv.Error as error:
        sentence = _(
            "The CSV file is damaged at line %(line)s: a quotation mark is missing, or a cell is too long."
        )
        raise BadSheet(sentence % {"line": reader.line_num}) from error
    finally:
        text.detach()  # closed, it would close the file


def _encoding(file):
    """The first encoding by which the whole file is text. It is read piece by piece, and left at its start."""
    file.seek(0)
    marked = file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    for encoding in ("utf-16", "utf-8-sig", "gb18030") if marked else ("utf-8-sig", "gb18030"):
        decoder = codecs.getincrementaldecoder(encoding)()
        file.seek(0)
        try:
            while piece := file.read(_PIECE):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        file.seek(0)
        return encoding
    raise BadSheet(_("The text is neither UTF-8 nor GBK; save the file as UTF-8 CSV."))


def _lines(text):
    for number, line in enumerate(iter(lambda: text.readline(MAX_LINE), ""), 1):
        if len(line) == MAX_LINE:
            raise BadSheet(
                _("Line %(line)s of the CSV file is too long for a row of a table.") % {"line": number}
            )
        yield line

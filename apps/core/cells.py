"""How much a workbook unfolds to, counted before anything parses it.

A parser lays a sheet out as a rectangle: two cells in opposite corners are sixteen thousand million, and the process is gone.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator

from django.utils.translation import gettext as _

MAX_CELLS = 1_000_000  # of the rectangle from the first cell to the last
MAX_TEXTS = 500_000  # kept beside the sheets, each once
MAX_OTHERS = 100_000  # merged ranges, formats, names, links: a parser keeps each of them
MAX_FORMULAS = 10_000
_LINKS = "xl/_rels/workbook.xml.rels"
_PIECE = 256 * 1024
_TAG = 4096  # bytes; a longer one is looked at in two pieces
_SPACES = re.compile(rb"\s+")
_EMPTY = re.compile(rb'<c r="[A-Z]+\d+"(?: s="\d+")? ?/>')  # has a format and no value; no parser keeps it
_CELL = re.compile(rb"<(?:\w+:)?c[ />]")
_PLACED = re.compile(rb'<(?:\w+:)?c r ?= ?"([A-Z]{1,3})(\d{1,7})"')
_TEXT = re.compile(rb"<(?:\w+:)?si[ />]")
_OTHER = re.compile(rb"<(?!/|(?:\w+:)?(?:c|v|row|si|t|is|f|r)[ />])")
_FORMULA = re.compile(rb'<(?:\w+:)?c r ?= ?"([A-Z]+\d+)"[^<>]*> ?<(?:\w+:)?f[ />]')


class TooMuch(ValueError):
    """The workbook is not read. The message is a sentence that says what to do about it."""


def check_cells(file, *, rows: int) -> None:
    """Raises TooMuch for a workbook with a sheet of more than `rows` rows, or of which a parser would make too much.

    `file` has passed `check_upload`. Any part may be a sheet, as the workbook's links say; each is counted as one.
    """
    file.seek(0)
    with zipfile.ZipFile(file) as archive:
        names = archive.namelist()
        links = archive.read(_LINKS) if _LINKS in names else b""
        hidden = b"media" in links or b"&" in links
        for name in names:
            if hidden or not name.startswith("xl/media/"):
                _count(archive, name, rows)
    file.seek(0)


def formulas(archive, name: str) -> set[str]:
    """Addresses ("C7") of the cells of a part that hold a formula. Raises TooMuch."""
    found: set[str] = set()
    before = b""
    for piece in _pieces(archive, name):
        found |= {address.decode() for address in _FORMULA.findall(before + piece)}
        if len(found) > MAX_FORMULAS:
            raise TooMuch(_("The file is full of formulas. Put their values in their place, and choose it again."))  # fmt: skip
        before = piece[-_TAG:]
    return found


def _count(archive, name, rows):
    cells = texts = others = last = width = 0
    for piece in _pieces(archive, name):
        places = _PLACED.findall(piece)
        if len(places) < len(_CELL.findall(piece)):
            raise TooMuch(_("The file is written in an unusual way. Open it in Excel, save it again, and choose the new file."))  # fmt: skip
        if places:
            cells += len(places)
            width = max(width, *(_column(letters) for letters in {letters for letters, _row in places}), 1)
            last = max(last, *(int(row) for _letters, row in places), 1)
        if last > rows:
            raise TooMuch(_("At most %(count)s rows a sheet; split the file.") % {"count": f"{rows:,}"})
        texts += len(_TEXT.findall(piece))
        others += len(_OTHER.findall(piece))
        if max(cells, last * width) > MAX_CELLS or texts > MAX_TEXTS or others > MAX_OTHERS:
            raise TooMuch(_("The file holds more than a table needs. Copy the rows into the template, and choose that file."))  # fmt: skip


def _pieces(archive, name) -> Iterator[bytes]:
    """A part, piece by piece, spaces as one; a piece ends before a tag begins."""
    rest = b""
    try:
        with archive.open(name) as part:
            while read := part.read(_PIECE):
                text = _EMPTY.sub(b"", _SPACES.sub(b" ", rest + read))
                cut = text.rfind(b"<")
                if cut < 0 or len(text) - cut > _TAG:
                    cut = len(text)
                yield text[:cut]
                rest = text[cut:]
        yield rest
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise TooMuch(_("This is not a readable .xlsx file.")) from error


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number

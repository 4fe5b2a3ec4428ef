"""Looking into .docx and .xlsx before anything parses them.

A parser trusts an archive: a file of 3 MB can unpack to 500 MB, name a path outside its folder, or fetch things from the
network. Here every entry is really decompressed, piece by piece, and counted; what the archive claims about itself is
only compared.
"""

import struct
import zipfile
import zlib
from collections import Counter
from typing import NamedTuple

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from lxml import etree

MAX_TOTAL = 200 * 1024 * 1024  # bytes, decompressed, all entries
MAX_ENTRIES = 5_000
MAX_RATIO = 250  # decompressed ÷ compressed, of one entry above RATIO_FROM
RATIO_FROM = 8 * 1024 * 1024
MAX_DIRECTORY = 3 * 1024 * 1024
MAX_RELATIONS = 4 * 1024 * 1024
_PIECE = 256 * 1024
_ARCHIVES = (
    ".zip",
    ".jar",
    ".7z",
    ".rar",
    ".gz",
    ".tgz",
    ".bz2",
    ".xz",
    ".tar",
    ".docx",
    ".xlsx",
    ".pptx",
    ".docm",
    ".xlsm",
    ".pptm",
    ".xlsb",
    ".cab",
    ".iso",
)
_ARCHIVE_HEADS = (
    b"PK\x03\x04",
    b"Rar!\x1a",
    b"7z\xbc\xaf\x27\x1c",
    b"\x1f\x8b\x08",
    b"BZh",
    b"\xfd7zXZ",
    b"MZ",
)
_FORBIDDEN_XML = tuple(
    word.encode(codec) for word in ("<!DOCTYPE", "<!ENTITY") for codec in ("utf-8", "utf-16-le", "utf-16-be")
)
_MAIN = {"docx": "wordprocessingml.document.main+xml", "xlsx": "spreadsheetml.sheet.main+xml"}


class BadArchive(ValueError):
    """The archive is not safe to parse. The message is a sentence for the person who chose the file."""


class Archive(NamedTuple):
    kind: str  # docx | xlsx | "" for another archive
    entries: int
    bytes: int  # really decompressed


def check_archive(file):
    """Read every entry of a zip archive without keeping it. Raises `BadArchive`; memory stays under some megabytes."""
    size = _directory_is_small(file)
    try:
        entries = zipfile.ZipFile(file).infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, UnicodeDecodeError) as error:
        raise BadArchive(
            _("The file is damaged: its table of contents cannot be read. Save it again.")
        ) from error
    _check_names(entries)
    _check_places(entries, size)
    total, types = 0, b""
    for entry in entries:
        total, kept = _unpack(file, entry, total)
        if entry.filename == "[Content_Types].xml":
            types = kept
        elif entry.filename.endswith(".rels"):
            _check_relations(kept)
    return Archive(_kind(types), len(entries), total)


def _directory_is_small(file):
    """The size of the file; refuses by the end record alone an archive with very many entries, or two files in one."""
    size = file.seek(0, 2)
    file.seek(max(0, size - 65_557))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < 22:
        raise BadArchive(_("The file is damaged: its end is missing. Save it again."))
    *_disks, count, length, start, comment = struct.unpack("<4s4H2LH", tail[at : at + 22])[1:]
    end = max(0, size - 65_557) + at
    if count > MAX_ENTRIES or length > MAX_DIRECTORY:
        raise BadArchive(
            format_lazy(
                _(
                    "The file holds more than {limit} parts; an ordinary document holds a few dozen. Copy its content into a new file."
                ),
                limit=MAX_ENTRIES,
            )
        )
    if start + length != end or at + 22 + comment != len(tail):
        raise BadArchive(
            _("The file holds something before or behind the document. Save it again from Word or Excel.")
        )
    return size


def _check_names(entries):
    if len(entries) > MAX_ENTRIES:
        raise BadArchive(
            format_lazy(
                _(
                    "The file holds more than {limit} parts; an ordinary document holds a few dozen. Copy its content into a new file."
                ),
                limit=MAX_ENTRIES,
            )
        )
    names = Counter(entry.filename.lower() for entry in entries)
    if any(times > 1 for times in names.values()):
        raise BadArchive(_("The file holds two parts of the same name. Save it again from Word or Excel."))
    for entry in entries:
        name, lower = entry.filename, entry.filename.lower()
        parts = name.replace("\\", "/").split("/")
        if (
            ".." in parts
            or name.startswith(("/", "\\"))
            or ":" in name
            or any(char < " " for char in entry.orig_filename)
        ):
            raise BadArchive(
                _("The file holds a part that points outside the file. Save it again from Word or Excel.")
            )
        if entry.flag_bits & 0x41:
            raise BadArchive(
                _("The file is locked with a password. Save it without one, and choose it again.")
            )
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise BadArchive(_("The file is packed in an unusual way. Save it again from Word or Excel."))
        if (
            "vbaproject" in lower
            or "macrosheets/" in lower
            or "/activex/" in lower
            or lower.endswith((".vbs", ".js", ".exe", ".dll", ".bat", ".ps1"))
        ):
            raise BadArchive(
                _(
                    "The file holds macros or programs. Save it without macros (.docx or .xlsx), and choose it again."
                )
            )
        if lower.startswith("xl/externallinks/") or lower in ("xl/connections.xml", "word/connections.xml"):
            raise BadArchive(
                _(
                    "The file takes values from other files. Replace the links by their values, and choose it again."
                )
            )
        if lower.endswith(_ARCHIVES) or "/embeddings/" in lower:
            raise BadArchive(
                _("The file holds other files inside. Remove the embedded files, and choose it again.")
            )


def _check_places(entries, size):
    """Entries that overlap are one small piece of data counted many times."""
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.header_offset < end or entry.header_offset + 30 + entry.compress_size > size:
            raise BadArchive(_("The file is damaged: its parts overlap. Save it again."))
        end = entry.header_offset + 30 + len(entry.orig_filename) + entry.compress_size


def _unpack(file, entry, total):
    """(bytes so far, what is needed of the entry). Decompresses by hand: zipfile stops at the size the entry claims."""
    damaged = BadArchive(_("The file is damaged: a part of it cannot be unpacked. Save it again."))
    file.seek(entry.header_offset)
    header = file.read(30)
    if len(header) < 30 or header[:4] != b"PK\x03\x04":
        raise damaged
    flags, method = struct.unpack("<HH", header[6:10])
    name_length, extra_length = struct.unpack("<HH", header[26:30])
    name = file.read(name_length)
    if (
        method != entry.compress_type
        or flags & 0x41
        or name.decode("utf-8" if flags & 0x800 else "cp437", "replace") != entry.orig_filename
    ):
        raise damaged
    file.seek(extra_length, 1)
    plain = method == zipfile.ZIP_STORED
    inflate = None if plain else zlib.decompressobj(-15)
    xml = entry.filename.lower().endswith((".xml", ".rels", ".vml"))
    keeps = entry.filename == "[Content_Types].xml" or entry.filename.endswith(".rels")
    left, waiting, own, before, kept = entry.compress_size, b"", 0, b"", bytearray()
    while left > 0 or waiting:
        if not waiting:
            waiting = file.read(min(_PIECE, left))
            if not waiting:
                raise damaged
            left -= len(waiting)
        try:
            piece, waiting = (
                (waiting, b"") if plain else (inflate.decompress(waiting, _PIECE), inflate.unconsumed_tail)
            )
        except zlib.error as error:
            raise damaged from error
        if own == 0 and piece.startswith(_ARCHIVE_HEADS):
            raise BadArchive(
                _("The file holds other files inside. Remove the embedded files, and choose it again.")
            )
        own += len(piece)
        if total + own > MAX_TOTAL or (own > RATIO_FROM and own > MAX_RATIO * max(1, entry.compress_size)):
            raise BadArchive(
                format_lazy(
                    _(
                        "The file would unpack to more than it should ({limit} MB in all). Split it, or copy its content into a new file."
                    ),
                    limit=MAX_TOTAL // 2**20,
                )
            )
        if own > entry.file_size:
            raise BadArchive(_("The file claims to be smaller than it is. Save it again from Word or Excel."))
        if xml:
            window = before[-32:] + piece
            if any(word in window for word in _FORBIDDEN_XML):
                raise BadArchive(
                    _(
                        "The file holds definitions (DTD) that documents never need. Save it again from Word or Excel."
                    )
                )
            before = piece
        if keeps:
            kept += piece
            if len(kept) > MAX_RELATIONS:
                raise BadArchive(_("The file is packed in an unusual way. Save it again from Word or Excel."))
        if not plain and inflate.eof:
            break
    if own != entry.file_size:
        raise damaged
    return total + own, bytes(kept)


def _check_relations(data):
    """Only links that a person clicks may lead outside; whatever a program fetches by itself may not."""
    try:
        root = etree.fromstring(
            data, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        )
    except etree.XMLSyntaxError as error:
        raise BadArchive(_("The file is damaged: a part of it cannot be unpacked. Save it again.")) from error
    for relation in root.iter("{*}Relationship"):
        if relation.get("TargetMode") == "External" and not (relation.get("Type") or "").endswith(
            "/hyperlink"
        ):
            raise BadArchive(
                _(
                    "The file takes pictures or values from other places. Replace the links by their content, and choose it again."
                )
            )


def _kind(types):
    if b"macroEnabled" in types:
        raise BadArchive(
            _(
                "The file holds macros or programs. Save it without macros (.docx or .xlsx), and choose it again."
            )
        )
    text = types.decode("utf-8", "replace")
    return next((kind for kind, main in _MAIN.items() if main in text), "")

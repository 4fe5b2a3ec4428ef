"""What a person may hand in. Every upload passes here before any other code opens it."""

import re
import unicodedata
from pathlib import PurePosixPath
from struct import error as struct_error
from typing import NamedTuple

from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from PIL import Image, UnidentifiedImageError

from .archives import BadArchive, check_archive

MAX_PIXELS = 40_000_000
MAX_NAME = 120  # characters
_HEAD = 64 * 1024

# kind → (extensions, media type). "page" is any text: a saved page, plain text, a page saved as one file (MHTML).
KINDS = {
    "page": ((".html", ".htm", ".shtml", ".xhtml", ".mht", ".mhtml", ".txt", ".text", ".md"), "text/html"),
    "feed": ((".xml", ".rss", ".atom", ".rdf"), "application/xml"),
    "csv": ((".csv", ".tsv", ".txt"), "text/csv"),
    "pdf": ((".pdf",), "application/pdf"),
    "docx": ((".docx",), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "xlsx": ((".xlsx",), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "png": ((".png",), "image/png"),
    "jpeg": ((".jpg", ".jpeg", ".jfif"), "image/jpeg"),
    "webp": ((".webp",), "image/webp"),
    "gif": ((".gif",), "image/gif"),
}
GROUPS = {
    "image": ("png", "jpeg", "webp", "gif"),
    "sheet": ("xlsx", "csv"),
    "document": ("pdf", "docx"),
    "article": ("page", "pdf", "docx"),
    "attachment": ("pdf", "docx", "xlsx", "csv", "png", "jpeg", "webp", "gif", "page"),
}
_TEXTS = ("page", "feed", "csv")


class BadUpload(ValueError):
    """The file is refused. The message is a sentence that says what to do about it, ready to be shown."""


class Checked(NamedTuple):
    """A file that passed."""

    kind: str  # a key of KINDS
    media_type: str  # ours, by the content; what the browser claimed is not looked at
    name: str  # safe to store and to show
    size: int  # bytes


def check_upload(file, *, kinds=("attachment",), max_bytes=None):
    """Look at an uploaded file by its content and return `Checked`; raise `BadUpload` when it may not come in.

    `file` is open for reading bytes and can seek; it is left at its start. `kinds` names kinds or groups of them.
    `max_bytes` is the largest size allowed, UPLOAD_MAX_BYTES of the settings when not given.
    Reads as a stream: memory stays far under 100 MB whatever the file holds.
    """
    allowed = tuple(dict.fromkeys(kind for name in kinds for kind in GROUPS.get(name, (name,))))
    limit = settings.UPLOAD_MAX_BYTES if max_bytes is None else max_bytes
    try:
        return _check(file, allowed, limit)
    except BadArchive as error:
        raise BadUpload(*error.args) from error
    finally:
        file.seek(0)


def safe_name(name):
    """A file name that can be stored and shown: no folders, no invisible or reversing characters, at most 120 characters."""
    name = unicodedata.normalize("NFC", str(name or "").encode("utf-8", "replace").decode("utf-8"))
    name = re.split(r"[/\\]", name)[-1]
    name = "".join(
        char for char in name if unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
    )
    name = re.sub(r'[<>:"|?*]', "_", re.sub(r"\s+", " ", name)).strip(" .")
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > 10:
        stem, dot, ending = name, "", ""
    if re.fullmatch(r"(?i)con|prn|aux|nul|com\d|lpt\d", stem):
        stem = f"_{stem}"
    return (stem[: MAX_NAME - len(dot) - len(ending)].strip(" .") or "file") + dot + ending


def _check(file, allowed, limit):
    name = safe_name(getattr(file, "name", "") or "")
    size = file.seek(0, 2)
    if size == 0:
        raise BadUpload(_("The file is empty. Save it again and choose the new file."))
    if size > limit:
        raise BadUpload(
            format_lazy(
                _("The file is larger than {limit} MB. Make it smaller or split it."), limit=limit // 2**20
            )
        )
    file.seek(0)
    head = file.read(_HEAD)
    kind = _sniff(file, head, size, name, allowed)
    if kind not in allowed:
        raise BadUpload(
            format_lazy(
                _("A file of this kind cannot be used here. Choose one of: {kinds}."),
                kinds=", ".join(dict.fromkeys(KINDS[k][0][0] for k in allowed)),
            )
        )
    ending = PurePosixPath(name).suffix.lower()
    if ending and ending not in KINDS[kind][0]:
        raise BadUpload(
            format_lazy(
                _(
                    "The name ends in {ending}, but the content is {kind}. Give the file its right name, or save it again."
                ),
                ending=ending,
                kind=kind,
            )
        )
    if kind not in ("docx", "xlsx"):
        _refuse_second_face(file, head, size, kind)
    if kind in GROUPS["image"]:
        _check_image(file)
    return Checked(kind, KINDS[kind][1], name, size)


def _sniff(file, head, size, name, allowed):
    """The kind by content alone; the name decides only between kinds of text."""
    if head.startswith(b"PK\x03\x04"):
        found = check_archive(file).kind
        if not found:
            raise BadUpload(
                _("This is an archive, not a document. Unpack it and choose the files one by one.")
            )
        return found
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        raise BadUpload(
            _(
                "This is a Word or Excel file of before 2007, or one with a password. Save it as .docx or .xlsx without a password."
            )
        )
    if head.startswith(b"%PDF-"):
        return "pdf"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "gif"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head[4:8] == b"ftyp" and head[8:12] in (b"heic", b"heix", b"mif1", b"hevc", b"avif"):
        raise BadUpload(_("This picture is in a format of phones (HEIC). Save or send it as JPEG."))
    if not _is_text(head):
        raise BadUpload(
            _(
                "What is in this file cannot be recognised. Save it again as one of the usual kinds (.docx, .xlsx, .pdf, .jpg)."
            )
        )
    return _kind_of_text(head, name, allowed)


def _is_text(head):
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    controls = sum(byte < 9 or 13 < byte < 27 or byte == 11 for byte in head)
    if (
        b"\x00" in head
    ):  # UTF-16 without a mark has a nought beside each Latin letter, and hardly another control
        return head.count(0) * 5 > len(head) and (controls - head.count(0)) * 50 < len(head)
    return controls * 100 < len(head)


def _kind_of_text(head, name, allowed):
    start = head.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    first = re.sub(
        rb"<\?xml.*?\?>|<!--.*?-->|<!doctype[^>[]*(?:\[.*?\])?>|\s+", b"", start[:4000], flags=re.DOTALL
    )
    if first.startswith((b"<svg", b"<svg:svg")):
        raise BadUpload(_("SVG pictures can hold programs. Save it as PNG."))
    if first.startswith((b"<?php", b"#!/")):
        raise BadUpload(_("This is a program, not a document."))
    ending = PurePosixPath(name).suffix.lower()
    if first.startswith((b"<rss", b"<feed", b"<rdf:rdf")):
        return "feed" if "feed" in allowed else "page"
    if ending in (".csv", ".tsv") or (ending == ".txt" and "csv" in allowed and "page" not in allowed):
        return "csv"
    if ending in KINDS["feed"][0] and "feed" in allowed:
        return "feed"
    return "page" if "page" in allowed else next((kind for kind in allowed if kind in _TEXTS), "page")


def _refuse_second_face(file, head, size, kind):
    """One file that two programs read as two different things: a picture that is an archive as well, and the like."""
    file.seek(max(0, size - 65_557))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    archive = (
        at >= 0
        and len(tail) - at >= 22
        and at + 22 + int.from_bytes(tail[at + 20 : at + 22], "little") == len(tail)
    )
    page = kind not in _TEXTS and any(
        re.search(rb"<(?:script|html|svg|\?php)[\s>]", part, re.IGNORECASE)
        for part in (head[:1024], _behind(tail, kind))
    )
    if archive or page:
        raise BadUpload(_("The file is two things at once. Open it, save it again, and choose the new file."))


def _behind(tail, kind):
    """What stands behind the end of a picture or a PDF, as far as the last 64 KB show it."""
    mark = {"png": b"IEND", "jpeg": b"\xff\xd9", "pdf": b"%%EOF"}.get(kind)
    at = tail.find(mark) if mark else -1
    return tail[at:] if at >= 0 else tail[-1024:]


def _check_image(file):
    file.seek(0)
    broken = BadUpload(_("The picture is damaged. Save it again and choose the new file."))
    try:
        with Image.open(file, formats=("PNG", "JPEG", "WEBP", "GIF")) as image:
            width, height = image.size
            if width * height > MAX_PIXELS:
                raise BadUpload(
                    format_lazy(
                        _(
                            "The picture has {width} × {height} points; at most {limit} million can be shown. Make it smaller."
                        ),
                        width=width,
                        height=height,
                        limit=MAX_PIXELS // 1_000_000,
                    )
                )
            image.verify()
    except Image.DecompressionBombError as error:
        raise BadUpload(
            format_lazy(
                _("The picture has too many points; at most {limit} million can be shown. Make it smaller."),
                limit=MAX_PIXELS // 1_000_000,
            )
        ) from error
    except BadUpload:
        raise
    except (
        UnidentifiedImageError,
        OSError,
        SyntaxError,
        ValueError,
        EOFError,
        IndexError,
        struct_error,
    ) as error:
        raise broken from error

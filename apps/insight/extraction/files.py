"""PDF, Word and MHTML opened into pages, and what no reader here can open refused with a sentence."""

import email
import email.policy
import io
import re
import zipfile

import docx
import pypdf
from django.utils.translation import gettext_lazy as _
from docx.opc.exceptions import PackageNotFoundError
from docx.table import Table
from pypdf.errors import LimitReachedError, PyPdfError

from apps.core.uploads import BadUpload, check_upload

from .blocks import Block, Page, tidy, unwrap
from .dates import first_date

MAX_PAGES, MOST_PAGES = 300, 3_000  # that are read; that are looked at, to read the first
MAX_PAGE_BYTES, MAX_PDF_BYTES = 2**20, 8 * 2**20  # what draws a page, and all of them, unpacked
# No stream of a PDF unpacks to more: pypdf's own 75 MB take as much memory as a file may.
UNPACKED = dict.fromkeys(
    (
        "array_based_stream_maximum_output_length", "brotli_maximum_output_length", "lzw_maximum_output_length",
        "run_length_maximum_output_length", "zlib_maximum_output_length",
    ),
    2 * MAX_PDF_BYTES,
)  # fmt: skip
# A Word file does not say how many pages it has: as much as those hold, unpacked, and in paragraphs.
MAX_WORD_BYTES, MAX_PARAGRAPHS = 5 * 2**20, 10_000


_TOO_FULL = _("A page of the PDF holds more than a page of text does. Paste the text of the article instead.")


class Unreadable(ValueError):
    """The file cannot be read as a document. The message is a sentence for the person who chose it."""


def open_document(data, filename="", media_type=""):
    """(page, codes of warnings) of a PDF or Word file; None for text, which the caller decodes. Raises `Unreadable`."""
    if b"%PDF-" in data[:1024]:
        with pypdf.apply_configuration(**UNPACKED):
            return _pdf(data)
    if data.startswith(b"PK\x03\x04"):
        return _word(data)
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        raise Unreadable(
            _(
                "This is a Word file of before 2007, or one with a password. Open it, save it as .docx without a password, and choose the new file."
            )
        )
    if data.startswith(b"{\\rtf"):
        raise Unreadable(_("This is an RTF file. Open it, save it as .docx, and choose the new file."))
    head = data[:64]
    if (
        head.startswith((b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\x00", b"MM\x00*"))
        or head[8:12] == b"WEBP"
    ):
        raise Unreadable(_("This is a picture. Type or paste the text of the article."))
    if head.startswith((b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"MZ", b"\x7fELF")):
        raise Unreadable(
            _("This is neither a page nor a document. Choose a saved page, a text, PDF or Word file.")
        )
    controls = sum(byte < 9 or 14 <= byte < 27 for byte in data[:4000])
    if controls * 10 > len(data[:4000]) and data[:4000].count(0) * 5 < len(data[:4000]):
        raise Unreadable(
            _("This is neither a page nor a document. Choose a saved page, a text, PDF or Word file.")
        )
    return None


def looks_like_html(text):
    """Whether a text holds markup, wherever it begins: three tags that HTML knows, or a declaration."""
    head = text[:100_000]
    if re.search(r"<!doctype html|<html[\s>]|<body[\s>]", head, re.IGNORECASE):
        return True
    return (
        len(
            re.findall(
                r"</?(?:p|div|span|br|a|table|tr|td|h[1-6]|ul|li|img|font|form|listing|address|section|article|meta|title|strong|b|em)(?:\s[^<>]{0,500})?/?>",
                head,
                re.IGNORECASE,
            )
        )
        >= 3
    )


def unwrap_mhtml(data, media_type=""):
    """(bytes of the page, its charset, its subject) for a page saved as one file; other data comes back as it is."""
    charset = re.search(r"charset=[\"']?([\w.:-]+)", media_type or "")
    charset = charset[1] if charset else ""
    head = data[:3000]
    if not (
        re.search(
            rb"^(?:From|MIME-Version|Subject|Snapshot-Content-Location|Content-Type):",
            head.lstrip(),
            re.IGNORECASE,
        )
        and re.search(rb"multipart/related|text/html", head, re.IGNORECASE)
        and b"<html" not in head[:200].lower()
    ):
        return data, charset, ""
    try:
        message = email.message_from_bytes(data.lstrip(), policy=email.policy.default)
        parts = list(message.walk())
    except RecursionError as error:
        raise Unreadable(
            _("The saved page is damaged and cannot be read. Save it again, or paste the text.")
        ) from error
    for part in parts:
        if part.get_content_type() == "text/html":
            payload = part.get_payload(decode=True)
            if payload:
                return payload, part.get_content_charset() or charset, tidy(str(message.get("Subject") or ""))
    return data, charset, ""


def _pdf(data):
    notes = []
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unreadable(
                _("The PDF is locked with a password. Save it without one, and choose the new file.")
            )
        if reader.trailer["/Root"]["/Pages"].get("/Count", 0) > MOST_PAGES:
            raise Unreadable(
                _("The PDF has thousands of pages. Choose one with the article alone, or paste the text.")
            )
        if len(reader.pages) > MAX_PAGES:
            notes.append("pages")
        pages, drawn = [], 0
        for page in reader.pages[:MAX_PAGES]:
            content = page.get_contents()
            size = len(content.get_data()) if content is not None else 0
            drawn += size
            if size > MAX_PAGE_BYTES or drawn > MAX_PDF_BYTES:
                raise Unreadable(_TOO_FULL)
            pages.append(page.extract_text() or "")
        info = reader.metadata or {}
    except Unreadable:
        raise
    except LimitReachedError as error:
        raise Unreadable(_TOO_FULL) from error
    except (
        PyPdfError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        IndexError,
        RecursionError,
        OSError,
        NotImplementedError,
        AssertionError,
        MemoryError,
    ) as error:
        raise Unreadable(
            _("The PDF is damaged and cannot be read. Save it again, or paste the text.")
        ) from error
    page = Page(blocks=_pdf_blocks(pages))
    if not page.blocks:
        notes.append("scanned")
    for name, key in (("pdf:author", "/Author"), ("pdf:title", "/Title"), ("pdf:date", "/CreationDate")):
        if isinstance(info.get(key), str):
            page.meta[name] = tidy(info[key])
    return page, notes


def _pdf_blocks(pages):
    """Paragraphs of all pages, without the lines that every page repeats and page numbers."""
    lines = [[line for line in map(tidy, page.split("\n")) if line] for page in pages]
    seen = {}
    for page in lines:
        for line in {re.sub(r"\d+", "#", line) for line in page[:2] + page[-2:]}:
            seen[line] = seen.get(line, 0) + 1
    furniture = {line for line, count in seen.items() if count >= max(3, len(lines) // 2)}
    number = re.compile(r"[-—–\s·第]*\d{1,4}[-—–\s·页頁/共\d]*|Page \d+.*", re.IGNORECASE)
    flowing = []
    for page in lines:
        kept = [
            line
            for at, line in enumerate(page)
            if not (at < 2 or at >= len(page) - 2)
            or not (re.sub(r"\d+", "#", line) in furniture or number.fullmatch(line))
        ]
        flowing += kept
    return [Block(line) for line in unwrap(_close_up(flowing))]


def _close_up(lines):
    """Without the spaces that PDF readers see between Chinese characters set apart."""
    return [
        re.sub(r"(?<=[\u4e00-\u9fff，。、；：]) (?=[\u4e00-\u9fff，。、；：])", "", line)
        if line.count(" ") * 3 > len(line)
        else line
        for line in lines
    ]


def _word(data):
    try:
        check_upload(io.BytesIO(data), kinds=("docx",), max_bytes=len(data))
    except BadUpload as error:
        raise Unreadable(*error.args) from error
    too_long = Unreadable(
        _(
            "The Word file holds more text than a report does. Choose one with the article alone, or paste the text."
        )
    )
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            if parts.getinfo("word/document.xml").file_size > MAX_WORD_BYTES:
                raise too_long
        document = docx.Document(io.BytesIO(data))
        page = Page()
        # Asked of each paragraph, python-docx would look through all styles again.
        styles = {style.style_id: style.name or "" for style in document.styles}
        for number, piece in enumerate(document.iter_inner_content()):
            if number > MAX_PARAGRAPHS:
                raise too_long
            if isinstance(piece, Table):
                for row in piece.rows:
                    cells = list(dict.fromkeys(tidy(cell.text.replace("\n", " ")) for cell in row.cells))
                    page.blocks.append(Block("  ".join(filter(None, cells)), "tr"))
                continue
            style = styles.get(piece._p.style, "")
            level = re.match(r"(?:Heading|标题) ?([1-6])", style)
            tag = "h1" if style in ("Title", "标题") else f"h{level[1]}" if level else "p"
            for line in piece.text.split("\n"):
                page.blocks.append(Block(tidy(line), tag))
        page.blocks = [block for block in page.blocks if block.spaced]
        properties = document.core_properties
        page.meta["docx:author"], page.meta["docx:title"] = (
            tidy(properties.author or ""),
            tidy(properties.title or ""),
        )
        if properties.created and first_date(str(properties.created)):
            page.meta["docx:date"] = str(properties.created)
    except Unreadable:
        raise
    except (
        PackageNotFoundError,
        zipfile.BadZipFile,
        KeyError,
        ValueError,
        AttributeError,
        TypeError,
        SyntaxError,
        OSError,
    ) as error:
        raise Unreadable(
            _(
                "The Word file is damaged and cannot be read. Open it in Word, save it again, or paste the text."
            )
        ) from error
    return page, []

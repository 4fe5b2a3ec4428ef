"""What a saved page, a file or a pasted text says: title, author, source, date, body. Proposals that a person corrects.

Pure: bytes in, `Extracted` out; no database, no network.
"""

import datetime
import hashlib
import logging
import re
from dataclasses import dataclass, field
from typing import NamedTuple

import trafilatura
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from apps.insight.script import language_of, script_of, simplified

from . import blocks as blocks_
from . import body as body_
from . import facts, files, mojibake
from .decoding import decode
from .files import Unreadable

__all__ = ["Extracted", "Unreadable", "Warned", "extract", "extract_text"]

logging.getLogger("trafilatura").setLevel(
    logging.CRITICAL
)  # a page it cannot read is nothing to report: ours is asked first

MAX_BYTES = 30 * 1024 * 1024
MAX_TEXT = 500_000  # characters of markup that are looked at, without pictures and scripts where it is longer
BRACKETS = re.compile("<{4,}")  # open nothing, and each would be tried as the beginning of a tag
MAX_BLOCKS = 6_000  # lines and paragraphs that are looked at
MAX_SECOND_OPINION = 1_000_000  # characters of markup; a larger page takes trafilatura seconds
MAX_BODY = 200_000  # characters kept; the weekly report never needs more


class Warned(NamedTuple):
    """Something the person should look at: a stable code, and a sentence (translated when it is shown)."""

    code: str
    text: str


@dataclass(frozen=True)
class Extracted:
    """What was found; "" or None where nothing was."""

    title: str = ""
    author: str = ""  # several names are joined by "、"
    source: str = ""  # the publication, or the authority that issued a notice
    published: datetime.date | None = None
    body: str = ""  # paragraphs joined by blank lines
    language: str = ""  # ISO 639-1
    script: str = "other"  # hans | hant | other
    title_simplified: str = ""  # the same in simplified characters; equal to the title unless script is hant
    body_simplified: str = ""
    warnings: list[Warned] = field(default_factory=list)
    sha256: str = ""  # of the original bytes


def extract(data, *, filename="", media_type=""):
    """Read a saved page (HTML, MHTML, or a text file that holds HTML), plain text, PDF or Word file.

    The kind is decided by the bytes, not by the name. Raises `Unreadable` (a sentence the person can act on) for what is
    no document at all: empty, locked with a password, damaged beyond reading, or of another kind.
    """
    if not data.strip(b"\x00 \t\r\n"):
        raise Unreadable(_("The file is empty. Save the page again and choose the new file."))
    if len(data) > MAX_BYTES:
        raise Unreadable(
            format_lazy(
                _("The file is larger than {limit} MB. Paste the text of the article instead."),
                limit=MAX_BYTES // 2**20,
            )
        )
    digest = hashlib.sha256(data).hexdigest()
    warned = []
    document = files.open_document(data, filename, media_type)
    if document is not None:
        page, notes = document
        for note in notes:
            warned.append(_warn(note))
        return _assemble(page, warned, digest)
    data, charset, page_title = files.unwrap_mhtml(data, media_type)
    decoded = decode(data, charset)
    if decoded.lied:
        warned.append(_warn("charset"))
    if decoded.rescrambled:
        warned.append(_warn("rescrambled"))
    text = decoded.text
    if len(text) > MAX_TEXT:
        text = blocks_.without_code(blocks_.without_pictures(text))
    if len(text) > MAX_TEXT:
        text = text[:MAX_TEXT]
        warned.append(_warn("cut"))
    page = _page(text, warned, markup=files.looks_like_html(text))
    page.declared_title = page.declared_title or page_title
    return _assemble(page, warned, digest)


def extract_text(text):
    """The same for a text that somebody pasted, which may be a piece of HTML."""
    warned = []
    if not text.strip():
        raise Unreadable(_("There is no text. Paste the article, its title first."))
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    text = (
        text.encode("utf-8", "replace").decode("utf-8")[:MAX_TEXT].replace("\r\n", "\n").replace("\r", "\n")
    )
    return _assemble(_page(text, warned, markup=files.looks_like_html(text)), warned, digest)


def _page(text, warned, *, markup):
    mended = mojibake.mend(text.replace("\r\n", "\n").replace("\r", "\n"))
    if mended.repairs:
        places = "；".join(after for _before, after in mended.repairs[:5])
        sentence = _("Damaged characters were repaired ({count} places); check them: {places}")
        warned.append(Warned("repaired", format_lazy(sentence, count=len(mended.repairs), places=places)))
    return (
        blocks_.from_html(BRACKETS.sub("<", mended.text))
        if markup
        else blocks_.Page(blocks=blocks_.from_lines(mended.text))
    )


def _assemble(page, warned, digest):
    if len(page.blocks) > MAX_BLOCKS:
        page.blocks = page.blocks[:MAX_BLOCKS]
        warned.append(_warn("cut"))
    found = facts.find(page)
    blocks = page.blocks
    first, last = body_.find_article(blocks, found.body_from)
    if (
        found.body_from < first <= found.body_from + 6
    ):  # headings and short leads between the byline and the first long paragraph
        first = next((at for at in range(found.body_from, first) if _may_open(blocks[at], found)), first)
    kept = body_.paragraphs(blocks[first:last], found.title, found.is_furniture)
    language = language_of("\n".join(kept) or " ".join(block.text for block in blocks), page.language)
    kept = _second_opinion(page, kept, language, found)
    facts.complete(found, page, blocks, first, last, kept)
    warned += [_warn(code) for code in found.notes]
    spam = sum(body_.is_spam(block.text) for block in blocks)
    if spam:
        warned.append(_warn("spam"))
    body = "\n\n".join(kept)
    if left := mojibake.mend(body).left:
        warned.append(
            Warned(
                "damaged",
                format_lazy(
                    _("Some characters are damaged and could not be repaired, for example: {places}"),
                    places="；".join(left[:3]),
                ),
            )
        )
    if len(body) > MAX_BODY:
        body = body[:MAX_BODY].rsplit("\n\n", 1)[0]
        warned.append(_warn("cut"))
    for code, value in (
        ("no_title", found.title),
        ("no_body", body),
        ("no_date", found.published),
        ("no_source", found.source),
        ("no_author", found.author),
    ):
        if not value:
            warned.append(_warn(code))
    script = script_of(found.title + body)
    turned = simplified if script == "hant" else (lambda text: text)
    return Extracted(
        title=found.title,
        author=found.author,
        source=found.source,
        published=found.published,
        body=body,
        language=language,
        script=script,
        title_simplified=turned(found.title),
        body_simplified=turned(body),
        warnings=list({note.code: note for note in warned}.values()),
        sha256=digest,
    )


def _may_open(block, found):
    text = block.text
    return (
        not body_.is_junk(text)
        and not found.is_furniture(text)
        and not body_.is_end(text)
        and not block.shady
        and block.linked * 2 < len(text)
        and (body_.weight(block) > 0 or len(text) >= 12)
    )


def _second_opinion(page, kept, language, found):
    """trafilatura's article where it is the better judge: pages in Western languages, and pages where we see next to nothing."""
    ours = sum(map(len, kept))
    if not page.html or (language == "zh" and ours >= 60) or len(page.html) > MAX_SECOND_OPINION:
        return kept
    theirs = trafilatura.extract(page.html, include_comments=False, include_tables=True, fast=ours > 0) or ""
    lines = [
        line
        for line in map(blocks_.tidy, theirs.split("\n"))
        if line and not found.is_furniture(line) and not body_.is_junk(line)
    ]
    past = next(
        (at for at, line in enumerate(lines) if body_.is_end(line) and sum(map(len, lines[:at])) >= 60),
        len(lines),
    )
    lines = lines[:past]
    size = sum(map(len, lines))
    better = size > ours * 1.5 if language == "zh" else ours * 0.6 < size < ours * 1.1 or size > ours * 1.5
    return lines if better else kept


def _warn(code):
    sentences = {
        "charset": _(
            "The page names a character set it is not written in; the text was read in the one that fits."
        ),
        "rescrambled": _("The text had been saved in a wrong character set; this was undone."),
        "cut": _("The file is very long; only its beginning was taken."),
        "spam": _("Advertising put into the page by strangers was left out."),
        "scanned": _("The file holds pictures of pages, no text. Type or paste the text."),
        "pages": _("Only the first pages of the file were read."),
        "date_differs": _("The page gives two dates of publication; the one beside the title was taken."),
        "date_guessed": _("No date stands beside the title; the date was taken from elsewhere in the page."),
        "no_title": _("No title was found."),
        "no_body": _("No article was found. Paste the text instead."),
        "no_date": _("No date of publication was found."),
        "no_source": _("No source was found."),
        "no_author": _("No author was found."),
    }
    return Warned(code, sentences[code])

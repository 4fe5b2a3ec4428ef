"""RSS and Atom files into entries. No network: whoever fetches a feed gives its bytes."""

import calendar
import datetime
import html
import re
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

import feedparser
import lxml.html
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from lxml import etree

from apps.insight.extraction.blocks import tidy
from apps.insight.extraction.byline import clean_author
from apps.insight.extraction.decoding import decode

MAX_BYTES = 10 * 1024 * 1024
MAX_ENTRIES = 500
MAX_TITLE = 300  # characters
MAX_SUMMARY = 20_000
_SHANGHAI = datetime.timezone(datetime.timedelta(hours=8))


class BadFeed(ValueError):
    """The bytes are no feed. The message is a sentence for the person who gave them."""


class FeedEntry(NamedTuple):
    """One entry, as text: markup is taken out. "" or None where the feed says nothing."""

    guid: str  # the same for the same entry each time: its id, else its link, else its title and date
    title: str
    link: str  # http or https alone
    author: str
    source: str  # the entry's own source, else the feed's title
    published: datetime.date | None  # the day in China
    summary: str  # paragraphs joined by blank lines


def parse_feed(data, url=""):
    """The entries of a feed, in its order, at most `MAX_ENTRIES`. Links that are relative are joined to `url`.

    Raises `BadFeed` for what is empty, too large, a page instead of a feed, or broken so that no entry can be read.
    """
    if not data.strip():
        raise BadFeed(_("The feed is empty."))
    if len(data) > MAX_BYTES:
        raise BadFeed(format_lazy(_("The feed is larger than {limit} MB."), limit=MAX_BYTES // 2**20))
    text = decode(data).text
    root = re.sub(r"^\s*(?:<\?.*?\?>|<!--.*?-->|\s)*", "", text[:20_000], flags=re.DOTALL)
    if re.match(r"<!DOCTYPE\s+html|<html", root, re.IGNORECASE):
        raise BadFeed(
            _(
                "This is a web page, not a feed. Look on it for a link named RSS, or import it as a saved page."
            )
        )
    if re.search(r"<!DOCTYPE|<!ENTITY", text):
        raise BadFeed(_("The feed holds definitions (DTD) that feeds never need; it was not read."))
    if not re.match(r"<(?:\w+:)?(?:rss|feed|RDF)\b", root, re.IGNORECASE):
        raise BadFeed(_("This is not an RSS or Atom feed."))
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text)  # its charset was of the bytes
    found = feedparser.parse(
        text.encode("utf-8", "replace"),
        response_headers={"content-type": "application/xml; charset=utf-8"},
        sanitize_html=True,
        resolve_relative_uris=False,
    )
    if found.bozo and not found.entries:
        raise BadFeed(
            _("The feed is broken and no entry of it can be read. Ask its publisher, or paste the articles.")
        )
    own = _plain(found.feed.get("title", ""), MAX_TITLE)
    entries, seen = [], set()
    for raw in found.entries[:MAX_ENTRIES]:
        entry = _entry(raw, own, url)
        if (entry.title or entry.summary) and entry.guid not in seen:
            seen.add(entry.guid)
            entries.append(entry)
    return entries


def _entry(raw, own, url):
    title = _plain(raw.get("title", ""), MAX_TITLE)
    link = _address(raw.get("link", ""), url)
    content = max((part.get("value", "") for part in raw.get("content", ())), key=len, default="")
    published = _day(raw)
    summary = _paragraphs(content or raw.get("summary", ""))
    return FeedEntry(
        guid=(tidy(str(raw.get("id", ""))) or link or f"{title} {published or ''}".strip())[:500],
        title=title or summary.split("\n")[0][:60],
        link=link,
        author=clean_author(_plain(raw.get("author", ""), 60)),
        source=_plain((raw.get("source") or {}).get("title", ""), 60) or own[:60],
        published=published,
        summary=summary,
    )


def _address(link, url):
    joined = urljoin(url, tidy(str(link)))
    try:
        return joined if urlsplit(joined).scheme in ("http", "https") and len(joined) <= 1000 else ""
    except ValueError:
        return ""


def _day(raw):
    stamp = raw.get("published_parsed") or raw.get("updated_parsed")
    if not stamp:
        return None
    try:
        moment = datetime.datetime.fromtimestamp(calendar.timegm(stamp), _SHANGHAI)
    except (ValueError, OverflowError, OSError):
        return None
    return moment.date() if 1980 <= moment.year < 2100 else None


def _plain(text, longest):
    text = html.unescape(re.sub(r"<[^<>]{0,2000}>", "", str(text)))
    return tidy(re.sub(r"\s+", " ", text)).replace("  ", " ")[:longest]


def _paragraphs(markup):
    markup = str(markup)[: MAX_SUMMARY * 4].replace("\x00", "")
    if "<" not in markup:
        lines = html.unescape(markup).split("\n")
    else:
        try:
            root = lxml.html.fragment_fromstring(markup, create_parent="div")
        except (etree.ParserError, etree.XMLSyntaxError, ValueError):
            return _plain(markup, MAX_SUMMARY)
        etree.strip_elements(root, "script", "style", with_tail=False)
        for element in root.iter("p", "br", "div", "li", "h1", "h2", "h3", "h4", "tr", "blockquote"):
            element.tail = "\n" + (element.tail or "")
            if element.tag != "br":
                element.text = "\n" + (element.text or "")
        lines = root.text_content().split("\n")
    return "\n\n".join(filter(None, (tidy(line).replace("  ", " ") for line in lines)))[:MAX_SUMMARY]

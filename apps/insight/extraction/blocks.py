"""A page as a list of blocks: what a reader sees as one line or paragraph, in reading order.

Everything after this (title, byline, body) looks at blocks alone, so that a tidy page, a page whose markup is broken,
plain text, PDF and Word are judged by the same rules.
"""

import re
from dataclasses import dataclass, field

import lxml.html
from lxml import etree

from .metadata import read_meta
from .tidying import tidy

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_BREAKING = HEADINGS | frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "br",
        "center",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "header",
        "hr",
        "html",
        "li",
        "listing",
        "main",
        "menu",
        "nav",
        "ol",
        "option",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "tfoot",
        "thead",
        "tr",
        "ul",
    ]
)
_CELLS = frozenset({"td", "th"})
_SKIPPED = frozenset(
    [
        "script",
        "style",
        "noscript",
        "iframe",
        "object",
        "embed",
        "svg",
        "select",
        "button",
        "template",
        "textarea",
        "audio",
        "video",
        "canvas",
        "map",
        "head",
    ]
)
_SHADY = re.compile(
    r"(?:^|[-_\s])(?:nav\w*|menu\w*|bread\w*|crumbs?|foot\w*|copyright\w*|side\w*|aside|comments?\w*|pinglun\w*|reply\w*|recommend\w*|recom|"
    r"relat\w*|relevant\w*|tuijian\w*|xiangguan\w*|xgxw|xgyd|hot\w*|rank\w*|share\w*|bdshare\w*|social\w*|advert\w*|ads?|adbox|gg|banner\w*|login\w*|search\w*|"
    r"pager?|pagination|page[-_]?nav|prev\w*|next|qr\w*|subscri\w*|popup|modal|toolbar|disclaim\w*|statement|shengming|mzsm|tags?|links?|friend\w*|"
    r"guess\w*|like|more|top-?bar|topnav)(?:[-_\s\d]|$)",
    re.IGNORECASE,
)
_HIDDEN = re.compile(
    r"display\s*:\s*none|font-size\s*:\s*0|text-indent\s*:\s*-\d{3}|(?:left|top)\s*:\s*-\d{3,}|(?:^|;)\s*(?:height|width)\s*:\s*[01](?:px)?\s*(?:;|$)",
    re.IGNORECASE,
)
_MARKS = {
    "author": re.compile(r"author|zuozhe|writer|byline|editor-name", re.IGNORECASE),
    "source": re.compile(
        r"source|laiyuan|\bly\b|origin|profile_nickname|js_name|media[-_]?name", re.IGNORECASE
    ),
    "date": re.compile(r"\btime|[-_]time|pub\w*time|pub_?date|date|shijian|riqi", re.IGNORECASE),
    "title": re.compile(r"title|headline|biaoti|activity-name", re.IGNORECASE),
}
_BASE64 = re.compile(r"data:[\w/+.;=-]{0,60}base64,[A-Za-z0-9+/=\s]{200,}")


@dataclass(slots=True)
class Block:
    """One line or paragraph. `spaced` keeps wide gaps as two spaces: bylines are set apart by nothing else."""

    spaced: str
    tag: str = "p"
    linked: int = 0  # characters inside links
    shady: bool = False  # inside something named like navigation, comments, recommendations
    path: tuple[int, ...] = ()  # numbers of the elements around it, outermost first

    @property
    def text(self):
        return self.spaced.replace("  ", " ")

    @property
    def is_heading(self):
        return self.tag in HEADINGS


@dataclass(slots=True)
class Page:
    """Blocks, and what the page says about itself."""

    blocks: list[Block] = field(default_factory=list)
    meta: dict[str, str] = field(default_factory=dict)  # lower-case name → content, the first of each
    marked: dict[str, list[str]] = field(
        default_factory=dict
    )  # author, source, date, title → texts of elements so named
    declared_title: str = ""
    language: str = ""
    script_times: list[int] = field(
        default_factory=list
    )  # Unix seconds a public-account page keeps in its script
    html: str = ""


def from_lines(text):
    """The blocks of plain text: paragraphs at blank lines or line ends, hard-wrapped lines joined again."""
    blocks = []
    for group in re.split(r"\n\s*\n", text):
        lines = [line for line in map(tidy, group.split("\n")) if line]
        blocks += [Block(line) for line in unwrap(lines)]
    return blocks


def unwrap(lines):
    """Join lines that were cut at a fixed width. Lines of a list or a poem, which end where they like, stay apart."""
    if len(lines) < 3:
        return _unwrap_pair(lines)
    widths = sorted(_width(line) for line in lines)
    full = widths[-2] if len(widths) > 3 else widths[-1]
    if full < 36 or sum(width > full * 0.85 for width in widths) < len(lines) * 0.45:
        return lines
    joined, open_ = [], False
    for line in lines:
        if open_:
            glue = (
                " "
                if joined[-1][-1].isascii()
                and joined[-1][-1].isalnum()
                and line[0].isascii()
                and line[0].isalnum()
                else ""
            )
            joined[-1] += glue + line
        else:
            joined.append(line)
        ended = line[-1] in "。！？!?：:”」』；"
        open_ = _width(line) > full * 0.85 and not (ended and _width(line) < full * 0.97)
    return joined


def _unwrap_pair(lines):
    if (
        len(lines) == 2
        and _width(lines[0]) >= 60
        and lines[0][-1] not in "。！？!?：:；”"
        and _width(lines[1]) < _width(lines[0]) * 1.05
    ):
        return [lines[0] + (" " if lines[0][-1].isascii() and lines[1][0].isascii() else "") + lines[1]]
    return lines


def _width(line):
    return sum(2 if char > "\u2e7f" else 1 for char in line)


def without_pictures(source):
    """Without pictures written into the page, which are most of a saved one."""
    return _BASE64.sub("", source)


def from_html(source):
    """The page in `source`, however broken its markup is."""
    source = without_pictures(source)
    page = Page(html=source)
    text = source.encode("utf-8", "replace").decode("utf-8")
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text).replace("\x00", "")
    parser = lxml.html.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        root = lxml.html.document_fromstring(text.encode("utf-8"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        page.blocks = from_lines(re.sub(r"<[^<>]{0,500}>", " ", source))
        return page
    page.language = root.get("lang") or ""
    read_meta(root, page)
    _walk(root, page)
    bare = re.sub(r"</?\w[^<>]{0,2000}>", "\n", without_code(source))
    if sum(len(block.spaced) for block in page.blocks) * 10 < len(re.sub(r"\s", "", bare)):
        page.blocks = from_lines(
            bare
        )  # nested deeper than the parser goes: most of the text was lost in the tree
    page.script_times = [
        int(m)
        for m in re.findall(
            r"""\b(?:ct|createTime|create_time|publish_time)\s*[=:]\s*["']?(1[0-9]{9})\b""", source
        )
    ]
    return page


_OPENING = re.compile(r"<!--|<(?:script|style)\b", re.IGNORECASE)
_ENDINGS = {
    "<!--": re.compile("-->"),
    "<script": re.compile(r"</script\s*>", re.IGNORECASE),
    "<style": re.compile(r"</style\s*>", re.IGNORECASE),
}


def without_code(source):
    """Without comments, scripts and styles. What never ends is looked for once, and its text stays."""
    kept, at, endless = [], 0, set()
    for opening in _OPENING.finditer(source):
        name = opening[0].lower()
        if opening.start() < at or name in endless:
            continue
        ending = _ENDINGS[name].search(source, opening.end())
        if ending is None:
            endless.add(name)
        else:
            kept.append(source[at : opening.start()])
            at = ending.end()
    return " ".join([*kept, source[at:]])


def _walk(root, page):
    """Fill `page.blocks` and `page.marked` in one pass over the tree, without recursion: broken pages nest deeply."""
    sizes = _sizes(root)
    total = sizes[0] or 1
    buffer, linked, number = [], 0, -1
    path, tags, shade, links, skipping = [], ["p"], 0, 0, None
    shades = []

    def flush():
        nonlocal linked
        text = "".join(buffer)
        buffer.clear()
        now, linked = linked, 0
        where = tuple(path)
        pieces = (
            from_lines(text)
            if _keeps_lines(text, tags[-1])
            else [Block(tidy(re.sub(r"[ \t]*\n\s*", " ", text)))]
        )
        for piece in pieces:
            if piece.spaced:
                page.blocks.append(
                    Block(piece.spaced, tags[-1], now if len(pieces) == 1 else 0, shade > 0, where)
                )

    def write(text):
        nonlocal linked
        if text:
            buffer.append(text)
            if links:
                linked += len(text.strip())

    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag if isinstance(element.tag, str) else ""
        if event == "start":
            number += 1
            if skipping is not None:
                continue
            small = (
                sizes[number] < total * 0.4
            )  # what holds most of the text is never boilerplate, whatever its name
            if not tag or tag in _SKIPPED or (small and _is_hidden(element)):
                skipping = element
                continue
            if tag in _BREAKING:
                flush()
                path.append(number)
                tags.append(tag if tag not in ("br", "div", "body", "html", "form", "center") else tags[-1])
                shady = small and _is_shady(element, tag)
                shades.append(shady)
                shade += shady
            elif tag in _CELLS:
                buffer.append("  ")
            if tag == "a":
                links += 1
            if sizes[number] <= 400:
                _mark(element, tag, page)
            write(element.text)
        else:
            if skipping is not None:
                if element is not skipping:
                    continue
                skipping = None
            else:
                if tag == "a":
                    links -= 1
                if tag in _BREAKING:
                    flush()
                    path.pop()
                    tags.pop()
                    shade -= shades.pop()
                elif tag in _CELLS:
                    buffer.append("  ")
            write(element.tail)
    flush()


def _keeps_lines(text, tag):
    """Whether line ends in the source are line ends of the text: in <pre>, and where markup was lost around lines."""
    lines = [line for line in text.split("\n") if line.strip()]
    if tag in ("pre", "listing"):
        return len(lines) > 1
    if len(lines) < 3:
        return len(lines) == 2 and bool(re.search(r"\S[ \t]*\n\s*\n\s*\S", text))
    return len(re.findall(r"\n[ \t\xa0]*\n", text.strip())) * 4 >= len(lines) or len(lines) > 12


def _sizes(root):
    """Characters of text in each element, in document order."""
    sizes, open_, so_far = [], [], 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if event == "start":
            open_.append(len(sizes))
            sizes.append(so_far)
            if element.tag not in ("script", "style", "noscript"):
                so_far += len(element.text or "")
        else:
            number = open_.pop()
            sizes[number] = so_far - sizes[number]
            so_far += len(element.tail or "")
    return sizes


def _is_hidden(element):
    if element.tag in ("html", "body"):
        return False
    style = element.get("style") or ""
    return element.get("hidden") is not None or bool(style and _HIDDEN.search(style))


def _is_shady(element, tag):
    if tag in ("html", "body", "br", "p") or tag in HEADINGS:
        return False
    names = f"{element.get('class') or ''} {element.get('id') or ''}".strip()
    return tag in ("nav", "footer", "aside") or (bool(names) and bool(_SHADY.search(names)))


def _mark(element, tag, page):
    names = f"{element.get('class') or ''} {element.get('id') or ''} {element.get('itemprop') or ''}".strip()
    if tag == "time":
        names += " time"
    if not names:
        return
    for kind, pattern in _MARKS.items():
        if pattern.search(names) and len(page.marked.get(kind, ())) < 12:
            text = tidy(
                " ".join(
                    (
                        element.get("datetime")
                        if tag == "time" and element.get("datetime")
                        else "".join(element.itertext())
                    ).split()
                )
            )
            if 0 < len(text) <= (120 if kind == "title" else 60):
                page.marked.setdefault(kind, []).append(text)

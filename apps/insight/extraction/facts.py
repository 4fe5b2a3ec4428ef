"""Title, author, source and date of a page: what its readers see first, what its markup claims second."""

import re
from dataclasses import dataclass, field

import trafilatura

from . import body, dates
from .byline import clean_author, is_person, read_byline
from .declared import meta_author, meta_source, name_like, publisher, reporter

_TITLE_META = (
    "ld:headline",
    "citation_title",
    "articletitle",
    "og:title",
    "twitter:title",
    "docx:title",
    "pdf:title",
    "dc.title",
    "headline",
    "title",
)
_AUTHOR_META = (
    "ld:author",
    "author",
    "article:author",
    "og:article:author",
    "citation_author",
    "dc.creator",
    "byl",
    "pdf:author",
    "docx:author",
)
_DATE_META = (
    "ld:datepublished",
    "article:published_time",
    "og:article:published_time",
    "pubdate",
    "publishdate",
    "publish-date",
    "publish_date",
    "datepublished",
    "bytedance:published_time",
    "weibo: article:create_at",
    "og:release_date",
    "citation_publication_date",
    "dc.date",
    "dcterms.date",
    "firstpublishedtime",
    "release_date",
    "publication_date",
    "date",
    "parsely-pub-date",
    "sailthru.date",
)
_OUTLET = re.compile(
    r"^[\u4e00-\u9fffA-Za-z0-9·]{2,18}(?:网|網|报|報|社|刊|财经|財經|新闻|新聞|杂志|雜誌|在线|線上|客户端|频道|頻道|传媒|周刊|公众号|研究院|研究所|银行|銀行|总局|委员会|人民政府|新媒体|智库)$"
)
_NOT_A_TITLE = re.compile(
    r"^(?:首页|首頁|新闻(?:中心|详情|资讯)?|详情|正文|内容|公告|通知|无标题.*|untitled.*|document\d*|index|home|微信公众平台|.{0,6}欢迎您?|文章(?:详情|内容)?|.*(?:[:：]|\.docx?|\.pdf|\.html?))$",
    re.IGNORECASE,
)
_LABELLED = re.compile(
    r"^\W*(?:本文|文章|信息|稿件|新闻|内容|資料|资料)?(?:来\s*源|來\s*源|作\s*者|撰\s*文|撰稿|文字?|图片?|圖|摄影|供图|转载自|轉載自|原文链接|原文鏈接|本文链接|日\s*期|时\s*间|時\s*間|发布(?:时间|日期|机构)?|發布(?:時間|日期)?)\s*[:：丨|｜／/]"
)
_CONTENT_LABEL = re.compile(r"^\S{2,8}[:：]$")


@dataclass
class Facts:
    title: str = ""
    author: str = ""
    source: str = ""
    published: object = None
    body_from: int = 0  # the first block that can belong to the article
    notes: list[str] = field(default_factory=list)
    lines: set[str] = field(default_factory=set)  # texts of the byline's blocks

    def is_furniture(self, text):
        """Whether a line repeats the title or the byline."""
        if text in self.lines or (self.title and _plain(text) == _plain(self.title)):
            return True
        if len(text) > 120:
            return False
        if len(text) < 60 and _LABELLED.match(text):
            return True
        line = read_byline(text)
        return line.strength >= 3 or (
            line.strength >= 2 and len(text) < 50 and not re.search(r"[。！？]", text)
        )


def find(page):
    """Read what stands above the article, and what the page declares."""
    _join_labels(page)
    blocks = page.blocks
    first, _last = body.find_article(blocks)
    found = Facts()
    found.title, title_at = _title(page, first)
    _read_head(found, page, title_at, first)
    return found


def complete(found, page, blocks, first, last, kept):
    """Fill what is still missing from the page's declarations, from the end of the article, and from its address."""
    meta, marked = page.meta, page.marked
    tail = [block.spaced for block in blocks[max(first, last - 4) : last + 8] if len(block.spaced) < 160]
    endings = [
        read_byline(line)
        for line in tail
        if re.search(r"作者|來源|来源|撰文|供稿|执笔|記者|记者|文[丨|/：:]", line)
        and not re.search(r"转载|轉載|免责|声明|稿件来源于|来源于网络", line)
    ]
    found.author = found.author or next(
        filter(None, (clean_author(text) for text in marked.get("author", ()) if name_like(text))), ""
    )
    found.author = found.author or next(
        filter(None, (meta_author(meta.get(name, ""), name) for name in _AUTHOR_META)), ""
    )
    found.author = (
        found.author or next((line.author for line in endings if line.author), "") or reporter(kept)
    )
    found.source = (
        found.source
        or meta_source(meta, marked, found)
        or next((line.source for line in endings if line.source), "")
    )
    found.source = found.source or publisher(page, blocks)
    if found.source == found.author and not meta.get("ld:author"):
        found.author = "" if not is_person(found.author) else found.author
    claimed = next(filter(None, (dates.first_date(meta.get(name, "")) for name in _DATE_META)), None)
    claimed = claimed or (dates.from_unix(page.script_times[0]) if page.script_times else None)
    if found.published and claimed and abs((found.published - claimed).days) > 1:
        found.notes.append("date_differs")
    found.published = (
        found.published
        or claimed
        or next(filter(None, (dates.first_date(text) for text in marked.get("date", ()))), None)
    )
    if not found.published:
        _guess_date(found, page, tail, kept)
    if page.html and not found.title:
        document = trafilatura.extract_metadata(page.html[:1_000_000])
        found.title = (document.title or "") if document else ""


def _guess_date(found, page, tail, kept):
    for text in reversed(kept[-4:] + tail):
        stamps = dates.find_dates(text)
        if (
            stamps
            and len(text) < 40
            and len(re.sub(r"\W", "", text)) - (stamps[0].end - stamps[0].start) < 16
        ):
            found.published = stamps[0].date  # the date under a notice
            break
    for name in ("canonical", "og:url", "docx:date", "pdf:date"):
        if not found.published and page.meta.get(name):
            found.published = dates.from_url(page.meta[name]) or dates.first_date(page.meta[name])
    if match := re.search(r"<!--\s*saved from url=\(\d+\)(\S+)", page.html[:3000]):
        found.published = found.published or dates.from_url(match[1])
    if not found.published and page.html:
        document = trafilatura.extract_metadata(page.html[:1_000_000])
        found.published = dates.first_date(document.date or "") if document and document.date else None
    if found.published:
        found.notes.append("date_guessed")


# ── The head of the page ──────────────────────────────────────────────────────────────────────────────────────────


def _join_labels(page):
    """ "来源：" in one cell and the name in the next are one line."""
    joined = []
    for block in page.blocks:
        if (
            joined
            and _CONTENT_LABEL.match(joined[-1].spaced)
            and len(block.spaced) < 40
            and _LABELLED.match(joined[-1].spaced)
        ):
            joined[-1].spaced += block.spaced
        else:
            joined.append(block)
    page.blocks = joined


def _title(page, first):
    """(title, number of its block or -1)."""
    blocks = page.blocks
    pieces = _pieces(page.declared_title)
    names = [
        (page.meta[name], 3.0 if name != "title" else 1.0) for name in _TITLE_META if page.meta.get(name)
    ]
    candidates = [(_without_site(text, page), worth) for text, worth in names]
    candidates += [(piece, 2.0 - 0.3 * at) for at, piece in enumerate(pieces)]
    candidates += [
        (block.text, 3.0 if block.tag == "h1" else 1.5)
        for block in blocks[: first + 2]
        if block.is_heading and not block.shady
    ]
    candidates += [(text, 1.0) for text in page.marked.get("title", ())]
    places = {}
    for at, block in enumerate(blocks):
        if len(block.text) <= 160:
            places.setdefault(_plain(block.text), []).append(at)
    best, best_score, best_at = "", 0.0, -1
    declared = _plain(page.declared_title)
    for text, worth in candidates:
        text = text.strip()
        if not _may_be_title(text):
            continue
        plain = _plain(text)
        where = [at for at in places.get(plain, ()) if at <= first] or places.get(plain, [])
        at = where[-1] if where and where[-1] <= first else (where[0] if where else -1)
        score = (
            worth
            + (3.0 if 0 <= at <= first else 0.5 if at >= 0 else 0.0)
            + (2.0 if declared and plain in declared else 0.0)
        )
        score += min(len(text), 20) / 10 - (3.0 if blocks and at >= 0 and blocks[at].shady else 0.0)
        if score > best_score:
            best, best_score, best_at = text, score, at
    byline_at = _strong_byline(blocks, first)
    if best and (best_at >= 0 or not blocks):
        return _with_second_line(best, best_at, blocks)
    seen, seen_at = _title_above(blocks, byline_at if byline_at >= 0 else first)
    if best and (not seen or byline_at < 0 or _overlap(best, seen)):
        return best, seen_at if _overlap(best, seen) else -1
    return _with_second_line(seen, seen_at, blocks) if seen else (best, best_at)


def _title_above(blocks, anchor):
    """The line that reads like a title, just above the byline or the first paragraph."""
    for at in range(min(anchor, len(blocks)) - 1, max(-1, anchor - 7), -1):
        text = blocks[at].text
        if (
            _may_be_title(text)
            and not text.endswith(("。", "；", ";"))
            and not blocks[at].shady
            and not read_byline(blocks[at].spaced).strength
            and (len(text) >= 6 or at == anchor - 1)
        ):
            if text.startswith("——") and at and _may_be_title(blocks[at - 1].text):
                return blocks[at - 1].text, at - 1
            return text, at
    if (
        anchor == 0
        and blocks
        and _may_be_title(blocks[0].text)
        and len(blocks) > 1
        and len(blocks[0].text) <= 60
        and blocks[0].text[-1] not in "。；;，,"
    ):
        return blocks[0].text, 0  # the article's run began with its own title
    return "", -1


def _with_second_line(title, at, blocks):
    if 0 <= at < len(blocks) - 1:
        after = blocks[at + 1].text
        if after.startswith(("——", "—")) and 4 < len(after) < 50 and after[-1] not in "。；":
            return title + after, at
    return title, at


def _may_be_title(text):
    return (
        3 <= len(text) <= 120
        and not _NOT_A_TITLE.match(text)
        and not body.is_junk(text)
        and not body.is_end(text)
        and not re.search(r"[>»›]|https?://", text)
    )


def _pieces(declared):
    """The parts of <title>, most likely the article's first: "标题_频道_网站" gives three."""
    parts = [part for part in re.split(r"\s*[_|｜]\s*|\s+[-–—]+\s+|\s*--\s*", declared) if part]
    shorter = []
    for part in parts:
        if match := re.fullmatch(
            r"(.{8,}?)\s*[-–—]\s*([^-–—]{2,16}(?:网|網|报|银行|新闻|频道|公司|局|会|部|府|社))", part
        ):
            shorter.append(match[1])
    return shorter + parts


def _without_site(text, page):
    site = page.meta.get("og:site_name", "")
    pieces = _pieces(text)
    if len(pieces) > 1 and (re.search(r"[_|｜]", text) or (site and site in text)) and len(pieces[0]) >= 8:
        return pieces[0]
    return text


def _strong_byline(blocks, first):
    """The number of the best byline up to the first paragraph, -1 when no line has two facts."""
    best, best_at = 1, -1
    for at in range(max(0, first - 40), min(len(blocks), first + 3)):
        if len(blocks[at].spaced) < 250 and "今天是" not in blocks[at].spaced:
            strength = read_byline(blocks[at].spaced).strength
            if strength > best or (strength == best and best_at >= 0 and at - best_at > 1):
                best, best_at = strength, at
    return best_at


def _read_head(found, page, title_at, first):
    """Author, source and date from the lines around the title, and where the article can begin."""
    blocks = page.blocks
    anchor = title_at if title_at >= 0 else _strong_byline(blocks, first)
    if anchor < 0:
        _read_opening(found, blocks, first)
        return
    found.body_from = title_at + 1 if title_at >= 0 else anchor
    before = range(anchor - 1, max(-1, anchor - 4), -1)
    after = range(anchor, min(len(blocks), anchor + 10))
    for at in after:
        block = blocks[at]
        line = read_byline(block.spaced)
        prose = body.weight(block) > 30 and line.strength < 3 and at != anchor
        if prose:
            break
        if at == title_at:
            continue
        if line.strength or (is_person(block.text) and at <= anchor + 3) or _OUTLET.match(block.text):
            _take(found, block, line)
            if line.strength or at == found.body_from:
                found.body_from = at + 1
            found.lines.add(block.text)
    for at in before:
        line = read_byline(blocks[at].spaced)
        if line.strength >= 2 or (
            line.strength and not found.published and not re.search(r"今天是", blocks[at].text)
        ):
            _take(found, blocks[at], line)


def _read_opening(found, blocks, first):
    for at in range(max(0, first - 6), min(len(blocks), first + 2)):
        line = read_byline(blocks[at].spaced)
        if line.strength and body.weight(blocks[at]) < 30:
            _take(found, blocks[at], line)
            found.lines.add(blocks[at].text)


def _take(found, block, line):
    found.author = (
        found.author or line.author or (block.text if not line.strength and is_person(block.text) else "")
    )
    found.source = found.source or line.source or _bare_outlet(block, line)
    if line.published and not found.published:
        found.published = line.published


def _bare_outlet(block, line):
    """A publication's name that stands without a label beside a date."""
    if not line.strength:
        return block.text if _OUTLET.match(block.text) else ""
    rest = block.spaced
    for stamp in reversed(line.dates):
        rest = rest[: stamp.start] + "  " + rest[stamp.end :]
    return next(
        (word for word in re.split(r"[\s|｜]+", rest) if _OUTLET.match(word) and word != line.author), ""
    )


def _plain(text):
    return re.sub(r"[\W_]+", "", text).lower()


def _overlap(one, other):
    a, b = _plain(one), _plain(other)
    return bool(a) and bool(b) and (a in b or b in a)

"""What a page or its article declares of itself: author, source and publisher in meta data, names and claims."""

import re

from apps.insight.script import HAN

from . import dates
from .byline import clean_author, clean_source, is_person, read_byline

_SOURCE_META = (
    "contentsource",
    "source",
    "mediaid",
    "article:source",
    "publisher",
    "ld:publisher",
    "og:site_name",
    "sitename",
    "application-name",
    "copyright",
)
_CLAIM = re.compile(
    r"(?:版权所有|版權所有|主办(?:单位)?|Copyright\s*(?:©|\(c\))?|©)\s*[:：]?\s*(?:\d{4}(?:\s*[-–]\s*\d{4})?)?\s*([\u4e00-\u9fff]{4,20}|[A-Z][\w&. ]{3,30})"
)


def name_like(text):
    text = re.sub(r"^(?:作者|文|记者|記者|by)\s*[:：/]?\s*", "", text, flags=re.IGNORECASE).strip()
    return (
        bool(text) and all(is_person(word) for word in re.split(r"[、,，\s]+", text))
        if HAN.search(text)
        else is_person(text)
    )


def meta_author(text, name):
    if name in ("docx:author", "pdf:author", "article:author") and not name_like(text):
        return ""  # programs put the owner of the computer there, pages a link
    if HAN.search(text) and len(text) > 20:
        return ""
    return clean_author(text)


def meta_source(meta, marked, found):
    for text in marked.get("source", ()):
        text = re.sub(r"^(?:来\s*源|來\s*源|Source)\s*[:：]?\s*", "", text)
        if (
            2 <= len(text) <= 20
            and not dates.find_dates(text)
            and not re.search(r"[:：。]", text)
            and not is_person(text)
        ):
            return clean_source(text.split()[0] if HAN.search(text) else text)
    for name in _SOURCE_META:
        text = meta.get(name, "")
        if name == "copyright":
            text = re.sub(
                r"^.*?(?:©|版权所有|copyright)\s*(?:\d{4}(?:-\d{4})?)?\s*", "", text, flags=re.IGNORECASE
            )
        if text and not text.startswith("http") and len(text) <= 40 and (source := clean_source(text)):
            return source
    return ""


def publisher(page, blocks):
    """The site's name: the last part of <title>, else who claims the copyright at the foot."""
    parts = [
        part
        for part in re.split(
            r"\s*[_|｜]\s*|\s+[-–—]+\s+|(?<=[\u4e00-\u9fff])[-–—](?=[\u4e00-\u9fff])", page.declared_title
        )
        if part
    ]
    if len(parts) > 1 and 2 <= len(parts[-1]) <= 24 and not re.search(r"频道|新闻中心|首页", parts[-1]):
        return clean_source(parts[-1])
    for block in blocks[-12:]:
        claim = _CLAIM.search(block.text)
        if claim and not re.search(r"保留|所有|不得|未经", claim[1]):
            return clean_source(claim[1])
    return ""


def reporter(kept):
    """ "本报记者 张三 北京报道" at the beginning or the end of the article."""
    for text in kept[:2]:
        names = (
            read_byline(text[:60].split("。")[0]).author
            if re.search(r"记者|記者|通讯员|通訊員", text[:40])
            else ""
        )
        if names:
            return names
    if kept and (
        match := re.search(
            r"[（(]\s*(?:本报|本刊|本网|\S{2,8})?(?:记者|記者|通讯员|通訊員|作者)\s*[:：]?\s*[^（）()]{2,30}[)）]\s*$",
            kept[-1],
        )
    ):
        return read_byline(match[0]).author
    return ""

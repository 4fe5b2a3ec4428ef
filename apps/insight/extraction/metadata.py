"""What a page says of itself to machines: <meta> and JSON-LD."""

import json
import re

from .tidying import tidy


def read_meta(root, page):
    for element in root.iter("meta"):
        name = element.get("name") or element.get("property") or element.get("itemprop") or ""
        content = tidy(element.get("content") or "")
        if name and content:
            page.meta.setdefault(name.strip().lower(), content)
    for element in root.iter("title"):
        if not page.declared_title:
            page.declared_title = tidy(" ".join(element.text_content().split()))
    for element in root.iter("link"):
        if (element.get("rel") or "").lower() == "canonical" and element.get("href"):
            page.meta.setdefault("canonical", element.get("href"))
    for element in root.iter("script"):
        if "ld+json" in (element.get("type") or "").lower():
            _read_json_ld(element.text or "", page.meta)


def _read_json_ld(text, meta):
    try:
        found = json.loads(text.strip().rstrip(";"), strict=False)
    except (ValueError, RecursionError):
        return
    waiting = [found]
    for _ in range(200):
        if not waiting:
            return
        node = waiting.pop(0)
        if isinstance(node, list):
            waiting += node[:50]
        elif isinstance(node, dict):
            kind = str(node.get("@type", ""))
            if re.search(r"Article|Posting|Report|WebPage", kind):
                article = "WebPage" not in kind
                for key, name in (
                    ("headline", "headline"),
                    ("datePublished", "datepublished"),
                    ("pubDate", "datepublished"),
                    ("title", "headline"),
                ):
                    if isinstance(node.get(key), str) and (article or name == "datepublished"):
                        meta.setdefault(f"ld:{name}", tidy(node[key]))
                if article:
                    meta.setdefault("ld:author", _names(node.get("author")))
                    meta.setdefault("ld:publisher", _names(node.get("publisher")))
            waiting += [value for value in node.values() if isinstance(value, dict | list)][:50]


def _names(value):
    if isinstance(value, list):
        return "、".join(filter(None, map(_names, value[:10])))
    if isinstance(value, dict):
        value = value.get("name", "")
    return tidy(value) if isinstance(value, str) else ""

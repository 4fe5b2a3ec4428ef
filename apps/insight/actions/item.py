from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from apps.core import clock
from apps.core.attachments import attach
from apps.core.flow import lock
from apps.core.grades import Grade
from apps.core.journal import record
from apps.core.notices import follow
from apps.core.numbering import next_code
from apps.core.search import index
from apps.core.verdict import Refused, demand
from apps.core.versions import lock_version
from apps.insight import rules
from apps.insight.actions.place import place, say
from apps.insight.flow import item_flow
from apps.insight.models import FeedFile, Item
from apps.insight.script import simplified

MAX_ENTRIES = 200

CORRECTABLE = (
    "line", "category", "institution", "title", "title_simplified", "author", "source_name", "url",
    "published_on", "body", "body_simplified", "grade",
)  # fmt: skip


@transaction.atomic
def draft_item(
    extracted_or_values, *, by, unit, line=None, original=None, url="", grade=Grade.INTERNAL
) -> Item:
    """Make a draft from what an extraction proposes, or from a dict of the item's own fields.

    `original` is (bytes, file name, media type) of the checked file it was made from; it stays with the item. Raises
    `Refused` for a unit the person may not file for, and where there is neither a title nor a text.
    """
    demand(rules.may_draft_item(by, unit, line and line.pk))
    values = (
        dict(extracted_or_values) if isinstance(extracted_or_values, dict) else _proposal(extracted_or_values)
    )
    values["url"] = web_address(values.get("url") or url)
    values["grade"] = values.get("grade", grade)
    values["title"] = (values.get("title") or values.get("body", "").strip().split("\n")[0])[:300]
    if not values["title"]:
        raise Refused(_("There is no text in it. Paste the text instead."))
    item = Item.objects.create(
        code=next_code("I"), unit=unit, line=line, filed_by_id=by.principal_id, **values
    )
    if original:
        data, name, media_type = original
        attach(item, data, by=by, name=name, media_type=media_type, kind="original", grade=item.grade)
    index(item)
    follow(item, [by])
    record("item.draft", item, by=by, **place(item, item.filed_by_id))
    return item


@transaction.atomic
def file_item(item: Item, *, by, version: int | None = None, **corrections) -> Item:
    """Make a draft part of what the bank knows, with the last corrections. Raises `Stale` and `Refused`."""
    if corrections:
        correct_item(item, by=by, version=version, **corrections)
    lock(item)
    if not item.body.strip():
        raise Refused(_("An item needs a text."))
    item_flow.make(item, "file", by=by, category=item.category, **place(item, item.filed_by_id))
    item.filed_at = clock.now()
    item.save(update_fields=["filed_at"])
    return item


@transaction.atomic
def correct_item(item: Item, *, by, version: int | None = None, **corrections) -> Item:
    """Change the text or the facts of an item. `version` is the one that was seen; raises `Stale` when it is not the
    present one, and overwrites nothing. Nothing changed is no new version."""
    if extra := set(corrections) - set(CORRECTABLE):
        raise TypeError(f"not to be corrected: {sorted(extra)}")
    seen = lock(item).version if version is None else version
    lock_version(item, seen)
    demand(rules.may_correct_item(by, item))
    if "line" in corrections:
        demand(rules.may_draft_item(by, item.unit, corrections["line"] and corrections["line"].pk))
    changed = [name for name, value in corrections.items() if getattr(item, name) != value]
    if not changed:
        item.version = seen
        return item
    for name in changed:
        setattr(item, name, corrections[name])
    item.save(update_fields=[*changed, "version"])
    index(item)
    record("item.correct", item, by=by, fields=sorted(changed))
    return item


@transaction.atomic
def withdraw_item(item: Item, *, by, note: str) -> Item:
    """Take an item back, for a reason. Issues that carried it keep their text."""
    item_flow.make(item, "withdraw", by=by, note=note)
    say(item, note, by=by)
    return item


def web_address(text: str) -> str:
    """The address, if it is one of the web that fits; a feed may carry anything."""
    text = text.strip()
    return text if text.startswith(("http://", "https://")) and len(text) <= 1000 else ""


@transaction.atomic
def keep_feed(entries, *, by, unit, line=None, name="") -> FeedFile:
    """Keep a feed's entries while the person chooses; what was handed in before and not chosen from goes."""
    demand(rules.may_draft_item(by, unit, line and line.pk))
    FeedFile.objects.filter(by=by).delete()
    return FeedFile.objects.create(
        by=by,
        unit=unit,
        line=line,
        name=name[:160],
        entries=[
            {
                "title": entry.title[:300],
                "url": web_address(entry.link),
                "author": entry.author[:100],
                "source": (entry.source or name)[:100],
                "published": entry.published and entry.published.isoformat(),
                "body": entry.summary,
            }
            for entry in entries[:MAX_ENTRIES]
        ],
    )


@transaction.atomic
def draft_from_feed(feed: FeedFile, numbers: list[int], *, by) -> list[Item]:
    """A draft for each chosen entry (their places in the feed), in the order of the feed; the feed is then forgotten.

    Raises `Refused` when nothing is chosen.
    """
    from apps.insight.extraction import extract_text  # noqa: PLC0415 (its libraries take every process half a second)

    chosen = [feed.entries[n] for n in sorted(set(numbers)) if 0 <= n < len(feed.entries)]
    if not chosen:
        raise Refused(_("Choose at least one entry."))
    drafts = []
    for entry in chosen:
        read = extract_text(f"{entry['title']}\n\n{entry['body'] or entry['title']}")
        values = _proposal(read) | {
            "title": entry["title"] or read.title,
            "title_simplified": "",
            "author": entry["author"] or (read.author or "")[:100],
            "source_name": entry["source"],
            "published_on": date.fromisoformat(entry["published"]) if entry["published"] else None,
            "url": entry["url"],
            "sha256": "",
        }
        if read.script == "hant":
            values["title_simplified"] = simplified(values["title"])[:300]
        drafts.append(draft_item(values, by=by, unit=feed.unit, line=feed.line))
    feed.delete()
    return drafts


def _proposal(extracted) -> dict:
    return {
        "title": extracted.title or "",
        "title_simplified": (extracted.title_simplified or "")[:300]
        if extracted.title_simplified != extracted.title
        else "",
        "author": (extracted.author or "")[:100],
        "source_name": (extracted.source or "")[:100],
        "published_on": extracted.published,
        "body": extracted.body or "",
        "body_simplified": (extracted.body_simplified or "")
        if extracted.body_simplified != extracted.body
        else "",
        "script": (extracted.script or "")[:20],
        "warnings": [str(warning.text) for warning in extracted.warnings],
        "sha256": extracted.sha256 or "",
    }

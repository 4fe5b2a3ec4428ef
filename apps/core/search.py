"""Search over Chinese and codes, the same on both databases: overlapping bigrams find every word, and no segmenter
misses any. Latin letters and digits (project codes) are words of their own, found by prefix.

On SQLite the index is an FTS5 table, on PostgreSQL a GIN index over a tsvector made of the words as they are: no parser
and no dictionary, whose idea of a letter hangs on the database's locale.
"""

import re
import unicodedata

from django.contrib.contenttypes.models import ContentType
from django.db import connection, models
from django.db.models.expressions import RawSQL

from apps.core.models import SearchRow

CANDIDATES = 2000  # ranked at most; a phrase that matches more is cut before it is sorted
MAX_TEXT = 20_000
_RUNS = re.compile(r"[0-9a-z]+|[^\W0-9a-z_]+")
_VECTOR = "array_to_tsvector(string_to_array(words, ' '))"
_kinds: dict[str, dict] = {}


def searchable(model, *, label, capability: str, text):
    """Put a model into search: `text(thing)` gives (title, body). Called in the app's panels.py."""
    _kinds[model._meta.label_lower] = {"model": model, "label": label, "capability": capability, "text": text}


def kinds() -> dict[str, dict]:
    return _kinds


def _runs(text: str):
    return _RUNS.findall(unicodedata.normalize("NFKC", text).lower())


def words(text: str) -> list[str]:
    """The words of a text to be found: bigrams of each run of Chinese, its last character alone, Latin runs whole."""
    found = []
    for run in _runs(text):
        if run[0].isascii():
            found.append(run)
        else:
            found += [run[i : i + 2] for i in range(len(run) - 1)]
            found.append(run[-1])
    return found


def query_words(text: str) -> list[tuple[str, bool]]:
    """What to look for: (word, is a prefix). One Chinese character is the beginning of some bigram."""
    found = []
    for run in _runs(text)[:12]:
        if run[0].isascii() or len(run) == 1:
            found.append((run, True))
        else:
            found += [(run[i : i + 2], False) for i in range(len(run) - 1)]
    return found[:24]


def index(thing) -> None:
    """Put a thing into the index, or bring it up to date, in the caller's transaction."""
    index_all([thing])


def index_all(things: list) -> None:
    """Put many things of one model into the index, by one statement for many."""
    if not things:
        return
    label = things[0]._meta.label_lower
    subject_type = ContentType.objects.get_for_model(things[0])
    rows = []
    for thing in things:
        title, body = _kinds[label]["text"](thing)
        text = " ".join(dict.fromkeys(words(f"{title}\n{body}"[:MAX_TEXT])))
        rows.append(SearchRow(subject_type=subject_type, subject_id=thing.pk, title=title[:300], words=text))
    SearchRow.objects.bulk_create(
        rows,
        batch_size=2000,
        update_conflicts=True,
        unique_fields=["subject_type", "subject_id"],
        update_fields=["title", "words"],
    )


def matching(text: str, model=None):
    """A QuerySet of SearchRow with all the words of the query; newest first, cut at `CANDIDATES`."""
    wanted = query_words(text)
    if not wanted:
        return SearchRow.objects.none()
    if connection.vendor == "postgresql":
        query = " & ".join(f"'{word}':*" if prefix else f"'{word}'" for word, prefix in wanted)
        sql = f"SELECT id FROM core_searchrow WHERE {_VECTOR} @@ %s::tsquery"
    else:
        query = " AND ".join(f'"{word}"*' if prefix else f'"{word}"' for word, prefix in wanted)
        sql = "SELECT rowid FROM core_search_fts WHERE core_search_fts MATCH %s"
    rows = SearchRow.objects.filter(pk__in=RawSQL(sql, [query]))
    if model is not None:
        rows = rows.filter(subject_type=ContentType.objects.get_for_model(model))
    return rows.order_by("-id")


def found(queryset, text: str):
    """The rows of a scoped queryset that match the query."""
    ids = matching(text, queryset.model).values("subject_id")[:CANDIDATES]
    return queryset.filter(pk__in=models.Subquery(ids))


def search(user, text: str, limit: int = 20) -> list[tuple[dict, list]]:
    """Per kind of thing, up to `limit` that match and that this person may see: two queries a kind."""
    results = []
    for entry in _kinds.values():
        if user.may_ever(entry["capability"]):
            rows = list(found(entry["model"].objects.visible_to(user), text).order_by("-pk")[:limit])
            if rows:
                results.append((entry, rows))
    return results


def install_index(using_connection) -> None:
    """The index itself, idempotent; called after every migrate."""
    with using_connection.cursor() as cursor:
        if using_connection.vendor == "postgresql":
            cursor.execute(
                f"CREATE INDEX IF NOT EXISTS core_search_gin ON core_searchrow USING gin (({_VECTOR}))"
            )
            return
        cursor.execute(
            "CREATE VIRTUAL TABLE IF NOT EXISTS core_search_fts USING fts5(words, content='core_searchrow', content_rowid='id')"
        )
        for name, event, body in [
            (
                "insert",
                "AFTER INSERT",
                "INSERT INTO core_search_fts(rowid, words) VALUES (new.id, new.words);",
            ),
            (
                "delete",
                "AFTER DELETE",
                "INSERT INTO core_search_fts(core_search_fts, rowid, words) VALUES ('delete', old.id, old.words);",
            ),
            (
                "update",
                "AFTER UPDATE OF words",
                "INSERT INTO core_search_fts(core_search_fts, rowid, words) VALUES ('delete', old.id, old.words);"
                "INSERT INTO core_search_fts(rowid, words) VALUES (new.id, new.words);",
            ),
        ]:
            cursor.execute(
                f"CREATE TRIGGER IF NOT EXISTS core_search_{name} {event} ON core_searchrow BEGIN {body} END"
            )

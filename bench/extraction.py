"""How well pages are read: `python -m bench.extraction [FOLDER]`.

The folder holds pages and a truth.json: {file: {title, author, source, date, start, end, present, absent}}; without one,
the made-up pages of tests/insight/pages are read. Prints `name: value` lines: the share of pages whose fact is exactly
right, and for the body the share of its expectations (how it starts, how it ends, what is and is not in it) that hold.
"""

import json
import re
import sys
import time
from pathlib import Path

from apps.insight.extraction import extract

PAGES = Path(__file__).resolve().parent.parent / "tests" / "insight" / "pages"
FACTS = ("title", "author", "source", "date")


def judge(page, truth):
    """{fact: 0 or 1, "body": 0 to 1}, and the sentences of what is wrong, for one page."""
    found = extract(page.read_bytes(), filename=page.name)
    got = {
        "title": found.title,
        "author": found.author,
        "source": found.source,
        "date": found.published.isoformat() if found.published else "",
    }
    scores, wrong = {}, []
    for fact in FACTS:
        scores[fact] = float(_plain(got[fact]) == _plain(truth.get(fact) or ""))
        if not scores[fact]:
            wrong.append(f"{fact} is {got[fact]!r}, not {truth.get(fact)!r}")
    checks = []
    if truth.get("start"):
        checks.append((found.body.startswith(truth["start"]), f"starts {found.body[:30]!r}"))
    if truth.get("end"):
        checks.append((found.body.endswith(truth["end"]), f"ends {found.body[-30:]!r}"))
    checks += [(phrase in found.body, f"lacks {phrase!r}") for phrase in truth.get("present", ())]
    checks += [(phrase not in found.body, f"holds {phrase!r}") for phrase in truth.get("absent", ())]
    wrong += [f"body {what}" for held, what in checks if not held]
    scores["body"] = sum(held for held, _what in checks) / len(checks) if checks else 1.0
    return scores, wrong


def measure(folder):
    """Scores per page name, in the order of truth.json."""
    truths = json.loads((folder / "truth.json").read_text("utf-8"))
    return {name: judge(folder / name, truth) for name, truth in truths.items()}


def _plain(text):
    return re.sub(r"\s+", "", text)


def main(folder=PAGES):
    begun = time.perf_counter()
    results = measure(Path(folder))
    seconds = time.perf_counter() - begun
    for name, (_scores, wrong) in results.items():
        for what in wrong:
            print(f"# {name}: {what}")
    print(f"pages: {len(results)}")
    for fact in (*FACTS, "body"):
        print(f"{fact}: {sum(scores[fact] for scores, _wrong in results.values()) / len(results):.3f}")
    print(f"seconds_per_page: {seconds / len(results):.3f}")


if __name__ == "__main__":
    main(*sys.argv[1:2])

"""Every icon that is named somewhere exists: a name Lucide does not have would break the page that draws it."""

import re
from pathlib import Path

from django.conf import settings

from apps.core.icons import icon
from apps.core.nav import _items
from apps.core.verbs import all_verbs

NAMED = re.compile(r"""\bicon\(["']([\w-]+)["']|icon(?:_name)?=["']([\w-]+)["']""")


def named_in_files():
    for folder, pattern in (
        (Path(settings.BASE_DIR) / "templates", "*.html"),
        (Path(settings.BASE_DIR) / "apps", "*.py"),
    ):
        for path in folder.rglob(pattern):
            for found in NAMED.finditer(path.read_text(encoding="utf-8")):
                yield found.group(1) or found.group(2)


def test_every_icon_that_is_named_exists():
    names = (
        {verb.icon for verb in all_verbs().values()}
        | {item.icon for item in _items.values()}
        | set(named_in_files())
    )
    missing = set()
    for name in names:
        try:
            icon(name)
        except Exception:  # lucide raises several kinds
            missing.add(name)
    assert missing == set()

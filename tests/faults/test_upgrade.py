"""A bank of the version before is upgraded, on both databases: every row is there, and the journal and the books hold."""

import json
import time

import pytest
from django.db.migrations.loader import MigrationLoader

pytestmark = pytest.mark.faults

CONTENT = """
import json
from django.db import connection
with connection.cursor() as cursor:
    found = {}
    for table in sorted(connection.introspection.table_names(cursor)):
        if table.startswith(("core_search_", "django_migrations")):
            continue
        key = connection.introspection.get_primary_key_column(cursor, table)
        cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
        names = [column[0] for column in cursor.description]
        at = names.index(key)
        found[table] = {str(row[at]): dict(zip(names, map(str, row))) for row in cursor.fetchall()}
"""
# Audit posts as the version before kept them: without an end, with one, over, and not begun. They stood on nothing.
AUDITORS = """
import json
from datetime import date
from django.db import connection
from django.db.migrations.loader import MigrationLoader
old = MigrationLoader(connection).project_state(("org", "0001_initial")).apps
Person, Unit, Post = (old.get_model("org", name) for name in ("Person", "Unit", "Post"))
unit = Unit.objects.order_by("path").first()
ends = [(date(2020, 1, 1), None), (date(2026, 3, 1), date(2026, 12, 31)), (date(2024, 3, 1), date(2024, 5, 1)),
        (date(2099, 1, 1), None)]
made = []
for number, (starts, last) in enumerate(ends):
    person = Person.objects.create(name=f"审计{number}", employee_no=f"A{number}")
    made.append(Post.objects.create(person=person, unit=unit, role="auditor", starts=starts, ends=last).pk)
"""
STANDING = """
from apps.core.triggers import expected, installed
from apps.org.models import Post
rows = Post.objects.filter(role="auditor").order_by("pk").select_related("engagement")
posts = [[p.pk, p.engagement.kind, p.until_at == p.engagement.ends, p.until_at is not None] for p in rows]
missing = sorted(expected() - installed())
"""


def first_releases() -> dict[str, str]:
    """app → the last migration of its first release, of those that have had others since."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    ours = {key: m for key, m in sorted(loader.disk_migrations.items()) if m.__module__.startswith("apps.")}
    later = {app for (app, _name), migration in ours.items() if not migration.initial}
    return {app: name for (app, name), migration in ours.items() if migration.initial and app in later}


def asked(stack, code, *names):
    """Run this inside, and give what it holds under these names at the end."""
    told = f"{code}\nprint(json.dumps([{', '.join(names)}]))"
    return json.loads(stack.manage("shell", "-v0", "-c", told))


def cells(content):
    """How many values that is."""
    return sum(len(row) for table in content.values() for row in table.values())


def differences(before, after):
    """(table, key, column) of whatever was there before and is another now, or gone."""
    return [
        (table, key, column)
        for table, found in before.items()
        for key, row in found.items()
        for column, value in row.items()
        if after.get(table, {}).get(key, {}).get(column) != value
    ]


def test_a_bank_of_the_version_before_loses_nothing_when_it_is_upgraded(filled, record_property):
    first = first_releases()
    assert "org" in first
    for app, name in first.items():  # that they go back at all is half of what is asked
        filled.manage("migrate", app, name, "--no-input", "--verbosity=0")
    auditors, before = asked(filled, AUDITORS + CONTENT, "made", "found")
    assert {"until_at", "engagement_id"} & set(next(iter(before["org_post"].values()))) == set()

    began = time.monotonic()
    filled.manage("migrate", "--no-input", "--verbosity=0")
    upgraded = time.monotonic() - began

    after, posts, missing_triggers = asked(filled, CONTENT + STANDING, "found", "posts", "missing")
    lost = differences(before, after)
    record_property("upgrade: rows of the version before", sum(map(len, before.values())))
    record_property("upgrade: values of the version before", cells(before))
    record_property("slowest upgrade, s", upgraded)
    # Two audit posts had no end, and have one since: an engagement ends.
    assert lost == [("org_post", str(auditors[0]), "ends"), ("org_post", str(auditors[3]), "ends")]
    assert {table: len(found) for table, found in before.items()} == {
        table: len(after[table]) for table in before
    }
    assert (posts, missing_triggers) == ([[pk, "audit", True, True] for pk in auditors], [])
    filled.manage("migrate", "--check")
    filled.manage("ledger_verify")
    filled.manage("journal_verify")

"""One seed and one day give one bank, whatever else is so."""

import hashlib
from datetime import date

import pytest
from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, transaction

from apps.core.models import Entry
from apps.desk.demo import make_bank

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 24)
SHARE = 0.06  # of the demo's stories
# What a clock on the wall, a salt or a sequence that goes on after a rollback decides, and no seed.
NOT_SEEDED = {
    "core_job",
    "core_seal",
    "core_checkpoint",
    "core_attachment",
    "django_migrations",
    "django_content_type",
}
TAKEN_BY_CHANCE = {"password", "password_set_at", "milliseconds", "explanation"}


def count_from_one() -> None:
    """PostgreSQL's sequences go on after a rollback: each bank begins with its own first rows."""
    with connection.cursor() as cursor:
        for sequence in connection.introspection.sequence_list():
            cursor.execute(f'SELECT 1 FROM "{sequence["table"]}" LIMIT 1')
            if cursor.fetchone():
                continue  # content types are there already
            for statement in connection.ops.sequence_reset_by_name_sql(no_style(), [sequence]):
                cursor.execute(statement)


def digests(seed: int) -> tuple[int, dict[str, str]]:
    """How many lines the journal has, and a digest of each table of which a seed says what stands in it."""
    count_from_one()
    with transaction.atomic():
        make_bank(seed, DAY, share=SHARE)
        lines, told = Entry.objects.count(), {}
        for model in sorted(apps.get_models(), key=lambda model: model._meta.db_table):
            if model._meta.db_table in NOT_SEEDED or not model._meta.managed:
                continue
            names = [f.column for f in model._meta.concrete_fields if f.name not in TAKEN_BY_CHANCE]
            with connection.cursor() as cursor:
                quoted = ", ".join(f'"{name}"' for name in names)
                key = model._meta.pk.column
                cursor.execute(f'SELECT {quoted} FROM "{model._meta.db_table}" ORDER BY "{key}"')
                rows = repr(cursor.fetchall()).encode()
            told[model._meta.db_table] = hashlib.sha256(rows).hexdigest()
        transaction.set_rollback(True)
    return lines, told


def test_the_same_seed_gives_the_same_bank_and_another_seed_another():
    first, again, other = digests(7), digests(7), digests(8)

    assert first[0] > 1100
    assert [table for table in first[1] if again[1][table] != first[1][table]] == []
    assert other[1]["core_entry"] != first[1]["core_entry"]

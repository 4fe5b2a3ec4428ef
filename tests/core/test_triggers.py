import pytest
from django.core.exceptions import FieldDoesNotExist
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, models, transaction

from apps.core import triggers
from apps.core.triggers import append_only, drop_triggers, triggers_dropped
from apps.ledger.actions import account, post, release, reserve
from apps.ledger.measures import Measure
from apps.ledger.models import Account, Leg, Reservation, Resolution, Transaction

LEDGER = [Transaction, Leg, Reservation, Resolution, Account]


@pytest.fixture
def books():
    """A row in every table of the ledger."""
    source = account("source", measure=Measure.MONEY)
    fund = account("fund", measure=Measure.MONEY, floor=0)
    post("endow", [(source, -100), (fund, 100)])
    release(reserve("hold", fund, 10))


def refused(statement):
    """Whether the database refuses it, as it refuses what breaks a constraint."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except IntegrityError as error:
        return "is append-only" in str(error)
    return False


@pytest.mark.django_db
def test_every_table_on_the_list_has_its_triggers_after_a_full_migrate():
    assert triggers.installed() == triggers.expected()
    assert set(LEDGER) <= set(triggers.guarded())
    assert ("ledger_leg", "DELETE") in triggers.installed()


@pytest.mark.django_db
@pytest.mark.parametrize("model", LEDGER)
def test_rows_of_an_append_only_table_are_neither_changed_nor_removed(books, model):
    table = model._meta.db_table
    column = "code" if model is Account else "id"

    assert model.objects.exists()
    assert refused(f"UPDATE {table} SET {column} = {column}")
    assert refused(f"DELETE FROM {table}")


@pytest.mark.django_db
@pytest.mark.parametrize("model", LEDGER)
def test_rows_of_an_append_only_table_are_not_replaced_or_truncated(books, model):
    table = model._meta.db_table
    ways = {
        "sqlite": [
            f"REPLACE INTO {table} SELECT * FROM {table}",
            f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}",
        ],
        "postgresql": [
            f"INSERT INTO {table} SELECT * FROM {table} ON CONFLICT (id) DO UPDATE SET id = excluded.id",
            f"TRUNCATE {table} CASCADE",
        ],
    }
    if connection.vendor == "postgresql":
        connection.check_constraints()  # or the TRUNCATE would be refused for another reason

    assert [refused(way) for way in ways[connection.vendor]] == [True, True]


@pytest.mark.django_db
def test_the_fields_that_may_change_do_and_the_others_do_not(books):
    fund = Account.objects.get(code="fund")

    assert Account.objects.filter(pk=fund.pk).update(balance=90) == 1
    for change in ({"floor": None}, {"measure": Measure.POINTS}, {"balance": 100, "code": "mine"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Account.objects.filter(pk=fund.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        fund.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        Account.objects.bulk_create(
            [fund], update_conflicts=True, unique_fields=["code"], update_fields=["floor"]
        )


@pytest.mark.django_db
def test_a_migrate_brings_back_triggers_that_were_lost():
    """As when a later constraint made SQLite rebuild a table."""
    drop_triggers()
    assert triggers.installed() == set()

    call_command("migrate", verbosity=0)

    assert triggers.installed() == triggers.expected()


@pytest.mark.django_db
def test_a_table_that_left_the_list_loses_its_triggers_and_nothing_is_done_twice(monkeypatch):
    monkeypatch.delitem(triggers._append_only, Leg)
    triggers.install_triggers()
    triggers.install_triggers()

    assert triggers.installed() == triggers.expected()
    assert "ledger_leg" not in {table for table, _event in triggers.installed()}


def test_a_field_that_may_change_must_exist():
    with pytest.raises(FieldDoesNotExist):
        append_only(Leg, allow_update=("amuont",))


@pytest.mark.django_db
def test_a_failure_with_the_triggers_dropped_changes_nothing(books):
    def double_and_fail():
        with triggers_dropped():
            Leg.objects.update(amount=models.F("amount") * 2)
            raise RuntimeError("half-way")

    with pytest.raises(RuntimeError):
        double_and_fail()

    assert triggers.installed() == triggers.expected()
    assert Leg.objects.filter(transaction__key="endow", amount=100).count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_flush_of_the_tests_empties_append_only_tables_and_guards_them_again(books):
    call_command("flush", interactive=False, verbosity=0)

    assert [model.objects.count() for model in LEDGER] == [0] * 5
    assert triggers.installed() == triggers.expected()


@pytest.mark.django_db
def test_production_is_never_flushed(books, settings):
    settings.PRODUCTION = True

    with pytest.raises(CommandError, match="append-only"):
        call_command("flush", interactive=False, verbosity=0)

    assert Leg.objects.count() == 6

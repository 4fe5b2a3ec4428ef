"""Each way of falsifying the books is named by `ledger_verify`, down to the account or transaction."""

from contextlib import contextmanager
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import F

from apps.core.triggers import drop_triggers
from apps.ledger import verify as books_verify
from apps.ledger.actions import account, commit, post, release, reserve, reverse
from apps.ledger.measures import Measure
from apps.ledger.models import Account, Leg, Reservation, Resolution, Transaction
from apps.ledger.verify import Finding, verifies, verify
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

SUMS = "The legs of each transaction sum to nought, in one measure"
BELONGS = "Each leg has its transaction and its account"
TOTALS = "All balances of a measure sum to nought"
BALANCES = "Each balance is the sum of its legs"
FLOORS = "No account is below its floor"
ONCE = "Each reservation is resolved at most once, and moves what it says"
OPEN = "What lies in a reserve is what is reserved and open"
UNDONE = "A reversal undoes what it reverses"
HASHES = "Each transaction is as its hash says"


@pytest.fixture(autouse=True)
def _books():
    source = account("source", measure=Measure.MONEY)
    fund = account("chest", measure=Measure.MONEY, floor=0)
    project = account("desk:1", measure=Measure.MONEY, floor=0)
    post(
        "endow",
        [(source, -1000), (fund, 1000)],
        by=UserFactory(),
        because_of="allocation.Request:1",
        memo="year",
    )
    commit(reserve("hold:1", fund, 100), [(project, 90)])
    release(reserve("hold:2", fund, 200))
    reserve("hold:3", fund, 300)
    reverse(post("slip", [(fund, -7), (project, 7)]), "undo")
    assert verify() == []


@contextmanager
def tampering():
    """Somebody at the database itself, without our triggers; afterwards it never happened."""
    with transaction.atomic():
        drop_triggers()
        yield
        transaction.set_rollback(True)


def without_constraints(table):
    """The same rows in a table that promises nothing."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE bare AS SELECT * FROM {table}")
        cursor.execute(f"DROP TABLE {table} {'CASCADE' if connection.vendor == 'postgresql' else ''}")
        cursor.execute(f"ALTER TABLE bare RENAME TO {table}")


def named() -> dict[str, list[str]]:
    found = {}
    for finding in verify():
        found.setdefault(finding.promise, []).append(finding.text)
    return found


def test_a_raised_balance():
    with tampering():
        Account.objects.filter(code="desk:1").update(balance=91)

        assert named() == {
            TOTALS: ["money_fen: all balances sum to 1"],
            BALANCES: ["account desk:1: balance 91, legs 90"],
        }


def test_a_changed_leg():
    with tampering():
        Leg.objects.filter(transaction__key="endow", account__code="chest").update(amount=1001)

        assert named() == {
            SUMS: ["transaction endow: 2 legs sum to 1, in 1 measures"],
            BALANCES: ["account chest: balance 610, legs 611"],
            HASHES: ["transaction endow: its content is not what its hash says"],
        }


def test_legs_and_balances_changed_so_that_every_sum_is_right():
    with tampering():
        Leg.objects.filter(transaction__key="endow").update(amount=F("amount") * 2)
        Account.objects.filter(code="source").update(balance=F("balance") * 2)
        Account.objects.filter(code="chest").update(balance=F("balance") + 1000)

        assert named() == {HASHES: ["transaction endow: its content is not what its hash says"]}


@pytest.mark.parametrize(
    "change",
    [
        {"content_hash": "0" * 64},
        {"by": None},
        {"memo_code": "month"},
        {"because_of": "allocation.Request:2"},
        {"key": "endowed"},
    ],
)
def test_who_why_and_under_which_key(change):
    with tampering():
        Transaction.objects.filter(key="endow").update(**change)
        key = change.get("key", "endow")

        assert named() == {HASHES: [f"transaction {key}: its content is not what its hash says"]}


def test_when_down_to_the_microsecond():
    posted = Transaction.objects.get(key="endow")
    for moved in (
        posted.at.replace(microsecond=(posted.at.microsecond + 1) % 10**6),
        posted.at.replace(year=2020),
    ):
        with tampering():
            Transaction.objects.filter(key="endow").update(at=moved)

            assert named() == {HASHES: ["transaction endow: its content is not what its hash says"]}


def test_a_removed_leg():
    with tampering():
        Leg.objects.filter(transaction__key="endow", account__code="chest")._raw_delete("default")

        assert named() == {
            SUMS: ["transaction endow: 1 legs sum to -1000, in 1 measures"],
            BALANCES: ["account chest: balance 610, legs -390"],
            HASHES: ["transaction endow: its content is not what its hash says"],
        }


def test_a_removed_transaction():
    with tampering():
        Leg.objects.filter(transaction__key="endow")._raw_delete("default")
        Transaction.objects.filter(key="endow")._raw_delete("default")

        assert named() == {
            BALANCES: ["account chest: balance 610, legs -390", "account source: balance -1000, legs 0"],
        }


def test_a_leg_moved_to_another_account():
    with tampering():
        Leg.objects.filter(transaction__key="endow", account__code="chest").update(
            account=Account.objects.get(code="desk:1")
        )

        assert named() == {
            BALANCES: ["account chest: balance 610, legs -390", "account desk:1: balance 90, legs 1090"],
            HASHES: ["transaction endow: its content is not what its hash says"],
        }


def test_legs_of_several_measures():
    with tampering():
        Account.objects.filter(code="source").update(measure=Measure.POINTS)

        assert named() == {
            SUMS: ["transaction endow: 2 legs sum to 0, in 2 measures"],
            TOTALS: ["money_fen: all balances sum to 1000", "points_thousandths: all balances sum to -1000"],
        }


def test_a_leg_whose_transaction_is_gone():
    with tampering():
        without_constraints("ledger_leg")
        leg = Leg.objects.get(transaction__key="slip", amount=7)
        Leg.objects.filter(pk=leg.pk).update(transaction_id=0)

        assert named()[BELONGS] == [f"leg {leg.pk} of 7: its transaction or account is gone"]


def test_an_account_below_its_floor():
    with tampering():
        without_constraints("ledger_account")
        Account.objects.filter(code="chest").update(balance=-1)

        assert named()[FLOORS] == ["account chest: balance -1, floor 0"]


def test_a_reservation_resolved_twice():
    with tampering():
        without_constraints("ledger_resolution")
        hold = Reservation.objects.get(transaction__key="hold:1")
        Resolution.objects.create(
            pk=99, reservation=hold, transaction=Transaction.objects.get(key="endow"), outcome="released"
        )

        assert named() == {
            ONCE: [
                "reservation hold:1: resolved 2 times",
                "transaction endow: its reserve was not moved by -100",
            ]
        }


def test_a_reservation_of_another_amount():
    with tampering():
        Reservation.objects.filter(transaction__key="hold:3").update(amount=299)

        assert named() == {
            ONCE: ["transaction hold:3: its reserve was not moved by 299"],
            OPEN: ["account chest:reserved: balance 300, open reservations 299"],
        }


def test_a_reservation_that_is_nowhere_resolved_and_yet_spent():
    with tampering():
        Resolution.objects.filter(outcome="committed")._raw_delete("default")
        spent = "hold:1:committed, which is neither a reservation nor its resolution"

        assert named() == {
            ONCE: [f"account chest:reserved: moved by -100 in {spent}"],
            OPEN: ["account chest:reserved: balance 300, open reservations 400"],
        }


def test_a_reversal_that_reverses_something_else():
    with tampering():
        Transaction.objects.filter(key="undo").update(reverses=Transaction.objects.get(key="endow"))

        assert named() == {
            UNDONE: ["transaction undo: does not undo endow"],
            HASHES: ["transaction undo: its content is not what its hash says"],
        }


# ── The command ───────────────────────────────────────────────────────────────────────────────────────────────────


def run():
    """(what the command printed, its error or None)."""
    out = StringIO()
    try:
        call_command("ledger_verify", stdout=out)
    except CommandError as error:
        return out.getvalue(), str(error)
    return out.getvalue(), None


def test_the_command_says_that_the_books_are_right():
    printed, error = run()

    assert error is None
    assert printed.count("holds ") == len(books_verify.promises())
    assert printed.splitlines()[-1] == "4 accounts, 8 transactions, 17 legs: the books are right."


def test_the_command_names_what_is_broken_and_fails():
    with tampering():
        Account.objects.filter(code="desk:1").update(balance=91)
        printed, error = run()

    assert error == "4 accounts, 8 transactions, 17 legs: the books are not right."
    assert f"BROKEN  {BALANCES}\n        account desk:1: balance 91, legs 90\n" in printed
    assert printed.count("BROKEN") == 2


def test_the_command_does_not_print_without_end():
    with tampering():
        Account.objects.bulk_create(
            Account(code=f"made-up:{n:04}", measure=Measure.POINTS, floor=0, balance=1) for n in range(1100)
        )
        printed, _error = run()

    assert "        account made-up:0049: balance 1, legs 0\n        … at least 950 more\n" in printed


def test_an_upper_app_adds_what_only_it_can_know():
    @verifies("Every movement of a fund has its request")
    def every_movement_has_its_request():
        for leg in Leg.objects.under("chest").filter(transaction__because_of="").for_list().reverse()[:1]:
            yield f"transaction {leg.transaction}: no request"

    try:
        assert verify() == [
            Finding("Every movement of a fund has its request", "transaction hold:1: no request")
        ]
    finally:
        del books_verify._checks["Every movement of a fund has its request"]

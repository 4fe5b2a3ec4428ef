"""Many at once at the books: the last unit goes to one, and the sums are right at any moment."""

import pytest

from apps.core.verdict import Refused
from apps.ledger import verify as books_verify
from apps.ledger.actions import KeyReused, account, balance, commit, post, release, reserve, reserved, reverse
from apps.ledger.measures import Measure
from apps.ledger.models import Account, Reservation, Transaction
from apps.ledger.verify import verifies, verify
from tests.racing import kinds, race

pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.xdist_group("races"),
    pytest.mark.django_db(transaction=True),
]

ROUNDS = 20


def pots(amount, rounds=ROUNDS, floor=0):
    """A pot for each round with so much in it, and one account to pay into."""
    account("source", measure=Measure.MONEY)
    account("taker", measure=Measure.MONEY, floor=0)
    for number in range(rounds):
        account(f"pot:{number}", measure=Measure.MONEY, floor=floor)
        post(f"fill:{number}", [("source", -amount), (f"pot:{number}", amount)])


def test_of_fifty_who_take_the_last_unit_exactly_one_gets_it(record_property):
    pots(1)

    def take(runner, number):
        return post(f"take:{number}:{runner}", [(f"pot:{number}", -1), ("taker", 1)])

    outcomes = race(50, ROUNDS, take)

    assert [kinds(round_) for round_ in outcomes] == [{"Transaction": 1, "Refused": 49}] * ROUNDS
    assert (Account.objects.under("pot:").total(), balance("taker")) == (0, ROUNDS)
    assert verify() == []
    record_property("races: rounds of fifty for the last unit, one winner each", ROUNDS)


def test_of_fifty_who_reserve_the_last_unit_exactly_one_has_it():
    """The reserve itself is opened in the race, too."""
    pots(1)

    outcomes = race(50, ROUNDS, lambda runner, number: reserve(f"hold:{number}:{runner}", f"pot:{number}", 1))

    assert [kinds(round_) for round_ in outcomes] == [{"Reservation": 1, "Refused": 49}] * ROUNDS
    assert (
        Account.objects.under("pot:").filter(reserve_of=None).total(),
        Reservation.objects.open().count(),
    ) == (0, ROUNDS)
    assert verify() == []


def test_of_two_who_end_a_reservation_one_does():
    pots(300)
    holds = [reserve(f"hold:{number}", f"pot:{number}", 100) for number in range(ROUNDS)]
    for number in range(ROUNDS):
        reserve(
            f"other:{number}", f"pot:{number}", 200
        )  # lies in the same reserve, where a second ending would find it

    def end(runner, number):
        return commit(holds[number], [("taker", 60)]) if runner == 0 else release(holds[number])

    outcomes = race(2, ROUNDS, end)

    assert [kinds(round_) for round_ in outcomes] == [{"Transaction": 1, "Refused": 1}] * ROUNDS
    committed = sum(isinstance(first, Transaction) for first, _second in outcomes)
    assert balance("taker") == 60 * committed
    assert [reserved(f"pot:{number}") for number in range(ROUNDS)] == [200] * ROUNDS
    assert verify() == []


def test_of_two_who_commit_alike_both_see_the_one_commit_and_of_two_who_differ_one_errs():
    pots(100)
    holds = [reserve(f"hold:{number}", f"pot:{number}", 100) for number in range(ROUNDS)]

    outcomes = race(2, 10, lambda _runner, number: commit(holds[number], [("taker", 60)]))
    assert [kinds(round_) for round_ in outcomes] == [{"Transaction": 2}] * 10
    assert all(first == second for first, second in outcomes)
    assert balance("taker") == 600

    outcomes = race(2, 10, lambda runner, number: commit(holds[number + 10], [("taker", 60 + runner)]))
    assert [kinds(round_) for round_ in outcomes] == [{"Transaction": 1, KeyReused.__name__: 1}] * 10
    assert verify() == []


def test_one_key_posted_by_twenty_is_one_transaction():
    pots(100)

    outcomes = race(
        20, ROUNDS, lambda _runner, number: post(f"pay:{number}", [(f"pot:{number}", -60), ("taker", 60)])
    )

    assert [kinds(round_) for round_ in outcomes] == [{"Transaction": 20}] * ROUNDS
    assert all(len(set(round_)) == 1 for round_ in outcomes)
    assert (balance("taker"), Transaction.objects.filter(key__startswith="pay:").count()) == (
        60 * ROUNDS,
        ROUNDS,
    )
    assert verify() == []


def test_an_account_opened_by_twenty_is_one_account():
    outcomes = race(
        20, ROUNDS, lambda _runner, number: account(f"new:{number}", measure=Measure.POINTS, floor=0)
    )

    assert all(len(set(round_)) == 1 and kinds(round_) == {"Account": 20} for round_ in outcomes)
    assert Account.objects.count() == ROUNDS


def test_a_mistake_corrected_by_twenty_is_corrected_once():
    pots(100)
    wrong = [post(f"pay:{number}", [(f"pot:{number}", -60), ("taker", 60)]) for number in range(ROUNDS)]

    outcomes = race(20, ROUNDS, lambda runner, number: reverse(wrong[number], f"undo:{number}:{runner}"))

    assert [kinds(round_) for round_ in outcomes] == [{"Transaction": 1, "Refused": 19}] * ROUNDS
    assert (balance("taker"), balance("pot:0")) == (0, 100)
    assert verify() == []


def test_payments_to_and_fro_block_nobody_for_good_and_lose_nothing():
    pots(1000, rounds=4)

    def pay(runner, number):
        """Each runner pays around the ring in its own direction, so that their locks would cross."""
        giver, taker = runner % 4, (runner + (1 if runner % 2 else 3)) % 4
        return post(f"pay:{number}:{runner}", [(f"pot:{giver}", -5), (f"pot:{taker}", 5)])

    outcomes = race(16, ROUNDS, pay)

    assert all(set(kinds(round_)) <= {"Transaction", Refused.__name__} for round_ in outcomes)
    assert Account.objects.under("pot:").total() == 4000
    assert verify() == []


def test_the_books_are_right_at_any_moment_while_others_post():
    pots(1000, rounds=4)
    findings = []

    def work(runner, number):
        if runner == 0:
            findings.extend(verify())
        else:
            for step in range(5):
                post(f"pay:{number}:{runner}:{step}", [(f"pot:{runner % 4}", -1), ("taker", 1)])

    outcomes = race(6, ROUNDS, work)

    assert [kinds(round_) for round_ in outcomes] == [{"NoneType": 6}] * ROUNDS
    assert findings == []
    assert balance("taker") == 5 * 5 * ROUNDS


def test_all_checks_ask_about_one_moment():
    pots(1000, rounds=1)

    @verifies("Nothing happens between two questions")
    def nothing_happens_between():
        before = Transaction.objects.count()
        race(1, 1, lambda _runner, _number: post("meanwhile", [("pot:0", -1), ("taker", 1)]))
        if Transaction.objects.count() != before:
            yield "something did"

    try:
        findings = verify()
    finally:
        del books_verify._checks["Nothing happens between two questions"]

    assert (findings, balance("taker")) == ([], 1)

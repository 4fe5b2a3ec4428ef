from datetime import UTC, datetime

import pytest
from django.utils import translation

from apps.core import clock
from apps.core.verdict import Refused
from apps.ledger.actions import KeyReused, account, balance, commit, post, release, reserve, reserved, reverse
from apps.ledger.measures import Measure
from apps.ledger.models import LIMIT, Account, Leg, Reservation, Transaction
from apps.ledger.verify import verify
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _the_books_are_right_in_the_end():
    yield
    assert verify() == []


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def fund():
    """A fund of 1,000.00 yuan, and a project's envelope with nothing in it yet."""
    account("chest:2027:source", measure=Measure.MONEY)
    account("desk:7:technology", measure=Measure.MONEY, floor=0)
    fund = account("chest:2027", measure=Measure.MONEY, floor=0)
    post("endow:2027", [("chest:2027:source", -100_000), (fund, 100_000)])
    return fund


def test_a_transaction_moves_what_its_legs_say(fund):
    by = UserFactory()
    with clock.at(datetime(2027, 3, 1, 9, tzinfo=UTC)):
        posted = post(
            "commit:1",
            [(fund, -30_000), ("desk:7:technology", 30_000)],
            by=by,
            because_of="allocation.Request:1",
            memo="tranche",
        )

    assert (balance("chest:2027"), balance("desk:7:technology")) == (70_000, 30_000)
    assert (posted.by, posted.at, posted.because_of, posted.memo_code) == (
        by,
        datetime(2027, 3, 1, 9, tzinfo=UTC),
        "allocation.Request:1",
        "tranche",
    )
    assert list(
        Leg.objects.filter(transaction=posted).order_by("amount").values_list("account__code", "amount")
    ) == [
        ("chest:2027", -30_000),
        ("desk:7:technology", 30_000),
    ]


def test_an_envelope_never_pays_out_more_than_it_holds(fund):
    with pytest.raises(Refused, match=r"chest:2027.*1,000\.00.*1,000\.01"):
        post("commit:1", [(fund, -100_001), ("desk:7:technology", 100_001)])

    assert (balance("chest:2027"), balance("desk:7:technology")) == (100_000, 0)
    assert not Transaction.objects.filter(key="commit:1").exists()
    post("commit:1", [(fund, -100_000), ("desk:7:technology", 100_000)])
    assert balance("chest:2027") == 0


def test_a_floor_below_nought_is_an_overdraft_of_exactly_that():
    account("source", measure=Measure.POINTS)
    account("unit:3", measure=Measure.POINTS, floor=-500)

    post("a", [("unit:3", -500), ("source", 500)])
    with pytest.raises(Refused):
        post("b", [("unit:3", -1), ("source", 1)])

    assert balance("unit:3") == -500


def test_the_same_key_with_the_same_content_is_one_transaction(fund):
    legs = [(fund, -10), ("desk:7:technology", 10)]
    first = post("commit:1", legs, because_of="allocation.Request:1")
    again = post("commit:1", reversed(legs), by=UserFactory(), because_of="allocation.Request:1")

    assert again == first
    assert balance("desk:7:technology") == 10


def test_a_replay_is_no_change_even_when_the_money_is_gone_since(fund):
    legs = [(fund, -100_000), ("desk:7:technology", 100_000)]
    first = post("commit:1", legs)

    assert balance("chest:2027") == 0
    assert post("commit:1", legs) == first


@pytest.mark.parametrize("change", ["amount", "account", "because_of", "memo"])
def test_the_same_key_with_other_content_is_an_error(fund, change):
    post(
        "commit:1",
        [(fund, -10), ("desk:7:technology", 10)],
        because_of="allocation.Request:1",
        memo="first",
    )
    other = account("desk:8:technology", measure=Measure.MONEY, floor=0)
    amount = 11 if change == "amount" else 10
    to = other if change == "account" else "desk:7:technology"
    words = {"because_of": "allocation.Request:1", "memo": "first"} | (
        {change: "other"} if change in ("because_of", "memo") else {}
    )

    with pytest.raises(KeyReused, match="commit:1"):
        post("commit:1", [(fund, -amount), (to, amount)], **words)

    assert balance("desk:7:technology") == 10


@pytest.mark.parametrize(
    ("legs", "error"),
    [
        ([("chest:2027", -10), ("desk:7:technology", 9)], ValueError),
        ([("chest:2027", -10)], ValueError),
        ([], ValueError),
        ([("chest:2027", 0), ("desk:7:technology", 0)], ValueError),
        ([("chest:2027", -10), ("desk:7:technology", 5), ("desk:7:technology", 5)], ValueError),
        ([("chest:2027", -10), ("person:1:points", 10)], ValueError),
        ([("chest:2027", -10), ("desk:nobody", 10)], LookupError),
        ([("chest:2027", -10.0), ("desk:7:technology", 10.0)], TypeError),
        ([("chest:2027", -True), ("desk:7:technology", True)], TypeError),
    ],
)
def test_what_is_no_transaction_is_not_posted(fund, legs, error):
    account("person:1:points", measure=Measure.POINTS)
    before = Transaction.objects.count()

    with pytest.raises(error):
        post("odd", legs)

    assert Transaction.objects.count() == before


@pytest.mark.parametrize("key", ["", "two\nlines", "k" * 201])
def test_a_key_is_one_line_of_at_most_200_characters(fund, key):
    with pytest.raises(ValueError):
        post(key, [(fund, -10), ("desk:7:technology", 10)])


def test_no_balance_outgrows_its_column():
    account("source", measure=Measure.MONEY)
    account("hoard", measure=Measure.MONEY)
    post("all", [("source", -LIMIT), ("hoard", LIMIT)])

    for amount in (1, LIMIT, 10**30):
        with pytest.raises(Refused, match="cannot hold"):
            post("more", [("source", -amount), ("hoard", amount)])

    assert balance("hoard") == LIMIT


def test_an_account_is_opened_once_and_stays_what_it_is():
    opened = account("person:5:days", measure=Measure.PERSON_DAYS, floor=0)

    assert account("person:5:days", measure="person_day_hundredths", floor=0) == opened
    with pytest.raises(ValueError, match="person:5:days"):
        account("person:5:days", measure=Measure.POINTS, floor=0)
    with pytest.raises(ValueError, match="person:5:days"):
        account("person:5:days", measure=Measure.PERSON_DAYS)
    assert Account.objects.count() == 1


@pytest.mark.parametrize(
    "code", ["", "项目:1", "a b", "a::b", ":a", "a:", "chest:reserved", "a\n", "a" * 112]
)
def test_a_code_is_words_joined_by_colons(code):
    with pytest.raises(ValueError):
        account(code, measure=Measure.MONEY)


def test_under_a_prefix_are_the_accounts_that_start_so_and_no_others():
    for code in (
        "desk:1:technology",
        "desk:12:technology",
        "desk:1:marketing",
        "Project:1:x",
        "desk:1",
        "project_1:x",
    ):
        account(code, measure=Measure.MONEY)

    codes = Account.objects.under("desk:1:").order_by("code").values_list("code", flat=True)

    assert list(codes) == ["desk:1:marketing", "desk:1:technology"]
    with pytest.raises(ValueError):
        Account.objects.under("")


def test_movements_are_read_by_prefix_and_up_to_a_cut_off(fund):
    for month in (1, 2, 3):
        with clock.at(datetime(2027, month, 15, tzinfo=UTC)):
            post(f"commit:{month}", [(fund, -month), ("desk:7:technology", month)])
    cut_off = datetime(2027, 3, 15, tzinfo=UTC)

    assert [leg.amount for leg in Leg.objects.under("desk:7:").for_list()] == [3, 2, 1]
    assert Leg.objects.under("desk:7:").before(cut_off).total() == 3
    assert Leg.objects.under("desk:7:").since(cut_off).total() == 3
    assert Account.objects.with_balance_at(cut_off).get(code="desk:7:technology").balance_at == 3
    assert Account.objects.under("desk:7:").total() == 6
    assert Account.objects.under("desk:8:").total() == 0


# ── Reservations ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_reserved_cannot_be_spent_by_anybody_else(fund):
    reservation = reserve("hold:1", "chest:2027", 80_000, because_of="allocation.Request:1")

    assert (balance("chest:2027"), reserved("chest:2027"), reservation.state) == (20_000, 80_000, "open")
    assert list(Reservation.objects.under("chest:").open()) == [reservation]
    with pytest.raises(Refused):
        reserve("hold:2", fund, 20_001)
    with pytest.raises(Refused):
        post("spend", [(fund, -20_001), ("desk:7:technology", 20_001)])


def test_reserving_twice_with_one_key_reserves_once(fund):
    assert reserve("hold:1", fund, 10) == reserve("hold:1", fund, 10)
    assert reserved("chest:2027") == 10
    with pytest.raises(KeyReused):
        reserve("hold:1", fund, 11)
    with pytest.raises(KeyReused):
        post("hold:1", [(fund, -10), ("desk:7:technology", 10)])


def test_a_commit_spends_and_gives_the_rest_back(fund):
    reservation = reserve("hold:1", fund, 50_000)
    posted = commit(reservation, [("desk:7:technology", 45_000)], because_of="allocation.Request:1")

    assert (balance("chest:2027"), reserved("chest:2027"), balance("desk:7:technology")) == (
        55_000,
        0,
        45_000,
    )
    assert (reservation.state, reservation.resolution.transaction) == ("committed", posted)
    assert commit(reservation, [("desk:7:technology", 45_000)], because_of="allocation.Request:1") == posted
    assert balance("desk:7:technology") == 45_000


def test_a_commit_never_spends_more_than_was_reserved(fund):
    reservation = reserve("hold:1", fund, 50_000)

    with pytest.raises(Refused, match=r"500\.01.*500\.00"):
        commit(reservation, [("desk:7:technology", 50_001)])
    with pytest.raises(ValueError):
        commit(reservation, [])

    assert (reservation.state, balance("desk:7:technology")) == ("open", 0)


def test_a_release_gives_all_of_it_back(fund):
    reservation = reserve("hold:1", fund, 50_000)
    posted = release(reservation)

    assert (balance("chest:2027"), reserved("chest:2027"), reservation.state) == (100_000, 0, "released")
    assert release(reservation) == posted
    assert balance("chest:2027") == 100_000


def test_a_reservation_ends_once(fund):
    released, committed = reserve("hold:1", fund, 10), reserve("hold:2", fund, 20)
    release(released)
    commit(committed, [("desk:7:technology", 20)])

    with pytest.raises(Refused, match="released already"):
        commit(released, [("desk:7:technology", 10)])
    with pytest.raises(Refused, match="committed already"):
        release(committed)
    with pytest.raises(KeyReused):
        commit(committed, [("desk:7:technology", 19)])

    assert (balance("chest:2027"), balance("desk:7:technology")) == (99_980, 20)


def test_a_reserve_moves_by_reservations_alone(fund):
    reserve("hold:1", fund, 10)
    held = Account.objects.get(reserve_of=fund)

    with pytest.raises(ValueError):
        post("steal", [(held, -10), ("desk:7:technology", 10)])
    with pytest.raises(ValueError):
        post("steal", [(held.code, -10), ("desk:7:technology", 10)])
    with pytest.raises(ValueError):
        reserve("again", held, 10)
    with pytest.raises(ValueError):
        reserve("nothing", fund, 0)
    with pytest.raises(ValueError):
        reserve("k" * 195, fund, 1)


# ── Corrections ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_mistake_is_corrected_by_its_opposite_once(fund):
    wrong = post("commit:1", [(fund, -10), ("desk:7:technology", 10)])
    right = reverse(wrong, "undo:1", memo="wrong_project")

    assert (balance("chest:2027"), balance("desk:7:technology")) == (100_000, 0)
    assert right.reverses == wrong
    assert reverse(wrong, "undo:1", memo="wrong_project") == right
    with pytest.raises(Refused):
        reverse(wrong, "undo:2")
    with pytest.raises(KeyReused):
        reverse(right, "undo:1", memo="wrong_project")


def test_what_was_spent_since_cannot_be_taken_back(fund):
    account("vendor", measure=Measure.MONEY, floor=0)
    wrong = post("commit:1", [(fund, -10), ("desk:7:technology", 10)])
    post("pay:1", [("desk:7:technology", -5), ("vendor", 5)])

    with pytest.raises(Refused):
        reverse(wrong, "undo:1")


def test_a_reversed_commit_goes_back_to_the_account_and_not_to_the_reserve(fund):
    reservation = reserve("hold:1", fund, 50_000)
    committed = commit(reservation, [("desk:7:technology", 45_000)])
    reverse(committed, "undo:1")

    assert (balance("chest:2027"), reserved("chest:2027"), balance("desk:7:technology")) == (100_000, 0, 0)


def test_a_reservation_is_released_and_not_reversed(fund):
    reservation = reserve("hold:1", fund, 50_000)

    with pytest.raises(Refused):
        reverse(reservation.transaction, "undo:1")
    with pytest.raises(Refused):
        reverse(release(reservation), "undo:2")


@pytest.mark.parametrize(
    ("measure", "amount", "text"),
    [
        (Measure.MONEY, 1_234_567, "12,345.67 yuan"),
        (Measure.MONEY, -5, "-0.05 yuan"),
        (Measure.PERSON_DAYS, 50, "0.50 person-days"),
        (Measure.POINTS, 12_345, "12.345 points"),
        (Measure.POINTS, 0, "0.000 points"),
    ],
)
def test_amounts_are_shown_to_the_last_unit(measure, amount, text):
    assert measure.shown(amount) == text

"""2,000 random operations on the ledger and on a plain Python model of it must end alike, each of them and all together."""

import random
from collections import Counter, defaultdict

import pytest

from apps.core.verdict import Refused
from apps.ledger.actions import KeyReused, account, commit, post, release, reserve, reverse
from apps.ledger.models import Account, Leg, Reservation, Resolution, Transaction
from apps.ledger.verify import verify

OPERATIONS = 2000
ACCOUNTS = {  # code: (measure, floor)
    "bank:money": ("money_fen", None),
    **{f"desk:{n}:technology": ("money_fen", 0) for n in range(6)},
    "branch:1:overdraft": ("money_fen", -500),
    "bank:days": ("person_day_hundredths", None),
    **{f"person:{n}:days": ("person_day_hundredths", 0) for n in range(4)},
    "bank:points": ("points_thousandths", None),
    **{f"person:{n}:points": ("points_thousandths", 0) for n in range(4)},
}
BY_MEASURE = defaultdict(list)
for _code, (_measure, _floor) in ACCOUNTS.items():
    BY_MEASURE[_measure].append(_code)


class Books:
    """The ledger as one would write it without a database, without a rival, without a crash."""

    def __init__(self):
        self.balances = Counter(
            dict.fromkeys(ACCOUNTS, 0)
        )  # a reserve is opened by the first reservation that stands
        self.posted = {}  # key → (legs, what it reverses)
        self.reservations = {}  # key → (account, amount)
        self.endings = {}  # key of the reservation → committed | released

    def floor(self, code):
        return 0 if code.endswith(":reserved") else ACCOUNTS[code][1]

    def post(self, key, legs, reverses=None):
        legs = dict(legs)
        if key in self.posted:
            return "replay" if self.posted[key] == (legs, reverses) else "KeyReused"
        if reverses and any(other == reverses for _legs, other in self.posted.values()):
            return "Refused"
        for code, amount in legs.items():
            floor = self.floor(code)
            if amount < 0 and floor is not None and self.balances[code] + amount < floor:
                return "Refused"
        for code, amount in legs.items():
            self.balances[code] += amount
        self.posted[key] = (legs, reverses)
        return "done"

    def reserve(self, key, code, amount):
        outcome = self.post(key, [(code, -amount), (f"{code}:reserved", amount)])
        if outcome == "done":
            self.reservations[key] = (code, amount)
        return outcome

    def commit(self, key, legs):
        code, amount = self.reservations[key]
        spent = sum(part for _to, part in legs)
        if self.endings.get(key) == "released" or spent > amount:
            return "Refused"
        rest = [(code, amount - spent)] if spent < amount else []
        return self._end(key, "committed", [(f"{code}:reserved", -amount), *legs, *rest])

    def release(self, key):
        code, amount = self.reservations[key]
        if self.endings.get(key) == "committed":
            return "Refused"
        return self._end(key, "released", [(f"{code}:reserved", -amount), (code, amount)])

    def _end(self, key, how, legs):
        outcome = self.post(f"{key}:{how}", legs)
        if outcome == "done":
            self.endings[key] = how
        return outcome

    def reverse(self, wrong, key):
        back = Counter()
        for code, amount in self.posted[wrong][0].items():
            back[code.removesuffix(":reserved")] -= amount
        legs = [(code, amount) for code, amount in back.items() if amount]
        return self.post(key, legs, reverses=wrong) if legs else "Refused"


def outcome_of(action, *args):
    """What the real ledger did, in the words of the model."""
    before = Transaction.objects.count()
    try:
        action(*args)
    except (Refused, KeyReused) as error:
        return type(error).__name__
    return "done" if Transaction.objects.count() > before else "replay"


def some_legs(dice, measure):
    """Two to four legs that sum to nought, with amounts that now and then are too much."""
    codes = dice.sample(BY_MEASURE[measure], dice.randint(2, 4))
    amounts = [dice.choice([-1, 1]) * dice.randint(1, 400) for _code in codes[1:]]
    return [] if sum(amounts) == 0 else list(zip(codes, [-sum(amounts), *amounts], strict=True))


def some_operation(dice, books, number):
    """(name of the operation, the real call, the model's call)."""
    name = dice.choices(
        ["post", "endow", "replay", "reuse", "reserve", "commit", "release", "reverse"],
        [30, 8, 8, 6, 18, 15, 8, 7],
    )[0]
    key, measure = f"{name}:{number}", dice.choice(list(BY_MEASURE))
    if name == "endow":  # from the source that has no end, or nothing would ever be there to move
        source, *others = BY_MEASURE[measure]
        amount = dice.randint(100, 900)
        legs = [(source, -amount), (dice.choice(others), amount)]
        return name, (post, key, legs), (books.post, key, legs)
    if name in ("replay", "reuse") and books.posted:
        key = dice.choice(list(books.posted))
        legs, reverses = books.posted[key]
        if any(code.endswith(":reserved") for code in legs) or reverses:
            return None
        if name == "reuse":
            legs = {code: amount * 2 for code, amount in legs.items()}
        return name, (post, key, list(legs.items())), (books.post, key, legs)
    if name == "reserve":
        code, amount = dice.choice(BY_MEASURE[measure]), dice.randint(1, 400)
        if books.reservations and dice.random() < 0.2:
            key = dice.choice(list(books.reservations))
            if dice.random() < 0.7:
                code, amount = books.reservations[key]
        return name, (reserve, key, code, amount), (books.reserve, key, code, amount)
    if name in ("commit", "release") and books.reservations:
        key = dice.choice(list(books.reservations))
        reservation = Reservation.objects.get(transaction__key=key)
        if name == "release":
            return name, (release, reservation), (books.release, key)
        code, amount = books.reservations[key]
        to = dice.sample([other for other in BY_MEASURE[ACCOUNTS[code][0]] if other != code], 2)
        part = dice.choice([amount, amount, dice.randint(1, amount), amount + 1])
        legs = [(to[0], part)] if part < 2 or dice.random() < 0.7 else [(to[0], part - 1), (to[1], 1)]
        return name, (commit, reservation, legs), (books.commit, key, legs)
    if name == "reverse" and books.posted:
        wrong = dice.choice(list(books.posted))
        return name, (reverse, Transaction.objects.get(key=wrong), key), (books.reverse, wrong, key)
    legs = some_legs(dice, measure)
    return (name, (post, key, legs), (books.post, key, legs)) if name == "post" and legs else None


@pytest.mark.django_db
@pytest.mark.parametrize("seed", [20261123, 4])
def test_the_ledger_does_what_a_plain_model_does(seed, record_property):
    dice, books, outcomes = random.Random(seed), Books(), Counter()
    for code, (measure, floor) in ACCOUNTS.items():
        account(code, measure=measure, floor=floor)

    number = 0
    while number < OPERATIONS:
        if (operation := some_operation(dice, books, number)) is None:
            continue
        number += 1
        name, (action, *args), (expected, *expected_args) = operation
        outcome = outcome_of(action, *args)
        assert outcome == expected(*expected_args), f"seed {seed}, operation {number}: {name} {args}"
        outcomes[name, outcome] += 1
        if number % 100 == 0:
            assert dict(Account.objects.values_list("code", "balance")) == dict(books.balances), (
                f"seed {seed}, operation {number}"
            )

    legs = [
        (leg.transaction.key, leg.account.code, leg.amount)
        for leg in Leg.objects.select_related("transaction", "account")
    ]
    assert sorted(legs) == sorted(
        (key, code, amount) for key, (legs, _) in books.posted.items() for code, amount in legs.items()
    )
    endings = Resolution.objects.values_list("reservation__transaction__key", "outcome")
    assert dict(endings) == books.endings
    assert verify() == []
    record_property("ledger: random operations that did what a plain model does", number)
    # The dice have tried everything, often.
    assert (
        min(
            outcomes[case]
            for case in [
                ("post", "done"),
                ("post", "Refused"),
                ("replay", "replay"),
                ("reuse", "KeyReused"),
                ("reserve", "done"),
                ("reserve", "Refused"),
                ("reserve", "replay"),
                ("reserve", "KeyReused"),
                ("commit", "done"),
                ("commit", "Refused"),
                ("commit", "KeyReused"),
                ("release", "done"),
                ("release", "Refused"),
                ("reverse", "done"),
                ("reverse", "Refused"),
            ]
        )
        >= 5
    ), outcomes

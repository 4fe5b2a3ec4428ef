"""Two hands on the tree at the same moment, on two connections: the tree stays whole, and one waits for the other."""

import pytest

from apps.core.verdict import Refused
from apps.org.actions.request import approve_request
from apps.org.actions.unit import open_unit
from apps.org.models import Request, Unit
from tests.factories import UnitFactory
from tests.ledger.test_races import race
from tests.org.reorganisations import administered_bank, asked, fresh, sound

pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.xdist_group("races"),
    pytest.mark.django_db(transaction=True),
]
ROUNDS = 8


def refused(do):
    """Whether it was refused."""
    try:
        do()
    except Refused:
        return True
    return False


def test_of_two_units_moved_under_each_other_at_once_one_moves(record_property):
    world = administered_bank()
    pairs = []
    for _round in range(ROUNDS):
        one, other = UnitFactory(parent=world.root), UnitFactory(parent=world.root)
        pairs.append([asked(world, "move", one, other)[1], asked(world, "move", other, one)[1]])

    def approve(runner, number):
        request = Request.objects.unscoped("test").get(pk=pairs[number][runner].pk)
        return refused(lambda: approve_request(request, by=world.security, seen=request.payload_hash))

    outcomes = race(2, ROUNDS, approve)
    record_property("races: two reorganisations at once, one winner each", ROUNDS)
    assert [sorted(map(str, round_)) for round_ in outcomes] == [["False", "True"]] * ROUNDS
    assert [sorted(map(fresh_state, pair)) for pair in pairs] == [["approved", "waiting"]] * ROUNDS
    assert sound()


def fresh_state(request):
    return Request.objects.unscoped("test").get(pk=request.pk).state


def test_a_unit_that_is_opened_below_a_moving_one_goes_along():
    world = administered_bank()
    units = [UnitFactory(parent=world.east) for _round in range(ROUNDS)]
    requests = [asked(world, "move", unit, world.west)[1] for unit in units]

    def act(runner, number):
        if runner:
            return open_unit(
                Unit.objects.get(pk=units[number].pk), by=world.admin, code=f"N{number}", name="新", kind="sub_branch"
            )  # fmt: skip
        request = Request.objects.unscoped("test").get(pk=requests[number].pk)
        return refused(lambda: approve_request(request, by=world.security, seen=request.payload_hash))

    outcomes = race(2, ROUNDS, act)
    assert [[type(outcome).__name__ for outcome in round_] for round_ in outcomes] == [
        ["bool", "Unit"]
    ] * ROUNDS
    west = fresh(world.west)
    moved = [fresh(unit).is_under(west) for unit in units]
    assert moved == [fresh_state(request) == "approved" for request in requests]
    assert [
        Unit.objects.get(code=f"N{number}").is_under(fresh(unit)) for number, unit in enumerate(units)
    ] == ([True] * ROUNDS)
    assert sound()

"""A world, built, and taken away again."""

from contextlib import contextmanager

from django.db import transaction

from apps.core import clock
from tests.worlds import building_affairs, building_deciding
from tests.worlds.building import Builder
from tests.worlds.plan import world_of
from tests.worlds.world import World


@contextmanager
def alone(seed: int):
    """The world of this number in a database that holds no other, and does not hold it afterwards."""
    before = transaction.savepoint()
    try:
        yield build(world_of(seed, clock.today()))
    finally:
        transaction.savepoint_rollback(before)


def build(world: World) -> World:
    builder = Builder(world)
    builder.bank()
    building_affairs.insight(builder)
    building_affairs.projects(builder)
    building_affairs.operations(builder)
    building_affairs.talent(builder)
    builder.bodies()
    building_deciding.review(builder)
    building_deciding.money(builder)
    building_deciding.accounts(builder)
    building_affairs.points(builder)
    builder.imports()
    builder.reorganisations()
    builder.said()
    builder.indexed()
    return world

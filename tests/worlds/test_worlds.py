"""Random small banks: what each person sees is what an oracle says that knows nothing of the application's code."""

import time

import pytest
from django.apps import apps

from apps.core import clock
from apps.core.search import search
from apps.org.models import User
from tests.worlds.build import build
from tests.worlds.oracle import KINDS, Oracle, Viewer
from tests.worlds.plan import world_of
from tests.worlds.walk import Walk

pytestmark = [pytest.mark.worlds, pytest.mark.django_db]

WALKERS = 2
SHOWN = 60  # the first differences of a world that has many


def models_with_scope():
    """Every kind of thing of which the application says who sees it."""
    return {
        model._meta.label_lower: model
        for model in apps.get_models()
        if model._meta.app_config.name.startswith("apps.") and hasattr(model._default_manager, "visible_to")
    }


def viewers(world):
    """(viewer, delegation) of everybody with an account, for themselves and for whoever they may act for today."""
    for person in world.people:
        yield Viewer(person.key), None
    for row in world.of("org.delegation"):
        begun = row.values["starts"] <= world.today <= row.values["ends"]
        if begun and (row.values["revoked_on"] is None or row.values["revoked_on"] > world.today):
            yield Viewer(row.of["taker"], row.of["giver"]), row.pk


def account_of(world, viewer):
    user = User.objects.get(pk=world.people[viewer.person].account)
    if viewer.acting_for is not None:
        user.acting_for_id = world.people[viewer.acting_for].pk
    return user


def rows_and_counts(world):
    """Where the rows, counts or search results of somebody are not those of the oracle."""
    models = models_with_scope()
    word = f"canary{world.seed:05d}"
    for viewer, _delegation in viewers(world):
        oracle, user = Oracle(world, viewer), account_of(world, viewer)
        expected = {}
        for kind in sorted(KINDS):
            rows = world.access if kind == "org.access" else world.of(kind)
            expected[kind] = {row.pk for row in rows if row.key in oracle.sees(kind)}
            visible = models[kind]._default_manager.visible_to(user)
            found = list(visible.values_list("pk", flat=True))
            if sorted(found) != sorted(expected[kind]) or visible.count() != len(found):
                yield f"{viewer} sees of {kind} {sorted(found)}, not {sorted(expected[kind])}"
        found = {
            entry["model"]._meta.label_lower: {row.pk for row in rows}
            for entry, rows in search(user, word, limit=1000)
        }
        for kind in set(found) | SEARCHED:
            if found.get(kind, set()) != expected[kind]:
                yield f"{viewer} finds of {kind} {found.get(kind)}, not {expected[kind]}"


SEARCHED = {
    "insight.item", "insight.issue", "insight.opportunity", "operations.product", "org.person", "org.unit",
    "projects.project", "review.meeting", "review.minutes", "review.round", "talent.talentprofile",
}  # fmt: skip


def walks(world):
    """Two people of the world, by rotation; who may act for another does in every other world."""
    able = [(v, d) for v, d in viewers(world) if world.people[v.person].active]
    acting = [pair for pair in able if pair[1] is not None] if world.seed % 2 else []
    own = [pair for pair in able if pair[1] is None]
    first = world.seed * WALKERS
    chosen = acting[:1] + [own[(first + turn) % len(own)] for turn in range(WALKERS - len(acting[:1]))]
    return [Walk(world, viewer, delegation, turn) for turn, (viewer, delegation) in enumerate(chosen)]


def differences_of(world):
    """(differences, pages asked)"""
    found = list(rows_and_counts(world))
    pages = 0
    for walk in walks(world):
        walk.everything()
        found += walk.differences
        pages += walk.pages
    return found, pages


def test_each_person_sees_what_the_oracle_says_and_nothing_else(seed, record_property):
    began = time.monotonic()
    world = build(world_of(seed, clock.today()))

    found, pages = differences_of(world)

    record_property("worlds", 1)
    record_property("worlds: users", len(world.people))
    record_property("worlds: things", sum(map(len, world.things.values())))
    record_property("worlds: pages walked", pages)
    record_property("worlds: seconds of all processes", time.monotonic() - began)
    record_property("worlds: differences from the oracle", len(found))
    assert found[:SHOWN] == []

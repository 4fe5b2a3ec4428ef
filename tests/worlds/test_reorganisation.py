"""The preview of a reorganisation in random banks: who gains and who loses sight of how much is what the oracle says.

The oracle is asked of the bank as it is, and of the same bank with units, posts and grants put where the reorganisation
would put them; neither knows the application's code. What the application then truly does is held against the preview in
`tests/org/test_reorganisation_sight.py`.
"""

from collections import Counter
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta

import pytest

from apps.org.actions.reorganisation import plan_reorganisation
from apps.org.models import Unit
from apps.org.reorganising.sight import kept_by_units
from tests.factories import PostFactory
from tests.worlds.build import alone
from tests.worlds.oracle import KINDS, Oracle, Viewer

pytestmark = [pytest.mark.worlds, pytest.mark.django_db]
SEEDS = range(8)


def kinds():
    return sorted({model._meta.label_lower for model in kept_by_units()} & KINDS)


def seen(world):
    """(person, kind) → the keys of what they see."""
    return {
        (person.pk, kind): Oracle(world, Viewer(person.key)).sees(kind)
        for person in world.people
        for kind in kinds()
    }


def reorganised(world, what, unit, other):
    """The same bank afterwards."""
    then = deepcopy(world)
    if what == "move":
        then.parents[unit] = other
        return then
    for below, parent in enumerate(world.parents):
        if parent == unit:
            then.parents[below] = other
    then.parents[unit] = other
    yesterday = world.today - timedelta(days=1)
    for post in world.posts:
        if post.unit == unit and post.role != "auditor":
            then.posts.append(replace(post, unit=other, starts=max(post.starts, world.today)))
    for post in then.posts:
        if post.unit == unit and post.role != "auditor":
            post.revoked_on = min(post.revoked_on or world.today, world.today)
    then.access += [
        replace(row, unit=other)
        for row in world.access
        if row.unit == unit and (row.ends is None or row.ends > yesterday)
    ]
    return then


def differences(before, after):
    """sheet → person → kind → how many."""
    found = {"gains": {}, "loses": {}}
    for (person, kind), was in before.items():
        now = after[person, kind]
        for sheet, keys in (("gains", now - was), ("loses", was - now)):
            if keys:
                found[sheet].setdefault(person, {})[kind] = len(keys)
    return found


def told(plan, world):
    people = {person.pk for person in world.people if person.active}
    found = {"gains": {}, "loses": {}}
    for row in plan.rows.filter(sheet__in=found, person__in=people):
        counts = {kind: count for kind, count in row.counts.items() if kind in KINDS}
        if counts:
            found[row.sheet][row.person_id] = counts
    return found


def ends(world, seed):
    """Two units, the second neither the first nor below it, nor where it stands already."""
    units = range(1, len(world.parents))
    pairs = [
        (unit, other)
        for unit in units
        for other in units
        if unit not in world.upwards(other) and world.parents[unit] != other
    ]
    return pairs[seed * 7 % len(pairs)] if pairs else None


@pytest.mark.parametrize("what", ["merge", "move"])
def test_the_preview_says_of_everybody_what_the_oracle_says(what, record_property):
    figures = Counter()
    for seed in SEEDS:
        with alone(seed) as world:
            pair = ends(world, seed)
            if pair is None:
                continue
            unit, other = pair
            rows = [Unit.objects.get(pk=world.of("org.unit")[key].pk) for key in pair]
            root = Unit.objects.get(pk=world.of("org.unit")[0].pk)
            admin = PostFactory(role="system_admin", unit=root).user
            plan = plan_reorganisation(rows[0], what, by=admin, other=rows[1], reason="调整", document="88")
            expected = differences(seen(world), seen(reorganised(world, what, unit, other)))
            assert told(plan, world) == expected, (seed, unit, other)
            figures["worlds"] += 1
            figures["people"] += len(world.people)
            for sheet, people in expected.items():
                figures[sheet] += sum(sum(counts.values()) for counts in people.values())
    record_property(
        "worlds: people whose sight a reorganisation changed, as previewed",
        figures["gains"] + figures["loses"],
    )
    assert figures["gains"] > 0
    assert figures["loses"] > 0

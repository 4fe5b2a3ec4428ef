"""What the preview says people gain and lose is what they do gain and lose: asked of everybody and everything, before and after."""

import random
from datetime import timedelta

import pytest
from django.apps import apps
from django.contrib.contenttypes.models import ContentType

from apps.core import clock
from apps.org.models import Access, Person, Post, Request, Unit, User
from apps.org.reorganising.sight import kept_by_units
from tests.factories import (
    BusinessLineFactory,
    PersonFactory,
    PostFactory,
    ReportFactory,
    UnitFactory,
    a_product,
    make_item,
    make_opportunity,
    make_profile,
    offered,
)
from tests.org.reorganisations import administered_bank, approved, fresh, planned, sound
from tests.test_matrix import ROLES

pytestmark = pytest.mark.django_db
WORKING = [role for role in ROLES if not role.endswith("_admin")]
SEEDS = range(6)


def everything_seen() -> dict:
    """(person, label of the model) → the ids of what the person sees of it."""
    seen = {}
    for person in Person.objects.filter(posts__isnull=False).distinct():
        user = User(person=person, is_active=True)
        for model in kept_by_units():
            rows = model._default_manager.visible_to(user)
            if model is Request:
                rows = rows.exclude(kind="org.reorganise")  # made in between
            seen[person.pk, model._meta.label_lower] = set(rows.values_list("pk", flat=True))
    return seen


def differences(before, after):
    """The same in the form of the preview: sheet → person → label → how many."""
    found = {"gains": {}, "loses": {}}
    for (person, label), was in before.items():
        now = after[person, label]
        for sheet, rows in (("gains", now - was), ("loses", was - now)):
            if rows:
                found[sheet].setdefault(person, {})[label] = len(rows)
    return found


def told(plan):
    return {
        sheet: {row.person_id: row.counts for row in plan.rows.filter(sheet=sheet)}
        for sheet in ("gains", "loses")
    }


def grown(dice):
    """A bank with three levels, people with one to three posts, and things of many kinds all over it."""
    world = administered_bank()
    world.units = list(Unit.objects.exclude(depth=1))
    for _number in range(9):
        world.units.append(UnitFactory(parent=dice.choice(world.units), kind=Unit.Kind.SUB_BRANCH))
    lines = [None, None, BusinessLineFactory(), BusinessLineFactory()]
    people = [PersonFactory() for _number in range(24)]
    for person in people:
        User.objects.create(username=person.employee_no, person=person)
        for _number in range(dice.choice([1, 1, 2, 3])):
            PostFactory(
                person=person,
                unit=dice.choice(world.units),
                role=dice.choice(WORKING),
                line=dice.choice(lines),
            )
    world.people = people
    for unit in world.units:
        _things_at(unit, dice, people, lines)
    _shared(world, dice)
    return world


def _things_at(unit, dice, people, lines):
    writer = PostFactory(role="innovation_secretary", unit=unit).user
    lead = PostFactory(role="group_lead", unit=unit).user
    own = dice.choice(people)
    item = make_item(writer, unit, filed=dice.random() < 0.7, line=dice.choice(lines))
    type(item)._base_manager.filter(pk=item.pk).update(filed_by=dice.choice([writer.person, own]))
    opportunity = make_opportunity(lead, unit, line=dice.choice(lines))
    type(opportunity)._base_manager.filter(pk=opportunity.pk).update(reporter=dice.choice([lead.person, own]))
    Request.objects.bulk_create(
        [Request(kind="fund.budget", subject=unit, unit=unit, payload={}, payload_hash="", maker=own)]
    )
    ReportFactory(unit=unit)
    make_profile(
        PostFactory(role="talent_manager", unit=unit).user, person=PersonFactory(unit=unit), unit=unit
    )


def _shared(world, dice):
    """Grants to units and people, and recusals, for whatever capability the rows are seen by."""
    capabilities = {
        "insight.item": ["item.view", "item.edit"],
        "insight.opportunity": ["opportunity.view"],
        "insight.report": ["report.edit"],
        "org.request": ["request.view"],
    }
    for label, names in capabilities.items():
        model = apps.get_model(label)
        for pk in model._base_manager.values_list("pk", flat=True):
            what = dice.random()
            whom = (
                {"unit": dice.choice(world.units), "below": dice.random() < 0.6}
                if what < 0.3
                else {"person": dice.choice(world.people)}
                if what < 0.5
                else None
            )
            if whom:
                Access.objects.create(
                    subject_type=ContentType.objects.get_for_model(model), subject_id=pk, because_of="a test",
                    capability=dice.choice(names), effect="deny" if what >= 0.42 else "allow", **whom,
                )  # fmt: skip


def ends(world, dice, what):
    """Two units that may be brought together."""
    while True:
        unit, other = map(fresh, dice.sample(world.units, 2))
        if not other.is_under(unit) and not (what == "move" and other.path == unit.path[: -Unit.steplen]):
            return unit, other


@pytest.mark.parametrize("what", ["merge", "move"])
@pytest.mark.parametrize("seed", SEEDS)
def test_the_preview_is_what_happens_to_everybody_and_everything(what, seed):
    dice = random.Random(seed)
    world = grown(dice)
    unit, other = ends(world, dice, what)
    before = everything_seen()

    plan = approved(world, what, unit, other)

    expected = differences(before, everything_seen())
    assert told(plan) == expected
    assert expected["gains"] or expected["loses"] or seed  # the first world of each has something to tell
    assert sound()


def test_a_product_s_roll_outs_elsewhere_are_seen_with_it():
    world = administered_bank()
    product = a_product(PostFactory(role="group_lead", unit=world.east_counter).user)
    offered(product, product.owner.user, unit=world.finance)
    lead = PostFactory(role="group_lead", unit=world.west).person
    before = everything_seen()

    plan = approved(world, "merge", world.east_counter, world.west)

    assert told(plan) == differences(before, everything_seen())
    assert plan.rows.get(sheet="gains", person=lead).counts["operations.rollout"] == 1


def test_the_preview_leaves_everything_as_it_was():
    world = grown(random.Random(3))
    unit, other = ends(world, random.Random(3), "merge")
    seen, units = everything_seen(), list(Unit.objects.values())
    posts = list(Post.objects.order_by("pk").values())

    planned(world, "merge", unit, other)

    assert everything_seen() == seen
    assert list(Unit.objects.values()) == units
    assert list(Post.objects.order_by("pk").values()) == posts


def test_what_ended_yesterday_shows_nothing():
    world = administered_bank()
    make_item(PostFactory(role="innovation_secretary", unit=world.east_counter).user, world.east_counter)
    PostFactory(role="group_lead", unit=world.west, ends=clock.today() - timedelta(days=1))

    plan = approved(world, "move", world.east_counter, world.west)

    assert told(plan) == {"gains": {}, "loses": {}}

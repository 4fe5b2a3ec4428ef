"""What the tests of reorganisation share: a bank with its two administrators, and the two hands it takes."""

from types import SimpleNamespace

from apps.org.actions.reorganisation import ask_reorganisation, plan_reorganisation
from apps.org.actions.request import approve_request
from apps.org.models import Unit
from tests.factories import PostFactory, bank

WHY = {"reason": "撤并低效网点，集中经营力量", "document": "总行人发〔2026〕88号"}


def administered_bank() -> SimpleNamespace:
    """The small bank, with a system and a security administrator at its root."""
    world = bank()
    world.admin = PostFactory(role="system_admin", unit=world.root).user
    world.security = PostFactory(role="security_admin", unit=world.root).user
    return world


def planned(world, what, unit, other=None, **values):
    return plan_reorganisation(unit, what, by=world.admin, other=other, **(WHY | values))


def asked(world, what, unit, other=None, **values):
    """(the reorganisation, its request)"""
    plan = planned(world, what, unit, other, **values)
    return plan, ask_reorganisation(plan, by=world.admin)


def approved(world, what, unit, other=None, **values):
    """Planned and asked for by one administrator, approved by the other."""
    plan, request = asked(world, what, unit, other, **values)
    approve_request(request, by=world.security, seen=request.payload_hash)
    plan.refresh_from_db()
    return plan


def fresh(unit) -> Unit:
    return Unit.objects.get(pk=unit.pk)


def shape(unit) -> list:
    """The tree below a unit: (name, closed?, what stands below it), by name."""
    children = Unit.objects.filter(path__range=unit.span, depth=unit.depth + 1)
    return sorted((child.name, bool(child.closed_on), shape(child)) for child in children)


def sound(tree=Unit) -> bool:
    """Treebeard finds nothing wrong with paths, depths and numbers of children."""
    return tree.find_problems() == ([], [], [], [], [])

"""How far a person sees: (reach or own or shared) and not denied, in one query."""

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, OuterRef, Q

from apps.core.scope import ScopedQuerySet
from apps.org import matrix
from apps.org.models.access import Access
from apps.org.models.person import Person, Post
from apps.org.models.unit import Unit

UNIT_RELATIONS = {"same_unit", "descendant", "ancestor", "elsewhere"}


class ReachQuerySet(ScopedQuerySet):
    """A confidential model that belongs to a unit.

    The model says where: `unit_field` (path to the unit, default "unit"), `line_field` ("" where it has none) and
    `own_fields` (paths to the people whose own it is).
    """

    def scoped(self, user, capability: str):
        """The rows over which this person has the capability."""
        return self.filter(within_reach(self.model, user, capability)).marked()


def within_reach(model, user, capability: str) -> Q:
    """(reach or own or shared) and not denied, as a condition on the model's rows."""
    unit_field = getattr(model, "unit_field", "unit")
    line_field = getattr(
        model, "line_field", "line" if any(f.name == "line" for f in model._meta.fields) else ""
    )
    q = Q(pk__in=[])
    relations: set[str] = set()
    for post in user.standing:
        allowed = matrix.cell(post.role, capability)
        relations |= allowed
        if allowed & UNIT_RELATIONS:
            q |= _units(allowed, post, unit_field) & (
                Q(**{line_field: post.line_id}) if post.line_id and line_field else Q()
            )
    if "own" in relations:
        for field in getattr(model, "own_fields", ()):
            q |= Q(**{field: user.principal_id})
    if not relations:
        return Q(pk__in=[])
    if "shared" in relations:
        q |= Q(Exists(_exceptions(model, capability).granting(user)))
    return q & ~denied(model, user, capability)


def denied(model, user, capability: str) -> Q:
    """The rows from which this person is shut out by name."""
    return Q(Exists(_exceptions(model, capability).denying(user)))


def _exceptions(model, capability):
    return Access.objects.current().filter(
        subject_type=ContentType.objects.get_for_model(model),
        subject_id=OuterRef("pk"),
        capability=capability,
    )


def _units(allowed, post, field) -> Q:
    if allowed >= UNIT_RELATIONS:
        return ~Q(pk=None)
    low, high = post.unit.span
    upwards = post.unit.path_upwards
    q = Q(pk__in=[])
    if {"same_unit", "descendant"} <= allowed:
        q |= Q(**{f"{field}__path__range": (low, high)})
    elif "same_unit" in allowed:
        q |= Q(**{f"{field}": post.unit_id})
    elif "descendant" in allowed:
        q |= Q(**{f"{field}__path__gt": low, f"{field}__path__lte": high})
    if "ancestor" in allowed:
        q |= Q(**{f"{field}__path__in": upwards[1:]})
    if "elsewhere" in allowed:
        q |= ~Q(**{f"{field}__path__range": (low, high)}) & ~Q(**{f"{field}__path__in": upwards[1:]})
    return q


def can(user, capability: str, thing) -> bool:
    """May this person do this to this very thing? The same law as `within_reach`, asked of one row."""
    model = type(thing)
    return model._base_manager.filter(within_reach(model, user, capability), pk=thing.pk).exists()


def allow(
    thing, capability: str, *, because_of: str, person=None, unit=None, below=True, ends=None
) -> Access:
    """Write a grant in the caller's transaction."""
    return _write(thing, capability, Access.Effect.ALLOW, because_of, person, unit, below, ends)


def deny(thing, capability: str, *, because_of: str, person) -> Access:
    """Write a denial (a recusal): it beats every grant."""
    return _write(thing, capability, Access.Effect.DENY, because_of, person, None, True, None)


def _write(thing, capability, effect, because_of, person, unit, below, ends):
    matrix.cell("", capability)  # a capability nobody wrote down raises
    row, _made = Access.objects.get_or_create(
        subject_type=ContentType.objects.get_for_model(thing),
        subject_id=thing.pk,
        capability=capability,
        effect=effect,
        person=person,
        unit=unit,
        because_of=because_of,
        defaults={"below": below, "ends": ends},
    )
    return row


def people_with(capability: str, thing):
    """The people whose posts at the thing's unit or above it give the capability over it: whom to tell.

    Who is shut out of the thing is not told of it.
    """
    unit = thing.unit
    line = getattr(thing, "line_id", None)
    posts = (
        Post.objects.current()
        .at_or_above(unit)
        .filter(role__in=[role for role in matrix.roles() if matrix.cell(role, capability)])
        .select_related("unit")
    )
    ids = {
        post.person_id
        for post in posts
        if matrix.relation(unit.path, post.unit.path) in matrix.cell(post.role, capability)
        and post.line_id in (None, line)
    }
    recused = Access.objects.current().about(thing).filter(capability=capability, effect=Access.Effect.DENY)
    return Person.objects.filter(pk__in=ids).exclude(pk__in=recused.values("person"))


def units_nearby(user, capability: str):
    """The units where the person's posts give the capability, and those one step below each: what a choice can hold."""
    units = Unit.objects.none()
    for post in user.standing:
        if user.may_at(capability, post.unit, post.line_id):
            units |= Unit.objects.filter(path__range=post.unit.span, depth__lte=post.unit.depth + 1)
    return units

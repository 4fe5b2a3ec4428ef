"""How far a person sees: (reach or own or shared) and not denied, in one query.

Units and exceptions are asked for by subqueries that do not depend on the row: the database reads each once and looks
every row up in what it found, so a list walks its order without a join until its page is full. They are written as SQL:
every page of the house asks them several times, and the ORM takes longer to put them together than the database to answer.
"""

from collections.abc import Iterable

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from django.db.models.expressions import RawSQL

from apps.core import clock
from apps.core.scope import ScopedQuerySet
from apps.org import matrix
from apps.org.models.access import Access
from apps.org.models.person import Person, Post
from apps.org.models.unit import Unit

UNIT_RELATIONS = {"same_unit", "descendant", "ancestor", "elsewhere"}


class ReachQuerySet(ScopedQuerySet):
    """A confidential model that belongs to a unit.

    The model says where: `unit_field` (path to the unit, default "unit"), `line_field` ("" where it has none) and
    `own_fields` (paths to the people whose own it is); and `plural`, what many of its rows are called.
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
        q |= Q(pk__in=_granted(model, user, capability))
    return q & ~denied(model, user, capability)


def denied(model, user, capability: str) -> Q:
    """The rows from which this person is shut out by name. Who acts for another stays recused, and is recused where the
    other is."""
    people = [pk for pk in {user.person_id, user.principal_id} if pk]
    if not people:
        return Q(pk__in=[])
    return Q(
        pk__in=_exceptions(model, capability, Access.Effect.DENY, f"person_id IN ({_marks(people)})", people)
    )


def _granted(model, user, capability) -> RawSQL:
    """What is granted to this person, or to a unit where they hold a post (or above it, where the grant says so)."""
    units = list({post.unit_id for post in user.standing})
    above = list({path for post in user.standing for path in post.unit.path_upwards[1:]})
    to = "person_id = %s"
    if units:
        to += f" OR unit_id IN ({_marks(units)})"
    if above:
        to += f" OR (below AND unit_id IN (SELECT id FROM org_unit WHERE path IN ({_marks(above)})))"
    return _exceptions(model, capability, Access.Effect.ALLOW, to, [user.principal_id, *units, *above])


def _exceptions(model, capability, effect, to, params) -> RawSQL:
    today = clock.today()
    return RawSQL(
        "SELECT subject_id FROM org_access WHERE subject_type_id = %s AND capability = %s AND effect = %s"
        f" AND starts <= %s AND (ends IS NULL OR ends >= %s) AND ({to})",
        [ContentType.objects.get_for_model(model).pk, capability, effect, today, today, *params],
    )


def _marks(values) -> str:
    return ", ".join(["%s"] * len(values))


def _units(allowed, post, field) -> Q:
    if allowed >= UNIT_RELATIONS:
        return ~Q(pk=None)
    low, high = post.unit.span
    above = post.unit.path_upwards[1:]
    q = Q(pk__in=[])
    if {"same_unit", "descendant"} <= allowed and post.unit.is_root():
        q |= Q(**{f"{field}__isnull": False})  # the bank has one tree
    elif {"same_unit", "descendant"} <= allowed:
        q |= _of_units(field, "path BETWEEN %s AND %s", [low, high])
    elif "same_unit" in allowed:
        q |= Q(**{field: post.unit_id})
    elif "descendant" in allowed:
        q |= _of_units(field, "path > %s AND path <= %s", [low, high])
    if "ancestor" in allowed and above:
        q |= _of_units(field, f"path IN ({_marks(above)})", above)
    if "elsewhere" in allowed:
        near = _of_units(field, "path BETWEEN %s AND %s", [low, high])
        if above:
            near |= _of_units(field, f"path IN ({_marks(above)})", above)
        q |= ~near
    return q


def _of_units(field, condition, params) -> Q:
    return Q(**{f"{field}__in": RawSQL(f"SELECT id FROM org_unit WHERE {condition}", params)})


def can(user, capability: str, thing) -> bool:
    """May this person do this to this very thing? The same law as `within_reach`, asked of one row."""
    model = type(thing)
    return model._base_manager.filter(within_reach(model, user, capability), pk=thing.pk).exists()


def allow(
    thing, capability: str, *, because_of: str, person=None, unit=None, below=True, ends=None
) -> Access:
    """Write a grant in the caller's transaction."""
    return _write(thing, capability, Access.Effect.ALLOW, because_of, person, unit, below, ends)


def allow_each(
    things, capability: str, *, because_of: str, people=(), units: Iterable[tuple[Unit, bool]] = ()
) -> None:
    """Write a grant over each of these things for each of these people and units (unit, with those below it?), in one
    statement. One that is there stays."""
    matrix.cell("", capability)
    places: list[dict] = [{"person": person} for person in people]
    places += [{"unit": unit, "below": below} for unit, below in units]
    Access.objects.bulk_create(
        (
            Access(
                subject_type=ContentType.objects.get_for_model(thing), subject_id=thing.pk, capability=capability,
                effect=Access.Effect.ALLOW, because_of=because_of, **place,
            )
            for thing in things
            for place in places
        ),
        ignore_conflicts=True,
    )  # fmt: skip


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
    """The open units where the person's posts give the capability, and those one step below each: what a choice can hold."""
    units = Unit.objects.none()
    for post in user.standing:
        if user.may_at(capability, post.unit, post.line_id):
            units |= Unit.objects.filter(path__range=post.unit.span, depth__lte=post.unit.depth + 1)
    return units.open()

"""Bodies (committee, office, working group) and who sits in them."""

from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from apps.core import clock
from apps.core.flow import lock
from apps.core.journal import record
from apps.core.verdict import Refused, demand
from apps.core.versions import lock_seen
from apps.org import rules
from apps.org.models import Body, Membership, Person, Unit

Role = Membership.Role


@transaction.atomic
def open_body(
    unit: Unit, *, by, kind: str, name: str, term_starts: date, term_ends: date | None = None
) -> Body:
    """Set up a body at a unit for a term."""
    demand(rules.may_manage_body(by, unit))
    if Body.objects.filter(unit=unit, kind=kind, name=name).exists():
        raise Refused(_("%(unit)s already has a body of this name.") % {"unit": unit})
    body = Body.objects.create(unit=unit, kind=kind, name=name, term_starts=term_starts, term_ends=term_ends)
    record("body.open", body, by=by, kind=str(kind))
    return body


@transaction.atomic
def change_body(body: Body, *, by, seen: str | None = None, **values) -> list[str]:
    """Change its name or term. Returns the names of the fields that changed; raises Stale when they are not those seen."""
    lock_seen(body, seen, values)
    demand(rules.may_manage_body(by, body.unit))
    name = values.get("name", body.name)
    if Body.objects.filter(unit=body.unit, kind=body.kind, name=name).exclude(pk=body.pk).exists():
        raise Refused(_("%(unit)s already has a body of this name.") % {"unit": body.unit})
    changed = [field for field, value in values.items() if getattr(body, field) != value]
    if changed:
        for field in changed:
            setattr(body, field, values[field])
        body.save(update_fields=changed)
        record("body.change", body, by=by, fields=changed)
    return changed


@transaction.atomic
def close_body(body: Body, *, by) -> int:
    """Dissolve a body: its term and every seat end, today no longer counts. Returns how many seats ended."""
    lock(body)
    demand(rules.may_manage_body(by, body.unit))
    if body.over:
        raise Refused(_("The term of %(body)s is already over.") % {"body": body})
    seats = list(body.memberships.filter(Q(ends=None) | Q(ends__gte=clock.today())))
    for membership in seats:
        _end(membership, by)
    body.term_ends = max(body.term_starts, clock.today() - timedelta(days=1))
    body.save(update_fields=["term_ends"])
    record("body.close", body, by=by, seats=len(seats))
    return len(seats)


@transaction.atomic
def seat(body: Body, person: Person, role: str, *, by, starts: date | None = None, ends: date | None = None):
    """Give a person a seat. A body has one chair and one secretary at a time; a second is refused."""
    lock(body)
    demand(rules.may_manage_body(by, body.unit))
    if body.over:
        raise Refused(_("The term of %(body)s is over; give it a new term first.") % {"body": body})
    if person.left_on:
        raise Refused(_("%(person)s has left.") % {"person": person})
    sitting = body.sitting()
    if any(row.person_id == person.pk for row in sitting):
        raise Refused(_("%(person)s already has a seat; end it first.") % {"person": person})
    if role in (Role.CHAIR, Role.SECRETARY) and any(row.role == role for row in sitting):
        raise Refused(
            _("The body already has a “%(role)s”; end that seat first.") % {"role": Role(role).label}
        )
    membership = Membership.objects.create(
        body=body, person=person, role=role, starts=starts or clock.today(), ends=ends
    )
    record("body.seat", body, by=by, membership=membership.pk, person=person.pk, role=str(role))
    return membership


@transaction.atomic
def unseat(membership: Membership, *, by) -> None:
    """End a seat: today no longer counts. A seat that began today is taken back."""
    lock(membership)
    body = membership.body
    demand(rules.may_manage_body(by, body.unit))
    _end(membership, by)


def _end(membership, by):
    body = membership.body
    values = {"membership": membership.pk, "person": membership.person_id, "role": membership.role}
    record("body.unseat", body, by=by, **values)
    if membership.starts >= clock.today():
        membership.delete()
    else:
        membership.ends = clock.today() - timedelta(days=1)
        membership.save(update_fields=["ends"])

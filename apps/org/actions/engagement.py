"""Engagements: sight for a time and a purpose, granted by two people. What is opened under one is logged."""

from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core import clock
from apps.core.flow import lock
from apps.core.journal import record
from apps.core.verdict import Refused, demand
from apps.org import rules
from apps.org.actions.request import make_request
from apps.org.kinds import Kind, register
from apps.org.models import Engagement, Person, Post, Request, Unit
from apps.org.models.engagement import EMERGENCY, LONGEST_AUDIT

READER = "auditor"  # the role that sees, and changes nothing


@transaction.atomic
def ask_audit(
    person: Person, unit: Unit, *, by, reference: str, purpose: str, starts: date, ends: date
) -> Request:
    """Ask that somebody may read what a unit and those below it hold, from one day to another, by a letter."""
    demand(rules.may_ask_audit(by, unit))
    if ends < starts or ends < clock.today():
        raise Refused(_("The period must end after it begins, and not before today."))
    if ends - starts > LONGEST_AUDIT - timedelta(days=1):
        raise Refused(_("An engagement lasts a year at most."))
    return _ask(person, unit, by, Engagement.Kind.AUDIT, reference, purpose, starts, ends)


@transaction.atomic
def ask_emergency(unit: Unit, *, by, purpose: str) -> Request:
    """Ask for oneself: an hour of sight from the moment another person agrees."""
    demand(rules.may_ask_emergency(by, unit))
    return _ask(by.person, unit, by, Engagement.Kind.EMERGENCY, "", purpose, None, None)


def _ask(person, unit, by, kind, reference, purpose, starts, ends):
    if person.left_on or person.user is None:
        raise Refused(_("%(person)s has no account to read with.") % {"person": person})
    payload = {
        "kind": str(kind),
        "person": person.pk,
        "unit": unit.pk,
        "reference": reference,
        "purpose": purpose,
        "starts": starts and starts.isoformat(),
        "ends": ends and ends.isoformat(),
    }
    return make_request("engagement.begin", person, by=by, unit=unit, payload=payload, note=purpose)


def begin_engagement(request: Request, by) -> Engagement:
    """What the approval does. An emergency's hour begins with it; an audit lasts from its first day to its last."""
    payload = request.payload
    person = lock(Person.objects.get(pk=payload["person"]))
    unit = Unit.objects.get(pk=payload["unit"])
    if payload["kind"] == Engagement.Kind.EMERGENCY:
        begins = clock.now()
        ends = begins + EMERGENCY
    else:
        begins = _midnight(date.fromisoformat(payload["starts"]))
        ends = _midnight(date.fromisoformat(payload["ends"]) + timedelta(days=1))
        if ends <= clock.now():
            raise Refused(_("The period is over; ask for another."))
    engagement = Engagement.objects.create(
        kind=payload["kind"],
        person=person,
        unit=unit,
        reference=payload["reference"],
        purpose=payload["purpose"],
        begins=begins,
        ends=ends,
    )
    last = timezone.localdate(ends - timedelta(microseconds=1))
    Post.objects.create(
        person=person,
        unit=unit,
        role=READER,
        engagement=engagement,
        starts=timezone.localdate(begins),
        ends=last,
        until_at=ends,
    )
    record(
        "engagement.begin",
        engagement,
        by=by,
        request=request.pk,
        person=person.pk,
        unit=unit.pk,
        kind=payload["kind"],
    )
    return engagement


def _midnight(day):
    return timezone.make_aware(datetime.combine(day, time.min))


@transaction.atomic
def end_engagement(engagement: Engagement, *, by) -> None:
    """End it before its time: what it opened is closed on the next request."""
    lock(engagement)
    demand(rules.may_end_engagement(by, engagement))
    engagement.ended_at = clock.now()
    engagement.save(update_fields=["ended_at"])
    Post.objects.filter(engagement=engagement, revoked_on=None).update(revoked_on=clock.today())
    record("engagement.end", engagement, by=by)


@transaction.atomic
def log_reading(user, route: str, thing: int | None, status: int) -> None:
    """One line for each engagement of this account that stands: what was asked for, and whether it was answered."""
    for post in user.standing:
        if post.engagement_id:
            record("engagement.read", post.engagement, by=user, route=route, thing=thing, status=status)


def _describe(request):
    payload = request.payload
    return {
        "person": Person.objects.filter(pk=payload["person"]).first(),
        "unit": Unit.objects.filter(pk=payload["unit"]).first(),
        "kind": Engagement.Kind(payload["kind"]).label,
        "payload": payload,
    }


register(
    Kind(
        "engagement.begin",
        gettext_lazy("Engagement"),
        apply=begin_engagement,
        may_make=rules.may_ask_some_engagement,
        may_approve=rules.may_approve_engagement,
        approve="engagement.approve",
        template="org/request_engagement.html",
        describe=_describe,
    )
)

"""Requests of two people. Upper apps register a kind and what approval does; nobody else moves money, points or roles."""

from django.db import transaction
from django.utils.translation import gettext as _

from apps.core import clock
from apps.core.flow import lock
from apps.core.journal import record
from apps.core.notices import follow
from apps.core.verdict import YES, Refused, Verdict, demand, no
from apps.org.kinds import Kind, kind_named, register
from apps.org.models import Authority, Request, User
from apps.org.models.request import payload_hash

__all__ = ["Kind", "register"]

State = Request.State


def kind_of(request) -> Kind:
    return kind_named(request.kind)


def _other_hands(user, request) -> Verdict:
    if {user.person_id, user.acting_for_id} & request.hands:
        return no(_("You have already had a hand in this request; another person must decide."))
    return YES


def _has(user, capability, request) -> Verdict:
    if capability and not user.can(capability, request):
        return no(_("None of your posts lets you decide this."))
    return YES


def _within_authority(user, kind, request) -> Verdict:
    if not kind.authority:
        return YES
    limit = Authority.limit_of(user, kind.authority, request.unit)
    if request.amount_fen > limit:
        return no(
            _("By the authority table you approve up to %(yuan)s yuan.") % {"yuan": f"{limit // 100:,}"}
        )
    return YES


def may_confirm(user, request) -> Verdict:
    kind = kind_of(request)
    if not kind.of_three or request.state != State.WAITING:
        return no(_("There is nothing to confirm here."))
    rule = kind.may_confirm or (lambda user, request: YES)
    return _other_hands(user, request) & _has(user, kind.confirm, request) & rule(user, request)


def may_approve(user, request) -> Verdict:
    kind = kind_of(request)
    ready = State.CONFIRMED if kind.of_three else State.WAITING
    if request.state != ready:
        return no(_("It is “%(state)s”; it cannot be approved now.") % {"state": request.get_state_display()})
    return (
        _other_hands(user, request)
        & _has(user, kind.approve, request)
        & _within_authority(user, kind, request)
        & kind.may_approve(user, request)
    )


def may_decline(user, request) -> Verdict:
    """Who may take the next step may also refuse it."""
    if request.state not in (State.WAITING, State.CONFIRMED):
        return no(_("This request is already closed."))
    if request.state == State.WAITING and kind_of(request).of_three:
        return may_confirm(user, request)
    return may_approve(user, request)


def may_withdraw(user, request) -> Verdict:
    if request.state not in (State.WAITING, State.CONFIRMED):
        return no(_("This request is already closed."))
    makers = {request.maker_id, request.maker_for_id} - {None}
    return YES if user.principal_id in makers else no(_("Only the maker can withdraw it."))


@transaction.atomic
def make_request(
    kind: str, subject, *, by, unit, payload: dict, amount_fen: int = 0, note: str = ""
) -> Request:
    """Ask for something that takes two people. Raises Refused when this person may not ask for it."""
    demand(kind_named(kind).may_make(by, subject))
    request = Request(
        kind=kind,
        subject=subject,
        unit=unit,
        amount_fen=amount_fen,
        payload=payload,
        maker_id=by.person_id,
        maker_for_id=by.acting_for_id,
        note=note,
        made_at=clock.now(),
    )
    request.payload_hash = payload_hash(request)
    request.save()
    follow(request, User.objects.filter(person__in={by.person_id, by.principal_id}))
    record("request.make", request, by=by, kind=kind, fen=amount_fen, hash=request.payload_hash)
    return request


@transaction.atomic
def confirm_request(request: Request, *, by, seen: str) -> None:
    """The second of three: what was seen (its hash) is in order."""
    lock(request)
    demand(may_confirm(by, request))
    _same(request, seen)
    _advance(
        request,
        State.WAITING,
        State.CONFIRMED,
        confirmer_id=by.person_id,
        confirmer_for_id=by.acting_for_id,
        confirmed_at=clock.now(),
    )
    record("request.confirm", request, by=by, kind=request.kind, fen=request.amount_fen, hash=seen)


@transaction.atomic
def approve_request(request: Request, *, by, seen: str) -> None:
    """Approve exactly what was seen, and do it, in one transaction. Raises Refused when somebody was quicker, and Overtaken
    when it would do something else now: see `renew_request`."""
    lock(request)
    demand(may_approve(by, request))
    _same(request, seen)
    _advance(
        request,
        request.state,
        State.APPROVED,
        checker_id=by.person_id,
        checker_for_id=by.acting_for_id,
        checked_at=clock.now(),
    )
    record("request.approve", request, by=by, kind=request.kind, fen=request.amount_fen, hash=seen)
    kind_of(request).apply(request, by)


@transaction.atomic
def renew_request(request: Request, *, by) -> None:
    """Ask the same anew, with what it would do now, of whoever decides it: they look at that before they approve."""
    lock(request)
    demand(may_approve(by, request))
    request.payload = kind_of(request).renew(request, by)
    request.payload_hash = payload_hash(request)
    request.save(update_fields=["payload", "payload_hash"])
    record("request.renew", request, by=by, kind=request.kind, hash=request.payload_hash)


@transaction.atomic
def decline_request(request: Request, *, by, answer: str) -> None:
    """Close it without doing it; the maker reads why."""
    lock(request)
    demand(may_decline(by, request))
    if not answer.strip():
        raise Refused(_("Please give the reason."))
    _advance(
        request,
        request.state,
        State.DECLINED,
        checker_id=by.person_id,
        checker_for_id=by.acting_for_id,
        checked_at=clock.now(),
        answer=answer[:500],
    )
    record("request.decline", request, by=by, kind=request.kind)
    kind_of(request).undo(request, by)


@transaction.atomic
def withdraw_request(request: Request, *, by) -> None:
    lock(request)
    demand(may_withdraw(by, request))
    _advance(request, request.state, State.WITHDRAWN)
    record("request.withdraw", request, by=by, kind=request.kind)
    kind_of(request).undo(request, by)


def _same(request, seen):
    if seen != request.payload_hash or payload_hash(request) != seen:
        raise Refused(_("This is not what you saw. Please read the request again."))


def _advance(request, was, now, **values):
    """One conditional UPDATE: of two at once, one wins."""
    as_seen = Request.objects.unscoped("deciding").filter(
        pk=request.pk, state=was, payload_hash=request.payload_hash
    )
    if not as_seen.update(state=now, **values):
        raise Refused(_("Somebody else has just decided this request."))
    request.refresh_from_db()

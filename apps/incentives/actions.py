"""Points: given by rules that follow the journal, or by a request of two people; each a ledger transaction with its key."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core import clock
from apps.core.journal import record
from apps.core.verdict import YES, Refused, no
from apps.incentives.models import Award, PointHolder, PointRule, bank_account, person_account
from apps.ledger.actions import post
from apps.org.actions.request import Kind, make_request, register
from apps.org.models import Person, Unit


@transaction.atomic
def award_for(entry) -> list[Award]:
    """Give what the rules in force on the line's day give for it. Safe to call twice: the keys are the same."""
    rules = PointRule.objects.in_force(timezone.localtime(entry.at).date()).filter(verb=entry.verb)
    given = []
    for rule in rules:
        person_id = entry.data.get(rule.who)
        if person_id and all(entry.data.get(key) == value for key, value in rule.condition.items()):
            given.append(
                _give(
                    person_id,
                    rule.points,
                    key=f"points:{rule.pk}:{entry.pk}",
                    by=entry.by,
                    rule=rule,
                    entry=entry,
                    at=entry.at,
                )
            )
    return given


def _give(person_id, points, *, key, by, because_of="", at=None, **cause) -> Award:
    if award := Award.objects.unscoped("the same cause gives once").filter(key=key).first():
        return award
    person = Person.objects.select_related("unit").get(pk=person_id)
    holding = person_account(person_id)
    post(
        key,
        [(bank_account(), -points), (holding, points)],
        by=by,
        because_of=because_of or f"core.Entry:{cause['entry'].pk}",
        memo="points",
    )
    holder, _made = PointHolder.objects.get_or_create(
        person=person, defaults={"unit": person.unit or _root(), "account": holding}
    )
    holding.refresh_from_db()
    PointHolder.objects.unscoped("kept beside the ledger").filter(pk=holder.pk).update(
        points=holding.balance, unit=person.unit or holder.unit
    )
    return Award.objects.create(holder=holder, key=key, points=points, at=at or clock.now(), **cause)


def _root():
    return Unit.objects.filter(depth=1).first()


def request_points(person: Person, points: int, *, by, reason: str):
    """Ask to award points by hand (thousandths), with a reason."""
    if points <= 0 or not reason.strip():
        raise Refused(_("Give points above nought, and the reason."))
    return make_request(
        "points.award",
        person,
        by=by,
        unit=person.unit or _root(),
        payload={"person": person.pk, "points": points, "reason": reason[:200]},
    )


def _may_make(user, person):
    unit = person.unit or _root()
    return (
        YES
        if user.may_at("talent.manage", unit) or user.holds("talent_manager", unit)
        else no(_("Only the talent manager asks for points."))
    )


def _may_approve(user, request):
    if request.payload["person"] in (user.person_id, user.acting_for_id):
        return no(_("Nobody decides on their own points."))
    return (
        YES
        if user.holds("unit_head", request.unit) or user.holds("group_lead", request.unit)
        else no(_("The head of the unit approves this."))
    )


def _apply(request, by):
    payload = request.payload
    because = f"org.Request:{request.pk}"
    award = _give(
        payload["person"],
        payload["points"],
        key=f"points.award:{request.pk}",
        by=by,
        because_of=because,
        request=request,
        reason=payload["reason"],
    )
    record(
        "points.award",
        award.holder.person,
        by=by,
        request=request.pk,
        person=payload["person"],
        points=payload["points"],
    )


register(
    Kind(
        "points.award", gettext_lazy("Award of points"), _apply, may_make=_may_make, may_approve=_may_approve,
        template="incentives/request_payload.html",
        describe=lambda request: {"person": Person.objects.get(pk=request.payload["person"])},
    )
)  # fmt: skip

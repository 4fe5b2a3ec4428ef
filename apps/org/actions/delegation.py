"""Delegation: for a period one person may act in another's name. The journal keeps both."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from apps.core import clock
from apps.core.flow import lock
from apps.core.journal import record
from apps.core.verdict import Refused, demand
from apps.org import rules
from apps.org.models import Delegation, Person


@transaction.atomic
def give_delegation(taker: Person, *, by, starts: date, ends: date, reason: str) -> Delegation:
    """Let another act in one's own name between two days, both included."""
    demand(rules.may_delegate(by, taker, starts, ends))
    delegation = Delegation.objects.create(
        giver=by.person, taker=taker, starts=starts, ends=ends, reason=reason
    )
    record("delegation.give", delegation, by=by, taker=taker.pk)
    return delegation


@transaction.atomic
def revoke_delegation(delegation: Delegation, *, by) -> None:
    """End it at once: the taker's next request is their own again."""
    lock(delegation)
    demand(rules.may_revoke(by, delegation))
    delegation.revoked_on = clock.today()
    delegation.save(update_fields=["revoked_on"])
    record("delegation.revoke", delegation, by=by)


@transaction.atomic
def begin_acting(delegation: Delegation, *, by) -> None:
    """The taker begins to act for the giver. Raises Refused unless it was given to them and runs today."""
    if not Delegation.objects.current().filter(pk=delegation.pk, taker=by.person_id).exists():
        raise Refused(_("This delegation is not yours, or does not run today."))
    record("delegation.act", delegation, by=by, giver=delegation.giver_id)


@transaction.atomic
def stop_acting(delegation: Delegation, *, by) -> None:
    """The taker acts for themselves again."""
    record("delegation.rest", delegation, by=by, giver=delegation.giver_id)

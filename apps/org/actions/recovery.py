"""A lost password or phone of somebody whose account moves money or keeps the house: two people decide, not one.

One person alone who could give an administrator's account a new password would be that administrator.
"""

from datetime import timedelta

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.flow import lock
from apps.core.journal import record
from apps.core.verdict import Refused, demand
from apps.org import rules
from apps.org.actions.person import at
from apps.org.actions.request import make_request
from apps.org.kinds import Kind, register
from apps.org.models import Request, User

TIME_TO_USE_IT = timedelta(hours=24)


@transaction.atomic
def ask_recovery(account: User, *, by, second_factor: bool, note: str) -> Request:
    """Ask that an account may be given a new password and, with `second_factor`, that its phone be forgotten.

    Raises Refused when it is not one's to ask, or is asked already.
    """
    lock(account)
    demand(rules.may_ask_recovery(by, account))
    if account.person is None:
        raise Refused(_("This account belongs to nobody."))
    if account.person.left_on:
        raise Refused(_("%(person)s has left.") % {"person": account.person})
    waiting = Request.objects.unscoped("asked already?").about(account.person).open()
    if waiting.filter(kind="account.recover", payload__account=account.pk).exists():
        raise Refused(_("This has been asked for already, and waits for a decision."))
    payload = {"account": account.pk, "second_factor": second_factor}
    return make_request(
        "account.recover", account.person, by=by, unit=at(account.person), payload=payload, note=note
    )


def recover(request: Request, by) -> None:
    """What the approval does: the phone is forgotten where that was asked, every session ends, and for a day the system
    administrator may give a new first password."""
    account = lock(User.objects.get(pk=request.payload["account"]))
    if request.payload["second_factor"]:
        Authenticator.objects.filter(user=account).delete()
    account.recoverable_until = timezone.now() + TIME_TO_USE_IT
    account.save(update_fields=["recoverable_until"])
    account.end_sessions()
    record(
        "account.recover",
        account.person,
        by=by,
        account=account.pk,
        request=request.pk,
        second_factor=request.payload["second_factor"],
    )


def _describe(request):
    account = User.objects.filter(pk=request.payload["account"]).select_related("person").first()
    return {"account": account, "second_factor": request.payload["second_factor"]}


register(
    Kind(
        "account.recover",
        gettext_lazy("Recovery of an account"),
        apply=recover,
        may_make=lambda user, subject: rules.may_ever(user, "org.manage"),
        may_approve=rules.may_approve_recovery,
        approve="account.recover",
        template="org/request_account_recover.html",
        describe=_describe,
    )
)

"""The year's authority table (授权书). A line gives a right over money: it takes two people."""

from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core import clock
from apps.core.flow import lock
from apps.core.journal import record
from apps.core.verdict import Refused, demand
from apps.org import matrix, rules
from apps.org.actions.request import make_request
from apps.org.kinds import Kind, register
from apps.org.models import Authority, Request, Unit


@transaction.atomic
def ask_authority(
    unit: Unit,
    *,
    by,
    kind: str,
    role: str,
    up_to_fen: int,
    starts: date,
    ends: date | None = None,
    document: str = "",
    note: str = "",
) -> Request:
    """Ask for a line of the table: the holders of a role at a unit may approve up to so much."""
    demand(rules.may_ask_authority(by, unit))
    if role not in matrix.roles():
        raise Refused(_("There is no role %(role)s.") % {"role": role})
    if ends and ends < starts:
        raise Refused(_("The line must not end before it starts."))
    payload = {
        "kind": str(kind),
        "role": role,
        "unit": unit.pk,
        "up_to_fen": up_to_fen,
        "document": document,
        "starts": starts.isoformat(),
        "ends": ends.isoformat() if ends else None,
    }
    return make_request(
        "authority.grant", unit, by=by, unit=unit, payload=payload, amount_fen=up_to_fen, note=note
    )


def grant_authority(request: Request, by) -> Authority:
    """What the approval of an "authority.grant" does. A line for the same role, unit and kind ends the day before."""
    payload = request.payload
    starts = date.fromisoformat(payload["starts"])
    values = {"kind": payload["kind"], "role": payload["role"], "unit_id": payload["unit"]}
    for row in Authority.objects.filter(**values, starts__lt=starts).exclude(ends__lt=starts):
        row.ends = starts - timedelta(days=1)
        row.save(update_fields=["ends"])
    row = Authority.objects.create(
        **values,
        up_to_fen=payload["up_to_fen"],
        document=payload["document"],
        starts=starts,
        ends=payload["ends"] and date.fromisoformat(payload["ends"]),
    )
    record("authority.grant", row, by=by, request=request.pk, fen=row.up_to_fen)
    return row


@transaction.atomic
def end_authority(row: Authority, *, by) -> None:
    """Take a line away: it does not count from today on. A line of today or later never counted, and goes."""
    lock(row)
    demand(rules.may_ask_authority(by, row.unit))
    record("authority.end", row, by=by)
    if row.starts >= clock.today():
        row.delete()
    else:
        row.ends = clock.today() - timedelta(days=1)
        row.save(update_fields=["ends"])


def _describe(request):
    payload = request.payload
    return {
        "payload": payload,
        "unit": Unit.objects.filter(pk=payload["unit"]).first(),
        "role": matrix.role_label(payload["role"]),
        "kind": Authority.Kind(payload["kind"]).label,
    }


register(
    Kind(
        "authority.grant",
        gettext_lazy("Line of the authority table"),
        apply=grant_authority,
        may_make=lambda user, subject: rules.may_ask_authority(user, subject),
        approve="post.grant",
        template="org/request_authority_grant.html",
        describe=_describe,
    )
)

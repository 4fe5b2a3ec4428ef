"""Reorganisation: units merge, move and close. It changes who sees and may do what, so it takes two people.

Nothing is removed and nothing is renamed: what happened at a unit keeps the unit of its time.
"""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core import clock
from apps.core.flow import lock
from apps.core.journal import record
from apps.core.search import index_all
from apps.core.verdict import YES, Refused, demand, no
from apps.org import rules, unsettled
from apps.org.actions.request import make_request
from apps.org.flow import reorganisation_flow
from apps.org.kinds import Kind, Overtaken, register
from apps.org.models import Post, Reorganisation, ReorganisationRow, Request, Unit
from apps.org.reorganising.change import Changed, carry_out
from apps.org.reorganising.plan import impossible, preview_of
from apps.org.tree import lock_tree

What = Reorganisation.What
State = Reorganisation.State
BATCH = 2000


@transaction.atomic
def plan_reorganisation(
    unit: Unit,
    what: str,
    *,
    by,
    reason: str,
    document: str,
    other: Unit | None = None,
    not_before: date | None = None,
) -> Reorganisation:
    """Work out what it would do, to be looked at. Nothing is changed. Raises Refused for what can never be."""
    lock_tree()
    unit.refresh_from_db()
    if other:
        other.refresh_from_db()
    if what == What.CLOSE:
        other = None
    demand(rules.may_reorganise(by, unit, other))
    if sentence := impossible(what, unit, other):
        raise Refused(sentence)
    planned = Reorganisation.objects.create(
        what=what, unit=unit, other=other, was=unit.get_parent(), by=by, reason=reason, document=document,
        not_before=not_before or clock.today(),
    )  # fmt: skip
    _stage(planned)
    record("reorganisation.plan", planned, by=by, what=str(what), unit=unit.pk, other=other and other.pk)
    return planned


@transaction.atomic
def check_again(planned: Reorganisation, *, by) -> None:
    """Work out anew what it would do as things stand now."""
    lock_tree()
    lock(planned)
    demand(rules.may_reorganise(by, planned.unit, planned.other))
    if planned.state != State.PLANNED:
        raise Refused(_("It has been asked for already; what it shows is what is to be approved."))
    _stage_again(planned, by)


def _stage_again(planned, by):
    if sentence := impossible(planned.what, planned.unit, planned.other):
        raise Refused(sentence)
    planned.rows.all().delete()
    _stage(planned)
    record("reorganisation.check", planned, by=by)


def _stage(planned):
    preview = preview_of(planned)
    planned.preview, planned.summary, planned.checked_at = preview.hash, preview.summary, clock.now()
    planned.was = planned.unit.get_parent()
    planned.save(update_fields=["preview", "summary", "checked_at", "was"])
    ReorganisationRow.objects.bulk_create(preview.rows, batch_size=BATCH)


def _as_previewed(planned) -> None:
    """Raises Refused when something stands in its way, Overtaken when it would do something else than its preview shows."""
    if sentence := impossible(planned.what, planned.unit, planned.other):
        raise Refused(sentence)
    preview = preview_of(planned)
    for name, count in preview.summary["blockers"].items():
        kind = unsettled.registered()[name]
        raise Refused(f"{kind.label}: {count}. {kind.advice}")
    if preview.hash != planned.preview:
        raise Overtaken(
            _("What it would change is no longer what this page showed. Look at what it would change now.")
        )


@transaction.atomic
def ask_reorganisation(planned: Reorganisation, *, by, note: str = "") -> Request:
    """Ask the security administrator to approve what the preview shows."""
    lock_tree()
    reorganisation_flow.make(planned, "ask", by=by, note=note)
    _as_previewed(planned)
    payload = {
        "reorganisation": planned.pk,
        "what": planned.what,
        "unit": planned.unit_id,
        "other": planned.other_id,
        "not_before": planned.not_before.isoformat(),
        "document": planned.document,
        "reason": planned.reason,
        "preview": planned.preview,
    }
    return make_request("org.reorganise", planned, by=by, unit=planned.seat, payload=payload, note=note)


@transaction.atomic
def drop_reorganisation(planned: Reorganisation, *, by) -> None:
    """Give it up. That it was planned stays; its preview goes."""
    reorganisation_flow.make(planned, "drop", by=by)
    planned.rows.all().delete()


def reorganise(request: Request, by) -> None:
    """What the approval of an "org.reorganise" does: exactly what the preview showed, or nothing."""
    lock_tree()
    planned = lock(Reorganisation.objects.get(pk=request.payload["reorganisation"]))
    if planned.preview != request.payload["preview"]:
        raise Refused(_("This is not what you saw. Please read the request again."))
    if planned.seat.pk != request.unit_id:
        raise Refused(
            _("The units stand elsewhere now, and others decide over them. It must be asked for again.")
        )
    lock(planned.unit)  # who is just being given a post there waits, and then finds it closed
    _as_previewed(planned)
    planned.done_on = clock.today()
    planned.save(update_fields=["done_on"])
    changed = carry_out(planned, planned.done_on)
    units = list(Unit.objects.filter(pk__in=[planned.unit_id, planned.other_id]))
    index_all(units)
    _write_down(planned, changed, by)
    reorganisation_flow.make(planned, "do", by=by, decided=True)


def _write_down(planned, changed: Changed, by):
    unit, other = planned.unit, planned.other
    common = {"reorganisation": planned.pk}
    if planned.what == What.CLOSE:
        record("unit.close", unit, by=by, **common)
    elif planned.what == What.MOVE:
        record("unit.move", unit, by=by, was=planned.was_id, now=other.pk, **common)
    else:
        counts = {"units": len(changed.units), "posts": len(changed.posts), "people": changed.people}
        for post, new in changed.posts:
            record(
                "post.carry", post.person, by=by, post=post.pk, posts=[one.pk for one in new], unit=other.pk,
                role=post.role, **common,
            )  # fmt: skip
        record("unit.absorb", other, by=by, unit=unit.pk, **counts, **common)
        record("unit.merge", unit, by=by, into=other.pk, **counts, **common)


def _look_again(request, by) -> dict:
    """The preview as it is now takes the place of the one that was asked for. Returns the payload with it."""
    lock_tree()
    planned = lock(Reorganisation.objects.get(pk=request.payload["reorganisation"]))
    _stage_again(planned, by)
    return request.payload | {"preview": planned.preview}


def _give_back(request, by):
    planned = Reorganisation.objects.get(pk=request.payload["reorganisation"])
    reorganisation_flow.make(planned, "give_back", by=by, decided=True)


def _shown(request) -> dict:
    return {"plan": Reorganisation.objects.for_list().get(pk=request.payload["reorganisation"])}


def _may_approve(user, request):
    """Not before its day, and nobody a merger that gives a post to themselves."""
    day = date.fromisoformat(request.payload["not_before"])
    if day > clock.today():
        return no(
            _("It is to be from %(day)s on, and can be approved on that day.") % {"day": day.isoformat()}
        )
    people = {user.person_id, user.acting_for_id} - {None}
    given = Post.objects.current().filter(unit=request.payload["unit"], person__in=people)
    if request.payload["what"] == What.MERGE and given.exists():
        return no(_("Nobody approves their own post."))
    return YES


register(
    Kind(
        "org.reorganise",
        gettext_lazy("Reorganisation"),
        apply=reorganise,
        may_make=lambda user, subject: rules.may_reorganise(user, subject.unit, subject.other),
        may_approve=_may_approve,
        approve="post.grant",
        template="org/request_reorganisation.html",
        describe=_shown,
        undo=_give_back,
        renew=_look_again,
    )
)

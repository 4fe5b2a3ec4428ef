from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST
from markupsafe import Markup

from apps.core.access import access
from apps.core.flow import Move
from apps.core.listing import Column, listing
from apps.core.pages import history, refusals_as_messages, show
from apps.core.things import visible_things
from apps.org.actions import request as actions
from apps.org.deciders import deciders, next_step
from apps.org.filters.requests import RequestFilters
from apps.org.kinds import Overtaken, kind_named
from apps.org.models import Request
from apps.org.models.request import payload_hash

COLUMNS = [
    Column("kind", gettext_lazy("Request"), lambda r: r.kind_label, sort="kind"),
    Column("unit", gettext_lazy("Unit"), lambda r: r.unit.label, sort="unit__path"),
    Column(
        "amount", gettext_lazy("Amount"), lambda r: r.amount_fen or None, sort="amount_fen", kind="money_fen"
    ),
    Column("maker", gettext_lazy("Made by"), lambda r: r.maker.name, sort="maker__name"),
    Column("made", gettext_lazy("Made at"), lambda r: r.made_at, sort="made_at", kind="datetime"),
    Column("state", gettext_lazy("State"), lambda r: r.get_state_display(), sort="state", kind="state"),
]
TONES = {"waiting": "warn", "confirmed": "brand", "approved": "ok", "declined": "bad", "withdrawn": "neutral"}
SHOWN_DECIDERS = 12


@require_GET
@access("request.view")
def request_list(request):
    rows = Request.objects.visible_to(request.user).for_list()
    filters = RequestFilters(request.GET, queryset=rows, request=request)
    page = listing(request, rows, COLUMNS, filters=filters, sort="-made", name="requests")
    if isinstance(page, HttpResponseBase):
        return page
    with_subjects = visible_things(request.user, page.rows)
    return show(
        request,
        "org/request_list.html",
        fragment="rows",
        page=page,
        tones=TONES,
        subjects={row.pk: with_subjects.get((row.subject_type_id, row.subject_id)) for row in page.rows},
    )


@require_GET
@access("request.view")
def request_count(request):
    """How many wait on this person, bare, for the navigation; nothing when none do."""
    count = Request.objects.visible_to(request.user).waiting_on(request.user).count()
    return HttpResponse(str(count or ""))


def visible(request, pk):
    rows = Request.objects.visible_to(request.user).select_related("unit", *Request.own_fields)
    return get_object_or_404(rows, pk=pk)


@require_GET
@access("request.view")
def request_detail(request, pk):
    asked = visible(request, pk)
    user = request.user
    step = next_step(asked)
    able = list(deciders(asked)[: SHOWN_DECIDERS + 1])
    may = {
        "confirm": actions.may_confirm(user, asked),
        "approve": actions.may_approve(user, asked),
        "decline": actions.may_decline(user, asked),
        "withdraw": actions.may_withdraw(user, asked),
    }
    return show(
        request,
        "org/request_detail.html",
        asked=asked,
        tone=TONES[asked.state],
        kind=kind_named(asked.kind),
        subject=visible_things(user, [asked]).get((asked.subject_type_id, asked.subject_id)),
        payload=payload_shown(request, asked),
        intact=payload_hash(asked) == asked.payload_hash,
        step=step,
        able=able[:SHOWN_DECIDERS],
        more_able=len(able) > SHOWN_DECIDERS,
        may=may,
        decline=[DECLINE] if may["decline"] else [],
        why_not="" if step is None or may["withdraw"] or may[step.name] else may[step.name].reason,
        steps=steps_of(asked),
        history=history(user, asked),
    )


def payload_shown(request, asked) -> Markup:
    """What is asked for, as its kind shows it; a kind without a page of its own gets names and values."""
    kind = kind_named(asked.kind)
    context = {"asked": asked, "payload": asked.payload} | kind.describe(asked)
    templates = [name for name in (kind.template, "org/request_payload.html") if name]
    return Markup(render_to_string(templates, context, request))


def steps_of(asked):
    """Made, confirmed where its kind asks for it, approved: for `ui.steps`. What is not done yet is named as the act, not as done."""
    State = Request.State
    refused = asked.state in (State.DECLINED, State.WITHDRAWN)
    steps = [{"label": _("Made"), "state": "done", "note": asked.maker}]
    if kind_named(asked.kind).of_three and (asked.confirmer or not refused):
        if asked.confirmer:
            steps.append({"label": _("Confirmed"), "state": "done", "note": asked.confirmer})
        else:
            steps.append({"label": _("Confirmation"), "state": "now", "note": None})
    if refused:
        label, last = asked.get_state_display(), "stopped"
    elif asked.state == State.APPROVED:
        label, last = _("Approved"), "done"
    else:
        label, last = _("Approval"), "now" if steps[-1]["state"] == "done" else "ahead"
    return [*steps, {"label": label, "state": last, "note": asked.checker}]


DECLINE = Move(
    "decline",
    (),
    Request.State.DECLINED,
    gettext_lazy("Refuse"),
    note="required",
    tone="danger",
    warning=gettext_lazy("It will not be done. The maker reads the reason."),
)
DONE = {
    "confirm": gettext_lazy("Confirmed. It now waits for approval."),
    "approve": gettext_lazy("Approved, and done."),
    "decline": gettext_lazy("Declined. The maker can read why."),
    "withdraw": gettext_lazy("Withdrawn."),
}


@require_POST
@access("request.view")
def request_move(request, pk, move):
    """Confirm or approve what was seen (its hash comes with the form), decline with a reason, or withdraw."""
    asked = visible(request, pk)
    if move not in DONE:
        raise Http404
    with refusals_as_messages(request):
        if move == "confirm":
            actions.confirm_request(asked, by=request.user, seen=request.POST.get("seen", ""))
        elif move == "approve":
            try:
                actions.approve_request(asked, by=request.user, seen=request.POST.get("seen", ""))
            except Overtaken as overtaken:
                actions.renew_request(asked, by=request.user)
                messages.warning(request, str(overtaken))
                return redirect(asked)
        elif move == "decline":
            actions.decline_request(asked, by=request.user, answer=request.POST.get("note", ""))
        else:
            actions.withdraw_request(asked, by=request.user)
        messages.success(request, DONE[move])
    return redirect(asked)

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from apps.allocation import rules
from apps.allocation.actions import request_tranche
from apps.allocation.filters import TrancheFilters
from apps.allocation.models import Tranche
from apps.core.access import access
from apps.core.listing import Column, listing
from apps.core.pages import refusals_as_messages, show
from apps.projects.models import Project

COLUMNS = [
    Column("project", gettext_lazy("Project"), lambda t: title(t), sort="shown_code"),
    Column("number", gettext_lazy("Tranche"), lambda t: t.number, sort="number", kind="number"),
    Column("stage", gettext_lazy("Planned for"), lambda t: str(t.stage), sort="stage__order"),
    Column("now", gettext_lazy("Project is at"), lambda t: str(t.commitment.project.stage)),
    Column("amount", gettext_lazy("Amount"), lambda t: t.money_fen, kind="money_fen"),
    Column("state", gettext_lazy("State"), lambda t: standing(t)[0], sort="state", kind="state"),
    Column("released", gettext_lazy("Released at"), lambda t: t.released_at, kind="datetime"),
]


def title(tranche) -> str:
    return tranche.commitment.project.title if tranche.seen else _("A project you may not see")


def standing(tranche) -> tuple[str, str]:
    """Where it stands, as a word and its tone."""
    if tranche.state == Tranche.State.RELEASED:
        return tranche.get_state_display(), "ok"
    if tranche.asked:
        return _("Waiting for approval"), "brand"
    if tranche.reached:
        return _("May be asked for now"), "warn"
    return tranche.get_state_display(), "neutral"


def rows_for(user):
    return (
        Tranche.objects.visible_to(user).for_list().with_request().with_seen(Project.objects.visible_to(user))
    )


@require_GET
@access("scenario.view")
def tranche_list(request):
    rows = rows_for(request.user)
    filters = TrancheFilters(request.GET, queryset=rows, request=request)
    page = listing(request, rows, COLUMNS, filters=filters, sort="state", name="tranches")
    if isinstance(page, HttpResponseBase):
        return page
    return show(
        request,
        "allocation/tranche_list.html",
        fragment="rows",
        page=page,
        title=title,
        standing=standing,
        may_ask=lambda tranche: (
            tranche.state == Tranche.State.PLANNED
            and tranche.reached
            and not tranche.asked
            and rules.may_ask_for_tranche(request.user, tranche)
        ),
    )


@require_POST
@access("tranche.release")
def tranche_request(request, pk):
    """Ask for a later tranche."""
    tranche = get_object_or_404(rows_for(request.user), pk=pk)
    with refusals_as_messages(request):
        made = request_tranche(tranche, by=request.user, note=request.POST.get("note", "")[:500])
        messages.success(request, _("Asked for. Finance confirms, then the authorised approver approves."))
        return redirect(made)
    return redirect("allocation:tranche_list")

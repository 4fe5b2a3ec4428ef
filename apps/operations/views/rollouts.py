from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from apps.core.access import access
from apps.core.forms import clean_text
from apps.core.listing import Column, listing
from apps.core.pages import refusals_as_messages, show
from apps.operations.actions import accept_rollout, decline_rollout, go_live
from apps.operations.filters import RolloutFilters
from apps.operations.models import Product, Rollout

COLUMNS = [
    Column("product", _("Product"), lambda r: f"{r.product.name} ({r.product.code})", sort="product__code"),
    Column("unit", _("Unit"), lambda r: r.unit.name, sort="unit__path"),
    Column("offered", _("Offered on"), lambda r: r.offered_at, sort="offered_at", kind="date"),
    Column("due", _("Answer by"), lambda r: r.due_on, kind="date"),
    Column("decided", _("Answered on"), lambda r: r.decided_at, kind="date"),
    Column("reason", _("Reason"), lambda r: r.reason),
    Column("state", _("State"), lambda r: r.get_state_display(), sort="state", kind="state"),
]


@require_GET
@access("product.view")
def rollout_list(request):
    """Every offer in reach: which branch was asked, and what it said."""
    rows = Rollout.objects.visible_to(request.user).for_list()
    filters = RolloutFilters(request.GET, rows, request=request)
    page = listing(request, rows, COLUMNS, filters=filters, sort="-offered", name="rollouts")
    if isinstance(page, HttpResponseBase):
        return page
    return show(request, "operations/rollout_list.html", fragment="rows", page=page)


@require_POST
@access("rollout.decide")
def rollout_move(request, pk, move):
    """The branch accepts, declines, or goes live."""
    rollout = get_object_or_404(Rollout.objects.visible_to(request.user), pk=pk)
    with refusals_as_messages(request):
        if move == "accept":
            accept_rollout(rollout, by=request.user)
        elif move == "decline":
            reason = clean_text(request.POST.get("note", ""), lines=True)
            decline_rollout(rollout, by=request.user, reason=reason)
        else:
            go_live(rollout, by=request.user)
    if Product.objects.visible_to(request.user).filter(pk=rollout.product_id).exists():
        return redirect(rollout)
    return redirect("operations:rollout_list")

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import F
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from apps.allocation import rules
from apps.allocation.actions import open_fund, request_budget
from apps.allocation.filters import FundFilters
from apps.allocation.forms import BudgetForm, FundForm
from apps.allocation.models import Fund, Scenario
from apps.core.access import access
from apps.core.listing import Column, listing
from apps.core.pages import history, panels, show
from apps.core.verdict import Refused
from apps.org.models import Request

COLUMNS = [
    Column("name", gettext_lazy("Fund"), lambda f: f.name, sort="name"),
    Column("year", gettext_lazy("Budget year"), lambda f: f.year, sort="year", kind="number"),
    Column("unit", gettext_lazy("Unit"), lambda f: f.unit.label, sort="unit__path"),
    Column("total", gettext_lazy("Limit"), lambda f: f.limit_total, kind="money_fen"),
    Column("reserved", gettext_lazy("Set aside"), lambda f: f.reserved_total, kind="money_fen"),
    Column("committed", gettext_lazy("Committed"), lambda f: f.committed_total, kind="money_fen"),
    Column("free", gettext_lazy("Free"), lambda f: f.free_total, kind="money_fen"),
]


@require_GET
@access("scenario.view")
def fund_list(request):
    rows = (
        Fund.objects.visible_to(request.user)
        .for_list()
        .annotate(limit_total=F("free_total") + F("reserved_total") + F("committed_total"))
    )
    filters = FundFilters(request.GET, queryset=rows, request=request)
    page = listing(request, rows, COLUMNS, filters=filters, sort="-year", name="funds")
    if isinstance(page, HttpResponseBase):
        return page
    return show(request, "allocation/fund_list.html", fragment="rows", page=page)


@access("scenario.solve")
def fund_open(request):
    form = FundForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                fund = open_fund(by=request.user, **form.cleaned_data)
            messages.success(request, _("Opened, and empty. Ask for its limits now."))
            return redirect(fund)
        except IntegrityError:
            form.add_error("name", _("This unit has a fund of this name in that year already."))
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return show(request, "allocation/fund_open.html", form=form)


def visible(request, pk):
    return get_object_or_404(Fund.objects.visible_to(request.user).select_related("unit"), pk=pk)


@require_GET
@access("scenario.view")
def fund_detail(request, pk):
    fund = visible(request, pk)
    user = request.user
    requests = Request.objects.visible_to(user).about(fund).select_related("maker").order_by("-pk")
    return show(
        request,
        "allocation/fund_detail.html",
        fund=fund,
        envelopes=fund.envelopes,
        scenarios=Scenario.objects.visible_to(user).for_list().filter(fund=fund).order_by("-pk")[:20],
        requests=requests[:20],
        may_raise=user.may_at("funds.request", fund.unit),
        may_plan=rules.may_make_scenario(user, fund),
        history=history(user, fund),
        panels=panels(request, fund),
    )


@access("funds.request")
def fund_raise(request, pk):
    """Ask to raise the limits: two more people decide."""
    fund = visible(request, pk)
    if not request.user.may_at("funds.request", fund.unit):
        raise PermissionDenied
    form = BudgetForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = request_budget(
                fund, by=request.user, amounts_fen=form.amounts_fen, note=form.cleaned_data["note"]
            )
            messages.success(
                request, _("Asked for. Finance confirms, then the authorised approver approves.")
            )
            return redirect(made)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return show(request, "allocation/fund_raise.html", fund=fund, form=form, envelopes=fund.envelopes)

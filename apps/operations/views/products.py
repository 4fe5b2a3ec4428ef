from django.contrib import messages
from django.db.models import Count, Max, Sum
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from apps.core.access import access
from apps.core.listing import Column, listing
from apps.core.pages import history, panels, show
from apps.core.talk import talk
from apps.core.verdict import Refused
from apps.core.versions import Stale
from apps.insight.views.answers import forbid
from apps.operations import rules
from apps.operations.actions import correct_product, make_product, offer_to_units
from apps.operations.filters import ProductFilters
from apps.operations.flow import rollout_flow
from apps.operations.forms import OfferForm, ProductCorrectionForm, ProductForm
from apps.operations.models import Product, Rollout
from apps.operations.returns import by_month, wan
from apps.projects.models import Project

COLUMNS = [
    Column("product", gettext_lazy("Product"), lambda p: f"{p.name} ({p.code})", sort="code"),
    Column("line", gettext_lazy("Business line"), lambda p: p.line and p.line.name),
    Column("unit", gettext_lazy("Unit"), lambda p: p.unit.name, sort="unit__path"),
    Column("owner", gettext_lazy("Owner"), lambda p: p.owner.name, sort="owner__name"),
    Column("adopted", gettext_lazy("Taken up by"), lambda p: p.adopted, sort="adopted", kind="number"),
    Column("promised", gettext_lazy("Promised so far"), lambda p: p.promised_fen, kind="money_fen"),
    Column("realised", gettext_lazy("Realised so far"), lambda p: p.realised_fen, kind="money_fen"),
    Column("made", gettext_lazy("Made on"), lambda p: p.made_at, sort="made_at", kind="date"),
    Column("state", gettext_lazy("State"), lambda p: p.get_state_display(), sort="state", kind="state"),
]
TOLD = (
    "product",
    "rollout",
)  # nouns of the project's timeline that are the product's; readings have a list of their own
LINES = 20  # of the history on the product's page; all of it stands on its project's


def visible(request, pk):
    return get_object_or_404(Product.objects.visible_to(request.user).for_list(request.user), pk=pk)


@require_GET
@access("product.view")
def product_list(request):
    rows = Product.objects.visible_to(request.user).for_list(request.user)
    filters = ProductFilters(request.GET, rows, request=request)
    page = listing(request, rows, COLUMNS, filters=filters, sort="-made", name="products")
    if isinstance(page, HttpResponseBase):
        return page
    return show(request, "operations/product_list.html", fragment="rows", page=page)


@require_GET
@access("product.view")
def product_detail(request, pk):
    """What it is, where it was taken up, and what it brought beside what was promised."""
    product, user = visible(request, pk), request.user
    project = Project.objects.visible_to(user).filter(pk=product.project_id).first()
    rollouts = rollouts_of(product, user)
    months = months_of(product, project)
    units = readings_by_unit(product)
    return show(
        request,
        "operations/product_detail.html",
        product=product,
        project=project,
        rollouts=[(rollout, moves, units.get(rollout.unit_id)) for rollout, moves in rollouts],
        waiting=any(rollout.state == Rollout.State.OFFERED and moves for rollout, moves in rollouts),
        own=units.get(product.unit_id),
        months=months,
        totals=totals_of(months),
        customers=product.readings.latest_of_units().aggregate(n=Sum("customers"))["n"],
        chart=chart_of(months),
        may_manage=rules.may_manage(user, product),
        may_enter=any(
            rules.may_enter(user, product, unit)
            for unit in [product.unit, *(rollout.unit for rollout, _moves in rollouts if rollout.taken_up)]
        ),
        talk=talk(request, product),
        panels=panels(request, product),
        history=history_of(user, product, [rollout for rollout, _moves in rollouts]),
    )


def rollouts_of(product, user) -> list[tuple]:
    """(roll-out, the moves this person may make on it now): those that wait on the reader first."""
    rows = Rollout.objects.visible_to(user).filter(product=product).for_list().order_by("unit__path")
    theirs = set(
        Rollout.objects.scoped(user, "rollout.decide").filter(product=product).values_list("pk", flat=True)
    )
    found = [
        (
            rollout,
            [move for move in rollout_flow.moves.values() if rollout.state in move.source]
            if rollout.pk in theirs
            else [],
        )
        for rollout in rows
    ]
    return sorted(found, key=lambda pair: not pair[1])


def months_of(product, project) -> list:
    """The months read so far, with the promise of each where the reader sees the project it was made for."""
    read = (
        product.readings.in_force()
        .order_by("month")
        .values("month")
        .annotate(
            units=Count("unit"), customers=Sum("customers"), cost_fen=Sum("cost_fen"), benefit_fen=Sum("benefit_fen")
        )
    )  # fmt: skip
    estimate = project and project.estimate
    return by_month(read, estimate and estimate.costs_fen, estimate and estimate.benefits_fen)


def readings_by_unit(product) -> dict[int, dict]:
    rows = product.readings.in_force().order_by("unit").values("unit")
    told = rows.annotate(
        cost_fen=Sum("cost_fen"), benefit_fen=Sum("benefit_fen"), months=Count("pk"), last=Max("month")
    )
    return {row["unit"]: row | {"net_fen": row["benefit_fen"] - row["cost_fen"]} for row in told}


def totals_of(months) -> dict:
    promised = [month.promised_fen for month in months if month.promised_fen is not None]
    net = sum(month.net_fen for month in months)
    return {
        "cost_fen": sum(month.cost_fen for month in months),
        "benefit_fen": sum(month.benefit_fen for month in months),
        "net_fen": net,
        "promised_fen": sum(promised) if promised else None,
        "share": net / sum(promised) if sum(promised) > 0 else None,
    }


def chart_of(months) -> dict:
    """Cost and benefit as bars, what came and what was promised as lines, by month."""
    series = [
        {"type": "bar", "name": _("Benefit"), "data": [wan(m.benefit_fen) for m in months]},
        {"type": "bar", "name": _("Cost"), "data": [wan(m.cost_fen) for m in months]},
        {"type": "line", "name": _("Realised net"), "data": [wan(m.net_fen) for m in months]},
    ]
    if months and months[0].promised_fen is not None:
        dashes = {"lineStyle": {"type": "dashed", "width": 2.5}}
        promised = [wan(m.promised_fen) for m in months]
        series.append({"type": "line", "name": _("Promised net"), "data": promised} | dashes)
    return {
        "xAxis": {"type": "category", "data": [f"{m.month:%Y-%m}" for m in months]},
        "yAxis": {"type": "value"},
        "series": series,
    }


def history_of(user, product, rollouts) -> list[dict]:
    """The product's part of its project's timeline, with the branch and its answer under each line."""
    branches = {rollout.pk: rollout for rollout in rollouts}

    def note(entry):
        if not (rollout := branches.get(entry.data.get("rollout"))):
            return ""
        answers = {True: _("accepted"), False: _("declined")}
        answer = answers.get(entry.data.get("accepted"))
        return f"{rollout.unit.label} · {answer}" if answer else rollout.unit.label

    return history(user, product.project, nouns=TOLD, note=note)[:LINES]


# ── Made, corrected, offered ──────────────────────────────────────────────────────────────────────────────────────


@access("product.view")
def product_make(request, pk):
    """Make a product of a project in its pilot or at launch."""
    projects = Project.objects.visible_to(request.user).select_related("unit", "stage")
    project = get_object_or_404(projects, pk=pk)
    forbid(rules.may_make_product(request.user, project))
    form = ProductForm(request.POST or None, initial={"name": project.title})
    if request.method == "POST" and form.is_valid():
        try:
            product = make_product(project, by=request.user, **form.cleaned_data)
            messages.success(request, _("%(code)s is a product now.") % {"code": product.code})
            return redirect(product)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return show(request, "operations/product_make.html", project=project, form=form)


@access("product.view")
def product_edit(request, pk):
    product = visible(request, pk)
    forbid(rules.may_manage(request.user, product))
    form = ProductCorrectionForm(request.POST or None, product=product)
    both = []
    if request.method == "POST" and form.is_valid():
        try:
            correct_product(product, by=request.user, **form.cleaned_data)
            messages.success(request, _("Saved."))
            return redirect(product)
        except Stale as stale:
            both = form.against(stale.current)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return show(request, "operations/product_edit.html", product=product, form=form, both=both)


@access("product.view")
def product_offer(request, pk):
    """Offer the product to branches, several at once."""
    product = visible(request, pk)
    forbid(rules.may_manage(request.user, product))
    form = OfferForm(request.POST or None, product=product)
    if request.method == "POST" and form.is_valid():
        try:
            offers = offer_to_units(product, by=request.user, **form.cleaned_data)
            messages.success(request, _("Offered to %(count)s branches.") % {"count": len(offers)})
            return redirect(product)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return show(request, "operations/product_offer.html", product=product, form=form)

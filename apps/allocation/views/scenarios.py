from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from apps.allocation import rules, words
from apps.allocation.actions import make_scenario, request_funds, start_solve
from apps.allocation.filters import LineFilters, ScenarioFilters
from apps.allocation.forms import ScenarioForm
from apps.allocation.models import Fund, Scenario
from apps.allocation.models.fund import Resource
from apps.allocation.plan import Plan, differences
from apps.core.access import access
from apps.core.forms import row_id
from apps.core.listing import Column, listing
from apps.core.pages import history, panels, refusals_as_messages, show
from apps.core.progress import progress
from apps.core.verdict import Refused
from apps.org.models import Request
from apps.projects.models import EstimateOption

COLUMNS = [
    Column("name", gettext_lazy("Scenario"), lambda s: s.name, sort="name"),
    Column("fund", gettext_lazy("Fund"), lambda s: s.fund.name, sort="fund__name"),
    Column("made", gettext_lazy("Compiled at"), lambda s: s.made_at, sort="made_at", kind="datetime"),
    Column("by", gettext_lazy("Compiled by"), lambda s: s.by.name, sort="by__name"),
    Column("candidates", gettext_lazy("Projects"), lambda s: s.candidates, kind="number"),
    Column("funded", gettext_lazy("Funded"), lambda s: s.funded if s.has_plan else None, kind="number"),
    Column("value", gettext_lazy("Value (rNPV)"), lambda s: s.value_fen, kind="money_fen"),
    Column("state", gettext_lazy("State"), lambda s: s.get_state_display(), sort="state", kind="state"),
]


@require_GET
@access("scenario.view")
def scenario_list(request):
    rows = Scenario.objects.visible_to(request.user).for_list()
    filters = ScenarioFilters(request.GET, queryset=rows, request=request)
    page = listing(request, rows, COLUMNS, filters=filters, sort="-made", name="scenarios")
    if isinstance(page, HttpResponseBase):
        return page
    return show(request, "allocation/scenario_list.html", fragment="rows", page=page)


@access("scenario.solve")
def scenario_make(request, pk):
    """A scenario of this fund."""
    fund = get_object_or_404(Fund.objects.visible_to(request.user).select_related("unit"), pk=pk)
    if not rules.may_make_scenario(request.user, fund):
        raise PermissionDenied
    form = ScenarioForm(request.POST or None, fund=fund, user=request.user)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            scenario = make_scenario(
                fund,
                by=request.user,
                name=values["name"],
                mandatory=[project.pk for project in values["mandatory"]],
                budgets_fen=form.amounts_fen,
                time_limit=values["time_limit"],
            )
            return redirect(scenario)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return show(request, "allocation/scenario_make.html", fund=fund, form=form, waiting=form.waiting.count())


def visible(request, pk):
    rows = Scenario.objects.visible_to(request.user).select_related("fund__unit", "unit", "by")
    return get_object_or_404(rows, pk=pk)


def line_columns(scenario, titles):
    """The plan line by line; the export has each level and each resource apart."""
    return [
        Column("project", gettext_lazy("Project"), lambda line: line.title, sort="shown_code"),
        Column(
            "asked",
            gettext_lazy("Asked for"),
            lambda line: line.asked_fen,
            sort="asked_fen",
            kind="money_fen",
        ),
        Column(
            "levels", gettext_lazy("Levels"), lambda line: ", ".join(str(o["label"]) for o in line.levels)
        ),
        Column(
            "granted",
            gettext_lazy("Granted"),
            lambda line: line.granted_fen,
            sort="granted_fen",
            kind="money_fen",
        ),
        Column("why", gettext_lazy("Remarks"), lambda line: why(scenario, line, titles)),
    ]


def exported_columns(scenario, titles):
    def level(name, key):
        return lambda line: next((option[key] for option in line.levels if option["name"] == name), None)

    def index(name):
        read = level(name, "pi_milli")
        return lambda line: None if read(line) is None else read(line) / 1000

    columns = [
        Column("code", gettext_lazy("Code"), lambda line: line.project.code if line.seen else ""),
        Column("project", gettext_lazy("Project"), lambda line: line.title, sort="shown_code"),
        Column("unit", gettext_lazy("Unit"), lambda line: line.project.unit.label if line.seen else ""),
        Column("mandatory", gettext_lazy("Mandatory"), lambda line: _("Yes") if line.mandatory else _("No")),
        Column(
            "asked",
            gettext_lazy("Asked for"),
            lambda line: line.asked_fen,
            sort="asked_fen",
            kind="money_fen",
        ),
    ]
    for name, label in EstimateOption.Level.choices:
        columns += [
            Column(
                f"{name}_money",
                _("%(level)s: asked") % {"level": label},
                level(name, "money_fen"),
                kind="money_fen",
            ),
            Column(
                f"{name}_rnpv",
                _("%(level)s: rNPV") % {"level": label},
                level(name, "rnpv_fen"),
                kind="money_fen",
            ),
            Column(f"{name}_pi", _("%(level)s: PI") % {"level": label}, index(name), kind="number"),
        ]
    columns.append(Column("level", gettext_lazy("Level of the plan"), lambda line: line.level_label))
    columns += [
        Column(
            resource,
            resource.label,
            lambda line, key=f"{resource}_fen": line.granted.get(key, 0),
            kind="money_fen",
        )
        for resource in Resource
    ]
    return [
        *columns,
        Column(
            "granted",
            gettext_lazy("Granted"),
            lambda line: line.granted_fen,
            sort="granted_fen",
            kind="money_fen",
        ),
        Column("value", gettext_lazy("Value (rNPV)"), lambda line: line.value_fen, kind="money_fen"),
        Column("why", gettext_lazy("Remarks"), lambda line: why(scenario, line, titles)),
    ]


def why(scenario, line, titles) -> str:
    """Why it is left out, where there is a plan that leaves it out."""
    if not scenario.has_plan or line.level:
        return ""
    return words.why_left_out(line.project_id, scenario.explanation, titles)


@require_GET
@access("scenario.view")
def scenario_detail(request, pk):
    scenario = visible(request, pk)
    user = request.user
    rows = scenario.lines.for_list(user)
    plan = Plan(scenario, list(rows.order_by("pk")))
    filters = LineFilters(request.GET, queryset=rows, request=request)
    columns = exported_columns if request.GET.get("format") else line_columns
    page = listing(
        request,
        rows,
        columns(scenario, plan.titles),
        filters=filters,
        sort="-granted",
        name=f"scenario-{scenario.pk}",
    )
    if isinstance(page, HttpResponseBase):
        return page
    others = Scenario.objects.visible_to(user).filter(fund=scenario.fund_id).exclude(pk=pk).order_by("-pk")
    return show(
        request,
        "allocation/scenario_detail.html",
        fragment="rows",
        scenario=scenario,
        page=page,
        plan=plan,
        why=lambda line: why(scenario, line, plan.titles),
        failure=words.why_failed(scenario),
        must_give=words.what_must_give(scenario.explanation, plan.titles),
        standing=words.STATUS.get(scenario.status, ""),
        may_solve=rules.may_change(user, scenario),
        may_ask=rules.may_request(user, scenario, funded=len(plan.funded)),
        may_plan=rules.may_make_scenario(user, scenario.fund),
        others=others[:50],
        requests=Request.objects.visible_to(user).about(scenario).select_related("maker").order_by("-pk"),
        history=history(user, scenario),
        panels=panels(request, scenario),
    )


@require_POST
@access("scenario.solve")
def scenario_solve(request, pk):
    scenario = visible(request, pk)
    with refusals_as_messages(request):
        start_solve(scenario, by=request.user)
    return redirect(scenario)


@require_GET
@access("scenario.view")
def scenario_progress(request, pk):
    """How far the optimiser is, asked for by the page every two seconds."""
    scenario = visible(request, pk)
    return progress(
        request, scenario.job_key, label=_("The optimiser is at work"), done_url=scenario.get_absolute_url()
    )


@require_POST
@access("funds.request")
def scenario_request(request, pk):
    """Ask for the funds of its plan."""
    scenario = visible(request, pk)
    with refusals_as_messages(request):
        made = request_funds(scenario, by=request.user, note=request.POST.get("note", "")[:500])
        messages.success(request, _("Asked for. Finance confirms, then the authorised approver approves."))
        return redirect(made)
    return redirect(scenario)


@require_GET
@access("scenario.view")
def scenario_compare(request):
    """Two scenarios side by side: ?a=…&b=…"""
    choices = Scenario.objects.visible_to(request.user).select_related("fund", "unit", "by").order_by("-pk")
    chosen = [number for name in ("a", "b") if (number := row_id(request.GET.get(name, "")))]
    both = [get_object_or_404(choices, pk=number) for number in chosen]
    plans = [Plan(scenario, list(scenario.lines.for_list(request.user).order_by("pk"))) for scenario in both]
    return show(
        request,
        "allocation/scenario_compare.html",
        choices=choices[:100],
        a=chosen[0] if chosen else "",
        b=chosen[1] if len(chosen) > 1 else "",
        plans=plans if len(plans) == 2 else [],
        differences=differences(*plans) if len(plans) == 2 else [],
    )

from django.apps import apps
from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from apps.core import clock
from apps.core.access import access
from apps.core.listing import Column
from apps.core.pages import history, refusals_as_messages, show
from apps.core.verdict import Refused
from apps.org import handover, rules, unsettled
from apps.org.actions import reorganisation as actions
from apps.org.filters.reorganisations import ReorganisationFilters, ReorganisationRowFilters
from apps.org.flow import reorganisation_flow
from apps.org.forms.reorganisations import ReorganiseForm
from apps.org.models import Reorganisation, ReorganisationRow, Request, Unit
from apps.org.views.answers import forbid, is_export, table

What = Reorganisation.What
State = Reorganisation.State
Sheet = ReorganisationRow.Sheet
TONES = {"planned": "brand", "waiting": "warn", "done": "ok", "dropped": "neutral"}
SHEET_TONES = {"gains": "ok", "loses": "bad", "post": "brand", "home": "teal", "unit": "violet"}
WHAT_ICONS = {"merge": "merge", "move": "folder-tree", "close": "building"}

COLUMNS = [
    Column("what", gettext_lazy("Reorganisation"), str),
    Column("unit", gettext_lazy("Unit"), lambda r: r.unit.name, sort="unit__path"),
    Column("document", gettext_lazy("Document number"), lambda r: r.document, sort="document"),
    Column("by", gettext_lazy("Planned by"), lambda r: r.by.name),
    Column("not_before", gettext_lazy("Not before"), lambda r: r.not_before, sort="not_before", kind="date"),
    Column("at", gettext_lazy("Planned at"), lambda r: r.at, sort="at", kind="datetime"),
    Column("done", gettext_lazy("Done on"), lambda r: r.done_on, kind="date"),
    Column("state", gettext_lazy("State"), lambda r: r.get_state_display(), sort="state", kind="state"),
]
EXPORTED = [
    Column("code", gettext_lazy("Code"), lambda r: r.unit.code),
    Column("other", gettext_lazy("Other unit"), lambda r: r.other.name if r.other else ""),
    Column("reason", gettext_lazy("Reason"), lambda r: r.reason),
]


@require_GET
@access("reorganisation.view")
def reorganisation_list(request):
    rows = Reorganisation.objects.visible_to(request.user).for_list()
    filters = ReorganisationFilters(request.GET, queryset=rows, request=request)
    page = table(request, rows, COLUMNS, EXPORTED, filters=filters, sort="-at", name="reorganisations")
    if is_export(page):
        return page
    return show(
        request, "org/reorganisation_list.html", fragment="rows", page=page, tones=TONES, icons=WHAT_ICONS
    )


@access("org.manage")
def unit_reorganise(request, pk):
    """Say what is to happen to a unit; what it would do is shown on the next page. Nothing happens here."""
    unit = get_object_or_404(Unit.objects.visible_to(request.user), pk=pk)
    forbid(rules.may_reorganise(request.user, unit))
    form = ReorganiseForm(request.POST or None, initial={"what": What.MERGE, "not_before": clock.today()})
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(actions.plan_reorganisation(unit, by=request.user, **form.cleaned_data))
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return show(request, "org/unit_reorganise.html", form=form, unit=unit)


# ── One reorganisation ────────────────────────────────────────────────────────────────────────────────────────────
def kind_label(label) -> str:
    """What things of a model are called, by the model's label."""
    return str(apps.get_model(label).plural)


def told(row) -> str:
    """What happens to the person, the post or the unit of a row."""
    if row.sheet in (Sheet.GAINS, Sheet.LOSES):
        return _(", ").join(f"{kind_label(label)} {count:,}" for label, count in sorted(row.counts.items()))
    if row.sheet == Sheet.POST:
        return (
            _("Has it there already; it is not given twice")
            if row.kept
            else _("Ends, and stands again there")
        )
    if row.sheet == Sheet.HOME:
        return _("Belongs to the other unit from then on")
    return _("Stands below the other unit, with %(count)s units below it") % {"count": row.total}


def post_of(row) -> str:
    """The post by which it is so: role and unit."""
    parts = [
        str(row.get_role_display()) if row.role else "",
        row.unit.label if row.person_id and row.unit else "",
    ]
    text = " · ".join(part for part in parts if part)
    return _("%(post)s, and %(count)s more") % {"post": text, "count": row.others} if row.others else text


ROW_COLUMNS = [
    Column("sheet", gettext_lazy("Effect"), lambda r: r.get_sheet_display(), kind="state"),
    Column("who", gettext_lazy("Who or what"), lambda r: (r.person or r.unit).name),
    Column("post", gettext_lazy("By which post"), post_of),
    Column("told", gettext_lazy("What changes"), told),
]
ROW_EXPORTED = [
    Column(
        "number", gettext_lazy("Employee number"), lambda r: r.person.employee_no or "" if r.person else ""
    ),
    Column("total", gettext_lazy("In all"), lambda r: r.total, kind="number"),
]


def visible(request, pk):
    rows = Reorganisation.objects.visible_to(request.user).select_related(
        "unit", "other", "was", "by__person"
    )
    return get_object_or_404(rows, pk=pk)


@require_GET
@access("reorganisation.view")
def reorganisation_detail(request, pk):
    plan, user = visible(request, pk), request.user
    rows = plan.rows.select_related("person", "unit")
    filters = ReorganisationRowFilters(request.GET, queryset=rows, request=request)
    page = table(request, rows, ROW_COLUMNS, ROW_EXPORTED, filters=filters, sort="pk", name="reorganisation")
    if is_export(page):
        return page
    asked = Request.objects.visible_to(user).about(plan).order_by("-pk").first()
    return show(
        request,
        "org/reorganisation_detail.html",
        fragment="rows",
        plan=plan,
        page=page,
        tone=TONES[plan.state],
        sheet_tones=SHEET_TONES,
        told=told,
        post_of=post_of,
        figures=figures_of(plan),
        blockers=blockers_of(plan),
        along=along_of(plan),
        asked=asked,
        moves=reorganisation_flow.open_to(user, plan),
        may_check=plan.state == State.PLANNED and rules.may_reorganise(user, plan.unit, plan.other),
        history=history(user, plan),
    )


def figures_of(plan) -> list[tuple[str, str, int, str, str]]:
    """(sheet, what it counts, how many, tone, icon) of what the rows tell; closing leaves everybody and everything in place."""
    if plan.what == What.CLOSE:
        return []
    summary = plan.summary
    figures = [
        (Sheet.LOSES, _("People who lose sight"), summary["losing"], "bad", "eye-off"),
        (Sheet.GAINS, _("People who gain sight"), summary["gaining"], "ok", "eye"),
    ]
    if plan.what == What.MERGE:
        figures += [
            (
                Sheet.POST,
                _("Posts that stand again there"),
                summary["posts"] - summary["kept"],
                "brand",
                "id-card",
            ),
            (Sheet.HOME, _("People whose home unit changes"), summary["homes"], "teal", "users"),
        ]
    return [*figures, (Sheet.UNIT, _("Open units below it"), summary["below"], "violet", "building-2")]


def blockers_of(plan) -> list[tuple[str, int, str]]:
    """(what, how many, what to do first)"""
    kinds = unsettled.registered()
    return [
        (str(kinds[name].label), count, str(kinds[name].advice))
        for name, count in plan.summary["blockers"].items()
        if name in kinds
    ]


ALONG = {
    "bodies": gettext_lazy("Bodies"),
    "seats": gettext_lazy("Seats in bodies"),
    "requests": gettext_lazy("Open requests"),
}


def along_of(plan) -> list[tuple[str, int, str]]:
    """(what, how many, what becomes of it) of all that is open and goes on."""
    along = plan.summary["along"]
    if not along:
        return []
    if plan.what == What.MOVE:
        stays = _("stays with the unit, and moves with it")
    else:
        stays = _(
            "stays with the closed unit, which then stands below the other one; whoever sees that one deals with it"
        )
    found = [(str(ALONG[name]), count, _("moves along")) for name, count in along["here"].items()]
    kinds, hands = unsettled.registered(), handover.registered()
    # Said elsewhere, each with its own number.
    own = ("org.unit", "org.body", "org.request", "org.request.other")
    if plan.what == What.MERGE:
        own = (*own, "org.post", "org.person")
    found += [
        (str(kinds[name].label), count, stays)
        for name, count in along["open"].items()
        if name in kinds and name not in own
    ]
    found += [
        (str(hands[name].label), count, _("with the liaison, who keeps them"))
        for name, count in along["liaisons"].items()
        if name in hands
    ]
    return found


@require_POST
@access("org.manage")
def reorganisation_check(request, pk):
    plan = visible(request, pk)
    with refusals_as_messages(request):
        actions.check_again(plan, by=request.user)
        messages.success(request, _("Looked at again, as things stand now."))
    return redirect(plan)


@require_POST
@access("org.manage")
def reorganisation_move(request, pk, move):
    plan = visible(request, pk)
    if move not in ("ask", "drop"):
        raise Http404
    with refusals_as_messages(request):
        if move == "ask":
            asked = actions.ask_reorganisation(plan, by=request.user, note=request.POST.get("note", ""))
            messages.success(request, _("Asked for. Nothing is changed until it is approved."))
            return redirect(asked)
        actions.drop_reorganisation(plan, by=request.user)
        messages.success(request, _("Dropped. Nothing was changed."))
    return redirect(plan)

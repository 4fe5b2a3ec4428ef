"""What holds for the whole bank: dated parameters, the authority table, business lines."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from apps.core import clock, formats
from apps.core.access import access
from apps.core.forms import row_id
from apps.core.listing import Column
from apps.core.pages import history, refusals_as_messages, show
from apps.core.verdict import Refused
from apps.core.versions import Stale, seen_of
from apps.org import matrix, rules
from apps.org.actions.authority import ask_authority, end_authority
from apps.org.actions.business_line import add_line, change_line, move_line
from apps.org.actions.calendar import FIGURE, drop_parameter, set_parameter
from apps.org.calendar import DEFAULTS
from apps.org.filters.bank import AuthorityFilters
from apps.org.forms.bank import AuthorityForm, BusinessLineChangeForm, BusinessLineForm, ParameterForm
from apps.org.models import Authority, BusinessLine, Parameter
from apps.org.views.answers import is_export, table

# ── Parameters ────────────────────────────────────────────────────────────────────────────────────────────────────


def figure(key, value) -> str:
    """The value of a parameter with its unit."""
    if key == Parameter.Key.DISCOUNT_RATE:
        return f"{formats.number(value / 100, 2)}%"
    if key == Parameter.Key.BRANCH_LIMIT:
        return formats.wan(value)
    return _("%(count)s working days") % {"count": value}


@require_GET
@access("org.view")
def parameter_list(request):
    """Each figure: what holds today, what will, what did."""
    today = clock.today()
    rows = list(Parameter.objects.order_by("-starts", "-pk"))
    figures = []
    for key in Parameter.Key:
        mine = [row for row in rows if row.key == key]
        now = next((row for row in mine if row.starts <= today), None)
        values = [
            {
                "row": row,
                "value": figure(key, row.value),
                "state": "ahead" if row.starts > today else "now" if row is now else "past",
            }
            for row in mine
        ]
        figures.append(
            {
                "key": key,
                "label": key.label,
                "value": figure(key, now.value if now else DEFAULTS[key]),
                "since": now and now.starts,
                "values": values,
            }
        )
    return show(
        request,
        "org/parameter_list.html",
        figures=figures,
        may_keep=rules.may_keep_parameters(request.user),
        history=history(request.user, *rows) if rows else [],
    )


@access("parameter.manage")
def parameter_set(request):
    """Give the figure ?key=… a value from a day on."""
    key = request.GET.get("key", "")
    if key not in Parameter.Key.values:
        raise Http404
    today = Parameter.objects.filter(key=key, starts=clock.today()).first()
    form = ParameterForm(request.POST or None, key=key, seen=seen_of(today, FIGURE))
    both = []
    if request.method == "POST" and form.is_valid():
        try:
            made = set_parameter(key, form.cleaned_data.pop("value"), by=request.user, **form.cleaned_data)
            messages.success(request, _("Saved: %(value)s from %(day)s on.") % {"value": figure(key, made.value), "day": made.starts})  # fmt: skip
            return redirect("org:parameter_list")
        except Stale as stale:
            both = form.against(stale.current)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return show(request, "org/parameter_set.html", form=form, both=both, label=Parameter.Key(key).label)


@require_POST
@access("parameter.manage")
def parameter_drop(request, pk):
    row = get_object_or_404(Parameter, pk=pk)
    with refusals_as_messages(request):
        drop_parameter(row, by=request.user)
        messages.success(request, _("Taken back."))
    return redirect("org:parameter_list")


# ── The authority table ───────────────────────────────────────────────────────────────────────────────────────────
COLUMNS = [
    Column("kind", gettext_lazy("Approves"), lambda a: a.get_kind_display(), sort="kind"),
    Column("role", gettext_lazy("Role"), lambda a: matrix.role_label(a.role), sort="role"),
    Column("unit", gettext_lazy("Unit"), lambda a: a.unit.name, sort="unit__path"),
    Column("up_to", gettext_lazy("Up to"), lambda a: a.up_to_fen, sort="up_to_fen", kind="money_fen"),
    Column("document", gettext_lazy("Letter of authority"), lambda a: a.document),
    Column("starts", gettext_lazy("From"), lambda a: a.starts, sort="starts", kind="date"),
    Column("ends", gettext_lazy("To"), lambda a: a.ends, kind="date"),
    Column("state", gettext_lazy("State"), lambda a: standing(a)[0], kind="state"),
]


def standing(line) -> tuple[str, str]:
    """(word, tone) for where a line of the table stands today."""
    today = clock.today()
    if line.ends and line.ends < today:
        return _("Ended"), "neutral"
    return (_("Ahead"), "brand") if line.starts > today else (_("In force"), "ok")


@require_GET
@access("org.view")
def authority_list(request):
    rows = Authority.objects.select_related("unit")
    data = request.GET.copy()
    if "year" not in data:
        data["year"] = str(clock.today().year)
    filters = AuthorityFilters(data, queryset=rows, request=request)
    page = table(request, rows, COLUMNS, filters=filters, sort="-up_to", name="authority")
    if is_export(page):
        return page
    return show(
        request,
        "org/authority_list.html",
        fragment="rows",
        page=page,
        standing=standing,
        role_label=matrix.role_label,
        today=clock.today(),
        may_ask=request.user.may_ever("parameter.manage"),
    )


@access("parameter.manage")
def authority_ask(request):
    """Ask for a line; ?like=… takes over another line's, for the new year."""
    line = Authority.objects.filter(pk=row_id(request.GET.get("like", ""))).first()
    initial = {"starts": clock.today()}
    if line:
        initial = {"kind": line.kind, "role": line.role, "unit": line.unit_id, "up_to_fen": line.up_to_fen}
        initial["starts"] = f"{max(line.starts, clock.today()).year + 1}-01-01"
        initial["ends"] = f"{max(line.starts, clock.today()).year + 1}-12-31"
    form = AuthorityForm(request.POST or None, user=request.user, initial=initial)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        try:
            asked = ask_authority(values.pop("unit"), by=request.user, **values)
            messages.success(request, _("Asked for. It counts when the security administrator approves it."))
            return redirect(asked)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return show(request, "org/authority_ask.html", form=form)


@require_POST
@access("parameter.manage")
def authority_end(request, pk):
    line = get_object_or_404(Authority, pk=pk)
    with refusals_as_messages(request):
        end_authority(line, by=request.user)
        messages.success(request, _("The line no longer counts."))
    return redirect("org:authority_list")


# ── Business lines ────────────────────────────────────────────────────────────────────────────────────────────────
LINE_COLUMNS = [
    Column("name", gettext_lazy("Business line"), lambda line: line.name),
    Column("code", gettext_lazy("Code"), lambda line: line.code),
    Column(
        "department",
        gettext_lazy("Department in charge"),
        lambda line: line.department and line.department.name,
    ),
    Column("order", gettext_lazy("Order"), lambda line: line.order, sort="order"),
]


@require_GET
@access("org.view")
def businessline_list(request):
    rows = BusinessLine.objects.select_related("department")
    page = table(request, rows, LINE_COLUMNS, sort="order", name="business-lines")
    if is_export(page):
        return page
    return show(
        request,
        "org/businessline_list.html",
        fragment="rows",
        page=page,
        may_keep=rules.may_keep_parameters(request.user),
        history=history(request.user, *page.rows) if page.rows else [],
    )


@access("parameter.manage")
def businessline_add(request):
    return edit_line(request, None)


@access("parameter.manage")
def businessline_edit(request, pk):
    return edit_line(request, get_object_or_404(BusinessLine, pk=pk))


def edit_line(request, line):
    if line:
        initial = {name: getattr(line, name) for name in BusinessLineForm.base_fields}
        initial["seen"] = seen_of(line, initial)
        form = BusinessLineChangeForm(request.POST or None, initial=initial)
    else:
        form = BusinessLineForm(request.POST or None)
    both = []
    if request.method == "POST" and form.is_valid():
        try:
            if line:
                change_line(line, by=request.user, **form.cleaned_data)
            else:
                add_line(by=request.user, **form.cleaned_data)
            messages.success(request, _("Saved."))
            return redirect("org:businessline_list")
        except Stale as stale:
            both = form.against(stale.current)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return show(request, "org/businessline_edit.html", form=form, line=line, both=both)


@require_POST
@access("parameter.manage")
def businessline_move(request, pk, where):
    line = get_object_or_404(BusinessLine, pk=pk)
    if where not in ("up", "down"):
        raise Http404
    with refusals_as_messages(request):
        move_line(line, by=request.user, up=where == "up")
    return redirect("org:businessline_list")

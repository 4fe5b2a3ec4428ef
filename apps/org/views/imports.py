from django.contrib import messages
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from apps.core.access import access
from apps.core.listing import Column
from apps.core.pages import history, refusals_as_messages, show
from apps.core.verdict import Refused
from apps.org import rules
from apps.org.actions.imports import ask_import, check_again, check_import, drop_import
from apps.org.filters.imports import ImportFilters, ImportRowFilters
from apps.org.flow import import_flow
from apps.org.forms.imports import ImportForm
from apps.org.imports.workbook import SHEETS, shown, write_template
from apps.org.models import BusinessLine, ImportRow, OrgImport, Request, Unit
from apps.org.views.answers import forbid, is_export, table

TONES = {"bad": "bad", "checked": "brand", "waiting": "warn", "done": "ok", "dropped": "neutral"}
EFFECT_TONES = {"new": "ok", "changed": "brand", "ended": "warn", "same": "neutral", "bad": "bad"}
EFFECT_ICONS = {"new": "plus", "changed": "pencil", "ended": "circle-off", "same": "equal", "bad": "circle-x"}

COLUMNS = [
    Column("name", gettext_lazy("File"), lambda i: i.name, sort="name"),
    Column("by", gettext_lazy("Uploaded by"), lambda i: i.by.name),
    Column("at", gettext_lazy("Uploaded at"), lambda i: i.at, sort="at", kind="datetime"),
    Column("new", gettext_lazy("New"), lambda i: i.count("new"), kind="number"),
    Column("changed", gettext_lazy("Changed"), lambda i: i.count("changed"), kind="number"),
    Column("ended", gettext_lazy("Ended"), lambda i: i.count("ended"), kind="number"),
    Column("same", gettext_lazy("Unchanged"), lambda i: i.count("same"), kind="number"),
    Column("bad", gettext_lazy("Wrong"), lambda i: i.count("bad"), kind="number"),
    Column("state", gettext_lazy("State"), lambda i: i.get_state_display(), sort="state", kind="state"),
]


@require_GET
@access("org.manage")
def import_list(request):
    rows = OrgImport.objects.visible_to(request.user).select_related("by__person")
    filters = ImportFilters(request.GET, queryset=rows, request=request)
    page = table(request, rows, COLUMNS, filters=filters, sort="-at", name="imports")
    return page if is_export(page) else show(request, "org/import_list.html", fragment="rows", page=page, tones=TONES)  # fmt: skip


@require_GET
@access("org.manage")
def import_template(request):
    lines = list(BusinessLine.objects.values_list("name", flat=True))
    return FileResponse(write_template(lines), as_attachment=True, filename=_("Units, people and posts.xlsx"))


@access("org.manage")
def import_new(request):
    """Upload a workbook; what it would do is shown on the next page. Nothing is imported here."""
    forbid(rules.may_import(request.user, Unit.objects.get(depth=1)))
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(check_import(form.rows, by=request.user, name=form.name, sha256=form.sha256))
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return show(request, "org/import_new.html", form=form)


# ── One import ────────────────────────────────────────────────────────────────────────────────────────────────────
def key_of(row) -> str:
    """What the row is about: a code, or a number with unit and role."""
    values = row.values
    if row.sheet == "posts":
        parts = [values.get("no"), values.get("unit"), values.get("role") and shown("posts", "role", values["role"])]  # fmt: skip
    else:
        parts = [values.get("code") or values.get("no"), values.get("name")]
    return " · ".join(str(part) for part in parts if part)


def changes_of(row) -> list[tuple[str, str, str]]:
    """(head of the column, as it was, as it will be)"""
    sheet = SHEETS[row.sheet]
    return [
        (sheet.column(name).head, shown(row.sheet, name, was), shown(row.sheet, name, will))
        for name, (was, will) in row.changes.items()
    ]


def values_of(row) -> list[tuple[str, str]]:
    """(head of the column, value) of what a new one is given."""
    return [
        (column.head, shown(row.sheet, column.name, row.values[column.name]))
        for column in SHEETS[row.sheet].columns
        if row.values.get(column.name) is not None
    ]


def told(row) -> str:
    if row.errors:
        return "; ".join(f"{head}: {sentence}" for head, sentence in row.errors)
    if row.effect == "new":
        return "; ".join(f"{head}: {value}" for head, value in values_of(row))
    return "; ".join(f"{head}: {was} → {will}" for head, was, will in changes_of(row))


ROW_COLUMNS = [
    Column("sheet", gettext_lazy("Sheet"), lambda r: SHEETS[r.sheet].title),
    Column("number", gettext_lazy("Row"), lambda r: r.number, kind="number"),
    Column("key", gettext_lazy("About"), key_of),
    Column("effect", gettext_lazy("Effect"), lambda r: r.get_effect_display(), kind="state"),
    Column("told", gettext_lazy("What would change"), told),
]


def visible(request, pk):
    return get_object_or_404(OrgImport.objects.visible_to(request.user).select_related("by__person"), pk=pk)


@require_GET
@access("org.view")
def import_detail(request, pk):
    made = visible(request, pk)
    user = request.user
    filters = ImportRowFilters(request.GET, queryset=made.rows.all(), request=request)
    page = table(request, made.rows.all(), ROW_COLUMNS, filters=filters, sort="pk", name="import-rows")
    if is_export(page):
        return page
    asked = Request.objects.visible_to(user).about(made).order_by("-pk").first()
    effects = [
        (effect.value, effect.label, made.count(effect), EFFECT_TONES[effect], EFFECT_ICONS[effect])
        for effect in ImportRow.Effect
    ]
    return show(
        request,
        "org/import_detail.html",
        fragment="rows",
        made=made,
        page=page,
        tone=TONES[made.state],
        effects=effects,
        effect_tones=EFFECT_TONES,
        sheets=[
            [sheet.title, *(made.summary.get(name, {}).get(effect, 0) for effect in ImportRow.Effect)]
            for name, sheet in SHEETS.items()
        ],
        titles={name: sheet.title for name, sheet in SHEETS.items()},
        key_of=key_of,
        changes_of=changes_of,
        values_of=values_of,
        asked=asked,
        moves=import_flow.open_to(user, made),
        may_check=made.state == OrgImport.State.CHECKED and rules.may_import(user, made.root),
        history=history(user, made),
    )  # fmt: skip


@require_POST
@access("org.manage")
def import_check(request, pk):
    made = visible(request, pk)
    with refusals_as_messages(request):
        check_again(made, by=request.user)
        messages.success(request, _("Checked against what stands now."))
    return redirect(made)


@require_POST
@access("org.manage")
def import_move(request, pk, move):
    made = visible(request, pk)
    if move not in ("ask", "drop"):
        raise Http404
    with refusals_as_messages(request):
        if move == "ask":
            asked = ask_import(made, by=request.user, note=request.POST.get("note", ""))
            messages.success(request, _("Asked for. Nothing is imported until it is approved."))
            return redirect(asked)
        drop_import(made, by=request.user)
        messages.success(request, _("Dropped. Nothing was imported."))
    return redirect(made)

from django.contrib import messages
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from apps.core.access import access
from apps.core.listing import Column
from apps.core.pages import history, offered, panels, show
from apps.core.verdict import Refused
from apps.core.versions import Stale
from apps.org import rules
from apps.org.actions import unit as actions
from apps.org.filters.units import UnitFilters
from apps.org.forms.units import UnitForm, UnitOpenForm
from apps.org.forms.versioned import filled_from
from apps.org.models import BusinessLine, Post, Reorganisation, Unit
from apps.org.views.answers import forbid, is_export, table, typed

COLUMNS = [
    Column("unit", gettext_lazy("Unit"), lambda u: u.name, sort="path"),
    Column("code", gettext_lazy("Code"), lambda u: u.code, sort="code"),
    Column("kind", gettext_lazy("Kind"), lambda u: u.get_kind_display(), sort="kind"),
    Column("below", gettext_lazy("Units below"), lambda u: u.numchild, sort="numchild", kind="number"),
    Column(
        "state",
        gettext_lazy("State"),
        lambda u: _("Closed down") if u.closed_on else _("In operation"),
        kind="state",
    ),
]
EXPORTED = [
    Column("short_name", gettext_lazy("Short name"), lambda u: u.short_name),
    Column("opened", gettext_lazy("Opened on"), lambda u: u.opened_on, kind="date"),
    Column("closed", gettext_lazy("Closed on"), lambda u: u.closed_on, kind="date"),
]
SHOWN = 24
OFFERED = 12
NEARBY = 100


@require_GET
@access("org.view")
def unit_list(request):
    """The tree, one level at a time; with a word or a kind, everything below."""
    rows = Unit.objects.visible_to(request.user)
    filters = UnitFilters(request.GET, queryset=rows, request=request)
    page = table(request, rows, COLUMNS, EXPORTED, filters=filters, sort="unit", name="units")
    if is_export(page):
        return page
    above = filters.above
    return show(
        request,
        "org/unit_list.html",
        fragment="rows",
        page=page,
        trail=[
            (unit.label, f"{reverse('org:unit_list')}?under={unit.pk}")
            for unit in ([*above.get_ancestors(), above] if above else [])
        ],
    )


@require_GET
@access("org.view")
def unit_suggest(request):
    """Options of a lookup: units whose name has the word, or whose code begins with it."""
    text = typed(request)
    rows = Unit.objects.visible_to(request.user).open().search_text(text)[:OFFERED] if text else []
    return show(request, "org/suggest.html", offers=[(unit.code, unit.name, None) for unit in rows])


@require_GET
@access("org.view")
def unit_options(request):
    """Units to choose from in a filter: by name or code; before anything is typed, those of the person's posts and those
    one step below."""
    text = typed(request)
    units = Unit.objects.visible_to(request.user)
    if text:
        found = units.search_text(text)[:OFFERED]
    else:
        near = Q(pk__in=[])
        for post in request.user.standing:
            near |= Q(path__range=post.unit.span, depth__lte=post.unit.depth + 1)
        found = units.filter(near)[:NEARBY]
    return offered((unit.pk, f"{unit.name} · {unit.code}") for unit in found)


@require_GET
@access("org.view")
def line_options(request):
    """Business lines to choose from in a filter."""
    return offered(
        (line.pk, line.name) for line in BusinessLine.objects.filter(name__icontains=typed(request))
    )


def visible(request, pk):
    return get_object_or_404(Unit.objects.visible_to(request.user), pk=pk)


@require_GET
@access("org.view")
def unit_detail(request, pk):
    unit = visible(request, pk)
    user = request.user
    posts = (
        Post.objects.current()
        .filter(unit=unit)
        .select_related("person", "line", "deputy")
        .order_by("role", "person__name", "pk")
    )
    below = list(Unit.objects.filter(path__range=unit.span, depth=unit.depth + 1).open()[: SHOWN + 1])
    held = list(posts[: SHOWN + 1])
    above = list(unit.get_ancestors())
    return show(
        request,
        "org/unit_detail.html",
        unit=unit,
        above=above,
        trail=[*((up.label, up.get_absolute_url()) for up in above), (unit.label, None)],
        below=below[:SHOWN],
        more_below=len(below) > SHOWN,
        posts=held[:SHOWN],
        more_posts=len(held) > SHOWN,
        bodies=unit.bodies.all(),
        lines=unit.lines.all(),
        may_change=rules.may_change_unit(user, unit),
        may_open=rules.may_open_unit(user, unit),
        may_reorganise=not unit.closed_on and not unit.is_root() and rules.may_reorganise(user, unit),
        ended_by=ended_by(unit),
        waiting=reorganisation_waiting(user, unit),
        may_ask=not unit.closed_on and user.may_at("post.request", unit),
        history=history(user, unit, note=told_by(unit)),
        panels=panels(request, unit),
    )


def ended_by(unit):
    """The reorganisation by which a closed unit was merged or closed, if it was one."""
    if not unit.closed_on:
        return None
    done = Reorganisation.objects.done().filter(unit=unit).exclude(what=Reorganisation.What.MOVE)
    return done.select_related("other").first()


def reorganisation_waiting(user, unit):
    """What is asked for but not approved yet, for those who may see it."""
    if not user.may_ever("reorganisation.view"):
        return None
    rows = Reorganisation.objects.visible_to(user).waiting().for_list()
    return rows.filter(Q(unit=unit) | Q(other=unit)).first()


def told_by(unit):
    """Under a line of a unit's history: which reorganisation it was, and by which document."""
    plans = {}

    def note(entry):
        pk = entry.data.get("reorganisation")
        if pk is None:
            return ""
        if not plans:
            rows = Reorganisation.objects.done().for_list().filter(Q(unit=unit) | Q(other=unit))
            plans.update((plan.pk, plan) for plan in rows)
        return f"{plans[pk]} · {plans[pk].document}" if pk in plans else ""

    return note


@access("org.manage")
def unit_open(request, pk):
    parent = visible(request, pk)
    forbid(rules.may_open_unit(request.user, parent))
    form = UnitOpenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            unit = actions.open_unit(parent, by=request.user, **form.cleaned_data)
            messages.success(request, _("%(unit)s is opened.") % {"unit": unit})
            return redirect(unit)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return show(request, "org/unit_open.html", form=form, parent=parent)


@access("org.manage")
def unit_edit(request, pk):
    unit = visible(request, pk)
    forbid(rules.may_change_unit(request.user, unit))
    form = UnitForm(request.POST or None, initial=filled_from(unit, UnitForm))
    both = []
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_unit(unit, by=request.user, version=form.cleaned_data["version"], **form.values())
            messages.success(request, _("Saved."))
            return redirect(unit)
        except Stale as stale:
            both = form.against(stale.current)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return show(request, "org/unit_edit.html", form=form, unit=unit, both=both)

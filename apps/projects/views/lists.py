from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from apps.core.access import access
from apps.core.forms import clean_text
from apps.core.listing import Column, listing
from apps.core.pages import offered, show
from apps.projects.filters import SEGMENTS, ProjectFilters, stages
from apps.projects.forms.project import people_in_reach, person_label
from apps.projects.models import ProcessVersion, Project

COLUMNS = [
    Column("title", _("Project"), lambda row: f"{row.title} ({row.code})", sort="code"),
    Column("unit", _("Unit"), lambda row: row.unit_label, sort="unit__path"),
    Column("manager", _("Manager"), lambda row: row.manager_name, sort="manager__name"),
    Column("stage", _("Stage"), lambda row: row.stage_label, sort="stage__order", kind="state"),
    Column("state", _("State"), lambda row: row.state_label, sort="state", kind="state"),
    Column("asked", _("Asked for"), lambda row: row.asked_fen, sort="asked_fen", kind="money_fen"),
    Column("holder", _("In whose hands"), lambda row: row.lies_with),
    Column("due", _("Due"), lambda row: row.expected_on, kind="date"),
]
EXPORTED = [
    Column("code", _("Code"), lambda row: row.code),
    Column("line", _("Business line"), lambda row: row.line_name),
    Column("proposer", _("Proposer"), lambda row: row.proposer_name),
    Column("proposed", _("Proposed at"), lambda row: row.proposed_at, kind="datetime"),
    Column("late", _("Days late"), lambda row: row.days_late, kind="number"),
]
CARDS = 5  # newest of each stage on the board
FOUND = 20  # people offered for what was typed


@require_GET
@access("project.view")
def project_list(request):
    exported = bool(request.GET.get("format"))
    rows = Project.objects.visible_to(request.user)
    rows = rows.for_export() if exported else rows.for_list()
    filters = ProjectFilters(request.GET, rows, request=request)
    columns = [*COLUMNS, *EXPORTED] if exported else COLUMNS
    page = listing(request, rows, columns, filters=filters, name="projects")
    if isinstance(page, HttpResponseBase):
        return page
    return show(
        request,
        "projects/project_list.html",
        fragment="rows",
        page=page,
        segments=segments(request, page.url_for),
        board_url=with_query("projects:project_board", request, "segment", "unit", "line", "manager"),
    )


def segments(request, url_for):
    here = request.GET.get("segment", "")
    return [
        (label, url_for(segment=name), here == name)
        for name, label in [("", gettext("All in reach")), *SEGMENTS]
    ]


def with_query(name, request, *kept, **more) -> str:
    query = request.GET.copy()
    for key in list(query):
        if key not in kept:
            del query[key]
    for key, value in more.items():
        query[key] = value
    return reverse(name) + (f"?{query.urlencode()}" if query else "")


@require_GET
@access("project.view")
def project_board(request):
    """Open projects by stage: how many, and the newest of each. Every count opens the list behind it."""
    kept = ("q", "segment", "unit", "line", "manager", "since", "until", "least", "most")
    data = request.GET.copy()
    data["state"] = "open"
    data.pop("stage", None)
    rows = Project.objects.visible_to(request.user)
    filters = ProjectFilters(data, rows, request=request)
    rows = filters.qs if filters.is_valid() else rows.none()
    counts = dict(
        rows.order_by()
        .values_list("stage__code")
        .annotate(count=Count("pk"))
        .values_list("stage__code", "count")
    )
    newest = rows.for_list().annotate(
        stage_code=F("stage__code"),
        place=Window(RowNumber(), partition_by=F("stage__code"), order_by=F("pk").desc()),
    )
    cards: dict[str, list[Project]] = {}
    for project in newest.filter(place__lte=CARDS).order_by("-pk"):
        cards.setdefault(project.stage_code, []).append(project)
    columns = [
        {
            "stage": stage,
            "count": counts.get(stage.code, 0),
            "url": with_query("projects:project_list", request, *kept, stage=stage.code, state="open"),
            "projects": cards.get(stage.code, []),
        }
        for stage in ProcessVersion.in_force().stages.all()
    ]

    def here(segment):
        return with_query(
            "projects:project_board",
            request,
            *(k for k in kept if k != "segment"),
            **({"segment": segment} if segment else {}),
        )

    return show(
        request,
        "projects/project_board.html",
        columns=columns,
        total=sum(counts.values()),
        segments=segments(request, lambda segment: here(segment)),
        list_url=with_query("projects:project_list", request, *kept),
    )


@require_GET
@access("project.view")
def person_options(request):
    """People whose name or staff number begins so, for the choices of manager and team."""
    text = clean_text(request.GET.get("q", "")).strip()[:40]
    people = people_in_reach(request.user)
    found = people.search_text(text).order_by("name", "pk")[:FOUND] if text else []
    return offered((person.pk, person_label(person)) for person in found)


@require_GET
@access("project.view")
def stage_options(request):
    """Stages to choose from in a filter."""
    text = clean_text(request.GET.get("q", "")).strip()
    return offered((code, label) for code, label in stages() if text.lower() in label.lower())

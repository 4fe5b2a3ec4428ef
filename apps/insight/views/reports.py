from datetime import timedelta

from django.contrib import messages
from django.db.models import OuterRef, Subquery
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from apps.core import clock
from apps.core.access import access
from apps.core.forms import row_id
from apps.core.listing import Column
from apps.core.models import Comment
from apps.core.pages import history, panels, refusals_as_messages, show
from apps.core.verdict import Refused
from apps.core.versions import Stale, seen_of
from apps.insight import rules
from apps.insight.actions import (
    add_to_issue,
    address_issue,
    edit_issue,
    edit_line,
    move_line,
    open_issue,
    publish_issue,
    read_issue,
    recall_issue,
    remove_from_issue,
    start_report,
)
from apps.insight.filters import IssueFilters, PullFilters, ReaderFilters
from apps.insight.flow import issue_flow
from apps.insight.forms import IssueForm, LineForm, ReportForm
from apps.insight.models import FollowUp, Issue, IssueLine, Item, Reading, Report
from apps.insight.models.report import Section
from apps.insight.views.answers import forbid, is_export, table, with_defaults
from apps.org.models import Person, Unit

PULLED = 60  # items offered at once for an issue

COLUMNS = [
    Column("issue", gettext_lazy("Report"), lambda i: str(i)),
    Column("kind", gettext_lazy("Kind"), lambda i: i.report.get_kind_display(), sort="report__kind"),
    Column("unit", gettext_lazy("Unit"), lambda i: i.unit.label, sort="unit__path"),
    Column("editor", gettext_lazy("Editor"), lambda i: i.editor.name, sort="editor__name"),
    Column("due", gettext_lazy("Due on"), lambda i: i.due_on, sort="due_on", kind="date"),
    Column("published", gettext_lazy("Published"), lambda i: i.published_at, kind="datetime"),
    Column("state", gettext_lazy("State"), lambda i: i.get_state_display(), sort="state", kind="state"),
]
EXPORTED = [
    Column("title", gettext_lazy("Headline"), lambda i: i.title),
    Column("grade", gettext_lazy("Grade"), lambda i: i.get_grade_display()),
]


def visible(request, pk):
    issues = Issue.objects.visible_to(request.user).select_related("report", "unit", "line", "editor")
    return get_object_or_404(issues, pk=pk)


def lines_by_section(lines):
    """[(section label, its lines), …] in the order of the page, without empty sections."""
    rows = list(lines)
    return [
        (section.label, found)
        for section in Section
        if (found := [line for line in rows if line.section == section])
    ]


@require_GET
@access("report.view")
def issue_list(request):
    issues = Issue.objects.visible_to(request.user).select_related("report", "unit", "editor")
    filters = IssueFilters(request.GET, queryset=issues, request=request)
    page = table(request, issues, COLUMNS, EXPORTED, filters=filters, sort="-due", name="reports")
    if is_export(page):
        return page
    read = Reading.objects.unscoped("one's own").filter(
        person=request.user.person_id, issue__in=[issue.pk for issue in page.rows]
    )
    return show(
        request,
        "insight/issue_list.html",
        fragment="rows",
        page=page,
        read=set(read.values_list("issue_id", flat=True)),
        reports=Report.objects.visible_to(request.user).select_related("unit").order_by("unit__path", "pk"),
        may_start=request.user.may_ever("report.edit"),
    )


@access("report.edit")
def report_start(request):
    form = ReportForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            start_report(
                by=request.user,
                kind=values["kind"],
                name=values["name"],
                unit=form.chosen_unit,
                line=values["line"],
            )
            return redirect("insight:issue_list")
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return show(request, "insight/report_start.html", form=form)


@require_POST
@access("report.edit")
def issue_open(request, pk):
    report = get_object_or_404(Report.objects.visible_to(request.user), pk=pk)
    with refusals_as_messages(request):
        return redirect("insight:issue_edit", open_issue(report, by=request.user).pk)
    return redirect("insight:issue_list")


@require_GET
@access("report.view")
def issue_detail(request, pk):
    """The issue as its readers have it. Opening a published one is recorded, once."""
    issue = visible(request, pk)
    user = request.user
    read_issue(issue, by=user)
    lines = list(issue.lines.all())
    items = [line.item_id for line in lines]
    may_edit = user.can("report.edit", issue)
    return show(
        request,
        "insight/issue_detail.html",
        issue=issue,
        sections=lines_by_section(lines),
        audience=issue.audience.select_related("unit"),
        open_items=set(
            Item.objects.visible_to(user).filter(pk__in=items).values_list("pk", flat=True)
            if user.may_ever("item.view")
            else []
        ),
        followed=set(
            FollowUp.objects.visible_to(user).filter(item__in=items).values_list("item_id", flat=True)
            if user.may_ever("opportunity.view")
            else []
        ),
        may_follow_up=issue.is_published and user.may_ever("opportunity.investigate"),
        may_edit=may_edit,
        moves=issue_flow.open_to(user, issue) if may_edit else [],
        comments=Comment.objects.about(issue).filter(withdrawn=False).select_related("by__person")
        if may_edit
        else [],
        history=history(user, issue) if may_edit else [],
        panels=panels(request, issue),
    )


@access("report.edit")
def issue_edit(request, pk):
    issue = visible(request, pk)
    forbid(rules.may_edit_issue(request.user, issue))
    initial = {name: getattr(issue, name) for name in ("title", "due_on", "grade", "version")}
    form = IssueForm(request.POST or None, initial=initial)
    both = []
    if request.method == "POST" and form.is_valid():
        changes = dict(form.cleaned_data)
        try:
            edit_issue(issue, by=request.user, version=changes.pop("version"), **changes)
            messages.success(request, _("Saved."))
            return redirect("insight:issue_edit", pk)
        except Stale as stale:
            both = form.against(stale.current)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            issue = visible(request, pk)
    lines = list(issue.lines.all())
    since = clock.today() - timedelta(days=14)
    items = (
        Item.objects.visible_to(request.user)
        .filed()
        .exclude(pk__in=[line.item_id for line in lines])
        .for_list()
    )
    filters = PullFilters(with_defaults(request, since=since.isoformat()), queryset=items, request=request)
    found = filters.qs if filters.is_valid() else items.none()
    return show(
        request,
        "insight/issue_edit.html",
        fragment="offered",
        issue=issue,
        form=form,
        both=both,
        sections=lines_by_section(lines),
        section_choices=Section.choices,
        count=len(lines),
        audience=issue.audience.select_related("unit"),
        filters=filters,
        offered=list(found.order_by("-filed_at", "-pk")[:PULLED]),
        most=PULLED,
        moves=issue_flow.open_to(request.user, issue),
    )


@require_POST
@access("report.edit")
def issue_pull(request, pk):
    """Put the chosen items into the issue, each in the section of its category."""
    issue = visible(request, pk)
    ids = [row_id(n) for n in request.POST.getlist("item")]
    chosen = Item.objects.visible_to(request.user).filter(pk__in=ids[:200]).order_by("filed_at", "pk")
    section = request.POST.get("section", "")
    with refusals_as_messages(request):
        for item in chosen:
            add_to_issue(issue, item, by=request.user, section=section if section in Section.values else "")
    return redirect(reverse("insight:issue_edit", args=[pk]) + "#lines")


def line_of(request, pk, line):
    """The issue, if this person edits it, and its line."""
    issue = visible(request, pk)
    forbid(rules.may_edit_issue(request.user, issue))
    return issue, get_object_or_404(IssueLine.objects.unscoped("through its issue"), issue=issue, pk=line)


@access("report.edit")
def line_edit(request, pk, line):
    issue, line = line_of(request, pk, line)
    initial = {name: getattr(line, name) for name in ("section", "title", "summary", "version")}
    form = LineForm(request.POST or None, initial=initial)
    both = []
    if request.method == "POST" and form.is_valid():
        try:
            edit_line(line, by=request.user, **form.cleaned_data)
            return redirect(reverse("insight:issue_edit", args=[pk]) + f"#line-{line.pk}")
        except Stale as stale:
            both = form.against(stale.current)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return show(request, "insight/line_edit.html", issue=issue, line=line, form=form, both=both)


@require_POST
@access("report.edit")
def line_move(request, pk, line, where):
    """Up, down, or out of the issue."""
    issue, line = line_of(request, pk, line)
    with refusals_as_messages(request):
        if where in ("up", "down"):
            move_line(line, by=request.user, up=where == "up")
        elif where == "out":
            remove_from_issue(issue, line.item, by=request.user)
        else:
            raise Http404
    return redirect(reverse("insight:issue_edit", args=[pk]) + "#lines")


@access("report.edit")
def issue_audience(request, pk):
    """Choose the audience among the report's own unit, those one step below, and those above it."""
    issue = visible(request, pk)
    forbid(rules.may_edit_issue(request.user, issue))
    below = list(Unit.objects.open().filter(path__range=issue.unit.span, depth__lte=issue.unit.depth + 1))
    above = list(Unit.objects.filter(path__in=issue.unit.path_upwards[1:]))
    kept = list(issue.audience.select_related("unit"))
    shown, both = {row.unit_id: row.below for row in kept}, []
    if request.method == "POST":
        units = {str(unit.pk): unit for unit in [*below, *above, *(row.unit for row in kept)]}
        chosen = [units[pk] for pk in dict.fromkeys(request.POST.getlist("unit")) if pk in units]
        deep = set(request.POST.getlist("below"))
        pairs = [(unit, str(unit.pk) in deep) for unit in chosen]
        shown = {unit.pk: below for unit, below in pairs}
        try:
            address_issue(issue, by=request.user, units=pairs, seen=request.POST.get("seen"))
            messages.success(request, _("The audience is set."))
            return redirect("insight:issue_edit", pk)
        except Stale as stale:
            stands = [(row.unit, row.below) for row in stale.current.audience.select_related("unit")]
            both = [(_("Audience"), named(stands), named(pairs))]
        except Refused as refusal:
            messages.error(request, str(refusal))
    groups = {}
    for unit in below:
        groups.setdefault(unit.get_kind_display(), []).append(unit)
    return show(
        request,
        "insight/issue_audience.html",
        issue=issue,
        groups=groups.items(),
        above=above,
        chosen=shown,
        both=both,
        seen=seen_of(issue, ["addressed"]),
    )


def named(pairs) -> str:
    """An audience in words."""
    words = [_("%(unit)s and below") % {"unit": unit} if below else str(unit) for unit, below in pairs]
    return "、".join(words) or "—"


@require_POST
@access("report.edit")
def issue_move(request, pk, move):
    issue = visible(request, pk)
    with refusals_as_messages(request):
        if move == "publish":
            publish_issue(issue, by=request.user)
        elif move == "recall":
            recall_issue(issue, by=request.user, note=request.POST.get("note", ""))
        else:
            raise Http404
        return redirect(issue)
    issue = visible(request, pk)
    return redirect("insight:issue_edit", pk) if issue.is_draft else redirect(issue)


READER_COLUMNS = [
    Column("name", gettext_lazy("Reader"), lambda p: p.name, sort="name"),
    Column("unit", gettext_lazy("Unit"), lambda p: p.unit and p.unit.label),
    Column("read_at", gettext_lazy("Read"), lambda p: p.read_at, kind="datetime"),
]


@require_GET
@access("report.edit")
def issue_readers(request, pk):
    """Who in the audience has opened it, with the share of each unit."""
    issue = visible(request, pk)
    if issue.is_draft or not request.user.can("report.edit", issue):
        raise Http404
    posts = issue.audience_posts()
    readings = Reading.objects.unscoped("through its issue").filter(issue=issue)
    read_at = readings.filter(person=OuterRef("pk")).values("at")[:1]
    people = Person.objects.filter(pk__in=posts.values("person")).annotate(read_at=Subquery(read_at))
    filters = ReaderFilters(request.GET, queryset=people.select_related("unit"), request=request)
    page = table(request, people, READER_COLUMNS, [], filters=filters, sort="name", name="readers")
    if is_export(page):
        return page
    where = list(posts.values_list("person_id", "unit__path").distinct())
    read = set(readings.values_list("person_id", flat=True))
    rates = []
    for row in issue.audience.select_related("unit"):
        inside = {
            p for p, path in where if path == row.unit.path or row.below and path.startswith(row.unit.path)
        }
        rates.append((row.unit, len(inside & read), len(inside)))
    everybody = {person for person, _path in where}
    return show(
        request,
        "insight/issue_readers.html",
        fragment="rows",
        issue=issue,
        page=page,
        rates=rates,
        total=len(everybody),
        read=len(everybody & read),
        others=len(read - everybody),
    )

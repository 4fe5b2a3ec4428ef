from django.contrib import messages
from django.http import QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from apps.core.access import access
from apps.core.listing import Column
from apps.core.models import Entry
from apps.core.pages import show
from apps.core.verdict import Refused
from apps.core.versions import Stale, seen_of
from apps.org import rules
from apps.org.actions.post import change_liaison
from apps.org.coverage import coverage, together, without_liaison
from apps.org.filters.bodies import GapFilters, LiaisonFilters
from apps.org.forms.bodies import LiaisonForm
from apps.org.models import Post
from apps.org.views.answers import forbid, is_export, table

COLUMNS = [
    Column("person", gettext_lazy("Liaison"), lambda p: p.person.name, sort="person__name"),
    Column("unit", gettext_lazy("Unit"), lambda p: p.unit.name, sort="unit__path"),
    Column(
        "time",
        gettext_lazy("Works as liaison"),
        lambda p: _("Full-time") if p.full_time else _("Part-time"),
        sort="full_time",
    ),
    Column("deputy", gettext_lazy("Deputy"), lambda p: p.deputy and p.deputy.name),
    Column("starts", gettext_lazy("Since"), lambda p: p.starts, sort="starts", kind="date"),
    Column(
        "state", gettext_lazy("State"), lambda p: _("In office") if p.stands else _("Ended"), kind="state"
    ),
]
EXPORTED = [
    Column("number", gettext_lazy("Employee number"), lambda p: p.person.employee_no),
    Column("code", gettext_lazy("Code of the unit"), lambda p: p.unit.code),
    Column("ends", gettext_lazy("To"), lambda p: p.revoked_on or p.ends, kind="date"),
]
GAP_COLUMNS = [
    Column("unit", gettext_lazy("Unit"), lambda u: u.name, sort="path"),
    Column("code", gettext_lazy("Code"), lambda u: u.code, sort="code"),
    Column("kind", gettext_lazy("Kind"), lambda u: u.get_kind_display(), sort="kind"),
    Column("opened", gettext_lazy("Opened on"), lambda u: u.opened_on, kind="date"),
]


@require_GET
@access("org.view")
def liaison_list(request):
    """Who is liaison where, who stands in, and whether what a former one had open went over."""
    rows = Post.objects.filter(role="liaison").select_related("person", "unit", "deputy")
    filters = LiaisonFilters(request.GET or QueryDict("standing=now"), queryset=rows, request=request)
    page = table(request, rows, COLUMNS, EXPORTED, filters=filters, sort="unit", name="liaisons")
    if is_export(page):
        return page
    ended = [post.pk for post in page if not post.stands]
    handed = (
        Entry.objects.filter(verb="post.hand_over", data__post__in=ended) if ended else Entry.objects.none()
    )
    return show(
        request,
        "org/liaison_list.html",
        fragment="rows",
        page=page,
        handed={entry.data["post"] for entry in handed},
        whole=together(coverage()),
        may_change={post.pk for post in page if rules.may_change_liaison(request.user, post)},
    )


@require_GET
@access("org.view")
def liaison_gaps(request):
    """The units that should have a liaison and have none, and how each branch stands."""
    rows = without_liaison()
    filters = GapFilters(request.GET, queryset=rows, request=request)
    branches = coverage()
    names = {row.branch.path: row.branch.label for row in branches}
    length = max((len(path) for path in names), default=0)

    def branch_of(unit):
        return names.get(unit.path[:length], "")

    columns = [GAP_COLUMNS[0], Column("branch", gettext_lazy("Branch"), branch_of), *GAP_COLUMNS[1:]]
    page = table(request, rows, columns, filters=filters, sort="unit", name="without-liaison")
    if is_export(page):
        return page
    return show(
        request,
        "org/liaison_gaps.html",
        fragment="rows",
        page=page,
        branches=branches,
        whole=together(branches),
        branch_of=branch_of,
        may_ask={unit.pk for unit in page if request.user.may_at("post.request", unit)},
    )


@access("post.request")
def liaison_edit(request, pk):
    """Full-time or part-time, and who stands in: without asking for the post anew."""
    post = get_object_or_404(
        Post.objects.filter(role="liaison").select_related("person", "unit", "deputy"), pk=pk
    )
    forbid(rules.may_change_liaison(request.user, post))
    initial = {"full_time": "full" if post.full_time else "part", "deputy": post.deputy}
    form = LiaisonForm(
        request.POST or None, initial=initial | {"seen": seen_of(post, ("full_time", "deputy"))}
    )
    both = []
    if request.method == "POST" and form.is_valid():
        try:
            change_liaison(post, by=request.user, **form.cleaned_data)
            messages.success(request, _("Saved."))
            return redirect("org:liaison_list")
        except Stale as stale:
            both = form.against(stale.current)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return show(request, "org/liaison_edit.html", form=form, post=post, both=both)

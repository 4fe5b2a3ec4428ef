"""The proposer's pages: the text, the plan, the team."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.core.access import access
from apps.core.forms import row_id
from apps.core.pages import show
from apps.core.verdict import Refused
from apps.core.versions import Stale
from apps.insight.models import Opportunity
from apps.projects import rules
from apps.projects.actions import edit_project, propose_project, set_milestones, set_team
from apps.projects.forms.project import (
    MilestoneFormSet,
    MilestoneRow,
    ProjectForm,
    ProposeForm,
    RowsVersion,
    TeamFormSet,
    TeamRow,
    after_button,
    current_milestones,
    current_team,
    people_in_reach,
    people_offered,
    stages_to_plan,
)
from apps.projects.views.finding import forbid, found_project

MOST_ROWS = 30


@access("project.propose")
def project_propose(request):
    """Open a draft: of an opportunity worth taking up (`?opportunity=`), whose words it begins with, or of its own."""
    opportunity = chosen_opportunity(request)
    initial = {"manager": request.user.principal_id}
    if opportunity:
        initial |= {
            "title": opportunity.title,
            "line": opportunity.line_id,
            "goal": opportunity.pain,
            "approach": opportunity.idea,
        }
    form = ProposeForm(
        request.POST or None,
        user=request.user,
        opportunity=opportunity,
        initial=initial,
        search_url=reverse("projects:person_options"),
    )
    if request.method == "POST" and form.is_valid():
        try:
            project = propose_project(by=request.user, opportunity=opportunity, **form.cleaned_data)
            messages.success(
                request, _("Opened as %(code)s. Now plan, team and estimate.") % {"code": project.code}
            )
            return redirect(project)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return show(request, "projects/project_propose.html", form=form, opportunity=opportunity)


def chosen_opportunity(request):
    number = request.GET.get("opportunity", "")
    if not number:
        return None
    return get_object_or_404(
        Opportunity.objects.visible_to(request.user).select_related("unit", "line", "reporter"),
        pk=row_id(number),
    )


@access("project.view")
def project_edit(request, pk):
    project = found_project(request, pk, "unit", "stage", "line", "manager")
    forbid(rules.may_edit(request.user, project))
    form = ProjectForm(
        request.POST or None,
        user=request.user,
        project=project,
        search_url=reverse("projects:person_options"),
    )
    both = []
    if request.method == "POST" and form.is_valid():
        try:
            edit_project(project, by=request.user, **form.cleaned_data)
            messages.success(request, _("Saved."))
            return redirect(project)
        except Stale as stale:
            both = form.against(stale.current)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return show(request, "projects/project_edit.html", project=project, form=form, both=both)


@access("project.view")
def plan_edit(request, pk):
    project = found_project(request, pk, "unit", "stage", "process_version")
    stages = stages_to_plan(project)
    return rows_page(
        request,
        project,
        "projects/plan_edit.html",
        make=lambda *args, **kwargs: MilestoneFormSet(
            *args, prefix="milestones", form_kwargs={"stages": stages}, **kwargs
        ),
        names=MilestoneRow.base_fields,
        current=lambda: current_milestones(project),
        save=set_milestones,
    )


@access("project.view")
def team_edit(request, pk):
    project = found_project(request, pk, "unit", "stage")
    typed = [value for key, value in request.POST.items() if key.endswith("-person")]
    members = list(project.team.values_list("person", flat=True))
    people = {
        "people": people_in_reach(request.user),
        "offered": people_offered(request.user, project.unit, [project.manager_id, *members, *typed]),
        "search_url": reverse("projects:person_options"),
    }
    return rows_page(
        request,
        project,
        "projects/team_edit.html",
        make=lambda *args, **kwargs: TeamFormSet(*args, prefix="team", form_kwargs=people, **kwargs),
        names=TeamRow.base_fields,
        current=lambda: current_team(project) or [{"person": project.manager_id}],
        save=set_team,
    )


def rows_page(request, project, template, *, make, names, current, save):
    """A page of rows: one more, one less, and all saved together; a stale save shows the rows that stand beside those typed."""
    forbid(rules.may_edit(request.user, project))
    head = RowsVersion(request.POST or None, initial={"version": project.version})
    stands = []
    if request.method == "POST":
        if (rows := after_button(request.POST, make().prefix, names, MOST_ROWS)) is not None:
            head = RowsVersion(initial={"version": request.POST.get("version", "")})
            return show(
                request,
                template,
                fragment="rows",
                project=project,
                head=head,
                rows=make(initial=rows),
                stands=[],
            )
        rows = make(request.POST)
        if head.is_valid() and rows.is_valid():
            try:
                save(project, rows.filled, by=request.user, version=head.cleaned_data["version"])
                messages.success(request, _("Saved."))
                return redirect(project)
            except Stale as stale:
                stands = current()
                head = RowsVersion({"version": stale.current.version})
                if not stands:  # all rows were taken out: there is nothing to be shown beside those typed
                    head.add_error(None, str(stale))
            except Refused as refusal:
                head.add_error(None, str(refusal))
    else:
        rows = make(initial=current() or [{}, {}])
    stored = make(initial=stands) if stands else None
    return show(request, template, project=project, head=head, rows=rows, stands=stored)

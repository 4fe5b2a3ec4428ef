from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from apps.core.access import access
from apps.core.listing import Column, listing
from apps.core.pages import history, panels, refusals_as_messages, show
from apps.core.talk import talk
from apps.projects import actions, rules
from apps.projects.actions.stage import gate_out, may_advance
from apps.projects.filters import ProjectFilters
from apps.projects.flow import project_flow
from apps.projects.models import Milestone, Project

COLUMNS = [
    Column("title", _("Project"), lambda row: f"{row.title} ({row.code})", sort="code"),
    Column("unit", _("Unit"), lambda row: row.unit.name),
    Column("manager", _("Manager"), lambda row: row.manager.name),
    Column("stage", _("Stage"), lambda row: str(row.stage), sort="stage__order", kind="state"),
    Column("state", _("State"), lambda row: row.get_state_display(), sort="state", kind="state"),
    Column("asked", _("Asked for"), lambda row: row.asked_fen, sort="asked_fen", kind="money_fen"),
    Column("due", _("Due"), lambda row: row.due_on, kind="date"),
]
TONES = {
    "draft": "neutral",
    "active": "brand",
    "returned": "warn",
    "on_hold": "warn",
    "rejected": "bad",
    "stopped": "bad",
    "closed": "ok",
}


@require_GET
@access("project.view")
def project_list(request):
    rows = Project.objects.visible_to(request.user).for_list()
    filters = ProjectFilters(request.GET, rows, request=request)
    page = listing(request, rows, COLUMNS, filters=filters, name="projects")
    if isinstance(page, HttpResponseBase):
        return page
    return show(request, "projects/project_list.html", fragment="rows", page=page, tones=TONES)


@require_GET
@access("project.view")
def project_detail(request, pk):
    project = found_project(
        request, pk, "unit", "line", "manager", "proposer", "holder", "stage", "process_version"
    )
    user, gate = request.user, gate_out(project)
    return show(
        request,
        "projects/project_detail.html",
        project=project,
        tone=TONES[project.state],
        steps=steps_of(project),
        estimate=project.estimates.prefetch_related(None).first(),
        milestones=project.milestones.select_related("stage"),
        team=project.team.select_related("person__unit"),
        requirements=project.requirements.filter(gate=gate).select_related("kind"),
        gate=gate,
        may_pass=gate and not gate.by_decision and may_advance(user, project, gate),
        may_sign=rules.may_sign(user, project)
        and not project.requirements.filter(kind__code="signature", met_at__isnull=False),
        may_manage=rules.may_manage(user, project),
        moves=project_flow.open_to(user, project),
        panels=panels(request, project),
        talk=talk(request, project),
        history=history(user, project),
    )


def found_project(request, pk, *related):
    return get_object_or_404(Project.objects.visible_to(request.user).select_related(*related), pk=pk)


def steps_of(project):
    """The stages of the project's own process, for `ui.steps`."""
    here = project.stage.order
    ended = project.state in (Project.State.REJECTED, Project.State.STOPPED)

    def standing(stage):
        if stage.order == here:
            return "stopped" if ended else "now"
        return "done" if stage.order < here else "ahead"

    return [{"label": str(stage), "state": standing(stage)} for stage in project.process_version.stages.all()]


@require_POST
@access("project.view")
def project_move(request, pk, move):
    project = found_project(request, pk)
    with refusals_as_messages(request):
        if move == "submit":
            actions.submit_project(project, by=request.user)
        else:
            project_flow.make(project, move, by=request.user, note=request.POST.get("note", ""))
    return redirect(project)


@require_POST
@access("project.sign")
def project_sign(request, pk):
    project = found_project(request, pk)
    with refusals_as_messages(request):
        actions.sign_project(project, by=request.user)
    return redirect(project)


@require_POST
@access("project.manage")
def project_advance(request, pk, gate):
    project = found_project(request, pk)
    with refusals_as_messages(request):
        actions.advance(project, gate, by=request.user)
    return redirect(project)


@require_POST
@access("project.manage")
def milestone_meet(request, pk, milestone):
    project = found_project(request, pk)
    row = get_object_or_404(
        Milestone.objects.unscoped("of a project had through scope").filter(project=project), pk=milestone
    )
    with refusals_as_messages(request):
        actions.meet_milestone(row, by=request.user, evidence=request.POST.get("note", ""))
    return redirect(project)

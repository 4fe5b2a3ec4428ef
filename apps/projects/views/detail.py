from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from apps.core.access import access
from apps.core.journal import timeline
from apps.core.pages import TONES as VERB_TONES
from apps.core.pages import panels, refusals_as_messages, show
from apps.core.talk import talk
from apps.core.verdict import Refused
from apps.insight.models import Opportunity
from apps.projects import actions, rules
from apps.projects.actions.stage import gate_out, may_advance, signer_of
from apps.projects.flow import project_flow
from apps.projects.forms.project import HoldForm
from apps.projects.models import Milestone, Project
from apps.projects.views.finding import forbid, found_project


@require_GET
@access("project.view")
def project_detail(request, pk):
    project = found_project(
        request, pk, "unit", "line", "manager__unit", "proposer__unit", "holder", "stage", "process_version"
    )
    user, gate = request.user, gate_out(project)
    stages = list(project.process_version.stages.all())
    requirements = list(project.requirements.select_related("kind", "gate", "waived_by"))
    owed = [row for row in requirements if gate and row.gate_id == gate.pk]
    estimates = list(project.estimates.with_options()[:2])
    may_edit = bool(rules.may_edit(user, project))
    said, lines = talk(request, project), timeline(user, project)
    return show(
        request,
        "projects/project_detail.html",
        project=project,
        steps=steps_of(project, stages),
        estimate=estimates[0] if estimates else None,
        earlier=estimates[1] if len(estimates) > 1 else None,
        milestones=project.milestones.select_related("stage"),
        team=project.team.select_related("person__unit").order_by("pk"),
        requirements=[{"row": row, "who": who_owes(project, row)} for row in owed],
        gate=gate,
        may_edit=may_edit,
        missing=missing(project, requirements) if may_edit and project.state in rules.OPEN_TEXT else [],
        may_submit=rules.may_submit(user, project),
        may_pass=gate and not gate.by_decision and may_advance(user, project, gate),
        may_sign=bool(rules.may_sign(user, project))
        and any(row.kind.code == "signature" and not row.met_at for row in requirements),
        may_manage=rules.may_manage(user, project),
        may_waive=rules.may_waive(user, project) and project.state in Project.OPEN,
        moves=project_flow.open_to(user, project),
        opportunity=Opportunity.objects.visible_to(user).filter(pk=project.opportunity_id).first()
        if project.opportunity_id and user.may_ever("opportunity.view")
        else None,
        talk=said,
        why=why_it_rests(project, lines, said.comments),
        panels=panels(request, project),
        history=story(lines, stages, requirements),
    )


def steps_of(project, stages):
    """The stages of the project's own process, for `ui.steps`."""
    here = project.stage.order
    ended = project.state in (Project.State.REJECTED, Project.State.STOPPED)

    def standing(stage):
        if stage.order == here:
            return "stopped" if ended else "now"
        return "done" if stage.order < here else "ahead"

    return [{"label": str(stage), "state": standing(stage)} for stage in stages]


def who_owes(project, requirement) -> str:
    """A name where it is one person, or the kind of people."""
    owed_by = requirement.kind.OwedBy(requirement.kind.owed_by)
    if owed_by == owed_by.MANAGER:
        return project.manager.name
    if owed_by == owed_by.HEAD and not requirement.settled and (post := signer_of(project)):
        return f"{post.person.name} · {post.unit.label}"
    return str(owed_by.label)


def missing(project, requirements) -> list[dict]:
    """What the manager does before it can be submitted: (kind, done, route), in order."""
    settled = {row.kind.code: row.settled for row in requirements}
    return [
        {"code": code, "done": settled.get(code, False), "must": must}
        for code, must in (("plan", True), ("team", False), ("estimate", True))
    ]


RESTING = (Project.State.RETURNED, Project.State.ON_HOLD, Project.State.STOPPED, Project.State.REJECTED)
RESTED = {f"project.{move}" for move in ("return", "send_back", "hold", "stop", "reject")}


def why_it_rests(project, lines, comments) -> dict | None:
    """Who returned, held, stopped or rejected it, and the reason given with that move."""
    if project.state not in RESTING:
        return None
    move = next((line for line in lines if line.verb in RESTED), None)
    reason = move and next((c for c in comments if c.by_id == move.by_id and c.at >= move.at), None)
    return {"who": move.by, "what": move.label, "reason": reason.text} if reason else None


def story(lines, stages, requirements) -> list[dict]:
    """Every step, newest first, with the stage or the requirement it was about in words."""
    names = {stage.code: str(stage) for stage in stages}
    kinds = {row.kind.code: str(row.kind) for row in requirements}

    def told(entry):
        if entry.verb == "project.advance":
            return _("took the project from “%(was)s” to “%(now)s”") % {
                "was": names.get(entry.data["was"], ""),
                "now": names.get(entry.data["now"], ""),
            }
        about = kinds.get(entry.data.get("kind", ""), "") if entry.verb.startswith("project.") else ""
        return _("%(what)s: %(kind)s") % {"what": entry.label, "kind": about} if about else entry.label

    return [
        {
            "who": entry.by or "—",
            "text": told(entry),
            "when": entry.at,
            "icon": entry.declaration.icon,
            "tone": VERB_TONES.get(entry.declaration.tone, entry.declaration.tone),
        }
        for entry in lines
    ]


# ── What is done on the page ──────────────────────────────────────────────────────────────────────────────────────


@require_POST
@access("project.view")
def project_move(request, pk, move):
    project = found_project(request, pk)
    with refusals_as_messages(request):
        MOVES[move](project, by=request.user, note=request.POST.get("note", ""))
    return redirect(project)


MOVES = {
    "submit": lambda project, by, note: actions.submit_project(project, by=by),
    "resume": lambda project, by, note: actions.resume_project(project, by=by),
    "send_back": lambda project, by, note: actions.return_project(project, by=by, reason=note),
    "stop": lambda project, by, note: actions.stop_project(project, by=by, reason=note),
}


@access("project.view")
def project_hold(request, pk):
    """Put on hold: why, and when to look at it again."""
    project = found_project(request, pk, "stage")
    forbid(project_flow.verdict(project, "hold", request.user))
    form = HoldForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.hold_project(project, by=request.user, **form.cleaned_data)
            return redirect(project)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return show(request, "projects/project_hold.html", project=project, form=form)


@require_POST
@access("project.sign")
def project_sign(request, pk):
    project = found_project(request, pk)
    with refusals_as_messages(request):
        actions.sign_project(project, by=request.user)
    return redirect(project)


@require_POST
@access("project.view")
def project_advance(request, pk, gate):
    project = found_project(request, pk)
    with refusals_as_messages(request):
        actions.advance(project, gate, by=request.user)
    return redirect(project)


@require_POST
@access("project.view")
def requirement_waive(request, pk, kind):
    project = found_project(request, pk)
    get_object_or_404(project.requirements, kind__code=kind)
    with refusals_as_messages(request):
        actions.waive_requirement(project, kind, by=request.user, reason=request.POST.get("note", ""))
    return redirect(project)


@require_POST
@access("project.view")
def milestone_meet(request, pk, milestone):
    project = found_project(request, pk)
    row = get_object_or_404(
        Milestone.objects.unscoped("of a project had through scope").filter(project=project), pk=milestone
    )
    with refusals_as_messages(request):
        actions.meet_milestone(row, by=request.user, evidence=request.POST.get("note", ""))
    return redirect(project)

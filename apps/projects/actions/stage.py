"""How a project goes on: requirements met or waived, gates passed, hands changed."""

from django.db import transaction
from django.utils.translation import gettext as _

from apps.core import clock
from apps.core.flow import lock
from apps.core.journal import record
from apps.core.models import Comment
from apps.core.verdict import Refused, demand
from apps.org.calendar import due_in
from apps.org.models import Post
from apps.projects import rules
from apps.projects.flow import project_flow
from apps.projects.models import Gate, GateRequirement, Project, RequiredKind


def owe_requirements(project: Project) -> None:
    """Copy what the gates of the project's process ask for onto the project, once, when it is proposed."""
    kinds = RequiredKind.objects.filter(gate__process=project.process_version).select_related("gate")
    GateRequirement.objects.bulk_create(
        [GateRequirement(project=project, gate=kind.gate, kind=kind) for kind in kinds]
    )


@transaction.atomic
def meet_requirement(project: Project, kind: str, *, by, because_of: str) -> None:
    """Mark what a gate asks for as met, because of a row of any app ("review.Minutes:3"). Safe to call twice."""
    lock(project)
    requirement = _requirement(project, kind)
    if requirement.met_at:
        return
    requirement.met_at, requirement.because_of = clock.now(), because_of
    requirement.save(update_fields=["met_at", "because_of"])
    record("project.meet", project, by=by, kind=kind, gate=requirement.gate.code, because_of=because_of)


@transaction.atomic
def waive_requirement(project: Project, kind: str, *, by, reason: str) -> None:
    """Mark as not required, with a reason. Raises Refused for what the process does not let be waived."""
    lock(project)
    demand(rules.may_waive(by, project))
    requirement = _requirement(project, kind)
    if not requirement.kind.may_be_waived:
        raise Refused(_("%(kind)s cannot be waived.") % {"kind": requirement.kind})
    if not reason.strip():
        raise Refused(_("Please give the reason."))
    requirement.waived_reason, requirement.waived_by_id = reason[:300], by.principal_id
    requirement.save(update_fields=["waived_reason", "waived_by"])
    record("project.waive", project, by=by, kind=kind, gate=requirement.gate.code)


def _requirement(project, kind) -> GateRequirement:
    return (
        project.requirements.select_related("kind", "gate")
        .select_for_update(of=("self",))
        .get(kind__code=kind)
    )


def owe_again(project: Project, kind: str) -> None:
    """What met this is not so any more: it has to be met anew."""
    project.requirements.filter(kind__code=kind).update(met_at=None, because_of="")


@transaction.atomic
def submit_project(project: Project, *, by) -> None:
    """The proposer hands it in; the head of the applicant unit holds it until it is signed.

    One that was returned begins at the proposal again, and is signed anew: its text is another.
    """
    project_flow.make(project, "submit", by=by)
    first = project.process_version.stages.earliest("order")
    if project.stage_id != first.pk:
        project.stage, project.stage_since = first, clock.now()
        project.save(update_fields=["stage", "stage_since"])
    owe_again(project, "signature")
    head = signer_of(project)
    hand_to(project, person=head and head.person, note=str(project.unit))


def signer_of(project: Project) -> Post | None:
    """The post whose holder is asked to sign: the head of the applicant unit or of the nearest unit above that has one,
    who neither proposed the project nor manages it."""
    heads = (
        Post.objects.current()
        .at_or_above(project.unit)
        .filter(role="unit_head")
        .exclude(person__in=[project.manager_id, project.proposer_id])
        .select_related("person", "unit")
    )
    return min(heads, key=lambda post: (-post.unit.depth, post.pk), default=None)


@transaction.atomic
def return_project(project: Project, *, by, reason: str, decided: bool = False) -> None:
    """The manager has to change the proposal: by hand before the review (with a reason), or as a forum decided."""
    project_flow.make(project, "return" if decided else "send_back", by=by, note=reason, decided=decided)
    say(project, reason, by=by)
    hand_to(
        project,
        person=project.manager,
        note="",
        due_on=due_in(project.process_version.stages.earliest("order").days),
    )


@transaction.atomic
def hold_project(project: Project, *, by, reason: str, revisit_on) -> None:
    """Let it rest until a day, for a reason. Raises Refused for a day gone by."""
    if revisit_on <= clock.today():
        raise Refused(_("Choose a day after today."))
    project_flow.make(project, "hold", by=by, note=reason)
    project.revisit_on = revisit_on
    project.save(update_fields=["revisit_on"])
    say(project, reason, by=by)


@transaction.atomic
def resume_project(project: Project, *, by) -> None:
    """It goes on where it stood, with the days of its stage before it."""
    project_flow.make(project, "resume", by=by)
    project.revisit_on, project.due_on = None, due_in(project.stage.days)
    project.save(update_fields=["revisit_on", "due_on"])


@transaction.atomic
def stop_project(project: Project, *, by, reason: str) -> None:
    """It ends here, for a reason."""
    project_flow.make(project, "stop", by=by, note=reason)
    say(project, reason, by=by)


def say(project: Project, text: str, *, by) -> None:
    """Keep the reason given with a move beside the project, for those who see it."""
    if text.strip():
        Comment.objects.create(subject=project, by=by, text=text.strip()[:5000])


@transaction.atomic
def sign_project(project: Project, *, by) -> None:
    """The head of the applicant unit signs. The proposal then waits for the departments' opinions."""
    lock(project)
    demand(rules.may_sign(by, project))
    record("project.sign", project, by=by, unit=project.unit.path)
    meet_requirement(project, "signature", by=by, because_of=f"org.Person:{by.principal_id}")
    hand_to(project, person=None, note=_("Departments consulted"))


def gate_out(project: Project) -> Gate | None:
    """The gate out of the project's present stage, or None at the end."""
    return (
        Gate.objects.filter(process=project.process_version, source=project.stage)
        .select_related("target", "source")
        .first()
    )


def may_advance(user, project, gate):
    """By hand: the manager's or the group's, with everything met. A gate by decision is nobody's to pass by hand."""
    return rules.may_manage(user, project) & rules.is_ready(
        project.requirements.filter(gate=gate).select_related("kind")
    )


@transaction.atomic
def advance(project: Project, gate_code: str, *, by, decided: bool = False) -> None:
    """Pass a gate. `decided` is said by the app whose decision it is; a gate by decision opens to nobody else.

    Raises Refused when the project stands elsewhere, when something required is missing, or when the rule says no.
    """
    lock(project)
    gate = gate_out(project)
    if gate is None or gate.code != gate_code or project.state != Project.State.ACTIVE:
        raise Refused(_("The project does not stand at this gate now."))
    if gate.by_decision and not decided:
        raise Refused(_("This follows from a decision; it is not made by hand."))
    demand(
        rules.is_ready(project.requirements.filter(gate=gate).select_related("kind"))
        if decided
        else may_advance(by, project, gate)
    )
    was, project.stage, project.stage_since = project.stage.code, gate.target, clock.now()
    project.save(update_fields=["stage", "stage_since"])
    record("project.advance", project, by=by, gate=gate.code, was=was, now=gate.target.code)
    hand_to(project, person=None if gate.target.code in ("review", "funding") else project.manager, note="")
    if gate.target.code == "closed":
        project_flow.make(project, "close", by=by, decided=True)


def hand_to(project: Project, *, person, note: str, due_on=None) -> None:
    """Say who holds the project now, and until when (by default: the days of its stage)."""
    project.holder = person
    project.holder_note = note[:60]
    project.due_on = due_on or due_in(project.stage.days)
    project.save(update_fields=["holder", "holder_note", "due_on"])


@transaction.atomic
def meet_milestone(milestone, *, by, evidence: str = "") -> None:
    """A promise of the plan is kept. When it was the last of its stage, the gate's requirement is met."""
    project = lock(milestone.project)
    demand(rules.may_manage(by, project))
    lock(milestone)
    if milestone.met_on:
        raise Refused(_("This milestone has been met already."))
    milestone.met_on, milestone.evidence = clock.today(), evidence[:300]
    milestone.save(update_fields=["met_on", "evidence"])
    record(
        "project.milestone",
        project,
        by=by,
        milestone=milestone.pk,
        late_days=max(0, (milestone.met_on - milestone.due_on).days),
    )
    kind = {"build": "build_milestones", "pilot": "pilot_milestones"}.get(milestone.stage.code)
    left = project.milestones.filter(stage=milestone.stage, met_on=None).exists()
    if kind and not left:
        meet_requirement(project, kind, by=by, because_of=f"projects.Milestone:{milestone.pk}")

"""What is judged: one row a kind of thing, with what is shown of it and which lower action gets the result."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from apps.core.models import Comment
from apps.core.verdict import Refused
from apps.projects.actions import advance, hand_to, meet_requirement, return_project
from apps.projects.flow import project_flow
from apps.projects.models import GateRequirement, Project
from apps.review.models.forum import routed


@dataclass(frozen=True)
class Subject:
    """A kind of thing a round can judge.

    `title` and `field` are words; `snapshot` is what of it was shown when the round took it (JSON); `interested` the ids
    of the people with a hand in it; `take(thing, by)` is called when a round takes it; `give(thing, result, minutes, by,
    text)` when minutes say what was decided.
    """

    model: type
    title: Callable
    field: Callable
    snapshot: Callable
    interested: Callable
    take: Callable
    give: Callable


_subjects: dict[type, Subject] = {}


def register(subject: Subject) -> Subject:
    _subjects[subject.model] = subject
    return subject


def subject_of(thing) -> Subject:
    """The row of a thing's kind. Raises LookupError for what no round judges."""
    try:
        return _subjects[type(thing)]
    except KeyError:
        raise LookupError(f"No round judges a {type(thing).__name__}") from None


def _project_snapshot(project) -> dict:
    estimate = project.estimates.all().marked().order_by("-version").first()
    return {
        "code": project.code,
        "title": project.title,
        "goal": project.goal,
        "approach": project.approach,
        "risks": project.risks,
        "asked_fen": project.asked_fen,
        "estimate": estimate and estimate.pk,
        "rnpv_fen": estimate and estimate.rnpv_fen,
        "pi_milli": estimate and estimate.pi_milli,
        "irr_milli": estimate and estimate.irr_milli,
        "payback_milli": estimate and estimate.payback_milli,
    }


def _project_interested(project) -> set[int]:
    team = project.team.all().marked().values_list("person", flat=True)
    return {project.manager_id, project.proposer_id, *team}


def ready_by_forum(user, most: int | None = None) -> dict[int, list[Project]]:
    """Forum → projects this person sees that have all their gate asks for, and wait to be taken into a round: all of them,
    or the `most` that have waited longest."""
    owed = GateRequirement.objects.unscoped("what a project owes at its gate").filter(
        project=OuterRef("pk"), gate__code="to_review", met_at=None, waived_reason=""
    )
    projects = list(
        Project.objects.visible_to(user)
        .filter(state=Project.State.ACTIVE, stage__code="proposal")
        .exclude(Exists(owed))
        .select_related("unit", "line")
        .defer("goal", "approach", "risks")
        .order_by("pk")[:most]
    )
    ready = defaultdict(list)
    forums = routed(projects)
    for project in projects:
        if forum := forums[project.pk]:
            ready[forum.pk].append(project)
    return ready


def _take_project(project, by) -> None:
    advance(project, "to_review", by=by, decided=True)


def _give_project(project, result, *, because_of, by, text) -> None:
    if project.state != Project.State.ACTIVE:
        raise Refused(
            _("%(project)s is not in progress; it cannot be decided on now.") % {"project": project}
        )
    if result in ("approve", "approve_with_conditions"):
        meet_requirement(project, "decision", by=by, because_of=because_of)
        advance(project, "approval", by=by, decided=True)
        hand_to(project, person=None, note=_("Resource management"))
    elif result == "return":
        return_project(project, by=by, reason=text, decided=True)
    elif result == "reject":
        project_flow.make(project, result, by=by, note=text, decided=True)
        if text:
            Comment.objects.create(subject=project, by=by, text=text[:5000])


register(
    Subject(
        Project,
        title=lambda project: project.title,
        field=lambda project: str(project.line or ""),
        snapshot=_project_snapshot,
        interested=_project_interested,
        take=_take_project,
        give=_give_project,
    )
)

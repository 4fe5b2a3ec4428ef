"""What the proposer writes: the project itself, its plan and its team."""

from django.db import transaction
from django.utils.translation import gettext as _

from apps.core.flow import lock
from apps.core.journal import record
from apps.core.notices import follow
from apps.core.numbering import next_code
from apps.core.search import index
from apps.core.verdict import Refused, demand
from apps.core.versions import lock_version
from apps.insight.actions import take_up
from apps.org.models import Access, User
from apps.org.reach import allow
from apps.projects import rules
from apps.projects.actions.stage import hand_to, meet_requirement, owe_again, owe_requirements
from apps.projects.models import Milestone, ProcessVersion, Project, TeamMember

TEXTS = (
    "title",
    "goal",
    "approach",
    "risks",
    "line",
    "cross_branch",
    "first_in_industry",
    "grade",
    "manager",
)


@transaction.atomic
def propose_project(*, by, unit, title, goal, opportunity=None, manager=None, line=None, **texts) -> Project:
    """Open a draft project, of an opportunity that was concluded to be taken up, or of its own.

    Raises Refused when this person may not propose for the unit, or the opportunity is not to be taken up.
    """
    demand(rules.may_propose(by, unit, line and line.pk))
    if opportunity:
        take_up(opportunity, by=by)
    process = ProcessVersion.in_force()
    project = Project.objects.create(
        code=next_code("P"),
        title=title,
        goal=goal,
        unit=unit,
        line=line or (opportunity and opportunity.line),
        opportunity=opportunity,
        proposer=opportunity.reporter if opportunity else by.person,
        manager=manager or by.person,
        process_version=process,
        stage=process.stages.first(),
        **texts,
    )
    owe_requirements(project)
    hand_to(project, person=project.manager, note="")
    follow(
        project, User.objects.filter(person__in=[project.proposer_id, project.manager_id, by.principal_id])
    )
    record(
        "project.propose",
        project,
        by=by,
        opportunity=opportunity and opportunity.pk,
        unit=unit.path,
        proposer=project.proposer_id,
    )
    index(project)
    return project


@transaction.atomic
def edit_project(project: Project, *, by, version: int, **texts) -> None:
    """Change the text. Raises `Stale` when it is not the version that was opened."""
    lock_version(project, version)
    demand(rules.may_edit(by, project))
    if unknown := set(texts) - set(TEXTS):
        raise TypeError(f"not text of a project: {sorted(unknown)}")
    if project.holder_id == project.manager_id:  # what lies with the manager goes over to the new one
        project.holder = texts.get("manager", project.manager)
    for name, value in texts.items():
        setattr(project, name, value)
    project.save(update_fields=[*texts, "holder", "version"])
    follow(project, User.objects.filter(person=project.manager_id))
    record("project.edit", project, by=by, revision=project.version)
    index(project)


@transaction.atomic
def set_milestones(project: Project, rows: list[dict], *, by, version: int | None = None) -> None:
    """Replace the plan: rows of {name, stage (Stage), due_on}. A milestone that was met stays.

    Raises `Stale` when `version` is given and is not the project's any more.
    """
    _lock(project, version)
    demand(rules.may_edit(by, project))
    project.milestones.filter(met_on=None).delete()
    Milestone.objects.bulk_create([Milestone(project=project, **row) for row in rows])
    record("project.plan", project, by=by, milestones=len(rows))
    _settle(project, "plan", rows, by)


@transaction.atomic
def set_team(project: Project, rows: list[dict], *, by, version: int | None = None) -> None:
    """Replace the team: rows of {person, part, share_percent}. Its members see the project from now on.

    Raises Refused for a person named twice, and `Stale` when `version` is given and is not the project's any more.
    """
    _lock(project, version)
    demand(rules.may_edit(by, project))
    if len({row["person"].pk for row in rows}) < len(rows):
        raise Refused(_("Name each person once."))
    because = f"projects.Team:{project.pk}"
    project.team.all().delete()
    Access.objects.about(project).filter(because_of=because).delete()
    TeamMember.objects.bulk_create([TeamMember(project=project, **row) for row in rows])
    for row in rows:
        allow(project, "project.view", because_of=because, person=row["person"])
    record("project.team", project, by=by, members=len(rows))
    _settle(project, "team", rows, by)


def _lock(project, version):
    if version is None:
        lock(project)
    else:
        lock_version(project, version)
        project.save(update_fields=["version"])


def _settle(project, kind, rows, by):
    if rows:
        meet_requirement(project, kind, by=by, because_of=f"projects.Project:{project.pk}")
    else:
        owe_again(project, kind)

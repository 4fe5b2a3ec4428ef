"""What the proposer writes: the project itself, its plan and its team."""

from django.db import transaction

from apps.core.flow import lock
from apps.core.journal import record
from apps.core.notices import follow
from apps.core.numbering import next_code
from apps.core.search import index
from apps.core.verdict import demand
from apps.core.versions import lock_version
from apps.insight.actions import take_up
from apps.org.models import Access, User
from apps.org.reach import allow
from apps.projects import rules
from apps.projects.actions.stage import meet_requirement, owe_requirements
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
    if opportunity:
        take_up(opportunity, by=by)
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
    for name, value in texts.items():
        setattr(project, name, value)
    project.save(update_fields=[*texts, "version"])
    record("project.edit", project, by=by, revision=project.version)
    index(project)


@transaction.atomic
def set_milestones(project: Project, rows: list[dict], *, by) -> None:
    """Replace the plan: rows of {name, stage (Stage), due_on}. A milestone that was met stays."""
    lock(project)
    demand(rules.may_edit(by, project))
    project.milestones.filter(met_on=None).delete()
    Milestone.objects.bulk_create([Milestone(project=project, **row) for row in rows])
    record("project.plan", project, by=by, milestones=len(rows))
    if rows:
        meet_requirement(project, "plan", by=by, because_of=f"projects.Project:{project.pk}")


@transaction.atomic
def set_team(project: Project, rows: list[dict], *, by) -> None:
    """Replace the team: rows of {person, part, share_percent}. Its members see the project from now on."""
    lock(project)
    demand(rules.may_edit(by, project))
    because = f"projects.Team:{project.pk}"
    project.team.all().delete()
    Access.objects.about(project).filter(because_of=because).delete()
    TeamMember.objects.bulk_create([TeamMember(project=project, **row) for row in rows])
    for row in rows:
        allow(project, "project.view", because_of=because, person=row["person"])
    record("project.team", project, by=by, members=len(rows))
    if rows:
        meet_requirement(project, "team", by=by, because_of=f"projects.Project:{project.pk}")

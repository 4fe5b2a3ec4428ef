from django.utils.translation import gettext_lazy as _

from apps.core.panels import panel
from apps.core.search import searchable
from apps.core.talk import discussed
from apps.org.unsettled import unsettled
from apps.projects.models import Milestone, Project
from apps.projects.models.project import IN_LISTS

searchable(
    Project,
    label=_("Projects"),
    capability="project.view",
    text=lambda project: (project.title, f"{project.code} {project.goal} {project.approach}"),
)
discussed(Project)


unsettled(
    "projects.project",
    label=_("Projects"),
    advice=_("Bring the projects to an end, or let another unit take them over by a merger."),
    open=lambda unit: Project.objects.unscoped("whether a unit can be closed").open().filter(unit=unit),
    passes_on=True,
)


@panel("desk.home", order=20, may="project.view")
def my_projects(user, thing):
    """What of projects waits on this person."""
    waiting = list(Project.objects.visible_to(user).waiting_on(user).for_list().order_by("due_on", "pk")[:10])
    return ("projects/panel_waiting.html", {"projects": waiting}) if waiting else None


@panel("desk.home", order=25, may="project.view")
def my_late_projects(user, thing):
    """What of this person's projects is late, whoever holds it."""
    late = list(Project.objects.visible_to(user).mine(user).late().for_list().order_by("due_on", "pk")[:6])
    return ("projects/panel_late.html", {"projects": late}) if late else None


@panel("desk.home", order=30, may="project.view")
def next_milestones(user, thing):
    """The next promises of the projects this person manages."""
    managed = Project.objects.visible_to(user).filter(manager=user.principal_id, state=Project.State.ACTIVE)
    rows = Milestone.objects.unscoped("of projects had through scope").filter(
        project__in=managed, met_on=None
    )
    found = list(rows.select_related("project", "stage").order_by("due_on", "pk")[:6])
    return ("projects/panel_milestones.html", {"milestones": found}) if found else None


@panel("insight.opportunity", order=10, may="project.view")
def what_became(user, opportunity):
    """The project it became, with stage, holder and due date; or the way to propose one."""
    project = Project.objects.visible_to(user).for_list().filter(opportunity=opportunity).first()
    proposable = opportunity.state == opportunity.State.CONCLUDED and user.may_at(
        "project.propose", opportunity.unit, opportunity.line_id
    )
    if project or proposable:
        return "projects/panel_opportunity.html", {"project": project, "opportunity": opportunity}
    return None


@panel("talent.talentprofile", order=10, may="project.view")
def of_this_person(user, profile):
    """The projects the person proposed, manages or works on, and in what part, as far as the reader sees them."""
    person = profile.person_id
    rows = Project.objects.visible_to(user).of_person(person).for_list()
    rows = rows.only(*IN_LISTS, "manager", "proposer").order_by("-pk")[:10]
    parts = {"manager_id": _("manager"), "proposer_id": _("proposer")}
    found = [
        (row, next((part for field, part in parts.items() if getattr(row, field) == person), _("team")))
        for row in rows
    ]
    return "projects/panel_of_person.html", {"projects": found}

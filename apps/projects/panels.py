from django.utils.translation import gettext_lazy as _

from apps.core.panels import panel
from apps.core.search import searchable
from apps.core.talk import discussed
from apps.projects.models import Project

searchable(
    Project,
    label=_("Projects"),
    capability="project.view",
    text=lambda project: (project.title, f"{project.code} {project.goal} {project.approach}"),
)
discussed(Project)


@panel("desk.home", order=20, may="project.view")
def my_projects(user, thing):
    """What of projects waits on this person."""
    waiting = list(Project.objects.visible_to(user).waiting_on(user).for_list().order_by("due_on", "pk")[:10])
    return ("projects/panel_waiting.html", {"projects": waiting}) if waiting else None

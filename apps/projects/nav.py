from django.utils.translation import gettext_lazy as _

from apps.core.nav import NavItem, register

register(
    NavItem("projects", _("Projects"), "folder-kanban", "projects:project_list", "project.view", 10),
    NavItem("projects", _("Project board"), "columns-3", "projects:project_board", "project.view", 12),
)

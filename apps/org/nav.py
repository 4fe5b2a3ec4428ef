from django.utils.translation import gettext_lazy as _

from apps.core.nav import NavItem, register

register(
    NavItem("work", _("Requests"), "file-check", "org:request_list", "request.view", 20, "org:request_count"),
    NavItem("system", _("Imports"), "file-up", "org:import_list", "org.manage", 60),
)

from django.utils.translation import gettext_lazy as _

from apps.core.nav import NavItem, register

register(
    NavItem("work", _("Requests"), "file-check", "org:request_list", "request.view", 20, "org:request_count"),
    NavItem("system", _("Imports"), "file-up", "org:import_list", "org.manage", 60),
    NavItem("system", _("Working calendar"), "calendar-days", "org:calendar_month", "org.view", 70),
    NavItem("system", _("Parameters"), "sliders-horizontal", "org:parameter_list", "org.view", 72),
    NavItem("system", _("Authority table"), "stamp", "org:authority_list", "org.view", 74),
    NavItem("system", _("Business lines"), "list", "org:businessline_list", "org.view", 76),
)

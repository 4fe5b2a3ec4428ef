from django.utils.translation import gettext_lazy as _

from apps.core.nav import NavItem, place, register

register(
    NavItem("work", _("Requests"), "file-check", "org:request_list", "request.view", 20, "org:request_count"),
    NavItem("system", _("Imports"), "file-up", "org:import_list", "org.manage", 60),
    NavItem("system", _("Working calendar"), "calendar-days", "org:calendar_month", "org.view", 70),
    NavItem("system", _("Parameters"), "sliders-horizontal", "org:parameter_list", "org.view", 72),
    NavItem("system", _("Authority table"), "stamp", "org:authority_list", "org.view", 74),
    NavItem("system", _("Business lines"), "list", "org:businessline_list", "org.view", 76),
    NavItem("system", _("Units"), "building-2", "org:unit_list", "org.view", 10),
    NavItem(
        "system", _("Reorganisations"), "folder-tree", "org:reorganisation_list", "reorganisation.view", 15
    ),
    NavItem("system", _("Persons"), "users", "org:person_list", "org.view", 20),
    NavItem("system", _("Posts"), "id-card", "org:post_list", "org.view", 30),
    NavItem("system", _("Bodies"), "landmark", "org:body_list", "org.view", 40),
    NavItem("system", _("Liaisons"), "contact", "org:liaison_list", "org.view", 50),
    NavItem("system", _("Audit and emergency"), "scan-eye", "org:engagement_list", "engagement.view", 78),
    NavItem("system", _("Exceptions to reach"), "shield-alert", "org:access_list", "access.view", 80),
)
place("acting", "org:delegation_list")
place("rest", "org:delegation_rest")
place("out_everywhere", "org:out_everywhere")
place("alive", "org:alive")

from django.utils.translation import gettext_lazy as _

from apps.core.nav import NavItem, place, register

register(NavItem("work", _("Desk"), "layout-dashboard", "desk:home", None, 0))
place("home", "desk:home")
place("search", "desk:search_results")

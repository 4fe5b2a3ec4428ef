from django.utils.translation import gettext_lazy as _

from apps.core.nav import NavItem, register

register(NavItem("results", _("Points"), "award", "incentives:my_points", "points.view", 50))

from django.utils.translation import gettext_lazy as _

from apps.core.nav import NavItem, register

register(
    NavItem("talent", _("Talent pool"), "users", "talent:profile_list", "talent.view", 10),
    NavItem("talent", _("My talent profile"), "id-card", "talent:my_profile", "talent.manage", 20),
)

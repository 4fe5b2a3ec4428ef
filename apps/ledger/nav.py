from django.utils.translation import gettext_lazy as _

from apps.core.nav import NavItem, register

register(NavItem("resources", _("Ledger accounts"), "book-open", "ledger:account_list", "points.view", 40))

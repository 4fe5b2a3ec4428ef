from django.utils.translation import gettext_lazy as _

from apps.core.nav import NavItem, register

register(
    NavItem("resources", _("Funds"), "wallet", "allocation:fund_list", "scenario.view", 10),
    NavItem(
        "resources", _("Scenarios"), "sliders-horizontal", "allocation:scenario_list", "scenario.view", 20
    ),
    NavItem("resources", _("Tranches"), "layers", "allocation:tranche_list", "scenario.view", 30),
)

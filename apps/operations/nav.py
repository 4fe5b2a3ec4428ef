from django.utils.translation import gettext_lazy as _

from apps.core.nav import NavItem, register

register(
    NavItem("results", _("Products"), "package", "operations:product_list", "product.view", 10),
    NavItem("results", _("Roll-outs"), "send", "operations:rollout_list", "product.view", 20),
)

from django.utils.translation import gettext_lazy as _

from apps.core.nav import NavItem, register

register(
    NavItem(
        "review", _("Consultations"), "message-square-text", "review:consultation_list", "project.view", 10
    ),
)

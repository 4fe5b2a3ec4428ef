from django.utils.translation import gettext_lazy as _

from apps.core.verbs import declare

declare(
    "profile.open",
    _("opened the talent profile"),
    person=int,
    kind=str,
    skills=int,
    icon="id-card",
    tone="green",
)
declare("profile.keep", _("brought the talent profile up to date"), kind=str, skills=int, icon="pencil")

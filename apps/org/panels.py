from django.utils.translation import gettext_lazy as _

from apps.core.search import searchable
from apps.org.models import Unit

searchable(
    Unit,
    label=_("Units"),
    capability="org.view",
    text=lambda unit: (unit.name, f"{unit.code} {unit.short_name}"),
)

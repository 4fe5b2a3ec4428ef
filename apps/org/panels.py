from django.utils.translation import gettext_lazy as _

from apps.core.panels import panel
from apps.core.search import searchable
from apps.org.models import Request, Unit

searchable(
    Unit,
    label=_("Units"),
    capability="org.view",
    text=lambda unit: (unit.name, f"{unit.code} {unit.short_name}"),
)


@panel("desk.home", order=10, may="request.view")
def requests_waiting(user, thing):
    """The requests this person may confirm or approve now, oldest first."""
    rows = Request.objects.visible_to(user).waiting_on(user).for_list().order_by("made_at", "pk")
    waiting = list(rows[:6])
    return ("org/panel_requests_waiting.html", {"waiting": waiting}) if waiting else None

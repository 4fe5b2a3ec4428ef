from apps.core.panels import panel
from apps.incentives.models import PointHolder


@panel("desk.home", order=60, may="points.view")
def my_year(user, thing):
    """My points this year, and in all."""
    holder = PointHolder.objects.visible_to(user).filter(person=user.principal_id).for_list().first()
    return ("incentives/panel_my_points.html", {"holder": holder}) if holder else None

from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from apps.core.access import access
from apps.core.pages import history, panels, show
from apps.org.models import Unit


def visible(request, pk):
    return get_object_or_404(Unit.objects.visible_to(request.user), pk=pk)


@require_GET
@access("org.view")
def unit_detail(request, pk):
    unit = visible(request, pk)
    return show(
        request,
        "org/unit_detail.html",
        unit=unit,
        above=unit.get_ancestors(),
        history=history(request.user, unit),
        panels=panels(request, unit),
    )

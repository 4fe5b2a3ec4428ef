from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from apps.core import clock
from apps.core.access import SIGNED_IN, access
from apps.core.pages import panels, show
from apps.core.search import search
from apps.desk import figures as of
from apps.desk.lineage import ROUTES, family, story


@require_GET
@access(SIGNED_IN)
def home(request):
    """What waits on me: each app adds its own panel. The figures come after, by themselves."""
    period = request.GET.get("period")
    return show(
        request,
        "desk/home.html",
        greeting=greeting(),
        panels=panels(request, None, "desk.home"),
        period=period if period in of.PERIODS else "year",
        today=clock.today(),
    )


def greeting() -> str:
    hour = timezone.localtime(clock.now()).hour
    if hour < 12:
        return _("Good morning")
    return _("Good afternoon") if hour < 18 else _("Good evening")


@require_GET
@access(SIGNED_IN)
def figures(request):
    """The figures of my scope: a fragment of the desk."""
    period = request.GET.get("period")
    period = period if period in of.PERIODS else "year"
    user = request.user
    told = of.trend(user)
    return show(
        request,
        "desk/figures.html",
        figures=of.figures(user, of.first_day(period)),
        period=period,
        periods=of.PERIODS,
        trend=told,
        chart=of.trend_chart(told),
        latest=of.latest(user),
    )


@require_GET
@access(SIGNED_IN)
def search_results(request):
    text = request.GET.get("q", "").strip()[:60]
    return show(
        request, "desk/search_results.html", text=text, results=search(request.user, text) if text else []
    )


@require_GET
@access(SIGNED_IN)
def lineage(request, kind, pk):
    """Where a thing comes from, what came of it, and all of it in one timeline."""
    thing = get_object_or_404(ROUTES[kind].objects.visible_to(request.user), pk=pk)
    roots = family(request.user, thing)
    return show(
        request,
        "desk/lineage.html",
        fragment="tree",
        thing=thing,
        roots=roots,
        story=story(request.user, thing, roots),
    )

from django.views.decorators.http import require_GET

from apps.core.access import SIGNED_IN, access
from apps.core.pages import panels, show
from apps.core.search import search


@require_GET
@access(SIGNED_IN)
def home(request):
    """What waits on me: each app adds its own panel."""
    return show(request, "desk/home.html", panels=panels(request, None, "desk.home"))


@require_GET
@access(SIGNED_IN)
def search_results(request):
    text = request.GET.get("q", "").strip()[:60]
    return show(
        request, "desk/search_results.html", text=text, results=search(request.user, text) if text else []
    )

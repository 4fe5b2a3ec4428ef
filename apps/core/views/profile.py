"""Who I am here, and how to use the house."""

from django.views.decorators.http import require_GET

from apps.core.access import SIGNED_IN, access
from apps.core.pages import panels, show


@require_GET
@access(SIGNED_IN)
def profile(request):
    """My account, language and theme; what my posts let me do comes from the apps that know."""
    return show(request, "core/profile.html", panels=panels(request, None, "core.profile"))


@require_GET
@access(SIGNED_IN)
def help(request):
    """The user guide, in the language of the reader."""
    return show(request, "core/help.html")

"""Headers every page carries."""

from django.utils.cache import patch_cache_control


class ConfidentialMiddleware:
    """Nothing a signed-in person sees stays in a cache or on a shared machine's disk.

    A view that sets Cache-Control itself is left alone.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if request.user.is_authenticated and not response.has_header("Cache-Control"):
            patch_cache_control(response, private=True, no_store=True)
        return response

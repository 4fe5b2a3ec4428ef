"""What holds for every answer of the house: the methods it knows, and the headers it carries."""

from django.http import HttpResponseNotAllowed
from django.utils.cache import patch_cache_control

METHODS = ("GET", "HEAD", "POST")


class OwnOriginMiddleware:
    """The house reads and posts, and knows no other method; pages of other sites may embed nothing of it.

    Without this a view that only looks for POST would answer a PUT or a TRACE as if it had been read.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        known = request.method in METHODS
        response = self.get_response(request) if known else HttpResponseNotAllowed(METHODS)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response


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

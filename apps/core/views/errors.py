"""Pages that belong to no noun: errors."""

from django.shortcuts import render


def csrf_failure(request, reason=""):
    """The form was too old, or came from somewhere else. Nothing was saved."""
    return render(request, "403_csrf.html", status=403)


def bad_request(request, exception=None):
    return render(request, "400.html", status=400)


def permission_denied(request, exception=None):
    return render(request, "403.html", {"reason": str(exception or "")}, status=403)


def page_not_found(request, exception=None):
    """The same page for what does not exist and for what is out of reach: it says nothing about either."""
    return render(request, "404.html", status=404)


def server_error(request):
    """Asks nothing of the database or the session: either may be what broke."""
    return render(None, "500.html", status=500)

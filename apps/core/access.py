"""Every view declares who may call it. The fence test refuses a route without a declaration."""

from functools import wraps

from django.core.exceptions import PermissionDenied

SIGNED_IN = "signed in"


def access(capability: str):
    """Put above a view: only people whose posts ever give this capability get in (403 otherwise); `SIGNED_IN` is
    everybody with an account. Which rows they get is for `visible_to` inside the view (404)."""

    def declare(view):
        @wraps(view)
        def guarded(request, *args, **kwargs):
            if capability != SIGNED_IN and not request.user.may_ever(capability):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.access = capability
        return guarded

    return declare

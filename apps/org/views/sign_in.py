"""What a page asks about the session it belongs to, and the way out of all of them."""

import time
from functools import wraps

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from requests import RequestException

from apps.core.access import SIGNED_IN, access
from apps.org.actions import person as actions
from apps.org.models import User


def single_sign_on(view):
    """A step of single sign-on that ends on the sign-in page, with a sentence, when the provider does not answer."""

    @login_not_required
    @wraps(view)
    def asked(request, provider_id):
        try:
            return view(request, provider_id)
        except RequestException:
            messages.error(
                request,
                _("%(provider)s does not answer. Try again, or sign in with your password.")
                % {"provider": settings.OIDC_NAME},
            )
            return redirect(settings.LOGIN_URL)

    return asked


@require_GET
@access(SIGNED_IN)
def alive(request):
    """The seconds until this session ends, and the token its forms must carry: a page that was left open goes on with it
    after its owner has signed in again beside it. Asked because somebody typed, it counts as activity."""
    now = time.time()
    return JsonResponse(
        {
            "idle": int(request.session["seen"] + settings.SESSION_IDLE_SECONDS - now),
            "whole": int(request.session["began"] + settings.SESSION_COOKIE_AGE - now),
            "token": get_token(request),
            "account": request.user.pk,
        }
    )


@require_POST
@access(SIGNED_IN)
def out_everywhere(request):
    """One end to all sessions of this account, this one too."""
    actions.end_sessions(get_object_or_404(User, pk=request.user.pk), by=request.user)
    logout(request)
    messages.success(request, _("You are signed out everywhere."))
    return redirect(settings.LOGIN_URL)

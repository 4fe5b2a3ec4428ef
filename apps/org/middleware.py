"""Who stands behind a request: for how long, acting for another, and what must be done before anything else."""

import time
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import resolve
from django.utils.translation import gettext as _

from apps.org.actions.engagement import log_reading
from apps.org.models import Delegation
from apps.org.sign_in import passwords, second_factor

SESSION_KEY = "acting"  # holds the id of the delegation
BACKGROUND = "Silun-Background"  # a page asks by itself: nobody is there
SEEN_EVERY_S = 20  # how exactly the last activity is remembered


class SessionEndMiddleware:
    """A session ends after a time without activity, and after a working day whatever happens.

    What a page asks by itself is no activity: it says so in a header, and a browser that leaves the header out gains
    nothing that a person at it would not have.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if not request.user.is_authenticated:
            return self.get_response(request)
        session, now = request.session, int(time.time())
        began, seen = session.setdefault("began", now), session.setdefault("seen", now)
        if now - seen >= settings.SESSION_IDLE_SECONDS or now - began >= settings.SESSION_COOKIE_AGE:
            return self._end(request)
        if now - seen >= SEEN_EVERY_S and BACKGROUND not in request.headers:
            session["seen"] = now
        return self.get_response(request)

    def _end(self, request):
        logout(request)
        if BACKGROUND in request.headers:
            return HttpResponse(status=401)
        messages.info(request, _("You were signed out, because the page was left alone or the day was long. Sign in again."))  # fmt: skip
        here = request.get_full_path() if request.method == "GET" else "/"
        if request.headers.get("HX-Request"):
            response = HttpResponse(status=401)
            response["HX-Redirect"] = redirect_to_login(
                urlsplit(request.headers.get("HX-Current-URL", "/")).path
            ).url
            return response
        return redirect_to_login(here)


class ActingMiddleware:
    """Sets `request.user.acting_for_id` while the delegation chosen in the session runs; one query, and only then."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        chosen = request.session.get(SESSION_KEY)
        if chosen is not None:
            delegation = (
                Delegation.objects.current()
                .filter(pk=chosen, taker=request.user.person_id)
                .select_related("giver")
                .first()
                if request.user.is_authenticated
                else None
            )
            if delegation:
                request.user.acting_for_id = delegation.giver_id
                request.acting = delegation
            else:
                del request.session[SESSION_KEY]
        return self.get_response(request)


class ReadingLogMiddleware:
    """What is opened under an engagement is written down before it is shown: a line that cannot be written opens nothing."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        user, at = request.user, request.resolver_match
        shown = at and not 300 <= response.status_code < 400 and BACKGROUND not in request.headers
        if shown and user.is_authenticated and user.is_logged:
            log_reading(user, at.view_name, at.kwargs.get("pk"), response.status_code)
        return response


class FirstThingsMiddleware:
    """A first password, or one too old, is changed before anything else; then the second factor is set up by who needs it."""

    open_to_all = {"account_logout", "account_reauthenticate", "set_language", "org:alive"}
    password_pages = {"account_change_password"}
    factor_pages = {"mfa_activate_totp", "mfa_view_recovery_codes", "mfa_reauthenticate"}

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self._first(request) or self.get_response(request)

    def _first(self, request):
        user = request.user
        if not user.is_authenticated:
            return None
        name = resolve(request.path_info).view_name
        if name in self.open_to_all:
            return None
        left = passwords.days_left(user)
        if user.first_password or (left is not None and left <= 0 and user.has_usable_password()):
            return None if name in self.password_pages else redirect("account_change_password")
        if not request.session.get("second_factor") and second_factor.required_of(user):
            if second_factor.is_set_up(user):
                request.session["second_factor"] = True
            elif name not in self.factor_pages:
                messages.warning(request, _("Your role takes two steps to sign in: set up the authenticator app first."))  # fmt: skip
                return redirect("mfa_activate_totp")
        return None

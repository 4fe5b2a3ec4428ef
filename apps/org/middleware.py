"""Who stands behind a request: acting for another, and the first password that must be changed."""

from django.shortcuts import redirect
from django.urls import resolve

from apps.org.models import Delegation

SESSION_KEY = "acting"  # holds the id of the delegation


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


class FirstPasswordMiddleware:
    """Whoever still has the password an administrator gave them changes it before anything else."""

    open_to_them = {"account_change_password", "account_logout", "account_reauthenticate", "set_language"}

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        user = request.user
        if not user.is_authenticated or not user.first_password:
            return self.get_response(request)
        if resolve(request.path_info).view_name in self.open_to_them:
            return self.get_response(request)
        return redirect("account_change_password")

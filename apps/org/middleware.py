"""Acting for another: the session says for whom, and every request asks whether it still may."""

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
                Delegation.current()
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

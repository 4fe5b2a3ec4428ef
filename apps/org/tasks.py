"""Who is told of requests: whoever may take the next step; the maker follows their own."""

from apps.core.journal import follows
from apps.core.notices import notify
from apps.org.deciders import deciders
from apps.org.models import User


@follows("request.make", "request.confirm", name="org.tell_deciders")
def tell_deciders(entry):
    notify(User.objects.filter(person__in=deciders(entry.subject)), entry)

"""Who is told without having asked. The product's owner follows the project, and hears of every answer by that."""

from apps.core.journal import follows
from apps.core.notices import notify
from apps.operations.models import Rollout
from apps.org.models import User
from apps.org.reach import people_with


@follows("rollout.offer", name="operations.tell_branch")
def tell_branch(entry):
    """Those who may answer for the branch it is offered to."""
    rollout = Rollout.objects.unscoped("who is told").select_related("unit").get(pk=entry.data["rollout"])
    notify(User.objects.filter(person__in=people_with("rollout.decide", rollout)), entry)

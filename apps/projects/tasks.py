"""Who is told without having asked."""

from apps.core.journal import follows
from apps.core.notices import notify
from apps.org.models import User


@follows("project.submit", "project.hand_over", name="projects.tell_holder")
def tell_holder(entry):
    """Whoever has to act: the head who is to sign, the new manager."""
    person = entry.data.get("to") or entry.subject.holder_id
    if person:
        notify(User.objects.filter(person=person), entry)

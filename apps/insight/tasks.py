"""Who is told. Notices name no text; each page shows a thing only to those who see it."""

from django.db.models import Q

from apps.core.journal import follows
from apps.core.notices import notify
from apps.org.models import Post, User


@follows("issue.publish", name="insight.tell_readers")
def tell_readers(entry):
    """One job for all readers."""
    issue = entry.subject
    if issue.is_published:
        readers = User.objects.filter(person__in=issue.audience_posts().values("person"))
        notify(readers, entry)


@follows("followup.open", name="insight.tell_owner")
def tell_owner(entry):
    notify(User.objects.filter(person=entry.data["owner"]), entry)


@follows("opportunity.file", name="insight.tell_head")
def tell_head(entry):
    """The head of the unit is told, not asked; whoever is to look first is told as well."""
    opportunity = entry.subject
    heads = Post.objects.current().filter(role="unit_head", unit=opportunity.unit_id).values("person")
    notify(User.objects.filter(Q(person__in=heads) | Q(person=opportunity.holder_id)), entry)

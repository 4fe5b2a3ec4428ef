"""Who is told. Notices name no text; each page shows a thing only to those who see it."""

from django.db.models import Q

from apps.core import clock
from apps.core.journal import follows
from apps.core.models import Notice
from apps.org.models import Post, User

BATCH = 5000


@follows("issue.publish", name="insight.tell_readers")
def tell_readers(entry):
    """One job for all readers, in batches of rows: twenty thousand are a second's work."""
    issue = entry.subject
    if issue.is_published:
        readers = User.objects.filter(person__in=issue.audience_posts().values("person"))
        tell(entry, readers.exclude(person=entry.person))


@follows("followup.open", name="insight.tell_owner")
def tell_owner(entry):
    tell(entry, User.objects.filter(person=entry.data["owner"]).exclude(person=entry.person))


@follows("opportunity.file", name="insight.tell_head")
def tell_head(entry):
    """The head of the unit is told, not asked; whoever is to look first is told as well."""
    opportunity = entry.subject
    heads = Post.objects.current().filter(role="unit_head", unit=opportunity.unit_id).values("person")
    tell(
        entry,
        User.objects.filter(Q(person__in=heads) | Q(person=opportunity.holder_id)).exclude(
            person=entry.person
        ),
    )


@follows(
    "opportunity.investigate", "opportunity.conclude", "opportunity.hold", "opportunity.drop",
    "opportunity.take_up", name="insight.tell_reporter",
)  # fmt: skip
def tell_reporter(entry):
    """Whoever reported it hears what becomes of it."""
    tell(entry, User.objects.filter(person=entry.data["person"]).exclude(person=entry.person))


def tell(entry, users):
    """A notice of this line for each of these accounts; running twice adds none."""
    now = clock.now()
    Notice.objects.bulk_create(
        (
            Notice(
                to_id=pk, verb=entry.verb, entry=entry.pk, at=now, subject_type_id=entry.subject_type_id,
                subject_id=entry.subject_id,
            )
            for pk in users.filter(is_active=True).order_by("pk").values_list("pk", flat=True)
        ),
        batch_size=BATCH,
        ignore_conflicts=True,
    )  # fmt: skip

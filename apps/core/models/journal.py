from django.conf import settings
from django.db import models

from apps.core import clock
from apps.core.models.subject import About, AboutQuerySet
from apps.core.verbs import declared


class EntryQuerySet(AboutQuerySet):
    def with_seal(self):
        """With `seal_number`, None where it is not sealed yet."""
        return self.annotate(seal_number=models.F("seal__seq"))


class Entry(About):
    """One line of the journal: who did what to which thing. Append-only by trigger.

    `by` is the account, `person` the id of the org.Person behind it, `on_behalf_of` the person for whom, when delegated.
    """

    at = models.DateTimeField(default=clock.now, db_index=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    person = models.BigIntegerField(null=True)
    on_behalf_of = models.BigIntegerField(null=True)
    verb = models.CharField(max_length=60)
    version = models.PositiveSmallIntegerField(default=1)
    data = models.JSONField(default=dict)

    objects = EntryQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "id"], name="entry_subject"),
            models.Index(fields=["verb", "id"], name="entry_verb"),
            models.Index(fields=["person", "id"], name="entry_person"),
        ]

    @property
    def declaration(self):
        return declared(self.verb)

    @property
    def label(self):
        return self.declaration.label


class Seal(models.Model):
    """A link of the chain: hash(previous hash, the line). Append-only by trigger; lines are sealed in batches."""

    seq = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="seal")
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["seq"]

    @classmethod
    def unsealed_count(cls) -> int:
        """How many lines came since the last seal."""
        last = cls.objects.order_by("-seq").values_list("entry_id", flat=True).first() or 0
        return Entry.objects.filter(pk__gt=last).count()


class Checkpoint(models.Model):
    """The head of the chain at a moment, signed; the same line is written to a file outside the database."""

    seq = models.BigIntegerField(unique=True)
    hash = models.CharField(max_length=64)
    at = models.DateTimeField(default=clock.now)
    signature = models.CharField(max_length=64)

from datetime import timedelta

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.routes import path_of

LONGEST_AUDIT = timedelta(days=366)
EMERGENCY = timedelta(hours=1)


class EngagementQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own; all of them to those who grant or watch engagements."""
        if user.may_ever("engagement.view"):
            return self
        return self.filter(person=user.person_id)

    def current(self):
        now = clock.now()
        return self.filter(ended_at=None, begins__lte=now, ends__gt=now)

    def over(self):
        return self.filter(Q(ended_at__isnull=False) | Q(ends__lte=clock.now()))

    def for_list(self):
        return self.select_related("person", "unit")


class Engagement(models.Model):
    """Sight of what a unit holds, for a time and a purpose, granted by two people; everything that is opened is logged.

    An audit by its letter, for weeks; an emergency (break-glass) for an hour. It opens sight and no hands: the post it
    stands on is an auditor's.
    """

    class Kind(models.TextChoices):
        AUDIT = "audit", _("Audit or inspection")
        EMERGENCY = "emergency", _("Emergency, one hour")

    kind = models.CharField(max_length=10, choices=Kind)
    person = models.ForeignKey("org.Person", models.PROTECT, related_name="engagements")
    unit = models.ForeignKey("org.Unit", models.PROTECT, related_name="+")
    reference = models.CharField(max_length=60, blank=True)  # number of the letter that orders an audit
    purpose = models.CharField(max_length=300)
    begins = models.DateTimeField()
    ends = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)  # before its time

    objects = EngagementQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends__gt=F("begins")), name="engagement_ends_after_it_begins"),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} · {self.person} · {self.unit}"

    def get_absolute_url(self):
        return path_of("org:engagement_detail", self.pk)

    @property
    def until(self):
        """The moment it ended, or the last minute in which it opens anything."""
        return self.ended_at or self.ends - timedelta(minutes=1)

    @property
    def over(self) -> bool:
        return self.ended_at is not None or self.ends <= clock.now()

    @property
    def runs(self) -> bool:
        """Does it open anything now?"""
        return not self.over and self.begins <= clock.now()

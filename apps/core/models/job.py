import time
from datetime import UTC, datetime, timedelta

from django.db import models
from django.db.models import Count, F, Q
from django.utils.translation import gettext_lazy as _

from apps.core import clock

LATE_SECONDS = 300


class JobQuerySet(models.QuerySet):
    def unsettled(self):
        return self.exclude(state__in=[Job.State.DONE, Job.State.DEAD])

    def dead(self):
        return self.filter(state=Job.State.DEAD)

    def late(self):
        return self.filter(_late())

    def counts(self) -> dict[str, int]:
        """How many are open, late and dead: one query, over those that are not done."""
        return self.exclude(state=Job.State.DONE).aggregate(
            open=Count("pk", filter=~Q(state=Job.State.DEAD)),
            late=Count("pk", filter=_late()),
            dead=Count("pk", filter=Q(state=Job.State.DEAD)),
        )


def _late() -> Q:
    """Open and due for more than five minutes."""
    due = Q(due_at=None, created__lt=int(time.time()) - LATE_SECONDS) | Q(
        due_at__lt=clock.now() - timedelta(seconds=LATE_SECONDS)
    )
    return due & Q(state__in=[Job.State.WAITING, Job.State.RUNNING])


class Job(models.Model):
    """One wake-up, written in the transaction that caused it. The table decides; the broker only nudges.

    Times are whole seconds since 1970 by the database's clock, except `due_at`, which is business time.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        DEAD = "dead", _("Dead")

    key = models.CharField(max_length=200, unique=True)
    task = models.CharField(max_length=100)
    args = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    due_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    leased_until = models.BigIntegerField(default=0)
    lease = models.CharField(max_length=36, blank=True)
    created = models.BigIntegerField(default=0)
    finished = models.BigIntegerField(null=True)
    error = models.TextField(blank=True)
    progress = models.PositiveSmallIntegerField(default=0)  # per cent
    progress_note = models.CharField(max_length=200, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                F("leased_until"),
                F("id"),
                name="job_open",
                condition=models.Q(state__in=["waiting", "running"]),
            ),
            models.Index(fields=["state", "-id"], name="job_state"),
        ]

    @property
    def created_at(self):
        return datetime.fromtimestamp(self.created, UTC)

    @property
    def finished_at(self):
        return datetime.fromtimestamp(self.finished, UTC) if self.finished else None

    @property
    def settled(self):
        return self.state in (self.State.DONE, self.State.DEAD)

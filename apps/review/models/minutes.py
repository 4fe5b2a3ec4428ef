from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from apps.core.routes import path_of
from apps.core.scope import ScopedQuerySet
from apps.org.reach import ReachQuerySet, within_reach
from apps.review.models.round import Topic


class MinutesQuerySet(ReachQuerySet):
    def visible_to(self, user):
        """Issued ones by reach, drafts by those who write or issue them; not where they tell of a topic that this person
        is recused from or has a hand in: minutes are one text, and show all of it or nothing."""
        hidden = Decision.objects.filter(minutes=OuterRef("pk")).exclude(
            topic__in=Topic.objects.visible_to(user).values("pk")
        )
        writes = within_reach(self.model, user, "round.manage") | within_reach(
            self.model, user, "minutes.issue"
        )
        reads = within_reach(self.model, user, "round.view") & Q(state=Minutes.State.ISSUED)
        return self.filter(writes | reads).exclude(Exists(hidden.marked())).marked()

    def for_list(self):
        return self.select_related("meeting__forum", "unit", "issued_by")


class Minutes(models.Model):
    """What a meeting decided, topic by topic; issued under a number as a document."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        ISSUED = "issued", _("Issued")

    meeting = models.OneToOneField("review.Meeting", models.PROTECT, related_name="minutes")
    unit = models.ForeignKey("org.Unit", models.PROTECT, related_name="+")
    number = models.CharField(max_length=40, blank=True, editable=False)  # 创新委纪〔2026〕3号
    text = models.TextField(max_length=5000, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT, editable=False)
    written_by = models.ForeignKey("org.Person", models.PROTECT, related_name="+")
    issued_by = models.ForeignKey("org.Person", models.PROTECT, null=True, related_name="+")
    issued_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    own_fields = ("written_by",)
    plural = _("Minutes")
    objects = MinutesQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("minutes")
        indexes = [models.Index(fields=["unit", "-id"], name="minutes_unit")]
        constraints = [
            models.UniqueConstraint(fields=["number"], condition=~Q(number=""), name="minutes_number_once"),
            models.CheckConstraint(
                condition=Q(state="draft", issued_at=None)
                | Q(state="issued", issued_at__isnull=False, issued_by__isnull=False) & ~Q(number=""),
                name="minutes_issued_have_a_number",
            ),
        ]

    def __str__(self):
        return self.number or str(_("Draft minutes"))

    def get_absolute_url(self):
        return path_of("review:minutes_detail", self.pk)


class Decision(models.Model):
    """What the minutes say of one topic."""

    minutes = models.ForeignKey(Minutes, models.CASCADE, related_name="decisions")
    topic = models.ForeignKey("review.Topic", models.PROTECT, related_name="decisions")
    order = models.PositiveSmallIntegerField()
    decision = models.CharField(max_length=30, choices=Topic.Result, blank=True)
    text = models.TextField(max_length=3000, blank=True)
    conditions = models.TextField(max_length=2000, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["minutes", "order"]
        constraints = [models.UniqueConstraint(fields=["minutes", "topic"], name="decision_once")]

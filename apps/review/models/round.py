from django.db import models
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.models.subject import About
from apps.core.routes import path_of
from apps.core.scope import ScopedQuerySet
from apps.org.reach import ReachQuerySet


def counted(queryset, by: str):
    """How many rows of a queryset belong to each row of the outer one, without joining it in."""
    rows = queryset.order_by().filter(**{by: OuterRef("pk")}).values(by).annotate(n=Count("pk"))
    return Coalesce(Subquery(rows.values("n")), 0)


class RoundQuerySet(ReachQuerySet):
    def visible_to(self, user):
        return self.scoped(user, "round.view")

    def managed_by(self, user):
        return self.scoped(user, "round.manage")

    def for_list(self, user):
        """With the numbers of topics, reviews and reviews handed in, of the topics this person sees."""
        topics = Topic.objects.visible_to(user)
        reviews = Assignment.objects.filter(topic__in=topics.values("pk")).exclude(
            state=Assignment.State.RECUSED
        )
        return self.select_related("forum", "unit").annotate(
            topic_count=counted(topics, "round"),
            review_count=counted(reviews.marked(), "topic__round"),
            done_count=counted(reviews.filter(state=Assignment.State.DONE).marked(), "topic__round"),
        )


class Round(models.Model):
    """A batch of topics that one forum has scored on one rubric, until a day."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        CLOSED = "closed", _("Over")

    class Measure(models.TextChoices):
        """What the topics are ordered by when the round is over."""

        MEAN = "mean", _("Mean")
        TRIMMED = "trimmed", _("Trimmed mean")
        CALIBRATED = "calibrated", _("Calibrated")

    forum = models.ForeignKey("review.Forum", models.PROTECT, related_name="rounds")
    unit = models.ForeignKey("org.Unit", models.PROTECT, related_name="+")  # the forum's: how far it reaches
    title = models.CharField(max_length=100)
    number = models.CharField(max_length=20, unique=True, editable=False)
    rubric = models.ForeignKey("review.Rubric", models.PROTECT, related_name="rounds")
    state = models.CharField(max_length=10, choices=State, default=State.OPEN, editable=False)
    opened_on = models.DateField(default=clock.today)
    due_on = models.DateField()
    decides = models.CharField(max_length=10, choices=Measure, default=Measure.TRIMMED)
    opened_by = models.ForeignKey("org.Person", models.PROTECT, related_name="+")

    own_fields = ("opened_by",)
    plural = _("Rounds")
    objects = RoundQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["unit", "-id"], name="round_unit")]
        constraints = [
            models.CheckConstraint(condition=Q(due_on__gte=F("opened_on")), name="round_due_after_opening")
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return path_of("review:round_detail", self.pk)

    @property
    def days_late(self):
        return max(0, (clock.today() - self.due_on).days) if self.state == self.State.OPEN else 0

    @property
    def past_due(self):
        return self.due_on < clock.today()

    @property
    def owed(self) -> int:
        """Reviews assigned and not handed in."""
        return Assignment.objects.filter(topic__round=self).pending().marked().count()


class TopicQuerySet(ReachQuerySet):
    def visible_to(self, user):
        """By the reach of the round, less those this person is recused from or has a hand in."""
        return self.scoped(user, "round.view")

    def managed_by(self, user):
        """Of those the person sees: who is shut out of a topic does nothing to it either."""
        return self.visible_to(user).scoped(user, "round.manage")

    def about(self, *things):
        q = Q(pk__in=[])
        for thing in things:
            q |= Q(subject_type__app_label=thing._meta.app_label, subject_type__model=thing._meta.model_name,
                   subject_id=thing.pk)  # fmt: skip
        return self.filter(q)

    def waiting(self):
        return self.filter(state=Topic.State.WAITING)

    def judged(self):
        """Waiting for a decision, with the scores in."""
        return self.waiting().filter(round__state=Round.State.CLOSED)


class Topic(About):
    """Something a round judges: the subject, and what of it was shown when the round took it."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting for a decision")
        DECIDED = "decided", _("Decided")

    class Result(models.TextChoices):
        APPROVE = "approve", _("Approved")
        CONDITIONS = "approve_with_conditions", _("Approved on conditions")
        RETURN = "return", _("Returned for revision")
        REJECT = "reject", _("Rejected")
        HOLD = "hold", _("Held over")

    unit_field = "round__unit"

    round = models.ForeignKey(Round, models.PROTECT, related_name="topics")
    number = models.CharField(
        max_length=30
    )  # of the round and the order in it: all that is shown before a declaration
    order = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=160)
    field = models.CharField(max_length=60, blank=True)  # business line
    snapshot = models.JSONField()
    # Thousandths of a point, of all scores of the round, from its closing on; None where nobody scored the topic.
    calibrated_milli = models.PositiveIntegerField(null=True, editable=False)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING, editable=False)
    result = models.CharField(max_length=30, choices=Result, blank=True, editable=False)

    plural = _("Topics")
    objects = TopicQuerySet.as_manager()

    class Meta:
        ordering = ["round", "order"]
        constraints = [
            models.UniqueConstraint(fields=["round", "order"], name="topic_order_once"),
            models.UniqueConstraint(
                fields=["subject_type", "subject_id"],
                condition=Q(state="waiting"),
                name="topic_waits_in_one_round",
            ),
        ]
        indexes = [models.Index(fields=["subject_type", "subject_id"], name="topic_subject")]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return f"{path_of('review:round_detail', self.round_id)}#topic-{self.pk}"

    @cached_property
    def unit(self):
        return self.round.unit


class Recusal(models.Model):
    """A person has nothing to do with a topic: they declared a conflict, or have a hand in the subject."""

    topic = models.ForeignKey(Topic, models.PROTECT, related_name="recusals")
    person = models.ForeignKey("org.Person", models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(default=clock.now)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["topic", "person"], name="recusal_once")]


class AssignmentQuerySet(ScopedQuerySet):
    def visible_to(self, user):
        """A reviewer's own; and all of the topics whose round a person runs."""
        topics = Topic.objects.managed_by(user).values("pk")
        return self.filter(Q(reviewer=user.principal_id) | Q(topic__in=topics)).marked()

    def mine(self, user):
        return self.filter(reviewer=user.principal_id).marked()

    def pending(self):
        S = Assignment.State
        return self.filter(state__in=[S.ASSIGNED, S.DECLARED], topic__round__state=Round.State.OPEN)

    def waiting_on(self, user):
        return self.mine(user).pending()

    def for_list(self):
        return self.select_related("topic__round__forum", "reviewer__unit")


class Assignment(models.Model):
    """One reviewer for one topic: assigned, declared free of conflicts, done; or recused."""

    class State(models.TextChoices):
        ASSIGNED = "assigned", _("To declare")
        DECLARED = "declared", _("To score")
        DONE = "done", _("Handed in")
        RECUSED = "recused", _("Recused")

    topic = models.ForeignKey(Topic, models.PROTECT, related_name="assignments")
    reviewer = models.ForeignKey("org.Person", models.PROTECT, related_name="assignments")
    state = models.CharField(max_length=10, choices=State, default=State.ASSIGNED, editable=False)
    conflict = models.BooleanField(null=True)
    conflict_reason = models.CharField(max_length=300, blank=True)
    due_on = models.DateField()
    assigned_at = models.DateTimeField(default=clock.now)
    declared_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField(null=True)
    total_milli = models.PositiveIntegerField(null=True)  # thousandths of a point of a hundred
    comment = models.TextField(max_length=3000, blank=True)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["topic", "reviewer"], name="assignment_once"),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(total_milli__isnull=False), name="assignment_done_has_a_total"
            ),
        ]
        indexes = [
            models.Index(
                fields=["reviewer", "due_on"],
                name="assignment_pending",
                condition=Q(state__in=["assigned", "declared"]),
            ),
            models.Index(fields=["reviewer", "-id"], name="assignment_reviewer"),
        ]

    def get_absolute_url(self):
        return path_of("review:review_detail", self.pk)

    DRAFT = ("given", "comment")

    @property
    def given(self) -> dict[int, int]:
        """The score of each criterion, by its id, as far as there is one."""
        return {score.criterion_id: score.value for score in self.scores.all().marked()}

    @property
    def opened(self):
        """Whether the reviewer has declared to be free, so that the topic is open to them."""
        return self.state in (self.State.DECLARED, self.State.DONE)

    @property
    def shown_title(self):
        """What the reviewer reads of the topic: nothing beyond its number before the declaration, or after a recusal."""
        return self.topic.title if self.opened else ""

    @property
    def days_late(self):
        waiting = self.state in (self.State.ASSIGNED, self.State.DECLARED)
        return max(0, (clock.today() - self.due_on).days) if waiting else 0


class ScoreQuerySet(ScopedQuerySet):
    def visible_to(self, user):
        """One's own; and those handed in, of the topics one sees, once one has handed in one's own or has none to give
        and runs the round, or the round is closed."""
        me = user.principal_id
        owing = Assignment.objects.filter(
            reviewer=me, state__in=[Assignment.State.ASSIGNED, Assignment.State.DECLARED]
        ).marked()
        done = Assignment.objects.filter(reviewer=me, state=Assignment.State.DONE).marked()
        shown = (
            Q(assignment__topic__round__state=Round.State.CLOSED)
            | Q(assignment__topic__in=done.values("topic"))
            | Q(assignment__topic__in=Topic.objects.managed_by(user).values("pk"))
        )
        others = (
            Q(assignment__state=Assignment.State.DONE)
            & Q(assignment__topic__in=Topic.objects.visible_to(user).values("pk"))
            & shown
            & ~Q(assignment__topic__in=owing.values("topic"))
        )
        return self.filter(Q(assignment__reviewer=me) | others).marked()


class Score(models.Model):
    """The points a reviewer gives for one criterion. The reviewer's own until handed in."""

    assignment = models.ForeignKey(Assignment, models.CASCADE, related_name="scores")
    criterion = models.ForeignKey("review.Criterion", models.PROTECT, related_name="scores")
    value = models.PositiveSmallIntegerField()
    comment = models.CharField(max_length=500, blank=True)

    objects = ScoreQuerySet.as_manager()

    class Meta:
        ordering = ["assignment", "criterion__order"]
        constraints = [models.UniqueConstraint(fields=["assignment", "criterion"], name="score_once")]

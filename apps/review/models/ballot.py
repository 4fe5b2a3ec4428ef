from django.db import models
from django.db.models import Prefetch, Q
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.routes import path_of
from apps.core.scope import ScopedQuerySet
from apps.org.reach import ReachQuerySet
from apps.review.ballot import FAILED, NO_QUORUM, PASSED, Rule
from apps.review.models.round import Topic


class BallotQuerySet(ReachQuerySet):
    def visible_to(self, user):
        return self.filter(topic__in=Topic.objects.visible_to(user).values("pk")).marked()

    def votable_by(self, user):
        """Open to this person's vote (access), whether or not it has been cast."""
        return self.scoped(user, "ballot.vote")

    def waiting_on(self, user):
        """Open, and this person's vote is missing."""
        me = user.principal_id
        mine = BallotMember.objects.filter(person=me, recused=False).exclude(present=False).marked()
        cast = Vote.objects.filter(voter=me).marked()
        return (
            self.filter(state=Ballot.State.OPEN, closes_at__gt=clock.now(), pk__in=mine.values("ballot"))
            .exclude(pk__in=cast.values("ballot"))
            .marked()
        )

    def prefetch_members(self):
        """With the frozen list and who has voted."""
        members = BallotMember.objects.unscoped("of ballots had through scope").select_related("person")
        votes = Vote.objects.unscoped("of ballots had through scope")
        return self.select_related("meeting").prefetch_related(
            Prefetch("members", members), Prefetch("votes", votes)
        )

    def for_list(self):
        return self.select_related("topic__round__forum", "meeting__forum")


class Ballot(models.Model):
    """A vote on one topic. Who may vote and how it is counted are frozen when it opens."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        CLOSED = "closed", _("Over")

    class Result(models.TextChoices):
        PASSED = PASSED, _("Passed")
        FAILED = FAILED, _("Not passed")
        NO_QUORUM = NO_QUORUM, _("No quorum")

    unit_field = "meeting__unit"

    topic = models.ForeignKey("review.Topic", models.PROTECT, related_name="ballots")
    meeting = models.ForeignKey("review.Meeting", models.PROTECT, related_name="ballots")
    state = models.CharField(max_length=10, choices=State, default=State.OPEN, editable=False)
    opened_at = models.DateTimeField(default=clock.now)
    closes_at = models.DateTimeField()  # no vote counts from this moment on
    closed_at = models.DateTimeField(null=True)
    secret = models.BooleanField(default=False)
    # A secret ballot counts here as votes come in, and keeps no choice with a voter.
    secret_for = models.PositiveSmallIntegerField(default=0, editable=False)
    secret_against = models.PositiveSmallIntegerField(default=0, editable=False)
    secret_abstain = models.PositiveSmallIntegerField(default=0, editable=False)
    majority_numerator = models.PositiveSmallIntegerField()
    majority_denominator = models.PositiveSmallIntegerField()
    majority_of = models.CharField(max_length=10)
    majority_more_than = models.BooleanField()
    quorum_numerator = models.PositiveSmallIntegerField()
    quorum_denominator = models.PositiveSmallIntegerField()
    result = models.CharField(max_length=10, choices=Result, blank=True, editable=False)
    outcome = models.JSONField(
        null=True, editable=False
    )  # every number of the formula (apps.review.ballot.Outcome)

    plural = _("Ballots")
    objects = BallotQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["topic", "meeting"],
                condition=~Q(result=NO_QUORUM),
                name="ballot_once_a_meeting",
            ),
            models.CheckConstraint(
                condition=Q(state="open", result="") | Q(state="closed") & ~Q(result=""),
                name="ballot_closed_has_a_result",
            ),
        ]

    def get_absolute_url(self):
        return path_of("review:ballot_detail", self.pk)

    @property
    def unit(self):
        return self.meeting.unit

    @property
    def rule(self) -> Rule:
        return Rule(
            (self.majority_numerator, self.majority_denominator),
            self.majority_of,
            self.majority_more_than,
            (self.quorum_numerator, self.quorum_denominator),
        )

    @property
    def over(self):
        """Whether the time to vote has passed."""
        return clock.now() >= self.closes_at


class BallotMember(models.Model):
    """A line of the frozen list. `present` follows the roll while the ballot is open; in a written vote, the votes."""

    ballot = models.ForeignKey(Ballot, models.PROTECT, related_name="members")
    person = models.ForeignKey("org.Person", models.PROTECT, related_name="+")
    present = models.BooleanField(null=True)
    recused = models.BooleanField(default=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["ballot", "person"], name="ballot_member_once")]


class Vote(models.Model):
    """That a member voted, once, and what; of a secret ballot only that they did. The choice is shown to nobody but the
    voter: a ballot is told in numbers."""

    class Choice(models.TextChoices):
        FOR = "for", _("For")
        AGAINST = "against", _("Against")
        ABSTAIN = "abstain", _("Abstain")

    ballot = models.ForeignKey(Ballot, models.PROTECT, related_name="votes")
    voter = models.ForeignKey("org.Person", models.PROTECT, related_name="+")
    choice = models.CharField(max_length=10, choices=Choice, blank=True)
    at = models.DateTimeField(default=clock.now)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ballot", "voter"], name="vote_once")]

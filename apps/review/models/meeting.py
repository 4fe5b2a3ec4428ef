from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.routes import path_of
from apps.core.scope import ScopedQuerySet
from apps.org.models.body import Membership
from apps.org.reach import ReachQuerySet
from apps.review.models.round import Topic, counted


class MeetingQuerySet(ReachQuerySet):
    def visible_to(self, user):
        return self.scoped(user, "round.view")

    def managed_by(self, user):
        return self.scoped(user, "round.manage")

    def for_list(self, user):
        """With the number of topics this person sees."""
        items = AgendaItem.objects.filter(topic__in=Topic.objects.visible_to(user).values("pk")).marked()
        return self.select_related("forum", "unit").annotate(topic_count=counted(items, "meeting"))

    def coming(self, person_id):
        """Those still open in which this person has a seat."""
        seats = Attendance.objects.filter(person=person_id).marked()
        return self.filter(state=Meeting.State.OPEN, pk__in=seats.values("meeting"))


class Meeting(models.Model):
    """A sitting of a forum, or a written vote (传签) in place of one."""

    class Form(models.TextChoices):
        SITTING = "sitting", _("Meeting")
        WRITTEN = "written", _("Written vote")

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        CLOSED = "closed", _("Over")

    forum = models.ForeignKey("review.Forum", models.PROTECT, related_name="meetings")
    unit = models.ForeignKey("org.Unit", models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField(editable=False)
    number = models.PositiveSmallIntegerField(editable=False)  # of the forum's in the year
    form = models.CharField(max_length=10, choices=Form, default=Form.SITTING)
    held_on = models.DateField()
    place = models.CharField(max_length=100, blank=True)
    observers = models.CharField(max_length=500, blank=True)  # who sits in without a vote (列席), as called
    state = models.CharField(max_length=10, choices=State, default=State.OPEN, editable=False)
    called_by = models.ForeignKey("org.Person", models.PROTECT, related_name="+")

    own_fields = ("called_by",)
    plural = _("Meetings")
    objects = MeetingQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["unit", "-held_on", "-id"], name="meeting_unit")]
        constraints = [
            models.UniqueConstraint(fields=["forum", "year", "number"], name="meeting_number_once")
        ]

    def __str__(self):
        return _("%(forum)s, meeting %(number)s of %(year)s") % {
            "forum": self.forum,
            "number": self.number,
            "year": self.year,
        }

    def get_absolute_url(self):
        return path_of("review:meeting_detail", self.pk)

    ROLL = ("roll", "observers")

    @property
    def roll(self) -> list[int] | None:
        """The members who are there, by id; None until the roll is called."""
        rows = [(row.person_id, row.present) for row in self.attendance.all().marked() if row.votes]
        if all(present is None for _person, present in rows):
            return None
        return sorted(person for person, present in rows if present)

    @property
    def open_ballots(self) -> bool:
        return self.ballots.all().marked().filter(state="open").exists()


class AgendaItemQuerySet(ScopedQuerySet):
    def standing(self):
        """Of meetings that are still open: their topics go on no other agenda."""
        return self.filter(meeting__state=Meeting.State.OPEN).marked()


class AgendaItem(models.Model):
    """A topic on a meeting's agenda."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="agenda")
    topic = models.ForeignKey("review.Topic", models.PROTECT, related_name="agenda_items")
    order = models.PositiveSmallIntegerField()

    objects = AgendaItemQuerySet.as_manager()

    class Meta:
        ordering = ["meeting", "order"]
        constraints = [models.UniqueConstraint(fields=["meeting", "topic"], name="agenda_topic_once")]


class Attendance(models.Model):
    """A member of the body at a meeting: `present` is None until the roll is called."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="attendance")
    person = models.ForeignKey("org.Person", models.PROTECT, related_name="+")
    role = models.CharField(max_length=20, choices=Membership.Role)  # in the body, on the day
    votes = models.BooleanField()
    present = models.BooleanField(null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["meeting", "pk"]
        constraints = [models.UniqueConstraint(fields=["meeting", "person"], name="attendance_once")]

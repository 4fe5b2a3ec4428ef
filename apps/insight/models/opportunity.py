from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.routes import path_of
from apps.core.scope import ScopedQuerySet
from apps.org.reach import ReachQuerySet


class FollowUpQuerySet(ReachQuerySet):
    def visible_to(self, user):
        return self.scoped(user, "opportunity.view")

    def waiting_on(self, user):
        return self.filter(owner=user.principal_id, state=FollowUp.State.OPEN)

    def for_list(self):
        return self.select_related("unit", "owner")


class FollowUp(models.Model):
    """A unit looks further into an item (专项跟进). Several units may, each with its own."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        DONE = "done", _("Done")
        DROPPED = "dropped", _("Dropped")

    item = models.ForeignKey("insight.Item", models.PROTECT, related_name="follow_ups")
    unit = models.ForeignKey("org.Unit", models.PROTECT, related_name="follow_ups")
    owner = models.ForeignKey("org.Person", models.PROTECT, related_name="follow_ups")
    title = models.CharField(max_length=300)  # of the item when it was followed up
    due_on = models.DateField()
    state = models.CharField(max_length=10, choices=State, default=State.OPEN, editable=False)
    note = models.TextField(max_length=2000, blank=True)
    opened_by = models.ForeignKey("org.Person", models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(default=clock.now)

    own_fields = ("owner", "opened_by")
    plural = _("Follow-ups")
    objects = FollowUpQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "unit"], name="follow_up_once_a_unit")]
        indexes = [models.Index(fields=["owner", "state", "due_on"], name="follow_up_owner")]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return path_of("insight:followup_detail", self.pk)

    @property
    def days_late(self) -> int:
        """0 when it is in time, or closed."""
        return max(0, (clock.today() - self.due_on).days) if self.state == self.State.OPEN else 0


class OpportunityQuerySet(ReachQuerySet):
    def visible_to(self, user):
        return self.scoped(user, "opportunity.view")

    def waiting_on(self, user):
        """What this person has to look into, conclude, or turn into a project."""
        return self.filter(holder=user.principal_id, state__in=Opportunity.MOVING)

    def for_list(self):
        return self.select_related("unit", "line", "reporter", "holder").defer("scene", "pain", "idea")


class Opportunity(models.Model):
    """Something seen at a counter, or followed up from an item, that might become a project (创新线索)."""

    class State(models.TextChoices):
        FILED = "filed", _("Filed")
        INVESTIGATING = "investigating", _("Under investigation")
        CONCLUDED = "concluded", _("Worth taking up")  # waits to be proposed as a project
        HELD = "held", _("Held")
        DROPPED = "dropped", _("Dropped")
        TAKEN_UP = "taken_up", _("Taken up as a project")

    MOVING = (State.FILED, State.INVESTIGATING, State.CONCLUDED)

    code = models.CharField(max_length=20, unique=True)
    unit = models.ForeignKey("org.Unit", models.PROTECT, related_name="opportunities")
    line = models.ForeignKey(
        "org.BusinessLine", models.PROTECT, null=True, blank=True, related_name="opportunities"
    )
    follow_up = models.ForeignKey(
        FollowUp, models.PROTECT, null=True, blank=True, related_name="opportunities"
    )
    item = models.ForeignKey(
        "insight.Item", models.PROTECT, null=True, blank=True, related_name="opportunities"
    )
    title = models.CharField(max_length=120)
    scene = models.TextField(max_length=2000)  # which customer, in which situation
    pain = models.TextField(max_length=2000)
    idea = models.TextField(max_length=2000)
    contact_allowed = models.BooleanField(default=False)  # may the customer be contacted?
    reporter = models.ForeignKey("org.Person", models.PROTECT, related_name="opportunities")
    filed_at = models.DateTimeField(default=clock.now)
    state = models.CharField(max_length=15, choices=State, default=State.FILED, editable=False)
    holder = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="opportunities_held"
    )
    due_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    own_fields = ("reporter", "holder")
    plural = _("Opportunities")
    objects = OpportunityQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["-filed_at", "-id"], name="opportunity_newest"),
            models.Index(fields=["holder", "state"], name="opportunity_holder"),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return path_of("insight:opportunity_detail", self.pk)

    @property
    def days_late(self) -> int:
        """0 when it is in time, or nothing is due."""
        if not self.due_on or self.state not in self.MOVING:
            return 0
        return max(0, (clock.today() - self.due_on).days)


QUESTIONS = ("market_size", "customers_here", "peers_results", "fit", "risk", "effort")


class Investigation(models.Model):
    """What was found out about an opportunity, and the conclusion (调研). One held may be investigated again."""

    class Conclusion(models.TextChoices):
        TAKE_UP = "take_up", _("Take up")
        HOLD = "hold", _("Hold")
        DROP = "drop", _("Drop")

    opportunity = models.ForeignKey(Opportunity, models.PROTECT, related_name="investigations")
    market_size = models.TextField(_("Market size"), max_length=2000, blank=True)
    customers_here = models.TextField(_("Customers here"), max_length=2000, blank=True)
    peers_results = models.TextField(_("Results of peers"), max_length=2000, blank=True)
    fit = models.TextField(_("Fit with our strategy and systems"), max_length=2000, blank=True)
    risk = models.TextField(_("Risk and compliance"), max_length=2000, blank=True)
    effort = models.TextField(_("Effort"), max_length=2000, blank=True)
    conclusion = models.CharField(max_length=10, choices=Conclusion)
    reason = models.TextField(max_length=2000)
    by = models.ForeignKey("org.Person", models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="investigation_says_why")]
        ordering = ["-pk"]

    @property
    def answers(self) -> list[tuple[str, str]]:
        """(question, answer), in order, those answered."""
        return [
            (self._meta.get_field(name).verbose_name, getattr(self, name))
            for name in QUESTIONS
            if getattr(self, name)
        ]

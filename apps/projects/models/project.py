from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.formats import in_english
from apps.core.grades import Grade
from apps.core.listing import behind
from apps.core.routes import path_of
from apps.core.scope import ScopedQuerySet
from apps.org.reach import ReachQuerySet

IN_LISTS = ("code", "title", "state", "asked_fen", "due_on", "revisit_on", "stage_since", "holder_note")


class ProjectQuerySet(ReachQuerySet):
    def visible_to(self, user):
        return self.scoped(user, "project.view")

    def alive(self):
        return self.filter(state__in=[Project.State.ACTIVE, Project.State.RETURNED, Project.State.ON_HOLD])

    def open(self):
        """Not ended: drafts as well."""
        return self.filter(state__in=Project.OPEN)

    def late(self):
        """Past the day on which something was due: of what is on hold, the day on which to look at it again."""
        today = clock.today()
        return self.filter(
            Q(state__in=Project.MOVING, due_on__lt=today)
            | Q(state=Project.State.ON_HOLD, revisit_on__lt=today)
        )

    def mine(self, user):
        return self.of_person(user.principal_id)

    def of_person(self, person):
        """Those this person proposed, manages, or works in."""
        works_in = TeamMember.objects.unscoped("the projects are scoped").filter(person=person)
        return self.filter(Q(manager=person) | Q(proposer=person) | Q(pk__in=works_in.values("project")))

    def of_units(self, user):
        """Those of the units at which this person has a post, and of the units below."""
        condition = Q(pk__in=[])
        for post in user.standing:
            condition |= Q(unit__path__range=post.unit.span)
        return self.filter(condition)

    def waiting_on(self, user):
        """What this person is holding up: drafts and returned projects of theirs, and whatever lies in their hands."""
        mine = Q(manager=user.principal_id, state__in=[Project.State.DRAFT, Project.State.RETURNED])
        return self.filter(mine | Q(holder=user.principal_id, state=Project.State.ACTIVE))

    def for_list(self):
        """What a line of a list shows, with the names of the people and units but without their rows."""
        return self.only(*IN_LISTS).annotate(
            unit_label=behind(Project, "unit", "COALESCE(NULLIF(short_name, ''), name)"),
            manager_name=behind(Project, "manager"),
            holder_name=behind(Project, "holder"),
            stage_label=behind(Project, "stage", "name_en" if in_english() else "name"),
        )

    def for_export(self):
        rows = self.for_list().only(*IN_LISTS, "proposed_at")
        return rows.annotate(line_name=behind(Project, "line"), proposer_name=behind(Project, "proposer"))


class Project(models.Model):
    """One innovation project, from its proposal to its post-evaluation."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        ACTIVE = "active", _("In progress")
        RETURNED = "returned", _("Returned for revision")
        ON_HOLD = "on_hold", _("On hold")
        REJECTED = "rejected", _("Rejected")
        STOPPED = "stopped", _("Stopped")
        CLOSED = "closed", _("Closed")

    MOVING = (State.DRAFT, State.ACTIVE, State.RETURNED)
    OPEN = (*MOVING, State.ON_HOLD)

    own_fields = ("manager", "proposer")

    code = models.CharField(max_length=20, unique=True, editable=False)
    title = models.CharField(max_length=120)
    unit = models.ForeignKey("org.Unit", models.PROTECT, related_name="projects")
    line = models.ForeignKey(
        "org.BusinessLine", models.PROTECT, null=True, blank=True, related_name="projects"
    )
    opportunity = models.OneToOneField(
        "insight.Opportunity", models.PROTECT, null=True, blank=True, related_name="project"
    )
    proposer = models.ForeignKey("org.Person", models.PROTECT, related_name="projects_proposed")
    manager = models.ForeignKey("org.Person", models.PROTECT, related_name="projects_managed")
    goal = models.TextField(max_length=3000)
    approach = models.TextField(max_length=5000, blank=True)
    risks = models.TextField(max_length=3000, blank=True)
    asked_fen = models.BigIntegerField(default=0)  # of the latest estimate, all kinds of money together
    cross_branch = models.BooleanField(default=False)
    first_in_industry = models.BooleanField(default=False)
    grade = models.PositiveSmallIntegerField(choices=Grade, default=Grade.INTERNAL)

    process_version = models.ForeignKey(
        "projects.ProcessVersion", models.PROTECT, related_name="+", editable=False
    )
    stage = models.ForeignKey("projects.Stage", models.PROTECT, related_name="projects", editable=False)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT, editable=False)
    holder = models.ForeignKey("org.Person", models.PROTECT, null=True, related_name="+", editable=False)
    holder_note = models.CharField(
        max_length=60, blank=True, editable=False
    )  # who, where it is not one person: a forum, a unit
    due_on = models.DateField(null=True, editable=False)
    revisit_on = models.DateField(null=True, editable=False)  # while it is on hold
    proposed_at = models.DateTimeField(default=clock.now, editable=False)
    stage_since = models.DateTimeField(default=clock.now, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    plural = _("Projects")
    objects = ProjectQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(asked_fen__gte=0), name="project_asks_nothing_negative")
        ]
        indexes = [
            models.Index(fields=["unit", "-id"], name="project_unit"),
            models.Index(fields=["stage", "state"], name="project_stage"),
            models.Index(fields=["manager"], name="project_manager_idx"),
            models.Index(fields=["due_on"], name="project_due", condition=Q(state="active")),
            models.Index(fields=["-asked_fen", "-id"], name="project_asked"),
            models.Index(fields=["-proposed_at", "-id"], name="project_proposed"),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return path_of("projects:project_detail", self.pk)

    # These four come with the row from for_list.
    @cached_property
    def unit_label(self) -> str:
        return self.unit.label

    @cached_property
    def manager_name(self) -> str:
        return self.manager.name

    @cached_property
    def holder_name(self) -> str | None:
        return self.holder and self.holder.name

    @cached_property
    def stage_label(self) -> str:
        return str(self.stage)

    @property
    def state_label(self):
        return self.State(self.state).label

    @property
    def tone(self) -> str:
        """The colour of its state."""
        return TONES[self.State(self.state)]

    @property
    def expected_on(self):
        """The day by which something is to happen: the due date, or when to look again at what is on hold; or None."""
        if self.state == self.State.ON_HOLD:
            return self.revisit_on
        return self.due_on if self.state in self.MOVING else None

    @property
    def days_late(self) -> int:
        """0 when it is in time, or nothing is expected."""
        return max(0, (clock.today() - self.expected_on).days) if self.expected_on else 0

    @property
    def lies_with(self) -> str:
        """Who is to act: a person, or a body or unit by its name; "" when it has ended."""
        if self.state not in self.OPEN:
            return ""
        if self.state in (self.State.DRAFT, self.State.RETURNED):
            return self.manager_name
        return self.holder_name or self.holder_note

    @property
    def days_in_stage(self) -> int:
        return max(0, (clock.now() - self.stage_since).days)

    @property
    def estimate(self):
        """The latest estimate, or None."""
        return self.estimates.order_by("-version").first()


TONES = {
    Project.State.DRAFT: "neutral",
    Project.State.ACTIVE: "brand",
    Project.State.RETURNED: "warn",
    Project.State.ON_HOLD: "warn",
    Project.State.REJECTED: "bad",
    Project.State.STOPPED: "bad",
    Project.State.CLOSED: "ok",
}


class TeamMember(models.Model):
    """A person on a project's team."""

    class Part(models.TextChoices):
        BUSINESS = "business", _("Business")
        TECHNOLOGY = "technology", _("Technology")
        DATA = "data", _("Data")
        OPERATIONS = "operations", _("Operations")

    project = models.ForeignKey(Project, models.CASCADE, related_name="team")
    person = models.ForeignKey("org.Person", models.PROTECT, related_name="project_teams")
    part = models.CharField(max_length=20, choices=Part)
    share_percent = models.PositiveSmallIntegerField(default=100)  # of working time

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "person"], name="team_member_once"),
            models.CheckConstraint(condition=Q(share_percent__range=(1, 100)), name="team_share_in_percent"),
        ]


class Milestone(models.Model):
    """A dated promise of the plan. `stage` names the stage it must be met in before the gate opens."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="milestones")
    name = models.CharField(max_length=80)
    stage = models.ForeignKey("projects.Stage", models.PROTECT, related_name="+")
    due_on = models.DateField()
    met_on = models.DateField(null=True, blank=True)
    evidence = models.CharField(max_length=300, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "pk"]

    @property
    def days_late(self) -> int:
        return 0 if self.met_on else max(0, (clock.today() - self.due_on).days)


class GateRequirement(models.Model):
    """One thing this project owes at one gate. Written by whoever sees it met; read by `may_advance`."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="requirements")
    gate = models.ForeignKey("projects.Gate", models.PROTECT, related_name="+")
    kind = models.ForeignKey("projects.RequiredKind", models.PROTECT, related_name="+")
    met_at = models.DateTimeField(null=True)
    because_of = models.CharField(max_length=80, blank=True)  # the row that met it, e.g. "review.Minutes:3"
    waived_reason = models.CharField(max_length=300, blank=True)
    waived_by = models.ForeignKey("org.Person", models.PROTECT, null=True, related_name="+")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["gate", "kind__order"]
        constraints = [models.UniqueConstraint(fields=["project", "kind"], name="gate_requirement_once")]

    @property
    def settled(self):
        return bool(self.met_at or self.waived_reason)


class TrackRecord(models.Model):
    """What a project's product really returned, beside what was promised. Written by operations, read by new estimates."""

    project = models.OneToOneField(Project, models.PROTECT, related_name="track_record")
    line = models.ForeignKey("org.BusinessLine", models.PROTECT, null=True, related_name="+")
    unit = models.ForeignKey("org.Unit", models.PROTECT, related_name="+")
    promised_fen = models.BigIntegerField()
    realised_fen = models.BigIntegerField()
    months = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(months__gt=0), name="track_record_has_months")]

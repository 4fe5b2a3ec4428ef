from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.grades import Grade
from apps.core.routes import path_of
from apps.core.scope import ScopedQuerySet
from apps.org import matrix
from apps.org.models import Post
from apps.org.reach import ReachQuerySet, within_reach


class ReportQuerySet(ReachQuerySet):
    def visible_to(self, user):
        """The series themselves concern those who edit them; readers have issues."""
        return self.scoped(user, "report.edit")


class Report(models.Model):
    """A series (创新报告): the weekly, the monthly, or specials."""

    class Kind(models.TextChoices):
        WEEKLY = "weekly", _("Weekly")
        MONTHLY = "monthly", _("Monthly")
        SPECIAL = "special", _("Special")

    kind = models.CharField(max_length=10, choices=Kind)
    name = models.CharField(max_length=60)
    unit = models.ForeignKey("org.Unit", models.PROTECT, related_name="reports")
    line = models.ForeignKey(
        "org.BusinessLine", models.PROTECT, null=True, blank=True, related_name="reports"
    )

    plural = _("Report series")
    objects = ReportQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "name"], name="report_name_once")]

    def __str__(self):
        return self.name


class IssueQuerySet(ReachQuerySet):
    def visible_to(self, user):
        """Drafts for those who edit; what was published for them, for its audience, and for whoever oversees the unit.
        A recall takes the audience's rows away."""
        return self.scoped(user, "report.view").filter(
            ~Q(state=Issue.State.DRAFT) | within_reach(Issue, user, "report.edit")
        )

    def waiting_on(self, user):
        """Drafts this person has to get out."""
        return self.filter(editor=user.principal_id, state=Issue.State.DRAFT)

    def published(self):
        return self.filter(state=Issue.State.PUBLISHED)


class Issue(models.Model):
    """One number of a report (期), from draft to its readers."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")
        RECALLED = "recalled", _("Recalled")

    report = models.ForeignKey(Report, models.PROTECT, related_name="issues")
    unit = models.ForeignKey("org.Unit", models.PROTECT, related_name="issues")  # the report's, for reach
    line = models.ForeignKey("org.BusinessLine", models.PROTECT, null=True, blank=True, related_name="issues")
    number = models.PositiveIntegerField()
    year = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=200, blank=True)
    grade = models.PositiveSmallIntegerField(choices=Grade, default=Grade.INTERNAL)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT, editable=False)
    editor = models.ForeignKey("org.Person", models.PROTECT, related_name="issues_edited")
    due_on = models.DateField()
    opened_at = models.DateTimeField(default=clock.now)
    published_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    own_fields = ("editor",)
    plural = _("Reports")
    objects = IssueQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["report", "year", "number"], name="issue_number_once"),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(published_at__isnull=False), name="issue_published_at_a_time"
            ),
        ]
        indexes = [models.Index(fields=["-due_on", "-id"], name="issue_newest")]

    def __str__(self):
        return f"{self.report.name} {self.number_label}"

    def get_absolute_url(self):
        return path_of("insight:issue_detail", self.pk)

    @property
    def addressed(self) -> list[tuple[int, bool]]:
        """The audience: (unit, with those below it?)."""
        rows = IssueAudience.objects.unscoped("of an issue had through scope").filter(issue=self)
        return list(rows.order_by("unit").values_list("unit", "below"))

    @property
    def number_label(self):
        return gettext("%(year)s No. %(number)s") % {"year": self.year, "number": self.number}

    def audience_posts(self):
        """Today's posts of everybody this issue is for: at the units of its audience, in roles that read reports."""
        q = Q(pk__in=[])
        for row in (
            IssueAudience.objects.unscoped("the audience itself").filter(issue=self).select_related("unit")
        ):
            q |= Q(unit__path__range=row.unit.span) if row.below else Q(unit=row.unit_id)
        roles = [role for role in matrix.roles() if "shared" in matrix.cell(role, "report.view")]
        return Post.objects.current().filter(q, role__in=roles)

    @property
    def is_draft(self):
        return self.state == self.State.DRAFT

    @property
    def is_published(self):
        return self.state == self.State.PUBLISHED


class Section(models.TextChoices):
    """The parts of a report, in the order of the page."""

    REGULATION = "regulation", _("Regulation and policy")
    PEERS = "peers", _("Peer moves")
    PLATFORMS = "platforms", _("Other industries and platforms")
    PRODUCTS = "products", _("Innovative products")
    AWARDS = "awards", _("Award cases")
    OWN = "own", _("Practice of our branches")
    RESEARCH = "research", _("Research and views")
    FOLLOW_UP = "follow_up", _("Suggested follow-ups")


class IssueLine(models.Model):
    """An item's place in an issue. It carries its own text: what was published stays as it was, and readers of the issue
    need no reach over the item."""

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="lines")
    item = models.ForeignKey("insight.Item", models.PROTECT, related_name="issue_lines")
    order = models.PositiveIntegerField()
    section = models.CharField(max_length=20, choices=Section)
    title = models.CharField(max_length=300)
    credit = models.CharField(max_length=400, blank=True)
    url = models.URLField(max_length=1000, blank=True)
    summary = models.TextField(max_length=3000, blank=True)
    body = models.TextField()
    version = models.PositiveIntegerField(default=1)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["issue", "item"], name="issue_line_once")]
        ordering = ["order", "pk"]


class IssueAudience(models.Model):
    """A unit whose people may read the issue once it is published, with or without the units below it (共享范围)."""

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="audience")
    unit = models.ForeignKey("org.Unit", models.PROTECT, related_name="+")
    below = models.BooleanField(default=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["issue", "unit"], name="issue_audience_once")]
        ordering = ["unit__path"]


class Reading(models.Model):
    """That a person has opened a published issue: once."""

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="readings")
    person = models.ForeignKey("org.Person", models.PROTECT, related_name="readings")
    at = models.DateTimeField(default=clock.now)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["issue", "person"], name="reading_once")]

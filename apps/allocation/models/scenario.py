from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.scope import ScopedQuerySet
from apps.org.reach import ReachQuerySet


class ScenarioQuerySet(ReachQuerySet):
    def visible_to(self, user):
        return self.scoped(user, "scenario.view")

    def waiting_on(self, user):
        """Scenarios with a plan that their maker has not asked funds for yet."""
        return self.filter(by=user.principal_id, state=Scenario.State.SOLVED)


class Scenario(models.Model):
    """One way to spend a fund: the projects that stand at the gate, the budgets, and the plan the optimiser found."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SOLVING = "solving", _("Solving")
        SOLVED = "solved", _("Solved")
        FAILED = "failed", _("No plan")
        REQUESTED = "requested", _("Funds requested")
        APPROVED = "approved", _("Approved")

    own_fields = ("by",)

    fund = models.ForeignKey("allocation.Fund", models.PROTECT, related_name="scenarios")
    unit = models.ForeignKey("org.Unit", models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    by = models.ForeignKey("org.Person", models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=clock.now)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT, editable=False)
    time_limit = models.PositiveSmallIntegerField(default=20)  # seconds
    technology_fen = models.BigIntegerField()  # the budgets the plan keeps to
    marketing_fen = models.BigIntegerField()
    people_fen = models.BigIntegerField()
    # What came of it: the plan is on the lines; these say how good it is known to be.
    status = models.CharField(max_length=12, blank=True)
    value_fen = models.BigIntegerField(null=True)
    bound_fen = models.BigIntegerField(null=True)
    milliseconds = models.PositiveIntegerField(null=True)
    violations = models.PositiveIntegerField(null=True)  # of the independent checker
    explanation = models.JSONField(default=dict)  # why nothing fits, or why some were left out
    job_key = models.CharField(max_length=80, blank=True)

    objects = ScenarioQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(technology_fen__gte=0, marketing_fen__gte=0, people_fen__gte=0),
                name="scenario_budgets_not_negative",
            )
        ]
        indexes = [models.Index(fields=["fund", "-id"], name="scenario_fund")]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("allocation:scenario_detail", args=[self.pk])

    @property
    def gap_bp(self) -> int | None:
        """How far the plan may be from the best there is, in hundredths of a per cent."""
        if self.value_fen is None or self.bound_fen is None or not self.value_fen:
            return None
        return max(0, round((self.bound_fen - self.value_fen) / abs(self.value_fen) * 10000))


class ScenarioProject(models.Model):
    """A project in a scenario, with its options as they stood, and the level the plan gives it ("" = none)."""

    scenario = models.ForeignKey(Scenario, models.CASCADE, related_name="lines")
    project = models.ForeignKey("projects.Project", models.PROTECT, related_name="scenario_lines")
    estimate = models.ForeignKey("projects.Estimate", models.PROTECT, related_name="+")
    mandatory = models.BooleanField(default=False)
    options = models.JSONField()  # level → {technology_fen, marketing_fen, people_fen, rnpv_fen}
    level = models.CharField(max_length=10, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scenario", "project"], name="scenario_project_once")]

    @property
    def granted(self) -> dict:
        """The option the plan gives, or nothing."""
        return self.options.get(self.level, {})

    @property
    def money_fen(self) -> int:
        return sum(self.granted.get(f"{kind}_fen", 0) for kind in ("technology", "marketing", "people"))

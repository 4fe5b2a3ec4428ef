from django.db import models
from django.db.models import Case, Count, Exists, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.models import Job
from apps.core.routes import path_of
from apps.core.scope import ScopedQuerySet
from apps.org.reach import ReachQuerySet
from apps.projects.models import EstimateOption, Project


class ScenarioQuerySet(ReachQuerySet):
    def visible_to(self, user):
        return self.scoped(user, "scenario.view")

    def waiting_on(self, user):
        """Scenarios with a plan that their maker has not asked funds for yet, and those that found none."""
        return self.filter(by=user.principal_id, state__in=[Scenario.State.SOLVED, Scenario.State.FAILED])

    def for_list(self):
        lines = (
            ScenarioProject.objects.unscoped("of scenarios had through scope")
            .filter(scenario=OuterRef("pk"))
            .order_by()
            .values("scenario")
        )
        return self.select_related("fund", "unit", "by").annotate(
            candidates=_count(lines), funded=_count(lines.exclude(level=""))
        )


def _count(lines):
    counted = lines.annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counted), 0, output_field=models.IntegerField())


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
    explanation = models.JSONField(default=dict)  # numbers and ids; apps.allocation.words says them in words
    job_key = models.CharField(max_length=80, blank=True)

    plural = _("Scenarios")
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
        return path_of("allocation:scenario_detail", self.pk)

    @cached_property
    def job(self) -> Job | None:
        """The row of the work that solves it."""
        return Job.objects.filter(key=self.job_key).first() if self.job_key else None

    @property
    def stuck(self) -> bool:
        """Its job gave up without an answer, so that it would be solving for ever."""
        return self.state == self.State.SOLVING and self.job is not None and self.job.state == Job.State.DEAD

    @property
    def has_plan(self) -> bool:
        return self.state in (self.State.SOLVED, self.State.REQUESTED, self.State.APPROVED)

    @property
    def gap_bp(self) -> int | None:
        """How far the plan may be from the best there is, in hundredths of a per cent."""
        if self.value_fen is None or self.bound_fen is None or not self.value_fen:
            return None
        return max(0, round((self.bound_fen - self.value_fen) / abs(self.value_fen) * 10000))


class LineQuerySet(ScopedQuerySet):
    def for_list(self, user):
        """`seen`: this person may see the project too. Who was shut out of it reads of amounts, not of names; `shown_code`
        is what its lines are put in order by, and empty then, because an order tells as well."""
        mine = Exists(Project.objects.visible_to(user).filter(pk=OuterRef("project")))
        return self.select_related("project__unit").annotate(
            seen=mine, shown_code=Case(When(mine, then="project__code"), default=Value(""))
        )


class ScenarioProject(models.Model):
    """A project in a scenario, with its options as they stood, and the level the plan gives it ("" = none)."""

    scenario = models.ForeignKey(Scenario, models.CASCADE, related_name="lines")
    project = models.ForeignKey("projects.Project", models.PROTECT, related_name="scenario_lines")
    estimate = models.ForeignKey("projects.Estimate", models.PROTECT, related_name="+")
    mandatory = models.BooleanField(default=False)
    options = models.JSONField()  # level → {technology_fen, marketing_fen, people_fen, rnpv_fen}
    asked_fen = models.BigIntegerField()  # at its largest level
    level = models.CharField(max_length=10, blank=True)
    granted_fen = models.BigIntegerField(default=0)  # at the level of the plan

    objects = LineQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scenario", "project"], name="scenario_project_once")]

    @property
    def granted(self) -> dict:
        """The option the plan gives, or nothing."""
        return self.options.get(self.level, {})

    @property
    def title(self) -> str:
        """Of a line from `for_list`."""
        return self.project.title if self.seen else gettext("A project you may not see")

    @property
    def value_fen(self) -> int:
        return self.granted.get("rnpv_fen", 0)

    @property
    def level_label(self) -> str:
        return str(EstimateOption.Level(self.level).label) if self.level else ""

    @property
    def levels(self) -> list[dict]:
        """Each level from the largest to the smallest: its word, the money asked, the value, and the index of the two."""
        return [
            {
                "name": level.value,
                "label": level.label,
                "money_fen": money_of(option),
                "rnpv_fen": option["rnpv_fen"],
                "pi_milli": pi_milli(option["rnpv_fen"], money_of(option)),
            }
            for level in EstimateOption.Level
            if (option := self.options.get(level.value))
        ]


def money_of(option: dict) -> int:
    return sum(option.get(f"{kind}_fen", 0) for kind in ("technology", "marketing", "people"))


def pi_milli(rnpv_fen: int, money_fen: int) -> int | None:
    """1 + rNPV / money asked, in thousandths: what each yuan of the limit brings at present value and risk; None for nought."""
    return round((rnpv_fen + money_fen) * 1000 / money_fen) if money_fen else None

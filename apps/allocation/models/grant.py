from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.scope import ScopedQuerySet
from apps.org.models import Request
from apps.org.reach import ReachQuerySet
from apps.projects.models import Project


class Commitment(models.Model):
    """What an approved request gives a project. Append-only: the money is in the ledger, this says why."""

    project = models.OneToOneField("projects.Project", models.PROTECT, related_name="commitment")
    scenario = models.ForeignKey("allocation.Scenario", models.PROTECT, related_name="commitments")
    request = models.ForeignKey("org.Request", models.PROTECT, related_name="+")
    level = models.CharField(max_length=10)
    technology_fen = models.BigIntegerField()
    marketing_fen = models.BigIntegerField()
    people_fen = models.BigIntegerField()
    at = models.DateTimeField(default=clock.now)

    objects = ScopedQuerySet.as_manager()

    @property
    def money_fen(self):
        return self.technology_fen + self.marketing_fen + self.people_fen


class TrancheQuerySet(ReachQuerySet):
    def visible_to(self, user):
        return self.scoped(user, "scenario.view")

    def for_list(self):
        return self.select_related("commitment__project__stage", "commitment__project__unit", "stage")

    def with_seen(self, projects):
        """`seen`: its project is one of these; `shown_code`, which tranches are put in order by, is empty where it is not."""
        seen = Exists(projects.filter(pk=OuterRef("commitment__project")))
        code = Case(When(seen, then="commitment__project__code"), default=Value(""))
        return self.annotate(seen=seen, shown_code=code)

    def with_request(self):
        """`asked`: a request to release it waits for a decision."""
        waiting = (
            Request.objects.unscoped("whether one is open")
            .open()
            .filter(kind="tranche.release", subject_id=OuterRef("pk"))
        )
        return self.annotate(asked=Exists(waiting))

    def due(self):
        """Those that may be asked for now: the project has come to their stage, and nobody has asked yet."""
        return self.with_request().filter(
            asked=False,
            state=Tranche.State.PLANNED,
            commitment__project__state=Project.State.ACTIVE,
            commitment__project__stage__order__gte=F("stage__order"),
        )


class Tranche(models.Model):
    """A part of a commitment that may be spent once it is released: the first with the approval, the others at a gate."""

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        RELEASED = "released", _("Released")

    commitment = models.ForeignKey(Commitment, models.CASCADE, related_name="tranches")
    number = models.PositiveSmallIntegerField()
    stage = models.ForeignKey(
        "projects.Stage", models.PROTECT, related_name="+"
    )  # released when the project is there
    technology_fen = models.BigIntegerField()
    marketing_fen = models.BigIntegerField()
    people_fen = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.PLANNED, editable=False)
    released_at = models.DateTimeField(null=True, editable=False)
    request = models.ForeignKey("org.Request", models.PROTECT, null=True, related_name="+", editable=False)

    unit_field = "commitment__scenario__unit"
    plural = _("Tranches")
    objects = TrancheQuerySet.as_manager()

    class Meta:
        ordering = ["commitment", "number"]
        constraints = [
            models.UniqueConstraint(fields=["commitment", "number"], name="tranche_once"),
            models.CheckConstraint(
                condition=Q(technology_fen__gte=0, marketing_fen__gte=0, people_fen__gte=0),
                name="tranche_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(state="planned", released_at=None)
                | Q(state="released", released_at__isnull=False, request__isnull=False),
                name="tranche_released_by_a_request",
            ),
        ]

    def __str__(self):
        return gettext("Tranche %(number)s of %(project)s") % {
            "number": self.number,
            "project": self.commitment.project,
        }

    @property
    def money_fen(self):
        return self.technology_fen + self.marketing_fen + self.people_fen

    @property
    def reached(self) -> bool:
        """Whether its project has come to the stage it is planned for."""
        project = self.commitment.project
        return project.state == Project.State.ACTIVE and project.stage.order >= self.stage.order

"""Process as rows: a bank's life cycle is data in versions, and a project stays on the version it began with."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.formats import in_english


class Named(models.Model):
    """Abstract: a row whose name is data, in Chinese and English."""

    code = models.SlugField(max_length=30)
    name = models.CharField(max_length=40)
    name_en = models.CharField(max_length=60)

    class Meta:
        abstract = True

    def __str__(self):
        return self.name_en if in_english() else self.name


class ProcessVersion(models.Model):
    """One version of the life cycle. New projects take the latest in force."""

    code = models.SlugField(max_length=30)
    version = models.PositiveSmallIntegerField()
    starts = models.DateField(default=clock.today)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "version"], name="process_version_once")]

    def __str__(self):
        return f"{self.code} v{self.version}"

    @classmethod
    def in_force(cls):
        """The version for a project proposed today. Raises DoesNotExist when the process was never seeded."""
        return cls.objects.filter(starts__lte=clock.today()).order_by("-starts", "-version")[:1].get()


class Stage(Named):
    """A station of the life cycle, with the working days a project usually has there."""

    process = models.ForeignKey(ProcessVersion, models.PROTECT, related_name="stages")
    order = models.PositiveSmallIntegerField()
    days = models.PositiveSmallIntegerField(default=20)
    tone = models.CharField(max_length=10, default="blue")

    class Meta:
        ordering = ["process", "order"]
        constraints = [models.UniqueConstraint(fields=["process", "code"], name="stage_once")]


class Gate(Named):
    """The way from one stage to the next. One passed `by_decision` has no button: the app that decided calls it."""

    process = models.ForeignKey(ProcessVersion, models.PROTECT, related_name="gates")
    source = models.ForeignKey(Stage, models.PROTECT, related_name="gates_out")
    target = models.ForeignKey(Stage, models.PROTECT, related_name="gates_in")
    by_decision = models.BooleanField(default=False)

    class Meta:
        ordering = ["process", "source__order"]
        constraints = [models.UniqueConstraint(fields=["process", "code"], name="gate_once")]


class RequiredKind(Named):
    """What a gate asks of every project that comes to it; copied to the project as a GateRequirement."""

    class OwedBy(models.TextChoices):
        MANAGER = "manager", _("Project manager")
        HEAD = "head", _("Head of the applicant unit")
        DEPARTMENTS = "departments", _("Departments consulted")
        FORUM = "forum", _("Deciding forum")
        FUNDS = "funds", _("Fund manager and approver")
        BRANCHES = "branches", _("Adopting branches")

    gate = models.ForeignKey(Gate, models.PROTECT, related_name="required")
    owed_by = models.CharField(max_length=15, choices=OwedBy, default=OwedBy.MANAGER)
    order = models.PositiveSmallIntegerField(default=0)
    may_be_waived = models.BooleanField(default=False)

    class Meta:
        ordering = ["gate", "order"]
        constraints = [models.UniqueConstraint(fields=["gate", "code"], name="required_kind_once")]

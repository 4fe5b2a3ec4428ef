from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.core import clock


class BusinessLine(models.Model):
    """A second axis of reach beside the tree: retail, corporate, cross-border …"""

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=40, unique=True)
    department = models.ForeignKey("org.Unit", models.PROTECT, null=True, blank=True, related_name="lines")
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "pk"]

    def __str__(self):
        return self.name


class Holiday(models.Model):
    """A day that differs from the week's rule: a holiday on a weekday, or a make-up working day on a weekend."""

    day = models.DateField(unique=True)
    working = models.BooleanField(default=False)
    name = models.CharField(max_length=40)

    class Meta:
        ordering = ["day"]


class Parameter(models.Model):
    """A bank-wide figure from a date on, such as the discount rate. The value in force is the latest that has begun."""

    class Key(models.TextChoices):
        DISCOUNT_RATE = "discount_rate_bp", _("Discount rate a year")
        BRANCH_LIMIT = "branch_limit_fen", _("A branch's working group decides up to")
        REVIEW_DAYS = "review_days", _("Working days for an opinion or a score")

    key = models.CharField(max_length=40, choices=Key)
    value = models.BigIntegerField()
    starts = models.DateField(default=clock.today)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "starts"], name="parameter_once_a_day")]
        ordering = ["key", "-starts"]


class Authority(models.Model):
    """A line of the year's authority table (授权书): up to how much the holder of a role at a unit may approve."""

    class Kind(models.TextChoices):
        FUNDS = "funds", _("Money")
        PROJECT = "project", _("Project")

    kind = models.CharField(max_length=20, choices=Kind)
    role = models.CharField(max_length=30)
    unit = models.ForeignKey("org.Unit", models.PROTECT, related_name="authorities")
    up_to_fen = models.BigIntegerField()
    document = models.CharField(max_length=60, blank=True)  # number of the letter of authority
    starts = models.DateField()
    ends = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(up_to_fen__gte=0), name="authority_not_negative"),
            models.CheckConstraint(
                condition=Q(ends=None) | Q(ends__gte=F("starts")), name="authority_ends_after_it_starts"
            ),
        ]

    @classmethod
    def held_by(cls, user, kind):
        """The lines in force today that this person's posts give."""
        day = clock.today()
        held = Q(pk__in=[])
        for post in user.standing:
            held |= Q(role=post.role, unit=post.unit_id)
        return cls.objects.filter(held, Q(ends=None) | Q(ends__gte=day), kind=kind, starts__lte=day)

    @classmethod
    def limit_of(cls, user, kind, unit) -> int:
        """Up to how many fen this person may approve for this unit today; 0 without any authority."""
        rows = cls.held_by(user, kind).filter(unit__path__in=unit.path_upwards)
        return max((row.up_to_fen for row in rows), default=0)

    @classmethod
    def within(cls, user, kind) -> Q:
        """What this person may approve by the table, as a condition on rows with a unit and an `amount_fen`."""
        q = Q(pk__in=[])
        for row in cls.held_by(user, kind).select_related("unit"):
            q |= Q(unit__path__range=row.unit.span, amount_fen__lte=row.up_to_fen)
        return q

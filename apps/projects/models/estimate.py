from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.scope import ScopedQuerySet


class EstimateQuerySet(ScopedQuerySet):
    def with_options(self):
        """Newest first, each with its options, full size first."""
        options = EstimateOption.objects.unscoped("of estimates had through scope").order_by("pk")
        return self.prefetch_related(models.Prefetch("options", options)).order_by("-version")


class Estimate(models.Model):
    """What a project is promised to cost and to bring, year by year, and the figures computed from that. Never edited:
    a change is a new version."""

    project = models.ForeignKey("projects.Project", models.CASCADE, related_name="estimates")
    version = models.PositiveSmallIntegerField()
    by = models.ForeignKey("org.Person", models.PROTECT, related_name="estimates")
    at = models.DateTimeField(default=clock.now)
    costs_fen = models.JSONField()  # one whole number of fen a year, the first year first
    benefits_fen = models.JSONField()
    probability_bp = models.PositiveIntegerField()  # of success, in hundredths of a per cent
    rate_bp = models.PositiveIntegerField()  # discount rate a year, the bank's on that day
    basis = models.TextField(max_length=2000, blank=True)  # where the numbers come from
    # The figures (apps.projects.finance): money in whole fen, the others in thousandths; None where there is none.
    rnpv_fen = models.BigIntegerField()
    npv_fen = models.BigIntegerField()
    irr_milli = models.BigIntegerField(null=True)
    pi_milli = models.BigIntegerField(null=True)
    roi_milli = models.BigIntegerField(null=True)
    payback_milli = models.BigIntegerField(null=True)  # years

    objects = EstimateQuerySet.as_manager()

    class Meta:
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(fields=["project", "version"], name="estimate_version_once"),
            models.CheckConstraint(
                condition=Q(probability_bp__lte=10000), name="estimate_probability_is_one"
            ),
        ]

    @property
    def years(self):
        """(year number, cost, benefit, net) in fen, from 0."""
        return [
            (n, c, b, b - c) for n, (c, b) in enumerate(zip(self.costs_fen, self.benefits_fen, strict=True))
        ]

    # The ratios by the names they have in finance.Figures, so that a page shows either.

    @property
    def irr(self):
        return _ratio(self.irr_milli)

    @property
    def pi(self):
        return _ratio(self.pi_milli)

    @property
    def roi(self):
        return _ratio(self.roi_milli)

    @property
    def discounted_payback_years(self):
        return _ratio(self.payback_milli)

    @property
    def asked_fen(self):
        """The money of the full option."""
        return next(
            (option.money_fen for option in self.options.all() if option.level == EstimateOption.Level.FULL),
            0,
        )


def _ratio(milli):
    return None if milli is None else milli / 1000


class EstimateOption(models.Model):
    """A size at which the project can be funded: what it needs of each scarce resource, and what it is then worth."""

    class Level(models.TextChoices):
        FULL = "full", _("Full")
        REDUCED = "reduced", _("Reduced")
        PILOT = "pilot", _("Pilot")

    estimate = models.ForeignKey(Estimate, models.CASCADE, related_name="options")
    level = models.CharField(max_length=10, choices=Level)
    technology_fen = models.BigIntegerField(default=0)
    marketing_fen = models.BigIntegerField(default=0)
    people_fen = models.BigIntegerField(default=0)
    technology_days = models.BigIntegerField(default=0)  # hundredths of a person-day
    benefit_share_bp = models.PositiveIntegerField(
        default=10000
    )  # of the benefits, in hundredths of a per cent
    rnpv_fen = models.BigIntegerField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["estimate", "level"], name="estimate_option_once"),
            models.CheckConstraint(
                condition=Q(
                    technology_fen__gte=0, marketing_fen__gte=0, people_fen__gte=0, technology_days__gte=0
                ),
                name="estimate_option_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(benefit_share_bp__lte=10000), name="estimate_option_share_is_one"
            ),
        ]

    @property
    def money_fen(self):
        return self.technology_fen + self.marketing_fen + self.people_fen

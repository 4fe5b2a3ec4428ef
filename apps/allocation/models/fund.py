from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.ledger.actions import account
from apps.ledger.measures import Measure
from apps.ledger.models import Account
from apps.org.reach import ReachQuerySet


class Resource(models.TextChoices):
    """The kinds of money a fund holds; each is an envelope with an account of its own."""

    TECHNOLOGY = "technology", _("Technology")
    MARKETING = "marketing", _("Marketing")
    PEOPLE = "people", _("People")


class FundQuerySet(ReachQuerySet):
    def visible_to(self, user):
        return self.scoped(user, "scenario.view")


class Fund(models.Model):
    """A year's limits (额度) for innovation, held by a unit. The money itself stands in the finance system's book.

    Accounts: `fund:<id>:<resource>` is what is still free, never below nought.
    """

    name = models.CharField(max_length=80)
    year = models.PositiveSmallIntegerField()
    unit = models.ForeignKey("org.Unit", models.PROTECT, related_name="funds")

    objects = FundQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "year", "name"], name="fund_once")]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("allocation:fund_detail", args=[self.pk])

    def account(self, resource) -> Account:
        return account(f"fund:{self.pk}:{resource}", measure=Measure.MONEY, floor=0)

    @property
    def free_fen(self) -> dict[str, int]:
        """What is free in each envelope, one query."""
        found = dict(
            Account.objects.filter(code__in=[f"fund:{self.pk}:{r}" for r in Resource]).values_list(
                "code", "balance"
            )
        )
        return {r.value: found.get(f"fund:{self.pk}:{r}", 0) for r in Resource}


def source_account(year: int) -> Account:
    """Where a year's limits come from: the bank's budget, without a floor; its debt is what has been given out."""
    return account(f"bank:budget:{year}", measure=Measure.MONEY)


def project_account(project_id: int, resource, released: bool = False) -> Account:
    """What a project has been promised of a resource (committed), or may spend (released)."""
    return account(
        f"project:{project_id}:{resource}" + (":released" if released else ""), measure=Measure.MONEY, floor=0
    )

from dataclasses import dataclass

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import F, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from apps.allocation.models.grant import Commitment, Tranche
from apps.core.routes import path_of
from apps.ledger.actions import account
from apps.ledger.measures import Measure
from apps.ledger.models import Account
from apps.ledger.owners import holds_accounts
from apps.org.reach import ReachQuerySet
from apps.projects.models import Project


class Resource(models.TextChoices):
    """The kinds of money a fund holds; each is an envelope with an account of its own."""

    TECHNOLOGY = "technology", _("Technology")
    MARKETING = "marketing", _("Marketing")
    PEOPLE = "people", _("Talent")


@dataclass(frozen=True)
class Envelope:
    """How one resource of a fund stands, in fen. What is committed and released has left the fund's own accounts."""

    resource: Resource
    free: int
    reserved: int  # asked for in requests that are not decided yet
    committed: int  # promised to projects and not released yet
    released: int

    @property
    def total(self) -> int:
        return self.free + self.used

    @property
    def granted(self) -> int:
        return self.committed + self.released

    @property
    def used(self) -> int:
        return self.reserved + self.granted


class FundQuerySet(ReachQuerySet):
    def visible_to(self, user):
        return self.scoped(user, "scenario.view")

    def for_list(self):
        """With what is free and what is set aside, all resources together, and their sum with what went to projects."""
        own = Account.objects.filter(
            owner_type=ContentType.objects.get_for_model(Fund), owner_id=OuterRef("pk")
        )
        granted = Commitment.objects.unscoped("of funds had through scope").filter(
            scenario__fund=OuterRef("pk")
        )
        return self.select_related("unit").annotate(
            free_total=_sum(own.filter(reserve_of=None), "owner_id", F("balance")),
            reserved_total=_sum(own.exclude(reserve_of=None), "owner_id", F("balance")),
            committed_total=_sum(
                granted, "scenario__fund", F("technology_fen") + F("marketing_fen") + F("people_fen")
            ),
        )


def _sum(rows, by, amount):
    summed = rows.order_by().values(by).annotate(total=Sum(amount)).values("total")
    return Coalesce(Subquery(summed), 0, output_field=models.BigIntegerField())


class Fund(models.Model):
    """A year's limits (额度) for innovation, held by a unit. The money itself stands in the finance system's book.

    Accounts: `fund:<id>:<resource>` is what is still free, never below nought; what requests ask for is reserved from it.
    """

    name = models.CharField(max_length=80)
    year = models.PositiveSmallIntegerField()
    unit = models.ForeignKey("org.Unit", models.PROTECT, related_name="funds")

    plural = _("Funds")
    objects = FundQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "year", "name"], name="fund_once")]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return path_of("allocation:fund_detail", self.pk)

    def account(self, resource) -> Account:
        return account(f"fund:{self.pk}:{resource}", measure=Measure.MONEY, floor=0, owner=self)

    @property
    def free_fen(self) -> dict[str, int]:
        """What is free in each envelope, one query."""
        found = dict(Account.objects.of(self).filter(reserve_of=None).values_list("code", "balance"))
        return {r.value: found.get(f"fund:{self.pk}:{r}", 0) for r in Resource}

    @property
    def envelopes(self) -> list[Envelope]:
        """How each resource stands: three queries."""
        balances = dict(Account.objects.of(self).values_list("code", "balance"))
        fields = [f"{r}_fen" for r in Resource]
        granted = (
            Commitment.objects.unscoped("of a fund had through scope")
            .filter(scenario__fund=self)
            .aggregate(**{field: Sum(field, default=0) for field in fields})
        )
        released = (
            Tranche.objects.unscoped("of a fund had through scope")
            .filter(commitment__scenario__fund=self, state=Tranche.State.RELEASED)
            .aggregate(**{field: Sum(field, default=0) for field in fields})
        )
        return [
            Envelope(
                r,
                free=balances.get(f"fund:{self.pk}:{r}", 0),
                reserved=balances.get(f"fund:{self.pk}:{r}:reserved", 0),
                committed=granted[f"{r}_fen"] - released[f"{r}_fen"],
                released=released[f"{r}_fen"],
            )
            for r in Resource
        ]


def source_account(year: int) -> Account:
    """Where a year's limits come from: the bank's budget, without a floor; its debt is what has been given out."""
    return account(f"bank:budget:{year}", measure=Measure.MONEY)


def project_account(project: Project, resource, released: bool = False) -> Account:
    """What a project has been promised of a resource (committed), or may spend (released)."""
    code = f"project:{project.pk}:{resource}" + (":released" if released else "")
    return account(code, measure=Measure.MONEY, floor=0, owner=project)


def _called(rest: list[str]):
    """["technology", "released"] in words."""
    name, *more = rest
    words = [str(Resource(name).label), *(str(STANDINGS[word]) for word in more)]
    return " · ".join(words)


STANDINGS = {"released": _("released"), "reserved": _("reserved")}

holds_accounts(
    Fund,
    _("Funds"),
    capability="scenario.view",
    ids=lambda user: Fund.objects.visible_to(user).values("pk"),
    called=_called,
)
holds_accounts(
    Project,
    _("Projects"),
    capability="project.view",
    ids=lambda user: Project.objects.visible_to(user).values("pk"),
    called=_called,
)

from datetime import datetime

from django.db import models
from django.db.models import F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.formats import in_english
from apps.core.routes import path_of
from apps.core.scope import ScopedQuerySet
from apps.ledger.actions import account
from apps.ledger.measures import Measure
from apps.ledger.models import Account
from apps.ledger.owners import holds_accounts
from apps.org.models import Person
from apps.org.reach import ReachQuerySet

PREFIX = "points:person:"


class PointRuleQuerySet(models.QuerySet):
    def in_force(self, day):
        return self.filter(Q(ends=None) | Q(ends__gte=day), starts__lte=day)


class PointRule(models.Model):
    """Between two dates, a verb of the journal earns points for a person whose id stands in the line's payload."""

    code = models.SlugField(max_length=40)
    verb = models.CharField(max_length=60)
    who = models.CharField(max_length=30)  # key of the payload that holds the person's id
    name = models.CharField(max_length=40)
    name_en = models.CharField(max_length=60)
    points = models.BigIntegerField()  # thousandths
    condition = models.JSONField(default=dict, blank=True)  # payload key → the value it must have
    starts = models.DateField(default=clock.today)
    ends = models.DateField(null=True, blank=True)

    objects = PointRuleQuerySet.as_manager()

    class Meta:
        ordering = ["code", "starts"]
        constraints = [
            models.UniqueConstraint(fields=["code", "starts"], name="point_rule_once"),
            models.CheckConstraint(condition=Q(points__gt=0), name="point_rule_gives_something"),
            models.CheckConstraint(
                condition=Q(ends=None) | Q(ends__gte=F("starts")), name="point_rule_in_order"
            ),
        ]

    def __str__(self):
        return self.name_en if in_english() else self.name


class HolderQuerySet(ReachQuerySet):
    def visible_to(self, user):
        return self.scoped(user, "points.view")

    def for_list(self):
        """With what each has had since the first of January."""
        return self.select_related("person", "unit").annotate(
            year_points=points_of(
                Award.objects.unscoped("counted with the holder").this_year().filter(holder=OuterRef("pk")),
                "holder",
            )
        )


class PointHolder(models.Model):
    """A person's account of points, so that lists can be sorted by what they hold. The ledger is the truth."""

    person = models.OneToOneField(Person, models.PROTECT, related_name="point_holder")
    unit = models.ForeignKey("org.Unit", models.PROTECT, related_name="+")  # at the last award
    account = models.OneToOneField(Account, models.PROTECT, related_name="+")
    points = models.BigIntegerField(default=0)  # thousandths; the account's balance

    own_fields = ("person",)
    plural = _("Points")
    objects = HolderQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["-points", "-id"], name="point_holder_points")]

    def get_absolute_url(self):
        return path_of("incentives:holder_detail", self.pk)


class AwardQuerySet(ScopedQuerySet):
    def visible_to(self, user):
        return self.filter(holder__in=PointHolder.objects.visible_to(user)).marked()

    def for_list(self):
        return self.select_related("rule", "entry")

    def this_year(self):
        first = datetime(clock.today().year, 1, 1)  # of the bank's time zone
        return self.filter(at__gte=timezone.make_aware(first))


class Award(models.Model):
    """One award by one rule because of one journal line; its key is the ledger transaction's."""

    holder = models.ForeignKey(PointHolder, models.PROTECT, related_name="awards")
    rule = models.ForeignKey(PointRule, models.PROTECT, null=True, related_name="awards")
    entry = models.ForeignKey("core.Entry", models.PROTECT, null=True, related_name="+")
    request = models.ForeignKey("org.Request", models.PROTECT, null=True, related_name="+")
    key = models.CharField(max_length=100, unique=True)
    points = models.BigIntegerField()
    reason = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(default=clock.now)

    objects = AwardQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["holder", "-at", "-id"], name="award_holder_at")]
        constraints = [
            models.CheckConstraint(
                condition=Q(entry__isnull=False) ^ Q(request__isnull=False), name="award_has_one_cause"
            )
        ]

    @property
    def why(self):
        """The rule that gave it, or the reason somebody gave."""
        return str(self.rule) if self.rule else self.reason


def points_of(rows, key: str):
    """The points of these rows together, for each row of the query around; `key` is what they are grouped by."""
    summed = rows.order_by().values(key).annotate(n=Sum("points")).values("n")
    return Coalesce(Subquery(summed), 0, output_field=models.BigIntegerField())


def bank_account() -> Account:
    """Where points come from; without a floor."""
    return account("bank:points", measure=Measure.POINTS)


def person_account(person_id: int) -> Account:
    return account(f"{PREFIX}{person_id}", measure=Measure.POINTS, floor=0, owner=Person(pk=person_id))


holds_accounts(
    Person,
    _("Person"),
    capability="points.view",
    ids=lambda user: PointHolder.objects.visible_to(user).values("person"),
    called=lambda rest: _("Points"),
)

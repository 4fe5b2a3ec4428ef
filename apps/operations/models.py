from django.db import models
from django.db.models import Count, F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.routes import path_of
from apps.core.scope import ScopedQuerySet
from apps.org.reach import ReachQuerySet
from apps.projects.models import Project, TrackRecord


class ProductQuerySet(ReachQuerySet):
    def visible_to(self, user):
        return self.scoped(user, "product.view")

    def for_list(self, user):
        """With how many branches were asked and took it up, and what it brought; what was promised is the project's, and
        told to who sees that."""
        asked = Rollout.objects.unscoped("counted with the product").filter(product=OuterRef("pk"))
        record = TrackRecord.objects.filter(project=OuterRef("project"))
        return self.select_related("unit", "line", "owner").annotate(
            offered=_count(asked),
            adopted=_count(asked.taken_up()),
            promised_fen=Subquery(
                record.filter(project__in=Project.objects.visible_to(user).values("pk")).values(
                    "promised_fen"
                )
            ),
            realised_fen=Subquery(record.values("realised_fen")),
        )

    def owing(self, user, month):
        """(product, its name, unit) of each reading of this month that this person may enter and that is not there yet,
        of the products they see.

        A product owes readings from the month after it was made, a branch from the month after it took it up.
        """
        read = Reading.objects.unscoped("whether it is there").in_force().filter(month=month)
        seen = self.model.objects.visible_to(user).values("pk")
        own = (
            self.model.objects.scoped(user, "reading.enter")
            .filter(made_at__date__lt=month, pk__in=seen)
            .exclude(state=Product.State.RETIRED)
            .exclude(pk__in=read.filter(unit=F("product__unit")).values("product"))
        )
        branches = (
            Rollout.objects.scoped(user, "reading.enter")
            .taken_up()
            .filter(decided_at__date__lt=month, product__in=seen)
            .exclude(models.Exists(read.filter(product=OuterRef("product"), unit=OuterRef("unit"))))
        )
        return own.values_list("pk", "name", "unit", "unit__name").union(
            branches.values_list("product", "product__name", "unit", "unit__name")
        )


def _count(rows):
    """How many of these there are for each row of the query around, as a column of it."""
    counted = rows.order_by().values("product").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0)


class Product(models.Model):
    """What a project became: something a branch can take up and whose return is measured."""

    class State(models.TextChoices):
        PILOT = "pilot", _("Pilot")
        LIVE = "live", _("Live")
        RETIRED = "retired", _("Retired")

    code = models.CharField(max_length=20, unique=True, editable=False)
    project = models.OneToOneField("projects.Project", models.PROTECT, related_name="product")
    name = models.CharField(max_length=120)
    customer = models.CharField(max_length=200)  # for whom
    summary = models.TextField(max_length=2000, blank=True)  # what it is
    unit = models.ForeignKey("org.Unit", models.PROTECT, related_name="products")
    line = models.ForeignKey(
        "org.BusinessLine", models.PROTECT, null=True, blank=True, related_name="products"
    )
    owner = models.ForeignKey("org.Person", models.PROTECT, related_name="products")
    state = models.CharField(max_length=10, choices=State, default=State.PILOT, editable=False)
    made_at = models.DateTimeField(default=clock.now)
    version = models.PositiveIntegerField(default=1, editable=False)

    own_fields = ("owner",)
    plural = _("Products")
    objects = ProductQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["unit", "-id"], name="product_unit"),
            models.Index(fields=["-made_at", "-id"], name="product_made"),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return path_of("operations:product_detail", self.pk)


class RolloutQuerySet(ReachQuerySet):
    def visible_to(self, user):
        """With the product, or as the branch it is offered to."""
        return self.filter(
            Q(product__in=Product.objects.visible_to(user))
            | Q(pk__in=self.model.objects.scoped(user, "rollout.decide").values("pk"))
        ).marked()

    def for_list(self):
        return self.select_related("product", "unit", "decided_by")

    def taken_up(self):
        return self.filter(state__in=[Rollout.State.ACCEPTED, Rollout.State.LIVE])

    def waiting_on(self, user):
        """Offers this person may answer."""
        return self.model.objects.scoped(user, "rollout.decide").filter(state=Rollout.State.OFFERED)


class Rollout(models.Model):
    """A product offered to a branch: accepted and later live, or declined in the branch's own words."""

    class State(models.TextChoices):
        OFFERED = "offered", _("Offered")
        ACCEPTED = "accepted", _("Accepted")
        LIVE = "live", _("Live")
        DECLINED = "declined", _("Declined")

    product = models.ForeignKey(Product, models.PROTECT, related_name="rollouts")
    unit = models.ForeignKey("org.Unit", models.PROTECT, related_name="rollouts")
    state = models.CharField(max_length=10, choices=State, default=State.OFFERED, editable=False)
    offered_by = models.ForeignKey("org.Person", models.PROTECT, related_name="+")
    offered_at = models.DateTimeField(default=clock.now)
    due_on = models.DateField(null=True, blank=True)
    decided_by = models.ForeignKey("org.Person", models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.TextField(max_length=2000, blank=True)  # why it was declined

    plural = _("Roll-outs")
    objects = RolloutQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["product", "unit"], name="rollout_once")]
        indexes = [models.Index(fields=["-offered_at", "-id"], name="rollout_offered")]

    def get_absolute_url(self):
        return path_of("operations:product_detail", self.product_id)

    @property
    def taken_up(self):
        return self.state in (self.State.ACCEPTED, self.State.LIVE)

    @property
    def days_late(self):
        """By how many days its answer is late."""
        if self.state != self.State.OFFERED or not self.due_on:
            return 0
        return max(0, (clock.today() - self.due_on).days)


class ReadingQuerySet(ScopedQuerySet):
    def in_force(self):
        """The version in force of each (product, unit, month)."""
        return self.filter(in_force=True)

    def latest_of_units(self):
        """The last reading in force of each product and unit that counts customers."""
        later = Reading.objects.unscoped("of the same rows").filter(
            in_force=True, product=OuterRef("product"), unit=OuterRef("unit"), month__gt=OuterRef("month")
        )
        counted = self.in_force().exclude(customers=None)
        return counted.exclude(models.Exists(later.exclude(customers=None)))

    def totals(self):
        """Cost and benefit of the readings in force, in fen."""
        return self.in_force().aggregate(cost_fen=Sum("cost_fen"), benefit_fen=Sum("benefit_fen"))


class Reading(models.Model):
    """A month's cost and benefit of a product in one unit, as entered. A correction is another row; the old one stays."""

    product = models.ForeignKey(Product, models.PROTECT, related_name="readings")
    unit = models.ForeignKey("org.Unit", models.PROTECT, related_name="+")
    month = models.DateField()  # its first day
    version = models.PositiveSmallIntegerField(default=1)
    in_force = models.BooleanField(default=True)  # False once a later version corrects it
    cost_fen = models.BigIntegerField()
    benefit_fen = models.BigIntegerField()
    customers = models.PositiveIntegerField(null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True)  # of a correction
    entered_by = models.ForeignKey("org.Person", models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(default=clock.now)

    objects = ReadingQuerySet.as_manager()

    class Meta:
        ordering = ["month", "unit"]
        constraints = [
            models.UniqueConstraint(
                fields=["product", "unit", "month", "version"], name="reading_version_once"
            ),
            models.UniqueConstraint(
                fields=["product", "unit", "month"], condition=Q(in_force=True), name="reading_in_force_once"
            ),
            models.CheckConstraint(condition=Q(month__day=1), name="reading_of_a_month"),
            models.CheckConstraint(
                condition=Q(version=1) | ~Q(reason=""), name="reading_corrected_for_a_reason"
            ),
            models.CheckConstraint(condition=Q(cost_fen__gte=0), name="reading_costs_nothing_negative"),
        ]

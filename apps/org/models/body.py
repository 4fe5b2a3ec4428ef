from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.routes import path_of


class BodyQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Who sits where is no secret inside the bank: every body, or none to those without a post."""
        return self if user.may_ever("org.view") else self.none()

    def for_list(self):
        """Each with the seats of today, as `seats_today`."""
        seats = Membership.objects.current().select_related("person").order_by("pk")
        return self.select_related("unit").prefetch_related(
            models.Prefetch("memberships", seats, to_attr="seats_today")
        )

    def in_term(self):
        day = clock.today()
        return self.filter(Q(term_ends=None) | Q(term_ends__gte=day))

    def over(self):
        return self.filter(term_ends__lt=clock.today())


class Body(models.Model):
    """A committee, an office or a working group, at a unit, for a term."""

    class Kind(models.TextChoices):
        COMMITTEE = "committee", _("Committee")
        OFFICE = "office", _("Office")
        WORKING_GROUP = "working_group", _("Working group")

    kind = models.CharField(max_length=20, choices=Kind)
    name = models.CharField(max_length=100)
    unit = models.ForeignKey("org.Unit", models.PROTECT, related_name="bodies")
    term_starts = models.DateField()
    term_ends = models.DateField(null=True, blank=True)

    objects = BodyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(term_ends=None) | Q(term_ends__gte=F("term_starts")), name="body_term_in_order"
            ),
            models.UniqueConstraint(fields=["unit", "kind", "name"], name="body_once"),
        ]
        ordering = ["unit__path", "kind"]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return path_of("org:body_detail", self.pk)

    @property
    def over(self) -> bool:
        """Its term has ended: nobody sits in it any more."""
        return self.term_ends is not None and self.term_ends < clock.today()

    def sitting(self):
        """The memberships of today, chair first."""
        rows = self.memberships.current().select_related("person__unit")
        return sorted(rows, key=lambda row: (ORDER[row.role], row.pk))

    def holder(self, role):
        """Who holds the one seat of a role today, of a body had by `for_list`."""
        return next((seat.person for seat in self.seats_today if seat.role == role), None)


class MembershipQuerySet(models.QuerySet):
    def current(self):
        day = clock.today()
        return self.filter(Q(ends=None) | Q(ends__gte=day), starts__lte=day)


class Membership(models.Model):
    """A person's seat in a body. The secretary does not vote."""

    class Role(models.TextChoices):
        CHAIR = "chair", _("Chair")
        DEPUTY_CHAIR = "deputy_chair", _("Deputy chair")
        MEMBER = "member", _("Member")
        SECRETARY = "secretary", _("Secretary")

    body = models.ForeignKey(Body, models.PROTECT, related_name="memberships")
    person = models.ForeignKey("org.Person", models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role, default=Role.MEMBER)
    starts = models.DateField(default=clock.today)
    ends = models.DateField(null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["body", "person", "starts"], name="membership_once"),
            models.CheckConstraint(
                condition=Q(ends=None) | Q(ends__gte=F("starts")), name="membership_in_order"
            ),
        ]

    @property
    def votes(self):
        return self.role != self.Role.SECRETARY


ORDER = {role: place for place, role in enumerate(("chair", "deputy_chair", "member", "secretary"))}

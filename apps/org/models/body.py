from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core import clock


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
        return reverse("org:body_detail", args=[self.pk])

    def sitting(self):
        """The memberships of today, chair first."""
        day = clock.today()
        rows = self.memberships.filter(Q(ends=None) | Q(ends__gte=day), starts__lte=day).select_related(
            "person__unit"
        )
        order = {
            Membership.Role.CHAIR: 0,
            Membership.Role.DEPUTY_CHAIR: 1,
            Membership.Role.MEMBER: 2,
            Membership.Role.SECRETARY: 3,
        }
        return sorted(rows, key=lambda row: (order[row.role], row.pk))


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

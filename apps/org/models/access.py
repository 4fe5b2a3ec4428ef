from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.models.subject import About, AboutQuerySet
from apps.org import matrix


class AccessQuerySet(AboutQuerySet):
    def current(self):
        day = clock.today()
        return self.filter(Q(ends=None) | Q(ends__gte=day), starts__lte=day)

    def over(self):
        return self.filter(ends__lt=clock.today())

    def visible_to(self, user):
        """The exceptions of people and units below a post that gives "access.view"; at the root, all of them."""
        q = Q(pk__in=[])
        for post in user.standing:
            if "descendant" in matrix.cell(post.role, "access.view"):
                if post.unit.is_root():
                    return self
                q |= Q(unit__path__range=post.unit.span) | Q(person__unit__path__range=post.unit.span)
        return self.filter(q)


class Access(About):
    """An exception to reach, written by the app that assigns, recuses, shares or adopts, in the same transaction.

    A deny names a person and beats every grant.
    """

    class Effect(models.TextChoices):
        ALLOW = "allow", _("Allowed")
        DENY = "deny", _("Denied")

    person = models.ForeignKey("org.Person", models.PROTECT, null=True, blank=True, related_name="access")
    unit = models.ForeignKey("org.Unit", models.PROTECT, null=True, blank=True, related_name="access")
    below = models.BooleanField(default=True)  # a unit's row reaches the units below it as well
    capability = models.CharField(max_length=40)
    effect = models.CharField(max_length=5, choices=Effect)
    because_of = models.CharField(max_length=80)  # the row that made it, e.g. "review.Assignment:12"
    starts = models.DateField(default=clock.today)
    ends = models.DateField(null=True, blank=True)

    objects = AccessQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(person=None) ^ Q(unit=None), name="access_names_a_person_or_a_unit"
            ),
            models.CheckConstraint(condition=~Q(effect="deny") | Q(unit=None), name="access_denies_a_person"),
            models.UniqueConstraint(
                fields=["subject_type", "subject_id", "capability", "effect", "person", "because_of"],
                name="access_once_a_person",
            ),
            models.UniqueConstraint(
                fields=["subject_type", "subject_id", "capability", "effect", "unit", "because_of"],
                name="access_once_a_unit",
            ),
            models.CheckConstraint(
                condition=Q(ends=None) | Q(ends__gte=F("starts")), name="access_ends_after_it_starts"
            ),
        ]
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "capability"], name="access_subject"),
            models.Index(fields=["person", "subject_type", "capability"], name="access_person"),
            models.Index(fields=["unit", "subject_type", "capability"], name="access_unit"),
        ]

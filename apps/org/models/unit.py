from django.db import models
from django.utils.translation import gettext_lazy as _
from treebeard.mp_tree import MP_Node, MP_NodeManager, MP_NodeQuerySet

from apps.core.routes import path_of


class UnitQuerySet(MP_NodeQuerySet):
    def visible_to(self, user):
        """The tree is no secret inside the bank: every unit, or none to those without a post."""
        return self if user.may_ever("org.view") else self.none()

    def open(self):
        return self.filter(closed_on=None)

    def under(self, unit):
        """The unit itself and everything below it, as one range on the path."""
        return self.filter(path__range=unit.span)

    def branches(self):
        return self.filter(kind=Unit.Kind.BRANCH)

    def search_text(self, text):
        return self.filter(models.Q(name__icontains=text) | models.Q(code__istartswith=text))


class UnitManager(MP_NodeManager.from_queryset(UnitQuerySet)):
    def get_queryset(self):
        return UnitQuerySet(self.model, using=self._db).order_by("path")


class Unit(MP_Node):
    """A node of the bank's one tree: head office, branch, sub-branch, department …"""

    class Kind(models.TextChoices):
        HEAD_OFFICE = "head_office", _("Head office")
        BRANCH = "branch", _("Branch")
        SECOND_LEVEL_BRANCH = "second_level_branch", _("Second-level branch")
        SUB_BRANCH = "sub_branch", _("Sub-branch")
        DEPARTMENT = "department", _("Department")
        DIVISION = "division", _("Division")
        SPECIALISED = "specialised", _("Specialised unit")
        SUBSIDIARY = "subsidiary", _("Subsidiary")

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=100, db_index=True)
    short_name = models.CharField(max_length=40, blank=True)
    kind = models.CharField(max_length=20, choices=Kind)
    opened_on = models.DateField(null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    org_import = models.ForeignKey(
        "org.OrgImport", models.PROTECT, null=True, editable=False, related_name="+"
    )

    objects = UnitManager()

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return path_of("org:unit_detail", self.pk)

    @property
    def label(self):
        return self.short_name or self.name

    @property
    def span(self) -> tuple[str, str]:
        """The range of paths of this unit and all below it (treebeard's alphabet ends in Z)."""
        return self.path, self.path + "Z" * self.steplen

    @property
    def path_upwards(self) -> list[str]:
        """The paths from this unit up to the root, itself included."""
        return [self.path[:end] for end in range(len(self.path), 0, -self.steplen)]

    def is_under(self, other) -> bool:
        """This unit is the other one or below it."""
        return self.path.startswith(other.path)

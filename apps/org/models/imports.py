from django.conf import settings
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.routes import path_of
from apps.org.models.unit import Unit


class OrgImportQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those who import, those who approve it, and those who read the journal, at the top of the tree."""
        root = Unit.objects.filter(depth=1).first()
        may = root and any(
            user.may_at(capability, root) for capability in ("org.manage", "post.grant", "journal.read")
        )
        return self if may else self.none()


class OrgImport(models.Model):
    """One uploaded workbook of units, people and posts: checked, previewed, approved, then merged whole or not at all."""

    class State(models.TextChoices):
        BAD = "bad", _("Has errors")
        CHECKED = "checked", _("Checked")
        WAITING = "waiting", _("Waiting")
        DONE = "done", _("Imported")
        DROPPED = "dropped", _("Dropped")

    name = models.CharField(max_length=160)
    sha256 = models.CharField(max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)
    state = models.CharField(max_length=10, choices=State, default=State.CHECKED)
    checked_at = models.DateTimeField(default=clock.now)
    preview = models.CharField(
        max_length=64
    )  # the hash of what the rows would do, when they were last checked
    summary = models.JSONField(default=dict)  # sheet → effect → how many rows

    objects = OrgImportQuerySet.as_manager()

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return path_of("org:import_detail", self.pk)

    @cached_property
    def root(self):
        """The whole bank is what it is about."""
        return Unit.objects.get(depth=1)

    def count(self, *effects: str) -> int:
        """How many rows have one of these effects."""
        return sum(sheet.get(effect, 0) for sheet in self.summary.values() for effect in effects)

    @property
    def alters(self) -> int:
        return self.count("new", "changed", "ended")


class ImportRow(models.Model):
    """A row of the workbook as read, with what it would do or what is wrong with it."""

    class Sheet(models.TextChoices):
        UNITS = "units", _("Units")
        PEOPLE = "people", _("People")
        POSTS = "posts", _("Posts")

    class Effect(models.TextChoices):
        NEW = "new", _("New")
        CHANGED = "changed", _("Changed")
        ENDED = "ended", _("Ended")
        SAME = "same", _("Unchanged")
        BAD = "bad", _("Wrong")

    org_import = models.ForeignKey(OrgImport, models.CASCADE, related_name="rows")
    sheet = models.CharField(max_length=10, choices=Sheet)
    number = models.PositiveIntegerField()
    effect = models.CharField(max_length=10, choices=Effect)
    values = models.JSONField(default=dict)
    changes = models.JSONField(default=dict)  # name of the column → [was, will be]
    errors = models.JSONField(default=list)  # [head of the column, sentence]

    class Meta:
        indexes = [models.Index(fields=["org_import", "effect", "id"], name="import_row_effect")]
        ordering = ["id"]

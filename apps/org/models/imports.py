from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class OrgImport(models.Model):
    """One uploaded workbook of units, people and posts: checked, previewed, then merged by one action or not at all."""

    class State(models.TextChoices):
        CHECKED = "checked", _("Checked")
        BAD = "bad", _("Has errors")
        DONE = "done", _("Imported")
        DROPPED = "dropped", _("Dropped")

    name = models.CharField(max_length=160)
    sha256 = models.CharField(max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())
    state = models.CharField(max_length=10, choices=State, default=State.CHECKED)
    summary = models.JSONField(default=dict)  # sheet → {new, changed, same}


class ImportRow(models.Model):
    """A row of the workbook as read, with what it would do or what is wrong with it."""

    class Effect(models.TextChoices):
        NEW = "new", _("New")
        CHANGED = "changed", _("Changed")
        SAME = "same", _("Unchanged")
        BAD = "bad", _("Wrong")

    org_import = models.ForeignKey(OrgImport, models.CASCADE, related_name="rows")
    sheet = models.CharField(max_length=20)
    number = models.PositiveIntegerField()
    effect = models.CharField(max_length=10, choices=Effect)
    values = models.JSONField(default=dict)
    changes = models.JSONField(default=dict)  # field → [was, will be]
    errors = models.JSONField(default=list)  # [column, sentence]

    class Meta:
        indexes = [models.Index(fields=["org_import", "effect", "id"], name="import_row_effect")]
        ordering = ["id"]

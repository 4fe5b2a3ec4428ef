import secrets

from django.conf import settings
from django.db import models

from apps.core import clock
from apps.core.grades import Grade
from apps.core.models.subject import About


def where(attachment, filename):
    """Stored names say nothing: a random name, no extension a server might act on."""
    return f"attachments/{secrets.token_hex(2)}/{secrets.token_hex(16)}"


class Attachment(About):
    """A file that belongs to a thing; served only to those who see the thing."""

    file = models.FileField(upload_to=where, max_length=200)
    name = models.CharField(max_length=160)
    media_type = models.CharField(max_length=100)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64, db_index=True)
    grade = models.PositiveSmallIntegerField(choices=Grade, default=Grade.INTERNAL)
    kind = models.CharField(
        max_length=40, blank=True
    )  # what it is to its subject: "original", "photo", "scan" …
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = [models.Index(fields=["subject_type", "subject_id", "id"], name="attachment_subject")]

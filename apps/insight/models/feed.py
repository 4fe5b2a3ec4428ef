from django.conf import settings
from django.db import models

from apps.core import clock


class FeedFile(models.Model):
    """The entries of a feed somebody handed in and is choosing from. Only that account sees it; the chosen become drafts."""

    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    unit = models.ForeignKey("org.Unit", models.PROTECT, related_name="+")
    line = models.ForeignKey("org.BusinessLine", models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=160)
    entries = models.JSONField()  # [{title, url, author, source, published (ISO) or null, body}, …]
    at = models.DateTimeField(default=clock.now)

from django.contrib.contenttypes.models import ContentType
from django.db import models


class SearchRow(models.Model):
    """What search knows of a thing: its words as overlapping bigrams. Found rows are shown through the thing's own
    `visible_to` only. The index itself is an FTS5 table on SQLite and a GIN index on PostgreSQL (apps.core.search)."""

    subject_type = models.ForeignKey(ContentType, models.PROTECT, related_name="+")
    subject_id = models.PositiveBigIntegerField()
    title = models.CharField(max_length=300)
    words = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subject_type", "subject_id"], name="search_row_once")]

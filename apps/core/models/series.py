from django.db import models


class Series(models.Model):
    """A numbered series (代字〔年〕序号), without gaps: the number is taken in the transaction that uses it."""

    code = models.CharField(max_length=40)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "year"], name="series_year_once")]

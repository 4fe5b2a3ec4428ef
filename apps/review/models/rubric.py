from django.db import models
from django.db.models import Q

from apps.core.formats import in_english


class Rubric(models.Model):
    """A version of the table topics are scored by. Its criteria do not change once a round uses it."""

    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=80, blank=True)
    version = models.PositiveSmallIntegerField(default=1)

    class Meta:
        ordering = ["name", "-version"]
        constraints = [models.UniqueConstraint(fields=["name", "version"], name="rubric_version_once")]

    def __str__(self):
        return self.name_en if self.name_en and in_english() else self.name

    @classmethod
    def in_force(cls):
        """The one rounds take when nobody chooses: the latest version made."""
        return cls.objects.order_by("-pk").first()


class Criterion(models.Model):
    """A line of a rubric. The weights of a rubric are per cent and add up to a hundred."""

    rubric = models.ForeignKey(Rubric, models.PROTECT, related_name="criteria")
    order = models.PositiveSmallIntegerField(default=0)
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=80, blank=True)
    weight = models.PositiveSmallIntegerField()  # per cent
    max_score = models.PositiveSmallIntegerField(default=10)
    guide = models.CharField(max_length=300, blank=True)
    guide_en = models.CharField(max_length=400, blank=True)

    class Meta:
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["rubric", "name"], name="criterion_once"),
            models.CheckConstraint(condition=Q(weight__range=(1, 100)), name="criterion_weight_in_percent"),
            models.CheckConstraint(condition=Q(max_score__gt=0), name="criterion_has_a_scale"),
        ]

    def __str__(self):
        return self.name_en if self.name_en and in_english() else self.name

    @property
    def advice(self):
        """What the scores of this criterion mean, in the reader's language."""
        return self.guide_en if self.guide_en and in_english() else self.guide

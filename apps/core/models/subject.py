"""A row about any thing of any app, without a foreign key to it."""

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models


class AboutQuerySet(models.QuerySet):
    def about(self, *things):
        """Rows about any of these things (of any models)."""
        q = models.Q(pk__in=[])
        for thing in things:
            q |= models.Q(subject_type=ContentType.objects.get_for_model(thing), subject_id=thing.pk)
        return self.filter(q)


class About(models.Model):
    """Abstract: the generic subject. Shown only through that subject's own `visible_to`."""

    subject_type = models.ForeignKey(ContentType, models.PROTECT, related_name="+")
    subject_id = models.PositiveBigIntegerField()
    subject = GenericForeignKey("subject_type", "subject_id")

    objects = AboutQuerySet.as_manager()

    class Meta:
        abstract = True

from django.conf import settings
from django.db import models

from apps.core import clock
from apps.core.models.subject import About, AboutQuerySet


class Comment(About):
    """What somebody said about a thing. Not edited; taken back by a line saying so."""

    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)
    text = models.TextField(max_length=5000)
    withdrawn = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["subject_type", "subject_id", "id"], name="comment_subject")]


class Follow(About):
    """A person wants to hear of a thing."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="follows")
    since = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "subject_type", "subject_id"], name="follow_once")
        ]
        indexes = [models.Index(fields=["subject_type", "subject_id"], name="follow_subject")]


class NoticeQuerySet(AboutQuerySet):
    def unread(self):
        return self.filter(read_at=None)


class Notice(About):
    """Something that happened and concerns a person. It names no text of the subject: the page shows the title only to
    those who still see the subject."""

    to = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices")
    verb = models.CharField(max_length=60)
    entry = models.BigIntegerField(null=True)
    at = models.DateTimeField(default=clock.now)
    read_at = models.DateTimeField(null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["to", "verb", "entry"], name="notice_once")]
        indexes = [
            models.Index(fields=["to", "-id"], name="notice_to"),
            models.Index(fields=["to"], name="notice_unread", condition=models.Q(read_at=None)),
        ]


class SavedView(models.Model):
    """A person's named set of filters on one list."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_views")
    page = models.CharField(max_length=80)  # URL name of the list
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=1000)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "page", "name"], name="saved_view_once")]
        ordering = ["name"]

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.grades import Grade
from apps.core.routes import path_of
from apps.insight.script import simplified
from apps.org.reach import ReachQuerySet, within_reach


class ItemQuerySet(ReachQuerySet):
    def visible_to(self, user):
        """Within reach; a draft only for whose it is and for those who may edit it."""
        shown = ~Q(state=Item.State.DRAFT) | Q(filed_by=user.principal_id)
        return self.scoped(user, "item.view").filter(shown | within_reach(Item, user, "item.edit"))

    def waiting_on(self, user):
        """Drafts this person has not filed yet."""
        return self.filter(filed_by=user.principal_id, state=Item.State.DRAFT)

    def filed(self):
        return self.filter(state=Item.State.FILED)

    def same_original_as(self, item):
        """Other items made from the very same file."""
        return self.exclude(pk=item.pk).filter(sha256=item.sha256) if item.sha256 else self.none()

    def for_list(self):
        return self.select_related("unit", "line", "filed_by").defer("body", "body_simplified")


class Item(models.Model):
    """One thing learned of peers, other industries or our own branches (创新动态)."""

    class Category(models.TextChoices):
        PEER_MOVE = "peer_move", _("Peer move")
        PRODUCT = "product", _("Product")
        PROJECT = "project", _("Project")
        BUSINESS = "business", _("Business")
        RESEARCH = "research", _("Research")
        AWARD_CASE = "award_case", _("Award case")
        REGULATION = "regulation", _("Regulation")
        OWN_PRACTICE = "own_practice", _("Own practice")

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        FILED = "filed", _("Filed")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    code = models.CharField(max_length=20, unique=True)
    unit = models.ForeignKey("org.Unit", models.PROTECT, related_name="items")
    line = models.ForeignKey("org.BusinessLine", models.PROTECT, null=True, blank=True, related_name="items")
    category = models.CharField(max_length=20, choices=Category, default=Category.PEER_MOVE)
    institution = models.CharField(max_length=100, blank=True)  # whom it is about
    title = models.CharField(max_length=300)
    title_simplified = models.CharField(max_length=300, blank=True)
    author = models.CharField(max_length=100, blank=True)
    source_name = models.CharField(max_length=100, blank=True)
    url = models.URLField(max_length=1000, blank=True)
    published_on = models.DateField(null=True, blank=True)
    body = models.TextField()
    body_simplified = models.TextField(blank=True)  # "" where the body is in simplified characters already
    script = models.CharField(max_length=20, blank=True)
    warnings = models.JSONField(
        default=list
    )  # what the extraction was not sure of, for the person who corrects
    sha256 = models.CharField(max_length=64, blank=True, db_index=True)  # of the original file
    grade = models.PositiveSmallIntegerField(choices=Grade, default=Grade.INTERNAL)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT, editable=False)
    filed_by = models.ForeignKey("org.Person", models.PROTECT, related_name="items")
    filed_at = models.DateTimeField(default=clock.now)  # of a draft: when it was drafted
    version = models.PositiveIntegerField(default=1)

    own_fields = ("filed_by",)
    plural = _("Insight items")
    objects = ItemQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["-filed_at", "-id"], name="item_newest"),
            models.Index(fields=["unit", "-filed_at", "-id"], name="item_unit_newest"),
        ]

    def __str__(self):
        return self.headline

    def get_absolute_url(self):
        return path_of("insight:item_detail", self.pk)

    @property
    def headline(self):
        """The title in simplified characters."""
        return self.title_simplified or self.title

    @property
    def text(self):
        """The body in simplified characters."""
        return self.body_simplified or self.body

    @property
    def credit(self):
        """Where it comes from, in one line of simplified characters."""
        day = self.published_on and self.published_on.isoformat()
        line = " · ".join(part for part in (self.institution, self.source_name, self.author, day) if part)
        return simplified(line) if self.body_simplified else line

    @property
    def filed(self):
        return self.state == self.State.FILED

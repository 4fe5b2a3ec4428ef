from django.db import models
from django.db.models import Prefetch, Q
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.formats import in_english
from apps.core.routes import path_of
from apps.core.scope import ScopedQuerySet
from apps.org.reach import ReachQuerySet


class Skill(models.Model):
    """Something a person can do, by the bank's own list."""

    class Area(models.TextChoices):
        BUSINESS = "business", _("Finance")
        DIGITAL = "digital", _("Digital")
        LEADING = "leading", _("Products and leading")

    code = models.SlugField(max_length=40, unique=True)
    area = models.CharField(max_length=10, choices=Area)
    name = models.CharField(max_length=40)
    name_en = models.CharField(max_length=60)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "pk"]

    def __str__(self):
        return self.name_en if in_english() else self.name


class TalentProfileQuerySet(ReachQuerySet):
    def visible_to(self, user):
        return self.scoped(user, "talent.view")

    def for_list(self):
        skills = ProfileSkill.objects.unscoped("with the profile").select_related("skill")
        return self.select_related("person", "unit").prefetch_related(Prefetch("skills", skills))


class TalentProfile(models.Model):
    """What somebody brings to innovation: their type, their skills, and a few words. Nothing else about them is kept."""

    class Kind(models.TextChoices):
        BUSINESS = "business", _("Financial business")
        DIGITAL = "digital", _("Digital specialist")
        COMPOSITE = "composite", _("Digital and financial composite")
        LEADER = "leader", _("Leading manager")

    person = models.OneToOneField("org.Person", models.PROTECT, related_name="talent_profile")
    unit = models.ForeignKey("org.Unit", models.PROTECT, related_name="talent_profiles")  # who keeps it
    kind = models.CharField(max_length=10, choices=Kind)
    expert = models.BooleanField(default=False)  # of the think tank; inside or outside as the person is
    summary = models.TextField(max_length=1000, blank=True)
    kept_at = models.DateTimeField(default=clock.now)
    version = models.PositiveIntegerField(default=1, editable=False)

    own_fields = ("person",)
    plural = _("Talent profiles")
    objects = TalentProfileQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["unit", "-id"], name="talent_profile_unit"),
            models.Index(fields=["-kept_at", "-id"], name="talent_profile_kept"),
        ]

    def __str__(self):
        return self.person.name

    def get_absolute_url(self):
        return path_of("talent:profile_detail", self.pk)

    @property
    def expert_label(self):
        """Inside or outside expert, or nothing."""
        if not self.expert:
            return ""
        return _("Inside expert") if self.person.inside else _("Outside expert")


class ProfileSkill(models.Model):
    """A skill of somebody, and how far it goes."""

    class Level(models.IntegerChoices):
        AWARE = 1, _("Knows of it")
        WORKING = 2, _("Works with it")
        SKILLED = 3, _("Skilled")
        MASTER = 4, _("Masters it")
        LEADING = 5, _("Leads others in it")

    profile = models.ForeignKey(TalentProfile, models.CASCADE, related_name="skills")
    skill = models.ForeignKey(Skill, models.PROTECT, related_name="+")
    level = models.PositiveSmallIntegerField(choices=Level)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["-level", "skill__order"]
        constraints = [
            models.UniqueConstraint(fields=["profile", "skill"], name="profile_skill_once"),
            models.CheckConstraint(condition=Q(level__range=(1, 5)), name="profile_skill_level_of_five"),
        ]

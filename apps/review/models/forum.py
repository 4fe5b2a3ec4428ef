from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.routes import path_of
from apps.org.calendar import parameter
from apps.review.ballot import Rule
from apps.review.routing import Right, beyond


class ForumQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those over and under the units of a person's posts: whoever proposes knows who decides."""
        q = Q(pk__in=[])
        for post in user.standing:
            q |= Q(unit__path__in=post.unit.path_upwards) | Q(unit__path__range=post.unit.span)
        return self.filter(q)

    def over(self, unit):
        """The forums of this unit and of those above it whose body still sits, the nearest first."""
        sits = Q(body__term_ends=None) | Q(body__term_ends__gte=clock.today())
        return (
            self.filter(sits, unit__path__in=unit.path_upwards)
            .select_related("unit", "body")
            .order_by("-unit__depth", "pk")
        )


class Forum(models.Model):
    """A body's right to decide: what comes before it, and how it counts its votes."""

    class Kind(models.TextChoices):
        BRANCH_GROUP = "branch_group", _("Branch working group")
        COMMITTEE = "committee", _("Head-office committee")

    class Of(models.TextChoices):
        PRESENT = "present", _("of those present")
        CAST = "cast", _("of the votes for and against")
        ALL = "all", _("of all members")

    body = models.ForeignKey("org.Body", models.PROTECT, related_name="forums")
    unit = models.ForeignKey("org.Unit", models.PROTECT, related_name="forums")
    name = models.CharField(max_length=60)
    series = models.CharField(max_length=20, default="创新委纪")  # the document series of its minutes (代字)
    kind = models.CharField(max_length=20, choices=Kind)
    up_to_fen = models.BigIntegerField(null=True, blank=True)  # null: no limit of its own
    decides_cross_branch = models.BooleanField(default=False)
    decides_first_in_industry = models.BooleanField(default=False)
    majority_numerator = models.PositiveSmallIntegerField(default=2)
    majority_denominator = models.PositiveSmallIntegerField(default=3)
    majority_of = models.CharField(max_length=10, choices=Of, default=Of.PRESENT)
    majority_more_than = models.BooleanField(default=False)  # “more than” the fraction, not “at least” it
    quorum_numerator = models.PositiveSmallIntegerField(default=2)
    quorum_denominator = models.PositiveSmallIntegerField(default=3)

    objects = ForumQuerySet.as_manager()

    TERMS = (
        "name", "kind", "series", "up_to_fen", "decides_cross_branch", "decides_first_in_industry", "majority",
        "majority_of", "majority_more_than", "quorum", "consulted_units",
    )  # fmt: skip

    class Meta:
        ordering = ["unit__path", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "name"], name="forum_once"),
            models.CheckConstraint(
                condition=Q(majority_denominator__gt=0, majority_numerator__lte=F("majority_denominator")),
                name="forum_majority_is_a_fraction",
            ),
            models.CheckConstraint(
                condition=Q(quorum_denominator__gt=0, quorum_numerator__lte=F("quorum_denominator")),
                name="forum_quorum_is_a_fraction",
            ),
            models.CheckConstraint(
                condition=Q(up_to_fen=None) | Q(up_to_fen__gte=0), name="forum_limit_not_negative"
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return path_of("review:forum_detail", self.pk)

    def is_open_to(self, user):
        """The same of one forum, without asking the database."""
        return any(p.unit.is_under(self.unit) or self.unit.is_under(p.unit) for p in user.standing)

    @property
    def limit_fen(self):
        """Up to how many fen it decides today; a working group without a limit of its own has the bank-wide one."""
        if self.up_to_fen is None and self.kind == self.Kind.BRANCH_GROUP:
            return parameter("branch_limit_fen")
        return self.up_to_fen

    @property
    def right(self) -> Right:
        return Right(self.limit_fen, self.decides_cross_branch, self.decides_first_in_industry)

    @property
    def majority(self) -> str:
        return f"{self.majority_numerator}/{self.majority_denominator}"

    @property
    def quorum(self) -> str:
        return f"{self.quorum_numerator}/{self.quorum_denominator}"

    @property
    def consulted_units(self) -> list:
        """The departments whose opinion is asked on whatever goes here."""
        return [line.unit for line in self.consulted.select_related("unit").order_by("unit")]

    @property
    def rule(self) -> Rule:
        return Rule(
            (self.majority_numerator, self.majority_denominator),
            self.majority_of,
            self.majority_more_than,
            (self.quorum_numerator, self.quorum_denominator),
        )


class Consulted(models.Model):
    """A department whose opinion is asked on whatever goes to this forum."""

    forum = models.ForeignKey(Forum, models.CASCADE, related_name="consulted")
    unit = models.ForeignKey("org.Unit", models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["forum", "unit"], name="consulted_once")]


def explained_route(project) -> tuple[Forum | None, list[tuple[Forum, str]]]:
    """The nearest forum over the project's unit whose right covers it (None where the bank has set up none), and the nearer
    ones that may not decide it, each with what takes it beyond their right."""
    passed_over = []
    for forum in Forum.objects.over(project.unit):
        reason = beyond(forum.right, project.asked_fen, project.cross_branch, project.first_in_industry)
        if not reason:
            return forum, passed_over
        passed_over.append((forum, reason))
    return None, passed_over


def routed(projects) -> dict[int, Forum | None]:
    """The forum of each of these projects (by id), in as many queries as for one."""
    forums = list(Forum.objects.select_related("unit", "body").order_by("-unit__depth", "pk"))
    rights = {forum.pk: forum.right for forum in forums}
    return {
        project.pk: next(
            (
                forum
                for forum in forums
                if project.unit.is_under(forum.unit)
                and not beyond(
                    rights[forum.pk], project.asked_fen, project.cross_branch, project.first_in_industry
                )
            ),
            None,
        )
        for project in projects
    }


def route(project) -> Forum | None:
    """The forum that decides a project."""
    return explained_route(project)[0]

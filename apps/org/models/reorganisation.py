from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.routes import path_of
from apps.org import matrix


class ReorganisationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those that touch a unit below a post that gives "reorganisation.view"; at the root, all of them."""
        q = Q(pk__in=[])
        for post in user.standing:
            if "descendant" in matrix.cell(post.role, "reorganisation.view"):
                if post.unit.is_root():
                    return self
                for end in ("unit", "other", "was"):
                    q |= Q(**{f"{end}__path__range": post.unit.span})
        return self.filter(q)

    def for_list(self):
        return self.select_related("unit", "other", "by__person")

    def search_text(self, text):
        q = Q()
        for end in ("unit", "other"):
            q |= Q(**{f"{end}__name__icontains": text}) | Q(**{f"{end}__code__istartswith": text})
        return self.filter(q)

    def waiting(self):
        return self.filter(state=Reorganisation.State.WAITING)

    def done(self):
        return self.filter(state=Reorganisation.State.DONE)


class Reorganisation(models.Model):
    """A unit is merged into another, moved below another, or closed: planned, previewed, asked for, approved, then done."""

    class What(models.TextChoices):
        MERGE = "merge", _("Merge into another unit")
        MOVE = "move", _("Move under another unit")
        CLOSE = "close", _("Close")

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        WAITING = "waiting", _("Waiting")
        DONE = "done", _("Done")
        DROPPED = "dropped", _("Dropped")

    what = models.CharField(max_length=10, choices=What)
    unit = models.ForeignKey("org.Unit", models.PROTECT, related_name="reorganisations")
    other = models.ForeignKey("org.Unit", models.PROTECT, null=True, related_name="+")  # into or under which
    was = models.ForeignKey("org.Unit", models.PROTECT, null=True, related_name="+")  # under which it stood
    not_before = models.DateField(default=clock.today)
    reason = models.CharField(max_length=500)
    document = models.CharField(max_length=100)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)
    state = models.CharField(max_length=10, choices=State, default=State.PLANNED, editable=False)
    checked_at = models.DateTimeField(default=clock.now)
    preview = models.CharField(max_length=64)  # the hash of what it would do, when it was last looked at
    summary = models.JSONField(default=dict)  # what it would do, in numbers
    done_on = models.DateField(null=True)

    objects = ReorganisationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(what="close", other=None) | ~Q(what="close") & Q(other__isnull=False),
                name="reorganisation_names_where_to",
            ),
            models.CheckConstraint(
                condition=Q(other=None) | ~Q(other=F("unit")), name="reorganisation_of_two_units"
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(done_on__isnull=False),
                name="reorganisation_done_on_a_day",
            ),
        ]
        indexes = [models.Index(fields=["unit", "state"], name="reorganisation_unit_state")]

    def __str__(self):
        words = {
            "merge": _("Merge %(unit)s into %(other)s"),
            "move": _("Move %(unit)s under %(other)s"),
            "close": _("Close %(unit)s"),
        }[self.what]
        return str(words) % {"unit": self.unit.name, "other": self.other.name if self.other else ""}

    def get_absolute_url(self):
        return path_of("org:reorganisation_detail", self.pk)

    @property
    def seat(self):
        """The lowest unit over all that is touched: who decides there, decides over both ends."""
        if self.other is None:
            return self.unit
        length = 0
        steps = self.unit.steplen
        while self.unit.path[length : length + steps] == self.other.path[length : length + steps] != "":
            length += steps
        return self.unit if length == len(self.unit.path) else _at(self, length)

    @property
    def sight_by_kind(self) -> list[tuple]:
        """(label of the model, what its rows are called, people who gain sight, of how many each at most, people who lose it,
        of how many each at most)"""
        return [
            (label, apps.get_model(label).plural, *numbers)
            for label, numbers in self.summary["kinds"].items()
        ]

    def overtook(self, request) -> bool:
        """Was its preview renewed after this request asked for it?"""
        return self.state == self.State.WAITING and self.checked_at > request.made_at

    @property
    def blocked(self) -> bool:
        """Something stands in its way that must be settled first."""
        return bool(self.summary.get("blockers"))


def _at(reorganisation, length):
    path = reorganisation.unit.path[:length]
    if reorganisation.other.path == path:
        return reorganisation.other
    return type(reorganisation.unit).objects.get(path=path)


class ReorganisationRowQuerySet(models.QuerySet):
    def search_text(self, text):
        named = Q(person=None, unit__name__icontains=text)
        return self.filter(named | Q(person__name__icontains=text) | Q(person__employee_no__istartswith=text))


class ReorganisationRow(models.Model):
    """One line of the preview: who gains or loses sight of what, which post stands where, who and what moves along."""

    class Sheet(models.TextChoices):
        GAINS = "gains", _("Gains sight")
        LOSES = "loses", _("Loses sight")
        POST = "post", _("Post")
        HOME = "home", _("Home unit")
        UNIT = "unit", _("Unit below")

    reorganisation = models.ForeignKey(Reorganisation, models.CASCADE, related_name="rows")
    sheet = models.CharField(max_length=10, choices=Sheet)
    person = models.ForeignKey("org.Person", models.PROTECT, null=True, related_name="+")
    unit = models.ForeignKey(
        "org.Unit", models.PROTECT, null=True, related_name="+"
    )  # where that person or post is
    role = models.CharField(max_length=30, blank=True, choices=matrix.role_choices)
    others = models.PositiveIntegerField(default=0)  # further posts of that person
    counts = models.JSONField(default=dict)  # label of the model → how many things
    total = models.PositiveIntegerField(default=0)
    kept = models.BooleanField(default=False)  # a post the person has there already

    objects = ReorganisationRowQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["reorganisation", "sheet", "id"], name="reorganisation_row_sheet")]
        ordering = ["id"]

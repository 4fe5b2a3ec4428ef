"""Which units have a liaison, branch by branch."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Count, Q

from apps.core import clock
from apps.org.models import Post, Unit

KINDS = (Unit.Kind.SUB_BRANCH, Unit.Kind.SECOND_LEVEL_BRANCH)  # the units that should have one


def liaisons():
    """The posts of liaisons that count today."""
    return Post.objects.current().filter(role="liaison")


def without_liaison():
    """The open sub-branches and second-level branches where nobody is liaison today."""
    return Unit.objects.open().filter(kind__in=KINDS).exclude(pk__in=liaisons().values("unit"))


@dataclass
class Coverage:
    """Of one branch (or of the whole bank): how many units should have a liaison, and what there is."""

    branch: Unit | None
    units: int = 0
    covered: int = 0
    full_time: int = 0
    part_time: int = 0
    with_deputy: int = 0

    @property
    def gaps(self) -> int:
        return self.units - self.covered

    @property
    def people(self) -> int:
        return self.full_time + self.part_time


def coverage() -> list[Coverage]:
    """Of each open branch, in three queries for any number."""
    units, posts = Unit.objects.open(), liaisons()
    branches = {branch.path: Coverage(branch) for branch in units.branches()}
    length = max((len(path) for path in branches), default=0)
    held = defaultdict(list)
    for path, full_time, deputy in posts.values_list("unit__path", "full_time", "deputy"):
        held[path].append((full_time, deputy))
    for path in units.filter(kind__in=KINDS).values_list("path", flat=True):
        if (row := branches.get(path[:length])) is not None:
            row.units += 1
            row.covered += path in held
    for path, those in held.items():
        if (row := branches.get(path[:length])) is not None:
            row.full_time += sum(full for full, _deputy in those)
            row.part_time += sum(not full for full, _deputy in those)
            row.with_deputy += sum(deputy is not None for _full, deputy in those)
    return list(branches.values())


def coverage_of(unit: Unit) -> Coverage:
    """Of a unit and all below it, in one query."""
    day = clock.today()
    here = Q(kind__in=KINDS)
    held = (
        Q(posts__role="liaison", posts__starts__lte=day)
        & (Q(posts__ends=None) | Q(posts__ends__gte=day))
        & (Q(posts__revoked_on=None) | Q(posts__revoked_on__gt=day))
    )
    figures = (
        Unit.objects.open()
        .under(unit)
        .order_by()
        .aggregate(
            units=Count("pk", filter=here, distinct=True),
            covered=Count("pk", filter=here & held, distinct=True),
            full_time=Count("posts", filter=held & Q(posts__full_time=True), distinct=True),
            part_time=Count("posts", filter=held & Q(posts__full_time=False), distinct=True),
            with_deputy=Count("posts", filter=held & Q(posts__deputy__isnull=False), distinct=True),
        )
    )
    return Coverage(unit, **figures)


def together(rows: list[Coverage]) -> Coverage:
    """The sum of several branches."""
    names = ("units", "covered", "full_time", "part_time", "with_deputy")
    return Coverage(None, **{name: sum(getattr(row, name) for row in rows) for name in names})

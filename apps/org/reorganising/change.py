"""What a reorganisation does to the tree, to posts, homes and grants. No line of the journal: a preview does it, and undoes it."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import F, Q

from apps.org.models import Access, Person, Post, Reorganisation, Unit

BATCH = 2000
ONE_DAY = timedelta(days=1)
FOREVER = date.max


@dataclass
class Changed:
    """What was done: units that stand elsewhere now, posts and where each went on, people whose home it was, grants."""

    units: list[Unit] = field(default_factory=list)
    posts: list[tuple[Post, list[Post]]] = field(default_factory=list)
    people: int = 0
    grants: int = 0


def carry_out(reorganisation: Reorganisation, day: date) -> Changed:
    """Do it. The caller holds the tree and has looked that nothing stands in its way."""
    unit = Unit.objects.get(pk=reorganisation.unit_id)
    changed = Changed()
    if reorganisation.what == Reorganisation.What.MOVE:
        _move(unit, reorganisation.other_id)
        changed.units = [unit]
    elif reorganisation.what == Reorganisation.What.MERGE:
        changed = _merge(unit, reorganisation.other_id, day)
    if reorganisation.what != Reorganisation.What.MOVE:
        Unit.objects.filter(pk=unit.pk).update(closed_on=day)
    return changed


def going_along(unit: Unit, what: str) -> list[Unit]:
    """The units that get another place by it: the moved one, or, when it is merged, the open ones one step below it.

    What was merged into it before and stands closed below it stays there: its history lies with that unit.
    """
    if what == Reorganisation.What.MOVE:
        return [unit]
    if what == Reorganisation.What.MERGE:
        return list(Unit.objects.filter(path__range=unit.span, depth=unit.depth + 1).open())
    return []


def _move(unit, parent_id):
    # Both are read again: a tree's paths are those of this moment, or it is damaged.
    Unit.objects.move(Unit.objects.get(pk=unit.pk), Unit.objects.get(pk=parent_id), pos="last-child")


def _merge(unit, into_id, day):
    below = going_along(unit, Reorganisation.What.MERGE)
    into = Unit.objects.get(pk=into_id)
    for child in below:
        _move(child, into.pk)
    if unit.path[: -Unit.steplen] != into.path:
        _move(unit, into.pk)
    return Changed(
        units=below,
        posts=_give_posts_again(unit, into, day),
        people=Person.objects.filter(unit=unit, left_on=None).update(unit=into, version=F("version") + 1),
        grants=_pass_grants_on(unit, into, day),
    )


# ── Posts ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def standing_from(day: date):
    """The posts that count on this day or later. Not those on an engagement: a letter opens what this very unit holds, and
    goes on to do so when the unit is closed."""
    return Post.objects.filter(
        Q(revoked_on=None) | Q(revoked_on__gt=day), Q(ends=None) | Q(ends__gte=day), engagement=None
    ).order_by("pk")


def _give_posts_again(unit, into, day):
    """End the posts of a unit on the day, and let each stand again at the other, where the person has it not already."""
    ending = list(standing_from(day).filter(unit=unit))
    there = list(standing_from(day).filter(unit=into, person__in={post.person_id for post in ending}))
    for post in ending:
        post.revoked_on = day
    Post.objects.bulk_update(ending, ["revoked_on"], batch_size=BATCH)
    found = []
    for post in ending:
        same = [other for other in there if _same(other, post)]
        new = [
            Post(
                person_id=post.person_id, unit=into, role=post.role, line_id=post.line_id, starts=starts,
                ends=None if ends == FOREVER else ends, full_time=post.full_time, deputy_id=post.deputy_id,
            )
            for starts, ends in gaps(max(post.starts, day), post.ends or FOREVER, [(other.starts, last_day(other)) for other in same])
        ]  # fmt: skip
        Post.objects.bulk_create(new)
        there += new  # the same post may have stood twice, one after the other
        found.append((post, new))
    return found


def _same(one, other) -> bool:
    return (one.person_id, one.role, one.line_id) == (other.person_id, other.role, other.line_id)


def last_day(post) -> date:
    ends = post.ends or FOREVER
    return min(ends, post.revoked_on - ONE_DAY) if post.revoked_on else ends


def gaps(starts: date, ends: date, taken: list[tuple[date, date]]) -> list[tuple[date, date]]:
    """The parts of a period that none of the others covers; all days are included."""
    found = []
    for first, last in sorted(taken):
        if starts > ends or first > ends:
            break
        if first > starts:
            found.append((starts, first - ONE_DAY))
        if last >= starts:
            if last == FOREVER:
                return found
            starts = last + ONE_DAY
    return [*found, (starts, ends)] if starts <= ends else found


# ── Grants ────────────────────────────────────────────────────────────────────────────────────────────────────────
def _pass_grants_on(unit, into, day):
    """What was shared with the unit is shared with the one that takes it in as well, because of the same cause: who takes
    it back, takes back both."""
    held = Access.objects.filter(Q(ends=None) | Q(ends__gte=day), unit=unit)
    copies = [
        Access(
            subject_type_id=row.subject_type_id, subject_id=row.subject_id, unit=into, below=row.below,
            capability=row.capability, effect=row.effect, because_of=row.because_of, starts=row.starts, ends=row.ends,
        )
        for row in held.order_by("pk")
    ]  # fmt: skip
    before = Access.objects.filter(unit=into).count()
    Access.objects.bulk_create(copies, batch_size=BATCH, ignore_conflicts=True)
    return Access.objects.filter(unit=into).count() - before

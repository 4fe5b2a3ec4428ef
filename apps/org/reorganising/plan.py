"""The preview of a reorganisation: its rows, its numbers, what stands in its way, and the hash of what it would do."""

import hashlib
import json
from collections import defaultdict
from dataclasses import dataclass

from django.utils.translation import gettext as _

from apps.core import clock
from apps.org import handover, unsettled
from apps.org.models import Body, Membership, Person, Post, Reorganisation, ReorganisationRow, Request, Unit
from apps.org.reorganising.change import Changed, carry_out, going_along, standing_from
from apps.org.reorganising.sight import Cut, Sight, changes_of_sight

What = Reorganisation.What
Sheet = ReorganisationRow.Sheet


@dataclass
class Preview:
    rows: list[ReorganisationRow]
    summary: dict
    hash: str


def impossible(what: str, unit: Unit, other: Unit | None) -> str:
    """Why this can never be, in a sentence; empty when it can."""
    if unit.is_root():
        return _("%(unit)s is the root of the tree; it stays.") % {"unit": unit}
    if unit.closed_on:
        return _("%(unit)s is already closed.") % {"unit": unit}
    if what == What.CLOSE:
        return ""
    if other is None:
        return _("Say which unit it goes to.")
    if other.closed_on:
        return _("%(unit)s is closed.") % {"unit": other}
    if other.pk == unit.pk:
        return _("Choose another unit than %(unit)s itself.") % {"unit": unit}
    if other.is_under(unit):
        if what == What.MOVE:
            return _("%(unit)s cannot stand below itself.") % {"unit": unit}
        return _("%(other)s stands below %(unit)s. Move it out first.") % {"other": other, "unit": unit}
    if what == What.MOVE and other.path == unit.path[: -Unit.steplen]:
        return _("%(unit)s already stands there.") % {"unit": unit}
    return ""


def preview_of(reorganisation: Reorganisation) -> Preview:
    """What it would do if it were done now. It is tried, and undone; the caller holds the tree."""
    unit = reorganisation.unit
    outcome = Changed()

    def do():
        nonlocal outcome
        outcome = carry_out(reorganisation, clock.today())

    along = going_along(unit, reorganisation.what)
    homes = _homes(reorganisation)
    cut = Cut.of(reorganisation)
    held = _held_near(cut)
    sights = changes_of_sight(reorganisation, do) if reorganisation.other_id else {}
    rows = [
        *_rows_of_sight(reorganisation, sights, cut),
        *(_row_of_post(reorganisation, post, new) for post, new in outcome.posts),
        *(_row(reorganisation, Sheet.HOME, person_id=pk, unit=unit) for pk in homes),
        *(_row(reorganisation, Sheet.UNIT, unit=below, total=_below(below)) for below in along if below.pk != unit.pk),
    ]  # fmt: skip
    summary = {
        "below": _below(unit),
        "homes": len(homes),
        "posts": len(outcome.posts),
        "kept": sum(not new for _post, new in outcome.posts),
        "grants": outcome.grants,
        "gaining": sum(bool(sight.gains) for sight in sights.values()),
        "losing": sum(bool(sight.losses) for sight in sights.values()),
        "kinds": _by_kind(sights),
        "along": _what_goes_along(reorganisation),
        "blockers": blockers_of(reorganisation),
    }
    far = sorted(set(sights) - {person for _post, person, *_rest in held})
    seen = {
        "what": reorganisation.what,
        "units": [unit.pk, reorganisation.other_id, _parent_of(unit)],
        "along": sorted(below.pk for below in along),
        "posts": sorted([post.pk, post.person_id, *map(_post_told, new)] for post, new in outcome.posts),
        "homes": sorted(homes),
        "near": held,
        "far": far,
    }
    return Preview(rows, summary, _hash(seen))


def _hash(seen) -> str:
    """What would be done, as a number: which units, posts and homes, and through which posts people see more or less.

    Not how many things there are to see: one more item filed today is no other reorganisation.
    """
    text = json.dumps(seen, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _post_told(post) -> list:
    return [post.role, post.line_id, post.starts.isoformat(), post.ends and post.ends.isoformat()]


def _parent_of(unit) -> int:
    return Unit.objects.values_list("pk", flat=True).get(path=unit.path[: -Unit.steplen])


def _below(unit) -> int:
    return Unit.objects.under(unit).open().exclude(pk=unit.pk).count()


def _homes(reorganisation) -> list[int]:
    if reorganisation.what != What.MERGE:
        return []
    people = Person.objects.filter(unit=reorganisation.unit_id, left_on=None)
    return list(people.order_by("pk").values_list("pk", flat=True))


def _held_near(cut) -> list:
    """The posts through which people gain or lose sight."""
    posts = Post.objects.current().filter(unit__in=cut.touched).order_by("pk")
    return [list(values) for values in posts.values_list("pk", "person", "unit", "role", "line")]


# ── Rows ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def _row(reorganisation, sheet, **values) -> ReorganisationRow:
    return ReorganisationRow(reorganisation=reorganisation, sheet=sheet, **values)


def _row_of_post(reorganisation, post, new):
    return _row(
        reorganisation, Sheet.POST, person_id=post.person_id, unit_id=post.unit_id, role=post.role, kept=not new
    )  # fmt: skip


def _rows_of_sight(reorganisation, sights: dict[int, Sight], cut):
    """Two rows for who gains and loses; each with the post by which they do, and how many more they hold."""
    posts = defaultdict(list)
    held = Post.objects.current().filter(person__in=sights).select_related("unit").order_by("pk")
    for post in held:
        posts[post.person_id].append(post)
    for sheet, name in ((Sheet.LOSES, "losses"), (Sheet.GAINS, "gains")):
        for person in sorted(sights):
            counts = getattr(sights[person], name)
            if counts:
                mine = posts[person]
                first = next((post for post in mine if post.unit_id in cut.touched), None) or next(
                    post for post in mine if cut.branch(post.unit.path) is not None
                )
                yield _row(
                    reorganisation, sheet, person_id=person, unit=first.unit, role=first.role,
                    others=len(mine) - 1, counts=counts, total=sum(counts.values()),
                )  # fmt: skip


# ── Numbers ───────────────────────────────────────────────────────────────────────────────────────────────────────
def _by_kind(sights) -> dict[str, list[int]]:
    """label of the model → how many people gain sight, of how many such things at most, how many lose it, and of how many."""
    found: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for sight in sights.values():
        for place, counts in ((0, sight.gains), (2, sight.losses)):
            for label, count in counts.items():
                row = found[label]
                row[place] += 1
                row[place + 1] = max(row[place + 1], count)
    return dict(sorted(found.items()))


def _what_goes_along(reorganisation) -> dict[str, dict[str, int]]:
    """What moves with the unit, or goes on at it, without being touched: bodies with their seats, requests, open work."""
    unit = reorganisation.unit
    if reorganisation.what == What.CLOSE:
        return {}
    bodies = Body.objects.in_term().filter(unit__path__range=unit.span)
    requests = Request.objects.unscoped("what a reorganisation takes along").open()
    found = {
        "bodies": bodies.count(),
        "seats": Membership.objects.current().filter(body__in=bodies).count(),
        "requests": requests.filter(unit__path__range=unit.span).count(),
    }
    moves = reorganisation.what == What.MOVE
    going_on = {
        kind.name: kind.open(unit).count()
        for kind in unsettled.registered().values()
        if moves or kind.passes_on
    }
    if moves:
        return {"here": _counted(found), "open": _counted(going_on), "liaisons": {}}
    liaisons = standing_from(clock.today()).filter(unit=unit, role="liaison")
    theirs: dict[str, int] = defaultdict(int)
    for post in liaisons.select_related("unit"):
        for kind in handover.registered().values():
            theirs[kind.name] += kind.open(post).count()
    return {"here": _counted(found), "open": _counted(going_on), "liaisons": _counted(theirs)}


def _counted(counts) -> dict[str, int]:
    return {name: count for name, count in counts.items() if count}


def blockers_of(reorganisation) -> dict[str, int]:
    """What must be settled first: name of the kind → how many are open at the unit."""
    if reorganisation.what == What.MOVE:
        return {}
    closes = reorganisation.what == What.CLOSE
    return _counted(
        {
            kind.name: kind.open(reorganisation.unit).count()
            for kind in unsettled.registered().values()
            if closes or not kind.passes_on
        }
    )

"""Who gains and who loses sight of what, by the very rules by which lists are read.

The reorganisation is done inside a transaction and undone again; `visible_to` of every model that belongs to a unit is
asked before and after. Not of everybody: only of those who hold a post where the tree is cut or joined, and of people with
the same posts once. Whom a thing is shared with by name, who is shut out of it, or whose own it is, is asked singly.
"""

from collections import defaultdict
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.db.models import ForeignKey, Q
from django.db.models.expressions import RawSQL

from apps.org.models import Access, Post, Reorganisation, Unit, User
from apps.org.reach import ReachQuerySet

WHY = "the preview of a reorganisation counts what people gain and lose"
NOBODY = 0  # the id of no person: what such an account sees, it sees by its posts alone


def kept_by_units() -> list:
    """Every model whose rows belong to a unit and are seen by reach."""
    return [model for model in apps.get_models() if isinstance(model._default_manager.all(), ReachQuerySet)]


@dataclass(frozen=True)
class Sight:
    """What one person gains or loses: label of the model → how many things."""

    gains: dict[str, int]
    losses: dict[str, int]


@dataclass(frozen=True)
class Cut:
    """Where the tree is cut and joined. `touched` are the units whose relation to what is moved changes; people with posts
    there are near. To those with posts below, in one of the `beneath` ranges, only what was granted to the units above them
    is different.

    `spans()` gives the ranges of paths, as they are at that moment, of all things that are near.
    """

    touched: frozenset[int]
    beneath: tuple[tuple[str, str], ...]
    spans: Callable[[], list[tuple[str, str]]]

    @classmethod
    def of(cls, reorganisation: Reorganisation) -> "Cut":
        unit, other = reorganisation.unit, reorganisation.other
        if other is None:  # closing cuts nothing off
            return cls(frozenset(), (), list)
        old, new = unit.path_upwards[1:], other.path_upwards
        apart = [path for path in old if path not in new] + [path for path in new if path not in old]
        touched = set(Unit.objects.filter(path__in=apart).values_list("pk", flat=True))
        near = [unit]
        if reorganisation.what == Reorganisation.What.MERGE:
            near.append(other)
            touched |= {unit.pk, other.pk}
        ids, beneath = [one.pk for one in near], tuple(one.span for one in near)
        return cls(frozenset(touched), beneath, lambda: [at.span for at in Unit.objects.filter(pk__in=ids)])

    def branch(self, path: str) -> int | None:
        """In which of the ranges a unit lies, by its path before; the first is what goes along."""
        return next((n for n, (low, high) in enumerate(self.beneath) if low <= path <= high), None)


def changes_of_sight(reorganisation: Reorganisation, do: Callable[[], object]) -> dict[int, Sight]:
    """person → what they gain and lose when `do()` is done. It is done, and undone before this returns."""
    cut = Cut.of(reorganisation)
    together = watchers(cut)
    models = kept_near(cut)
    before = _look(together, models, cut)
    with _undone():
        do()
        after = _look(together, models, cut)
        singly = _singly(together, before, after, models, cut)
        after += _look(singly, models, cut)
    before += _look(singly, models, cut)
    found: dict[int, Sight] = {}
    for watcher, was, now in zip([*together, *singly], before, after, strict=True):
        sight = _compared(was, now)
        for person in watcher.people:  # who is asked singly comes last, and is right
            if sight:
                found[person] = sight
            else:
                found.pop(person, None)
    return found


@contextmanager
def _undone():
    """Whatever is written inside the block is taken back at its end."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


# ── Who looks ─────────────────────────────────────────────────────────────────────────────────────────────────────
@dataclass
class Watcher:
    """People with the same posts, who by these see the same; `far` when these are all beneath. `alone` is one person, who is
    asked in their own name."""

    people: list[int]
    far: bool
    alone: bool = False
    apps: frozenset[str] = frozenset()  # to ask of; all when empty

    def account(self) -> User:
        """An account with the posts of this moment."""
        user = User(is_active=True, person_id=self.people[0] if self.alone else NOBODY)
        user.standing = list(
            Post.objects.current().filter(person=self.people[0]).select_related("unit").order_by("pk")
        )
        return user


def watchers(cut: Cut) -> list[Watcher]:
    """The people to ask, those with the same posts together."""
    held = Post.objects.current()
    where = Q(unit__in=cut.touched)
    for span in cut.beneath:
        where |= Q(unit__path__range=span)
    rows = held.filter(person__in=held.filter(where).values("person")).order_by("person")
    posts = defaultdict(list)
    for person, unit, path, role, line in rows.values_list("person", "unit", "unit__path", "role", "line"):
        posts[person].append((unit, cut.branch(path), role, line or 0))
    groups: dict[tuple, list[int]] = defaultdict(list)
    for person, mine in posts.items():
        far = not any(unit in cut.touched for unit, _branch, _role, _line in mine)
        # Those beneath are alike wherever they are: what is different to them lies above.
        alike = [
            (unit if branch is None or not far else -1 - branch, role, line)
            for unit, branch, role, line in mine
        ]
        groups[(far, tuple(sorted(alike)))].append(person)
    return [Watcher(people, far) for (far, _alike), people in groups.items()]


# ── What they see ─────────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Kept:
    """A model, and how to find those of its rows that others could see afterwards."""

    model: type
    field: str
    granted: bool  # some are granted to a touched unit
    parts_of: tuple[tuple[str, "Kept"], ...] = ()  # what is seen with a row of another such model

    @property
    def label(self) -> str:
        return self.model._meta.label_lower

    @property
    def rows(self):
        return self.model._default_manager.unscoped(WHY).order_by()

    def near(self, cut: Cut, spans, far: bool) -> Q:
        """Rows of touched units, or granted to them; and what is part of such a row."""
        q = Q(**{f"{self.field}__in": list(cut.touched)})
        if not far:
            for span in spans:
                within = RawSQL("SELECT id FROM org_unit WHERE path BETWEEN %s AND %s", span)
                q |= Q(**{f"{self.field}__in": within})
        if self.granted:
            rows = Access.objects.filter(unit__in=cut.touched, subject_type=_type_of(self.model))
            q |= Q(pk__in=rows.values("subject_id"))
        for name, whole in self.parts_of:
            q |= Q(**{f"{name}__in": whole.rows.filter(whole.near(cut, spans, far)).values("pk")})
        return q


def kept_near(cut: Cut) -> list[Kept]:
    """Every such model with its way to the unit."""
    models = kept_by_units()
    granted = set(Access.objects.filter(unit__in=cut.touched).values_list("subject_type", flat=True))

    def kept(model, *parts_of):
        field = getattr(model, "unit_field", "unit")
        return Kept(model, field, _type_of(model).pk in granted, parts_of)

    return [
        kept(
            model,
            *(
                (field.name, kept(field.related_model))
                for field in model._meta.fields
                if isinstance(field, ForeignKey) and field.related_model in models
            ),
        )
        for model in models
    ]


def _type_of(model) -> ContentType:
    return ContentType.objects.get_for_model(model)


_Seen = dict[str, frozenset[int]]


def _look(watchers_: list[Watcher], models: list[Kept], cut: Cut) -> list[_Seen]:
    """Of each: label of the model → the ids of those of its near rows that they see at this moment."""
    spans, asked = cut.spans(), {}
    found = []
    for watcher in watchers_:
        user, seen = watcher.account(), {}
        for kept in models:
            if watcher.apps and kept.model._meta.app_label not in watcher.apps:
                continue
            rows = kept.model._default_manager.visible_to(user).filter(kept.near(cut, spans, watcher.far))
            seen[kept.label] = _ids(rows.order_by().values_list("pk"), asked)
        found.append(seen)
    return found


def _ids(rows, asked: dict) -> frozenset[int]:
    """The ids of the rows. Roles that see alike ask the very same question, and it is put to the database once."""
    try:
        question = rows.query.sql_with_params()
    except EmptyResultSet:
        return frozenset()
    if question not in asked:
        with connection.cursor() as cursor:
            cursor.execute(*question)
            asked[question] = frozenset(pk for (pk,) in cursor.fetchall())
    return asked[question]


def _compared(was: _Seen, now: _Seen) -> Sight | None:
    gains = {label: len(now[label] - was[label]) for label in was if now[label] - was[label]}
    losses = {label: len(was[label] - now[label]) for label in was if was[label] - now[label]}
    return Sight(gains, losses) if gains or losses else None


# ── Who sees something in their own right ─────────────────────────────────────────────────────────────────────────
def _singly(together: list[Watcher], before: list[_Seen], after: list[_Seen], models, cut) -> list[Watcher]:
    """The people whose own, or by name, something is where their group sees more or less than before: each is asked."""
    spans, found = cut.spans(), []
    for watcher, was, now in zip(together, before, after, strict=True):
        differing = frozenset(label.split(".")[0] for label in was if was[label] != now[label])
        if not differing:
            continue
        concerned = [kept for kept in models if kept.model._meta.app_label in differing]
        named = Access.objects.filter(
            person__in=watcher.people, subject_type__in=[_type_of(kept.model).pk for kept in concerned]
        )
        people = set(named.values_list("person", flat=True))
        for kept in concerned:
            for field in getattr(kept.model, "own_fields", ()):
                own = kept.rows.filter(kept.near(cut, spans, watcher.far), **{f"{field}__in": watcher.people})
                people.update(own.values_list(field, flat=True).distinct())
        found += [
            Watcher([person], watcher.far, alone=True, apps=differing)
            for person in watcher.people
            if person in people
        ]
    return found

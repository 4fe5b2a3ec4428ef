"""What a random small bank is made of, as plain data: no database, no code of the application.

Every text bears a canary, a word that is in the whole run its own, so that wherever it turns up it says what was told.
"""

import random
import re
from dataclasses import dataclass, field
from datetime import date, timedelta

CANARY = re.compile(r"canary\d{5}n\d{5}")


@dataclass
class Person:
    """Somebody with an account. `watched` are canaries that only they and those who keep accounts may read."""

    key: int
    unit: int
    inside: bool = True
    active: bool = True
    texts: dict[str, str] = field(default_factory=dict)
    pk: int = 0
    account: int = 0


@dataclass
class Post:
    person: int
    unit: int
    role: str
    line: int | None
    starts: date
    ends: date | None = None
    revoked_on: date | None = None
    pk: int = 0


@dataclass
class Access:
    """An exception to reach: `about` is (kind, key)."""

    about: tuple[str, int]
    capability: str
    effect: str
    person: int | None
    unit: int | None
    below: bool
    starts: date
    ends: date | None
    key: int = 0
    texts: dict[str, str] = field(default_factory=dict)
    pk: int = 0


@dataclass
class Thing:
    """A row that somebody may or may not see. `of` holds the keys of what it belongs to, `texts` its canaries by field."""

    kind: str
    key: int
    unit: int | None = None
    line: int | None = None
    own: frozenset = frozenset()
    state: str = ""
    of: dict = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    values: dict = field(default_factory=dict)
    pk: int = 0


@dataclass
class World:
    seed: int
    today: date
    parents: list[int | None] = field(default_factory=list)  # of each unit; the first is the root
    lines: int = 2
    people: list[Person] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    access: list[Access] = field(default_factory=list)
    things: dict[str, list[Thing]] = field(default_factory=dict)
    owners: dict[str, tuple[str, int, str]] = field(default_factory=dict)  # canary → kind, key, field

    def of(self, kind: str) -> list[Thing]:
        return self.things.setdefault(kind, [])

    def upwards(self, unit: int) -> list[int]:
        """The unit and those above it."""
        found = [unit]
        while (parent := self.parents[found[-1]]) is not None:
            found.append(parent)
        return found


class Maker:
    """Fills a world: always the same from the same seed."""

    def __init__(self, seed: int, today: date):
        self.random = random.Random(seed)
        self.world = World(seed, today)
        numbers = list(range(100_000))
        self.random.shuffle(numbers)  # so that the order of titles is not the order of making
        self._numbers = iter(numbers)

    def word(self, owner: tuple[str, int, str]) -> str:
        canary = f"canary{self.world.seed:05d}n{next(self._numbers):05d}"
        self.world.owners[canary] = owner
        return canary

    def texts(self, kind: str, key: int, *names: str) -> dict[str, str]:
        return {name: self.word((kind, key, name)) for name in names}

    def thing(self, kind: str, *names: str, **values) -> Thing:
        """A new thing of this kind, with a canary for each of these names."""
        rows = self.world.of(kind)
        made = Thing(kind, len(rows), **values)
        made.texts = self.texts(kind, made.key, *names)
        rows.append(made)
        return made

    # What is drawn.

    def unit(self) -> int:
        return self.random.randrange(len(self.world.parents))

    def maybe_line(self) -> int | None:
        return self.random.choice([None, *range(self.world.lines)])

    def person(self) -> int:
        return self.random.randrange(len(self.world.people))

    def people(self, most: int) -> list[int]:
        return self.random.sample(range(len(self.world.people)), self.random.randint(1, most))

    def any(self, kind: str) -> Thing:
        return self.random.choice(self.world.of(kind))

    def chance(self, of: float) -> bool:
        return self.random.random() < of

    def day(self, least: int, most: int) -> date:
        """So many days from today."""
        return self.world.today + timedelta(days=self.random.randint(least, most))

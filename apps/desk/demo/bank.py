"""What the chapters of the demo share: the units, the people who act, and what waits for a forum or for money."""

import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path

import yaml

from apps.desk.demo.diary import Diary
from apps.org.models import BusinessLine, Person, Unit, User

YUAN = 100
WAN = 10_000 * YUAN
TEXTS = Path(__file__).parent / "texts"


@cache
def texts(name: str):
    """One file of the demo's Chinese texts."""
    return yaml.safe_load((TEXTS / f"{name}.yaml").read_text(encoding="utf-8"))


@dataclass
class Counter:
    """A sub-branch, with its liaison if it has one."""

    unit: Unit
    head: User
    liaison: User | None = None
    since: date | None = None  # when the liaison's post began


@dataclass
class Branch:
    """A first-level branch with its working group."""

    unit: Unit
    head: User
    lead: User
    members: list[User] = field(default_factory=list)
    counters: list[Counter] = field(default_factory=list)
    forum: object = None


@dataclass
class Bank:
    """The bank as far as it is made."""

    seed: int
    day: date
    root: Unit
    units: dict[str, Unit]
    lines: dict[str, BusinessLine]
    diary: Diary
    users: dict[str, User] = field(default_factory=dict)  # by account
    branches: list[Branch] = field(default_factory=list)
    officers: dict[int, User] = field(default_factory=dict)  # department → who answers for it
    seconds: dict[int, User] = field(default_factory=dict)  # … and who does where that one has a hand in it
    heads: dict[int, User] = field(default_factory=dict)  # unit → its head
    reviewers: list[User] = field(default_factory=list)
    experts: list[Person] = field(default_factory=list)
    funds: list = field(default_factory=list)
    forums: dict[str, object] = field(default_factory=dict)
    ready: dict[int, list] = field(
        default_factory=lambda: defaultdict(list)
    )  # forum → what waits for its round
    fates: dict[int, str] = field(default_factory=dict)  # project → how its forum will see it

    def chance(self, *names) -> random.Random:
        """Luck of its own for each story, so that one more story changes no other."""
        return random.Random("/".join(map(str, (self.seed, *names))))

    def actor(self, person_id: int) -> User:
        """The account of a person who acts."""
        return self._by_person[person_id]

    def know(self, users: Iterable[User]) -> None:
        self._by_person = {user.person_id: user for user in users}

"""What the chapters of the demo share: the units, the people who act, and what waits for a forum or for money."""

import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path

import yaml

from apps.core.models import Follow
from apps.desk.demo.diary import Diary
from apps.org.models import BusinessLine, Person, Unit, User

YUAN = 100
WAN = 10_000 * YUAN
TEXTS = Path(__file__).parent / "texts"
FOLLOWED = 50  # days
HISTORY = 745  # days: two years, and a little before
# Of a hundred things as many come from each of the six best branches, and half from all thirty others.
BEST = (15, 10, 8, 7, 6, 5)


@cache
def texts(name: str):
    """One file of the demo's Chinese texts."""
    return yaml.safe_load((TEXTS / f"{name}.yaml").read_text(encoding="utf-8"))


def theme_of(name: str) -> dict:
    """What is said of projects of a theme."""
    return {"name": name, **texts("themes")[name]}


@dataclass
class Counter:
    """A sub-branch, with its liaisons one after another, if it has any."""

    unit: Unit
    head: User
    liaisons: list[tuple[date, User]] = field(
        default_factory=list
    )  # from when, who; the last one serves today

    def liaison_on(self, day: date) -> User | None:
        """Whoever was the liaison on a day."""
        return next((user for since, user in reversed(self.liaisons) if since <= day), None)


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
    """The bank as far as it is made. `share` of the stories is told: 1 is the demo, less of it a small form for tests."""

    seed: int
    day: date
    root: Unit
    units: dict[str, Unit]
    lines: dict[str, BusinessLine]
    diary: Diary
    share: float = 1.0
    users: dict[str, User] = field(default_factory=dict)  # by account
    branches: list[Branch] = field(default_factory=list)
    officers: dict[int, User] = field(default_factory=dict)  # department → who answers for it
    seconds: dict[int, User] = field(default_factory=dict)  # … and who does where that one has a hand in it
    heads: dict[int, User] = field(default_factory=dict)  # unit → its head
    reviewers: list[User] = field(default_factory=list)
    experts: list[Person] = field(default_factory=list)
    funds: dict[int, object] = field(default_factory=dict)  # year → its fund
    forums: dict[str, object] = field(default_factory=dict)
    ready: dict[int, list] = field(
        default_factory=lambda: defaultdict(list)
    )  # forum → what waits for its round
    fates: dict[int, str] = field(default_factory=dict)  # project → how its forum will see it
    themes: dict[int, dict] = field(default_factory=dict)  # project → its theme
    filed: list = field(default_factory=list)  # (day, insight item)
    series: dict[str, object] = field(default_factory=dict)  # of special reports
    _hands: dict[str, list] = field(default_factory=dict)

    def chance(self, *names) -> random.Random:
        """Luck of its own for each story, so that one more story changes no other."""
        return random.Random("/".join(map(str, (self.seed, *names))))

    def deal(self, name: str, cards: Iterable):
        """The next of these sentences or figures: each comes once before any comes again."""
        if not self._hands.get(name):
            hand = list(cards)
            self.chance("deal", name).shuffle(hand)
            self._hands[name] = hand
        return self._hands[name].pop()

    def told(self, count: int) -> int:
        """How many of so many are told in a bank of this size."""
        return max(1, round(count * self.share))

    def forget(self, thing) -> None:
        """Who made something long ago no longer follows it: notices of last year would be read by nobody."""
        if self.diary.left > FOLLOWED:
            Follow.objects.about(thing).delete()

    def actor(self, person_id: int) -> User:
        """The account of a person who acts."""
        return self._by_person[person_id]

    def know(self, users: Iterable[User]) -> None:
        self._by_person = {user.person_id: user for user in users}

    def some_branch(self, chance: random.Random) -> Branch:
        """The six best branches bring half of it, some of the others next to nothing."""
        others = [1 / (1 + place / 6) for place in range(len(self.branches) - len(BEST))]
        weights = [*BEST, *(weight * (100 - sum(BEST)) / sum(others) for weight in others)]
        return chance.choices(self.branches, weights)[0]

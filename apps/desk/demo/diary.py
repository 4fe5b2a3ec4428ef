"""The diary of the demo bank: stories that began some time ago, told in the order of their moments.

A story is a generator. It does something, then yields how long it pauses before it goes on: days, a stretch of time, or the
hour of the day at which it does. Where the last day of the diary comes first, it stays as it stands. So one bank holds things
in every state, and its journal is in the order of time.
"""

import heapq
import random
from collections.abc import Generator
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from apps.core import clock
from apps.core.jobs import drain
from apps.core.verdict import Refused
from apps.org.calendar import is_working
from apps.org.models import Holiday

Story = Generator[int | timedelta | time, None, None]
MORNING, NOON, AFTERNOON, EVENING, NIGHT = (
    8 * 60 + 45,
    12 * 60,
    13 * 60 + 20,
    18 * 60,
    20 * 60 + 40,
)  # minutes
LATE_WORKERS = 0.06  # of what is done is done in the evening
# The first days of the lunar years: the week before and the week after bring little.
SPRING_FESTIVALS = (
    date(2024, 2, 10), date(2025, 1, 29), date(2026, 2, 17), date(2027, 2, 6), date(2028, 1, 26), date(2029, 2, 13),
)  # fmt: skip


def quiet(day: date) -> bool:
    """Around Spring Festival few begin anything."""
    return any(-10 <= (day - first).days <= 12 for first in SPRING_FESTIVALS)


class Diary:
    """Everything happens on a working day between morning and evening, the last of it on the day before `day`."""

    def __init__(self, day: date, chance: random.Random):
        self.day, self.chance = day, chance
        self.holidays = dict(Holiday.objects.values_list("day", "working"))
        self.refused: list[str] = []
        self._waiting: list[tuple[datetime, int, Story]] = []
        self._began = 0

    @property
    def left(self) -> int:
        """Days between the story's today and the day the diary ends with."""
        return (self.day - clock.today()).days

    def some_day(self, chance: random.Random, oldest: int, newest: int) -> int:
        """So many days ago: some working day between the two, seldom one around Spring Festival. Where the two lie within one
        holiday, the last working day before it."""
        days = {ago: self.day - timedelta(days=ago) for ago in range(newest, oldest + 1)}
        weights = {
            ago: 0.15 if quiet(day) else 1 for ago, day in days.items() if is_working(day, self.holidays)
        }
        if weights:
            return chance.choices(list(weights), list(weights.values()))[0]
        return self.some_day(chance, oldest + 1, oldest + 1)

    def begin(self, story: Story, days_ago: int) -> None:
        """Let a story begin so many days ago, or on the next working day."""
        self._put(self.day - timedelta(days=days_ago), story)

    def _put(self, day: date, story: Story, at: time | None = None) -> None:
        while not is_working(day, self.holidays):
            day += timedelta(days=1)
        if day >= self.day:
            return
        self._push(timezone.make_aware(datetime.combine(day, at or self._some_time())), story)

    def _push(self, moment: datetime, story: Story) -> None:
        self._began += 1
        heapq.heappush(self._waiting, (moment, self._began, story))

    def _some_time(self) -> time:
        luck, spread = self.chance.random(), self.chance.randint
        if luck < LATE_WORKERS:
            minute = spread(EVENING, NIGHT)
        elif luck < 0.52:
            minute = spread(MORNING, NOON)
        else:
            minute = spread(AFTERNOON, EVENING)
        return time(minute // 60, minute % 60, spread(0, 59))

    def _go_on(self, story: Story, moment: datetime, pause: int | timedelta | time) -> None:
        """Later on the same day while it lasts, or on the next working day."""
        today = timezone.localtime(moment).date()
        if isinstance(pause, time):
            there = timezone.make_aware(datetime.combine(today, pause))
            if there > moment:
                self._push(there, story)
            else:
                self._put(today + timedelta(days=1), story, at=pause)
        elif isinstance(pause, int) and pause:
            self._put(today + timedelta(days=pause), story)
        else:
            there = moment + (pause or timedelta(minutes=self.chance.randint(4, 50)))
            local = timezone.localtime(there)
            if local.date() == today and local.hour * 60 + local.minute <= NIGHT:
                self._push(there, story)
            else:
                self._put(today + timedelta(days=1), story)

    def tell(self, until: date | None = None) -> None:
        """Go through all stories, step by step; at the end of each day do what the day's events woke."""
        today: date | None = None
        while self._waiting:
            moment, _number, story = heapq.heappop(self._waiting)
            on = timezone.localtime(moment).date()
            if today and on != today:
                self._close(today)
            if until and on >= until:
                return
            today = on
            with clock.at(moment):
                try:
                    pause = next(story, None)
                except Refused as refusal:  # on some day of some year: the story ends there, the bank is made
                    pause = None
                    self.refused.append(f"{moment:%Y-%m-%d} {story.__name__}: {refusal}")
            if pause is not None:
                self._go_on(story, moment, pause)
        if today:
            self._close(today)

    def _close(self, day: date) -> None:
        with clock.at(timezone.make_aware(datetime.combine(day, time(20, 50)))):
            drain()


def minutes(low: int, high: int, chance: random.Random) -> timedelta:
    """A stretch of time between so many minutes."""
    return timedelta(seconds=chance.randint(low * 60, high * 60))

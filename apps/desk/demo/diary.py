"""The diary of the demo bank: stories that began some time ago, told in the order of their days.

A story is a generator. It does something, then yields how many days pass before it goes on; where the last day of the diary
comes first, it stays as it stands. So one bank holds things in every state, and its journal is in the order of time.
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

Story = Generator[int, None, None]
DAY_STARTS, DAY_ENDS = 8 * 60 + 40, 17 * 60 + 50  # minutes after midnight


class Diary:
    """Everything happens on a working day between morning and evening, the last of it on the day before `day`."""

    def __init__(self, day: date, chance: random.Random):
        self.day, self.chance = day, chance
        self.holidays = dict(Holiday.objects.values_list("day", "working"))
        self.refused: list[str] = []
        self._waiting: list[tuple[datetime, int, Story]] = []
        self._began = 0

    def begin(self, story: Story, days_ago: int) -> None:
        """Let a story begin so many days ago, or on the next working day."""
        self._put(self.day - timedelta(days=days_ago), story)

    def _put(self, day: date, story: Story, after: datetime | None = None) -> None:
        while not is_working(day, self.holidays):
            day += timedelta(days=1)
        if day >= self.day:
            return
        minute = self.chance.randint(DAY_STARTS, DAY_ENDS)
        moment = timezone.make_aware(
            datetime.combine(day, time(minute // 60, minute % 60, self.chance.randrange(60)))
        )
        if after and moment <= after:  # the same day: later on it
            moment = after + timedelta(minutes=self.chance.randint(2, 9))
        self._began += 1
        heapq.heappush(self._waiting, (moment, self._began, story))

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
                self._put(on + timedelta(days=pause), story, after=moment)
        if today:
            self._close(today)

    def _close(self, day: date) -> None:
        with clock.at(timezone.make_aware(datetime.combine(day, time(18, 30)))):
            drain()

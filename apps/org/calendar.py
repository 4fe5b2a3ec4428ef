"""Working days: the week's rule, corrected by the calendar's holidays and make-up days."""

from datetime import date, timedelta
from functools import cache
from pathlib import Path

import yaml

from apps.core import clock
from apps.org.models import Holiday, Parameter


def is_working(day: date, exceptions: dict[date, bool]) -> bool:
    return exceptions.get(day, day.weekday() < 5)


def add_working_days(start: date, days: int) -> date:
    """The `days`-th working day after `start` (before it, when negative)."""
    step = 1 if days >= 0 else -1
    span = timedelta(days=abs(days) * 3 + 40)
    low, high = sorted((start, start + step * span))
    exceptions = dict(Holiday.objects.filter(day__range=(low, high)).values_list("day", "working"))
    day, left = start, abs(days)
    while left:
        day += timedelta(days=step)
        left -= is_working(day, exceptions)
    return day


@cache
def announced() -> dict[int, list[dict]]:
    """The public holidays as announced: year → [{name, free: [first, last], working: [days]}]."""
    return yaml.safe_load(Path(__file__).parent.joinpath("data", "holidays.yaml").read_text(encoding="utf-8"))


def due_in(days: int) -> date:
    """The date that many working days from today."""
    return add_working_days(clock.today(), days)


DEFAULTS = {
    Parameter.Key.DISCOUNT_RATE: 800,
    Parameter.Key.BRANCH_LIMIT: 50_0000_00,
    Parameter.Key.REVIEW_DAYS: 5,
}


def parameter(key: str, on: date | None = None) -> int:
    """The value in force on a day (today): the latest that has begun, or the default of a bank that set none."""
    row = Parameter.objects.filter(key=key, starts__lte=on or clock.today()).order_by("-starts").first()
    return row.value if row else DEFAULTS[Parameter.Key(key)]

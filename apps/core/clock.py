"""Business time. Leases and attempts use the database's clock (apps.core.jobs), everything a person sees uses this one.

It may be moved in tests and in the demo alone; production always has the real time.
"""

from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.utils import timezone

_moved: ContextVar[datetime | None] = ContextVar("moved_clock", default=None)


def now() -> datetime:
    """The business time, aware."""
    return _moved.get() or timezone.now()


def moved() -> bool:
    """Whether business time is another than the real one, here and now."""
    return _moved.get() is not None


def today() -> date:
    """The business day in the bank's time zone."""
    return now().astimezone(timezone.get_default_timezone()).date()


def start_of(day: date) -> datetime:
    """Midnight at its beginning, in the bank's time zone."""
    return timezone.make_aware(datetime.combine(day, time()))


def end_of(day: date) -> datetime:
    """Midnight at its end: the first moment that is not of this day any more."""
    return start_of(day + timedelta(days=1))


@contextmanager
def at(moment: datetime):
    """Set business time inside the block. Raises RuntimeError where the clock may not be moved."""
    if not settings.CLOCK_SETTABLE:
        raise RuntimeError("Business time cannot be moved in production.")
    if timezone.is_naive(moment):
        moment = timezone.make_aware(moment)
    token = _moved.set(moment)
    try:
        yield moment
    finally:
        _moved.reset(token)

"""The working calendar and the bank-wide figures, kept by the system administrator."""

from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from apps.core import clock
from apps.core.flow import lock
from apps.core.journal import record
from apps.core.verdict import Refused, demand
from apps.core.versions import lock_seen
from apps.org import rules
from apps.org.calendar import announced
from apps.org.models import Holiday, Parameter

DAY, FIGURE = ("day", "working", "name"), ("value", "starts")  # what the form of each shows


@transaction.atomic
def set_day(day: date, *, by, working: bool, name: str, seen: str | None = None) -> Holiday:
    """Say that a day differs from the week's rule: off on a weekday, or worked on a weekend.

    Raises Stale when something stands there that was not seen.
    """
    demand(rules.may_keep_parameters(by))
    if working == (day.weekday() < 5):
        raise Refused(
            _("A weekday is worked as it is; nothing needs saying.")
            if working
            else _("A weekend is off as it is; nothing needs saying.")
        )
    if row := Holiday.objects.filter(day=day).first():
        lock_seen(row, seen, DAY)
    row, _made = Holiday.objects.update_or_create(day=day, defaults={"working": working, "name": name})
    record("holiday.set", row, by=by, day=day.isoformat(), working=working)
    return row


@transaction.atomic
def clear_day(holiday: Holiday, *, by) -> None:
    """The day follows the week's rule again."""
    demand(rules.may_keep_parameters(by))
    record("holiday.clear", holiday, by=by, day=holiday.day.isoformat())
    holiday.delete()


@transaction.atomic
def load_holidays(year: int, *, by) -> int:
    """Enter the public holidays announced for a year, over what stands there. Returns how many days.

    Raises Refused for a year that is not announced yet. `by` None is the set-up of a new bank.
    """
    if by is not None:
        demand(rules.may_keep_parameters(by))
    rows = []
    for holiday in announced().get(year, []):
        first, last = holiday["free"]
        length = (last - first).days + 1
        off = [first + timedelta(days=step) for step in range(length)]
        rows += [Holiday(day=day, working=False, name=holiday["name"]) for day in off]
        rows += [Holiday(day=day, working=True, name=holiday["name"]) for day in holiday["working"]]
    if not rows:
        raise Refused(_("The public holidays of %(year)s are not announced yet.") % {"year": year})
    Holiday.objects.filter(day__in=[row.day for row in rows]).delete()
    made = Holiday.objects.bulk_create(rows)
    record("holiday.load", made[0], by=by, year=year, days=len(made))
    return len(made)


@transaction.atomic
def set_parameter(key: str, value: int, *, by, starts: date, seen: str | None = None) -> Parameter:
    """Give a figure a new value from a day on. Raises Refused for a day that has passed: results of then stand; and Stale
    when it has a value from that day on that was not seen."""
    demand(rules.may_keep_parameters(by))
    if starts < clock.today():
        raise Refused(_("A new value begins today at the earliest."))
    if row := Parameter.objects.filter(key=key, starts=starts).first():
        lock_seen(row, seen, FIGURE)
    row, _made = Parameter.objects.update_or_create(key=key, starts=starts, defaults={"value": value})
    record("parameter.set", row, by=by, key=str(key), value=value, starts=starts.isoformat())
    return row


@transaction.atomic
def drop_parameter(parameter: Parameter, *, by) -> None:
    """Take back a value that has not begun. Raises Refused for one that has: it was used."""
    lock(parameter)
    demand(rules.may_keep_parameters(by))
    if parameter.starts <= clock.today():
        raise Refused(_("This value has begun and may have been used; give a new one from a later day."))
    record(
        "parameter.drop",
        parameter,
        by=by,
        key=parameter.key,
        value=parameter.value,
        starts=parameter.starts.isoformat(),
    )
    parameter.delete()

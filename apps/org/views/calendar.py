from calendar import Calendar
from datetime import date, timedelta

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from apps.core import clock
from apps.core.access import access
from apps.core.forms import FIRST_DAY, LAST_DAY, row_id
from apps.core.pages import history, refusals_as_messages, show
from apps.core.verdict import Refused
from apps.core.versions import Stale, seen_of
from apps.org import rules
from apps.org.actions.calendar import DAY, clear_day, load_holidays, set_day
from apps.org.calendar import announced, is_working
from apps.org.forms.bank import DayForm
from apps.org.models import Holiday


def asked_month(request) -> date:
    """The first day of the month asked for as ?month=2026-11, or of this one."""
    try:
        month = date.fromisoformat(request.GET.get("month", "") + "-01")
    except ValueError:
        return clock.today().replace(day=1)
    return month if FIRST_DAY <= month <= LAST_DAY else clock.today().replace(day=1)


@require_GET
@access("org.view")
def calendar_month(request):
    """A month of working days, and the year's days that differ from the week's rule."""
    first = asked_month(request)
    weeks = Calendar().monthdatescalendar(first.year, first.month)
    year = list(Holiday.objects.filter(day__range=(min(weeks[0][0], date(first.year, 1, 1)), max(weeks[-1][-1], date(first.year, 12, 31)))))  # fmt: skip
    named = {row.day: row for row in year}
    exceptions = {row.day: row.working for row in year}
    today = clock.today()
    days = [
        [
            {
                "day": day,
                "inside": day.month == first.month,
                "working": is_working(day, exceptions),
                "differs": named.get(day),
                "today": day == today,
            }
            for day in week
        ]
        for week in weeks
    ]
    inside = [cell for week in days for cell in week if cell["inside"]]
    return show(
        request,
        "org/calendar_month.html",
        first=first,
        weeks=days,
        before=f"{first - timedelta(days=1):%Y-%m}",
        after=f"{first + timedelta(days=31):%Y-%m}",
        working=sum(cell["working"] for cell in inside),
        off=sum(not cell["working"] for cell in inside),
        year=[row for row in year if row.day.year == first.year],
        may_keep=rules.may_keep_parameters(request.user),
        announced=[number for number in announced() if number == first.year],
    )


@access("parameter.manage")
def day_edit(request):
    """Say that one day (?day=2026-11-24) differs from the week's rule."""
    day = request.GET.get("day", "")
    row = None
    if day:
        try:
            row = Holiday.objects.filter(day=date.fromisoformat(day)).first()
        except ValueError:
            raise Http404 from None
    initial = {
        "day": day,
        "name": row.name if row else "",
        "working": "working" if row and row.working else "off",
        "seen": seen_of(row, DAY),
    }
    both = []
    if day and not row and date.fromisoformat(day).weekday() > 4:
        initial["working"] = "working"
    form = DayForm(request.POST or None, initial=initial)
    back = f"{reverse('org:calendar_month')}?month={day[:7]}"
    if request.method == "POST" and form.is_valid():
        try:
            made = set_day(by=request.user, **form.cleaned_data)
            return redirect(f"{reverse('org:calendar_month')}?month={made.day:%Y-%m}")
        except Stale as stale:
            both = form.against(stale.current)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return show(
        request,
        "org/day_edit.html",
        form=form,
        both=both,
        row=row,
        back=back,
        history=history(request.user, row) if row else [],
    )


@require_POST
@access("parameter.manage")
def day_clear(request):
    row = Holiday.objects.filter(pk=row_id(request.POST.get("row", ""))).first()
    if row is None:
        raise Http404
    month = f"{row.day:%Y-%m}"
    with refusals_as_messages(request):
        clear_day(row, by=request.user)
        messages.success(request, _("The day follows the week's rule again."))
    return redirect(f"{reverse('org:calendar_month')}?month={month}")


@require_POST
@access("parameter.manage")
def calendar_load(request):
    year = request.POST.get("year", "")
    if not (year.isascii() and year.isdigit() and len(year) == 4):
        raise Http404
    with refusals_as_messages(request):
        days = load_holidays(int(year), by=request.user)
        messages.success(request, _("%(count)s days entered.") % {"count": days})
    return redirect(f"{reverse('org:calendar_month')}?month={year}-01")

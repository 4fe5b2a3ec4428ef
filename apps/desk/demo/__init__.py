"""The demo bank: an invented bank of some 500 units and 1,300 people with two years of innovation behind it.

Everything that happens is done by the actions that the pages call, each by whoever may, with the clock set back to its day;
only the organisation itself is inserted in bulk. One seed and one day give one bank.
"""

from datetime import date, datetime, time, timedelta

from django.db.models import F
from django.utils import timezone

from apps.core import clock
from apps.core.models import Notice
from apps.desk.demo import insight, money, organisation, people, projects, review


def make_bank(seed: int, day: date, until: date | None = None) -> organisation.Bank:
    """Make it, in an empty database: the chapters plan their stories, the diary tells them (only `until` a day, if given)."""
    with clock.at(datetime.combine(day, time(9)) - timedelta(days=880)):
        bank = organisation.found_bank(seed, day)
        people.hire_everybody(bank)
        organisation.set_up_bodies(bank)
    for chapter in (people, insight, projects, review, money):
        chapter.plan(bank)
    bank.diary.tell(until)
    week_ago = datetime.combine(day, time(9)) - timedelta(days=7)
    Notice.objects.filter(at__lt=timezone.make_aware(week_ago)).update(read_at=F("at"))  # as people do
    return bank

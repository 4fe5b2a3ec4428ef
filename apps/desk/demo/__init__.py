"""The demo bank: an invented bank of some 500 units and 1,300 people with two years of innovation behind it.

Everything that happens is done by the actions that the pages call, each by whoever may, with the clock set back to its day;
only the organisation itself is inserted in bulk. One seed and one day give one bank. What a real bank of this size does in one
year is told over two; of the news a tenth.
"""

from datetime import date, datetime, time, timedelta

from apps.core import clock
from apps.desk.demo import insight, money, notices, organisation, people, projects, review, talent


def make_bank(seed: int, day: date, share: float = 1.0) -> organisation.Bank:
    """Make it, in an empty database: the chapters plan their stories, the diary tells them. `share` of the stories: all, or
    a part of them for a test."""
    with clock.at(datetime.combine(day, time(9)) - timedelta(days=880)):
        bank = organisation.found_bank(seed, day, share)
        people.hire_everybody(bank)
        organisation.set_up_bodies(bank)
    for chapter in (people, talent, insight, projects, review, money):
        chapter.plan(bank)
    bank.diary.tell()
    notices.read_as_people_do(bank)
    return bank

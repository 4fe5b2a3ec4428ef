"""The days on which the demo's stories begin."""

import random
from datetime import date, timedelta

import pytest

from apps.desk.demo.diary import Diary
from apps.org.models import Holiday

pytestmark = pytest.mark.django_db

NATIONAL_DAY = [date(2025, 10, day) for day in range(1, 9)]


@pytest.fixture
def diary():
    Holiday.objects.bulk_create(Holiday(day=day, working=False) for day in NATIONAL_DAY)
    return Diary(date(2026, 11, 30), random.Random(4))


def test_a_story_begins_on_a_working_day_between_the_two(diary):
    chance = random.Random(1)
    for oldest in range(8, 750):
        ago = diary.some_day(chance, oldest, oldest - 6)
        assert (diary.day - timedelta(days=ago)).weekday() < 5
        assert oldest - 6 <= ago <= oldest or set(NATIONAL_DAY) >= week_before(diary, oldest)


def week_before(diary, oldest):
    return {diary.day - timedelta(days=ago) for ago in range(oldest - 6, oldest + 1)}


def test_within_one_holiday_it_begins_before_it(diary):
    first = (diary.day - NATIONAL_DAY[0]).days
    assert diary.some_day(random.Random(1), first, first - 6) == first + 1

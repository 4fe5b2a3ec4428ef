"""One seed and one day give one bank, whatever else is so."""

import hashlib
from datetime import date, timedelta

import pytest
from django.db import transaction

from apps.core.models import Entry
from apps.desk.demo import make_bank
from apps.org.models import Person
from apps.projects.models import Estimate, Project

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 24)


def first_days(seed: int) -> tuple[int, str]:
    """How many lines the journal has after the first half year, and a digest of who did what, of titles, states, amounts."""
    with transaction.atomic():
        make_bank(seed, DAY, until=DAY - timedelta(days=480))
        told = [
            list(Person.objects.order_by("employee_no").values_list("name", flat=True)),
            [(str(at), verb) for at, verb in Entry.objects.order_by("pk").values_list("at", "verb")],
            list(
                Project.objects.unscoped("a digest")
                .order_by("code")
                .values_list("code", "title", "state", "stage__code", "asked_fen", "manager__name")
            ),
            list(
                Estimate.objects.unscoped("a digest").order_by("pk").values_list("rnpv_fen", "benefits_fen")
            ),
        ]
        transaction.set_rollback(True)
    return len(told[1]), hashlib.sha256(repr(told).encode()).hexdigest()


def test_the_same_seed_gives_the_same_bank_and_another_seed_another():
    first, again, other = first_days(7), first_days(7), first_days(8)

    assert first[0] > 300
    assert again == first
    assert other[1] != first[1]

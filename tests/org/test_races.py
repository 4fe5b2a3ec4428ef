"""Two posts of an administrator for one person, written at the same moment by two connections."""

import pytest
from django.db import transaction

from apps.core import clock
from apps.org.models import Post
from tests.factories import PersonFactory, UnitFactory
from tests.racing import race

pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.xdist_group("races"),
    pytest.mark.django_db(transaction=True),
]
ROUNDS = 10


def test_of_two_administrators_posts_at_once_one_stands():
    unit = UnitFactory()
    people = [PersonFactory() for _round in range(ROUNDS)]

    def grant(runner, number):
        role = ("system_admin", "security_admin")[runner]
        with transaction.atomic():
            return Post.objects.create(person=people[number], unit=unit, role=role, starts=clock.today())

    race(2, ROUNDS, grant)
    assert [person.posts.count() for person in people] == [1] * ROUNDS

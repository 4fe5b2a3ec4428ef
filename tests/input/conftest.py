import pytest
from django.db import transaction

from tests.everything.world import everything


@pytest.fixture(scope="package")
def house(django_db_setup, django_db_blocker):
    """The whole bank, made once for all of these tests, and gone with the last of them."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield everything()
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _rows(house, db):
    """Each test begins with the bank as it was made."""

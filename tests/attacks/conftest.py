import logging

import pytest
from django.db import transaction

from tests.attacks.places import crawled, with_others
from tests.everything.world import everything


@pytest.fixture(scope="package")
def house(django_db_setup, django_db_blocker):
    """The whole bank, made once for all of these tests, and gone with the last of them."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield with_others(everything())
        transaction.set_rollback(True)


@pytest.fixture(scope="package")
def crawl(house, translations):
    """Each page as it was answered once, with the forms that stand on it."""
    logging.disable(logging.WARNING)
    yield crawled(house)
    logging.disable(logging.NOTSET)


@pytest.fixture(autouse=True)
def _rows(crawl, db):
    """Each test begins with the bank as it was made."""

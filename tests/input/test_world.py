"""The bank in which bad input is tried shows every page of the product to somebody."""

import pytest

from tests.everything.world import pages

pytestmark = pytest.mark.hostile


def test_every_page_of_the_bank_is_opened_by_somebody(house, client):
    found = {}
    for name, who, address in pages(house):
        client.force_login(who)
        answer = client.get(address)
        if answer.status_code != 200:
            found[name, address] = answer.status_code
    assert found == {}

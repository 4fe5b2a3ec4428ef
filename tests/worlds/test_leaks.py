"""A guard that finds nothing must be seen to find something: each planted mistake turns the worlds red."""

import os

import pytest

from tests.worlds.build import alone
from tests.worlds.leaks import LEAKS, plant
from tests.worlds.test_worlds import differences_of

pytestmark = [
    pytest.mark.worlds,
    pytest.mark.django_db,
    pytest.mark.skipif("LEAK" in os.environ, reason="one leak is planted by hand"),
]
MOST = 12  # worlds until a leak must have shown itself


@pytest.mark.parametrize("name", LEAKS)
def test_each_planted_leak_turns_the_worlds_red_and_is_named(name, monkeypatch, record_property):
    plant(name, monkeypatch)

    found = []
    for seed in range(1, MOST + 1):
        with alone(seed) as world:
            found, _pages = differences_of(world)
        if found:
            break

    assert [line for line in found if PLACES[name] in line], found
    record_property("worlds: planted leaks that were found", 1)


PLACES = {
    "export": "xlsx has canary",
    "csv": "csv has canary",
    "count": "counts ",
    "detail": "projects:project_detail",
    "file": "core:attachment_file",
    "notice": "core:notice_list",
    "autocomplete": "projects:person_options",
    "sort": "sorted by",
    "facet": "allocation:scenario_list",
    "cache": "allocation:scenario_list",
}

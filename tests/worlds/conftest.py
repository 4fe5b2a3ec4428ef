"""How many worlds, on which day, with which planted leak."""

import logging
import os

import pytest

from apps.core.listing import listing
from tests.worlds.leaks import LEAKS, plant

WORLDS = int(os.environ.get("SILUN_WORLDS", "60"))
FIRST = int(os.environ.get("SILUN_FIRST_WORLD", "1"))


def pytest_generate_tests(metafunc):
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", range(FIRST, FIRST + WORLDS))


@pytest.fixture(autouse=True)
def quiet():
    """A walk is refused hundreds of times; each refusal would be a page of the log."""
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture(autouse=True)
def short_pages(monkeypatch):
    """A small bank has small lists: so few rows on a page that there are further pages, with their cursors."""
    monkeypatch.setitem(listing.__kwdefaults__, "size", 8)


@pytest.fixture(autouse=True)
def planted(monkeypatch):
    """`LEAK=export pytest tests/worlds` plants that mistake, and must fail."""
    if name := os.environ.get("LEAK"):
        assert name in LEAKS, f"LEAK is one of {', '.join(LEAKS)}"
        plant(name, monkeypatch)

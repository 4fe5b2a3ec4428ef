"""How many worlds, on which day, with which planted leak; and the figures at the end of the run."""

import logging
import os
from collections import Counter

import pytest

from apps.core.listing import listing
from tests.worlds.leaks import LEAKS, plant

WORLDS = int(os.environ.get("SILUN_WORLDS", "60"))
FIRST = int(os.environ.get("SILUN_FIRST_WORLD", "1"))
FIGURES = ("worlds", "users", "things", "pages", "seconds", "differences")


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


class Figures:
    """Sums what the worlds of all processes tell of themselves."""

    def __init__(self):
        self.sums = Counter()

    def pytest_runtest_logreport(self, report):
        for name, value in report.user_properties if report.when == "call" else ():
            if name in FIGURES:
                self.sums[name] += value

    def pytest_terminal_summary(self, terminalreporter):
        if self.sums["worlds"]:
            terminalreporter.write_line(", ".join(f"{name}: {round(self.sums[name]):,}" for name in FIGURES))


def pytest_configure(config):
    config.pluginmanager.register(Figures(), "figures of the worlds")

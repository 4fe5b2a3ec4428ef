"""The running Silun that people at a browser meet: processes of its own, with the bank of tests/browser/bank.py.

Never Django's server in a thread of the test: with SQLite in memory both would share one connection, and now and then it
refuses one of them, or both wait for good.
"""

import pytest


@pytest.fixture(scope="session")
def stack(live_stack):
    """The stack of this run with its bank made."""
    live_stack.manage("shell", "-v0", "-c", "from tests.browser.bank import make; make()")
    return live_stack

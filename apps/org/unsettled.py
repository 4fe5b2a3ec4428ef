"""What must be settled before a unit goes: each app registers what of it is still open at a unit, and what to do about it."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True)
class Unsettled:
    """One kind of open thing. `open(unit)` gives the QuerySet of those at this very unit; `advice` says what to do first.

    What `passes_on` stands in the way of closing a unit, but not of merging it: it goes on under the unit that takes it in.
    """

    name: str
    label: str | Promise
    advice: str | Promise
    open: Callable
    passes_on: bool = False


_kinds: dict[str, Unsettled] = {}


def unsettled(name: str, *, label, advice, open: Callable, passes_on: bool = False) -> None:
    """Make a kind known, in the panels.py of the app that knows it. Raises ValueError for a second one of the same name."""
    if name in _kinds:
        raise ValueError(f"Two kinds of open things are called {name}")
    _kinds[name] = Unsettled(name, label, advice, open, passes_on)


def registered() -> dict[str, Unsettled]:
    return dict(_kinds)

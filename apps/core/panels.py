"""My part of somebody else's page: an upper app adds a panel to a lower app's noun without being named there."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

_panels: dict[str, list["Panel"]] = defaultdict(list)


@dataclass(frozen=True)
class Panel:
    order: int
    may: str
    build: Callable


@dataclass(frozen=True)
class Shown:
    template: str
    context: dict[str, Any]


def panel(noun: str, *, order: int, may: str = ""):
    """Put above a function (user, thing) → (template, context) or None, in an app's panels.py.

    `noun` is "app.model" in lower case, or "desk.home" for the desk page (thing is then None).
    `may` is the capability a person needs to see it at all ("" = whoever sees the thing). At most one query each.
    """

    def register(build):
        _panels[noun].append(Panel(order, may, build))
        _panels[noun].sort(key=lambda p: p.order)
        return build

    return register


def panels_for(user, thing, noun: str = "") -> list[Shown]:
    """The panels this person sees on this thing's page, in order."""
    noun = noun or thing._meta.label_lower
    shown = []
    for item in _panels[noun]:
        if (not item.may or user.may_ever(item.may)) and (built := item.build(user, thing)):
            shown.append(Shown(*built))
    return shown

"""What a person leaves behind when a post changes: each app registers what is open with it, and how it goes over."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True)
class Kind:
    """One kind of open thing. `open(post)` gives the QuerySet of those that would go over, `give(post, to, by)` does it."""

    name: str
    label: str | Promise
    open: Callable
    give: Callable


_kinds: dict[str, Kind] = {}


def hands_over(name: str, *, label: str | Promise, open: Callable):
    """Put above a function (post, *, to, by) → how many it handed over, in the actions of the app that knows them:

        @hands_over("insight.opportunity", label=_("Opportunities"), open=open_opportunities)
        def opportunities(post, *, to, by): …

    It runs inside the hand-over's transaction. `name` is a model's label in lower case. `post` is a Post, `to` a Person.
    """

    def register(function):
        if name in _kinds:
            raise ValueError(f"Two apps hand over {name}")
        _kinds[name] = Kind(name, label, open, function)
        return function

    return register


def registered() -> dict[str, Kind]:
    return dict(_kinds)

"""What a person leaves behind when a post changes: each app registers what is open with it, and how it goes over."""

from collections.abc import Callable

_open: dict[str, Callable] = {}


def hands_over(name: str):
    """Put above a function (post, *, to, by) → how many it handed over, in the actions of the app that knows them:

        @hands_over("insight.opportunity")
        def opportunities(post, *, to, by): …

    It runs inside the hand-over's transaction. `name` is a model's label in lower case. `post` is a Post, `to` a Person.
    """

    def register(function):
        if name in _open:
            raise ValueError(f"Two apps hand over {name}")
        _open[name] = function
        return function

    return register


def registered() -> dict[str, Callable]:
    return dict(_open)

"""The kinds of request. Upper apps register theirs in their actions; nobody else moves money, points or roles."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise

from apps.core.verdict import YES, Refused

_kinds: dict[str, "Kind"] = {}


class Overtaken(Refused):
    """Approval would do something else now than what was asked for, and shown."""


@dataclass(frozen=True)
class Kind:
    """A kind of request of two people, or of three when `confirm` or `may_confirm` is given.

    `apply(request, by)` runs inside the approval's transaction. `approve` and `confirm` are the capabilities over the
    request's unit that deciding takes: they say whose desk it waits on. `authority` ("funds", "project") holds the
    approver to the year's authority table as well. `may_make(user, subject)` and, for what a capability cannot say,
    `may_confirm(user, request)` and `may_approve(user, request)` give verdicts. `template` shows the payload to those
    who decide, with the context `describe(request)` and `asked`, the request itself. `undo(request, by)` runs inside a refusal's or a withdrawal's
    transaction, to free what waited on the request. `renew(request, by)` gives the payload as it would be asked for now,
    where `apply` raises Overtaken because things have changed since.
    """

    name: str
    label: str | Promise
    apply: Callable
    may_make: Callable
    may_approve: Callable = lambda user, request: YES
    may_confirm: Callable | None = None
    approve: str = ""
    confirm: str = ""
    authority: str = ""
    template: str = ""
    describe: Callable = lambda request: {}
    undo: Callable = lambda request, by: None
    renew: Callable = lambda request, by: request.payload

    @property
    def of_three(self) -> bool:
        return bool(self.confirm or self.may_confirm)


def register(kind: Kind) -> Kind:
    """Make a kind known. Raises ValueError for a second kind of the same name."""
    if kind.name in _kinds:
        raise ValueError(f"Two kinds of request are called {kind.name}")
    _kinds[kind.name] = kind
    return kind


def kind_named(name: str) -> Kind:
    """The kind of this name. Raises LookupError for one that nobody registered."""
    try:
        return _kinds[name]
    except KeyError:
        raise LookupError(f"No kind of request is called {name!r}") from None


def kinds() -> dict[str, Kind]:
    return dict(_kinds)

"""A life cycle written as data: the table is the diagram, the guard and the buttons."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from apps.core.journal import record
from apps.core.verdict import YES, Refused, Verdict, demand, no


@dataclass(frozen=True)
class Move:
    """One arrow. `note` is "", "optional" or "required"; `by_decision` moves have no button: only the app that decided
    makes them; `warning` says what the button will do, and asks before it does."""

    name: str
    source: tuple[str, ...]
    target: str
    label: str | Promise
    may: Callable = lambda user, thing: YES
    note: str = ""
    by_decision: bool = False
    warning: str | Promise = ""
    tone: str = "primary"


class Flow:
    """The moves of one noun. `noun.move` is the verb each records: declare them with `was=str, now=str`, and `note=bool`."""

    def __init__(self, noun: str, *moves: Move, field: str = "state"):
        self.noun = noun
        self.field = field
        self.moves = {move.name: move for move in moves}

    def verdict(self, thing, name: str, user) -> Verdict:
        move = self.moves[name]
        if getattr(thing, self.field) not in move.source:
            return no(
                _("Not possible while it is “%(state)s”.")
                % {"state": getattr(thing, f"get_{self.field}_display")()}
            )
        return move.may(user, thing)

    def open_to(self, user, thing) -> list[Move]:
        """The moves this person may make now: the page draws its buttons from this."""
        return [m for m in self.moves.values() if not m.by_decision and self.verdict(thing, m.name, user)]

    @transaction.atomic
    def make(self, thing, name: str, *, by, note: str = "", decided: bool = False, **data):
        """Lock, look again, ask, change, write it down. The only place a state changes.

        Raises `Refused` when the rule says no, when a required note is missing, or for a move by decision that nobody decided.
        """
        move = self.moves[name]
        lock(thing)
        if move.by_decision and not decided:
            raise Refused(_("This follows from a decision; it is not made by hand."))
        demand(self.verdict(thing, name, by))
        if move.note == "required" and not note.strip():
            raise Refused(_("Please give the reason."))
        was = getattr(thing, self.field)
        setattr(thing, self.field, move.target)
        thing.save(update_fields=[self.field])
        return record(f"{self.noun}.{name}", thing, by=by, was=was, now=move.target, **data)


def lock(thing):
    """Lock the row until the transaction ends, and read it again: look after you lock. Returns the thing.

    Only actions lock, on things that their caller had through scope; what belongs to the thing is open to them.
    """
    thing.refresh_from_db(from_queryset=type(thing)._base_manager.select_for_update())
    thing._had_through_scope = True
    return thing

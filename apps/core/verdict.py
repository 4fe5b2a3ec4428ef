"""The answer to "may I?", with the reason a person can act on."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Verdict:
    """True or false, and why not."""

    allowed: bool
    reason: str = ""

    def __bool__(self):
        return self.allowed

    def __and__(self, other):
        return other if self else self


YES = Verdict(True)


def no(reason) -> Verdict:
    """A refusal. It is falsy, so that `if may_approve(…)` is right and the page can still say why."""
    return Verdict(False, reason)


class Refused(Exception):
    """Raised by an action when a rule says no; its text is a sentence the user can act on."""


def demand(verdict: Verdict) -> None:
    """Raise `Refused` with the verdict's reason unless it allows."""
    if not verdict:
        raise Refused(str(verdict.reason))

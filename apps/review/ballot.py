"""What a ballot says, as a function of numbers. Pure.

Members who are recused leave both the members a quorum is counted from and the base of the majority. The majority is so
many of the base: of those present, of the votes for and against, or of all members. "At least" includes the figure
(三分之二以上), "more than" does not (过半数).
"""

from dataclasses import asdict, dataclass

PASSED, FAILED, NO_QUORUM = "passed", "failed", "no_quorum"


@dataclass(frozen=True)
class Rule:
    """`majority` of `of` ("present", "cast" or "all") are needed, `more_than` it or at least; `quorum` of the members
    must be present. Fractions are (numerator, denominator)."""

    majority: tuple[int, int] = (2, 3)
    of: str = "present"
    more_than: bool = False
    quorum: tuple[int, int] = (2, 3)


@dataclass(frozen=True)
class Outcome:
    """The result and every number of its formula, to be stored and shown as it is."""

    result: str
    votes_for: int
    votes_against: int
    abstentions: int
    eligible: int  # with a right to vote, recused included
    recused: int
    members: int  # eligible less recused
    present: int
    quorum: int  # this many of the members had to be present
    base: int  # the majority is taken of these
    needed: int  # this many votes for were needed
    majority: tuple[int, int]
    of: str
    more_than: bool

    def as_data(self) -> dict:
        return asdict(self) | {"majority": list(self.majority)}


def quorum_of(members: int, rule: Rule) -> int:
    """How many of the members must be present: the fraction, rounded up."""
    numerator, denominator = rule.quorum
    return -(-members * numerator // denominator)


def needed_of(base: int, rule: Rule) -> int:
    """How many votes for a base asks for: the fraction rounded up, or the next whole number above it; never none."""
    numerator, denominator = rule.majority
    product = base * numerator
    return max(1, product // denominator + 1 if rule.more_than else -(-product // denominator))


def outcome(
    for_: int, against: int, abstain: int, present: int, eligible: int, recused: int, rule: Rule
) -> Outcome:
    """Count a ballot. `present` are those of the members not recused who attend.

    Raises ValueError for numbers that cannot be: more votes than present, or more present than members.
    """
    members = eligible - recused
    if (
        min(for_, against, abstain, recused, members) < 0
        or not for_ + against + abstain <= present <= members
    ):
        raise ValueError("votes ≤ present ≤ eligible − recused")
    base = {"present": present, "cast": for_ + against, "all": members}[rule.of]
    quorum, needed = quorum_of(members, rule), needed_of(base, rule)
    result = NO_QUORUM if present < quorum or not members else PASSED if for_ >= needed else FAILED
    return Outcome(
        result, for_, against, abstain, eligible, recused, members, present, quorum, base, needed,
        rule.majority, rule.of, rule.more_than,
    )  # fmt: skip

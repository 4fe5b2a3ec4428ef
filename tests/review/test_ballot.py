"""The arithmetic of a vote, by a table."""

import pytest

from apps.review.ballot import Rule, outcome

TWO_THIRDS = Rule()
MORE_THAN_HALF = Rule(majority=(1, 2), more_than=True)
HALF_OF_CAST = Rule(majority=(1, 2), of="cast", more_than=True)
TWO_THIRDS_OF_ALL = Rule(of="all")


@pytest.mark.parametrize(
    ("votes", "present", "eligible", "recused", "rule", "expected"),
    [
        # for, against, abstain        base  needed
        ((6, 3, 0), 9, 9, 0, TWO_THIRDS, ("passed", 9, 6)),  # 9 × 2/3 = 6
        ((5, 4, 0), 9, 9, 0, TWO_THIRDS, ("failed", 9, 6)),
        ((5, 0, 4), 9, 9, 0, TWO_THIRDS, ("failed", 9, 6)),  # an abstention is not a vote for
        ((6, 2, 0), 8, 9, 1, TWO_THIRDS, ("passed", 8, 6)),  # 8 × 2/3 = 5.33 → 6
        ((5, 3, 0), 8, 9, 1, TWO_THIRDS, ("failed", 8, 6)),
        ((5, 2, 0), 7, 9, 0, TWO_THIRDS, ("passed", 7, 5)),  # 4.67 → 5
        ((4, 2, 0), 6, 9, 0, TWO_THIRDS, ("passed", 6, 4)),  # quorum 6 of 9
        ((5, 0, 0), 5, 9, 0, TWO_THIRDS, ("no_quorum", 5, 4)),
        ((5, 3, 0), 8, 8, 0, MORE_THAN_HALF, ("passed", 8, 5)),  # more than 4
        ((4, 4, 0), 8, 8, 0, MORE_THAN_HALF, ("failed", 8, 5)),
        ((4, 3, 2), 9, 9, 0, HALF_OF_CAST, ("passed", 7, 4)),  # more than 3.5
        ((3, 3, 3), 9, 9, 0, HALF_OF_CAST, ("failed", 6, 4)),
        ((0, 0, 9), 9, 9, 0, HALF_OF_CAST, ("failed", 0, 1)),  # nobody for or against: nothing passes
        ((5, 1, 0), 6, 9, 0, TWO_THIRDS_OF_ALL, ("failed", 9, 6)),
        ((6, 0, 0), 6, 9, 0, TWO_THIRDS_OF_ALL, ("passed", 9, 6)),
        ((0, 0, 0), 0, 2, 2, TWO_THIRDS, ("no_quorum", 0, 1)),  # everybody is recused
    ],
)
def test_the_vote_rule(votes, present, eligible, recused, rule, expected):
    counted = outcome(*votes, present, eligible, recused, rule)
    assert (counted.result, counted.base, counted.needed) == expected


def test_numbers_that_cannot_be_are_an_error():
    for votes, present, eligible in [((5, 5, 0), 9, 9), ((1, 0, 0), 9, 8), ((-1, 0, 0), 1, 1)]:
        with pytest.raises(ValueError, match="votes"):
            outcome(*votes, present, eligible, 0, TWO_THIRDS)

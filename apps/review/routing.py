"""The route rule: which forum may decide a project of this size and kind. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Right:
    """What a forum may decide: projects up to this amount in fen (None: any), and whether also those that concern
    several branches or are the first of their kind in the industry."""

    up_to_fen: int | None = None
    cross_branch: bool = True
    first_in_industry: bool = True


def beyond(right: Right, amount_fen: int, cross_branch: bool, first_in_industry: bool) -> str:
    """What takes a project beyond a forum's right: "amount", "cross_branch", "first_in_industry", or "" when nothing does.

    An amount equal to the limit is within it (以内 includes the figure).
    """
    if right.up_to_fen is not None and amount_fen > right.up_to_fen:
        return "amount"
    if cross_branch and not right.cross_branch:
        return "cross_branch"
    if first_in_industry and not right.first_in_industry:
        return "first_in_industry"
    return ""

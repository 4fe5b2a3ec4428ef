"""Scores, as functions of numbers. A total runs from 0 to 100,000: thousandths of the hundred points of a rubric. Pure."""

from collections.abc import Sequence

HUNDRED = 100_000


def rounded(numerator: int, denominator: int) -> int:
    """The nearest whole number of a ratio of whole numbers, halves up; the denominator is positive."""
    return (2 * numerator + denominator) // (2 * denominator)


def total_milli(marks: Sequence[tuple[int, int, int]]) -> int:
    """Σ weight · value / max over (value, max, weight), in thousandths of a point; the weights are per cent.

    Raises ValueError when the weights do not add up to a hundred or a value lies outside 0 … max.
    """
    if sum(weight for _value, _most, weight in marks) != 100:
        raise ValueError("the weights of a rubric add up to 100")
    if any(not 0 <= value <= most for value, most, _weight in marks):
        raise ValueError("a score lies between 0 and the most its criterion gives")
    # One common denominator, so that nothing is rounded before the end.
    common = 1
    for _value, most, _weight in marks:
        common *= most
    return rounded(sum(1000 * weight * value * (common // most) for value, most, weight in marks), common)


def mean_milli(totals: Sequence[int]) -> int | None:
    """The arithmetic mean of reviewers' totals; None without any."""
    return rounded(sum(totals), len(totals)) if totals else None


def trimmed_mean_milli(totals: Sequence[int]) -> int | None:
    """The mean without the highest and the lowest total (去掉一个最高分、一个最低分), from five reviewers on; with fewer,
    the plain mean."""
    return mean_milli(sorted(totals)[1:-1] if len(totals) >= 5 else totals)


def spread_milli(totals: Sequence[int]) -> int | None:
    """How far the reviewers lie apart: highest less lowest; None without any."""
    return max(totals) - min(totals) if totals else None

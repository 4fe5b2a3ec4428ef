"""How strict each reviewer of a round is, and what the topics' scores are without that. Pure.

An additive model of all totals of a round, as Longford (1994), "Reliability of Essay Rating and Score Adjustment", Journal
of Educational and Behavioral Statistics 19(3), uses it for examiners:

    total of topic i by reviewer j = quality of i + leniency of j + chance

Topics are fixed, and what reviewers add is random around nought: the leniencies minimise Σ (total − quality − leniency)²
+ λ Σ leniency², where λ is the variance of chance over that of leniency, both estimated by REML (Searle, Casella, McCulloch
(1992), Variance Components, ch. 8; EM steps of Henderson's equations). So a reviewer of few topics is corrected a little,
one of many in full, and where reviewers do not differ nobody is. The calibrated score of a topic is the mean of
(total − leniency) over its reviewers.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from apps.review.scoring import HUNDRED

STEPS = 500
SETTLED = 1e-9  # of the ratio of the variances, from one step to the next
LEAST = 1e-6  # of that ratio: totals that are sums to the last digit leave no chance


@dataclass(frozen=True)
class Calibration:
    """Topic → calibrated score, and reviewer → how much more than others they give; thousandths of a point."""

    scores: dict[Hashable, int]
    leniency: dict[Hashable, int]


def calibrate(totals: Sequence[tuple[Hashable, Hashable, int]]) -> Calibration:
    """The calibration of (topic, reviewer, total) rows, one for each review; totals in thousandths of a point.

    Scores stay within 0 … 100,000; a topic that nobody scored has none.
    """
    if not totals:
        return Calibration({}, {})
    topics: dict[Hashable, int] = {}
    reviewers: dict[Hashable, int] = {}
    row = np.array([topics.setdefault(topic, len(topics)) for topic, _reviewer, _total in totals])
    column = np.array([reviewers.setdefault(reviewer, len(reviewers)) for _topic, reviewer, _total in totals])
    given = np.array([total for _topic, _reviewer, total in totals], dtype=float)
    of_topic = np.bincount(row)

    def centred(values):
        return values - (np.bincount(row, values) / of_topic)[row]

    leniency = _leniency(centred, column, given, len(reviewers), len(totals) - len(topics))
    scores = np.bincount(row, given - leniency[column]) / of_topic
    return Calibration(
        {topic: _whole(min(max(score, 0), HUNDRED)) for topic, score in zip(topics, scores, strict=True)},
        {reviewer: _whole(more) for reviewer, more in zip(reviewers, leniency, strict=True)},
    )


def _leniency(centred, column, given, reviewers, freedom):
    """The leniencies for the λ that REML finds; all nought where topics of one reviewer tell nothing of the others."""
    marks = np.zeros((len(given), reviewers))
    marks[np.arange(len(given)), column] = 1
    within = np.apply_along_axis(centred, 0, marks)
    normal, right, square = marks.T @ within, within.T @ given, float(centred(given) @ given)
    if freedom <= 0 or square <= 0:
        return np.zeros(reviewers)
    ratio, leniency = 1.0, np.zeros(reviewers)
    for _step in range(STEPS):
        inverse = np.linalg.inv(normal + ratio * np.eye(reviewers))
        leniency = inverse @ right
        chance = (square - leniency @ right) / freedom
        between = (leniency @ leniency + chance * np.trace(inverse)) / reviewers
        if between <= 0:
            return np.zeros(reviewers)
        before, ratio = ratio, max(chance / between, LEAST)
        if abs(ratio - before) <= SETTLED * before:
            break
    return leniency


def _whole(value: float) -> int:
    return int(np.floor(value + 0.5))

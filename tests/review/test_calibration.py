"""Calibrated scores: what is taken out is how reviewers differ, and nothing else."""

import random

import pytest
from scipy.stats import spearmanr

from apps.review.calibration import calibrate
from bench.calibration import planted


def test_a_severe_reviewer_no_longer_costs_a_topic_its_place():
    # X gives 10 points more than Y on whatever both judge; A was judged by Y alone and is the better topic.
    totals = [("a", "y", 72_000), ("a", "y2", 73_000), ("b", "x", 78_000), ("b", "x2", 79_000)]
    totals += [
        (f"t{n}", who, 60_000 + 2_000 * n + (10_000 if who.startswith("x") else 0) + (-1) ** n * 100)
        for n in range(8)
        for who in ("x", "x2", "y", "y2")
    ]
    found = calibrate(totals)
    assert found.scores["a"] > found.scores["b"]
    assert found.leniency["x"] == pytest.approx(5_000, abs=600)
    assert found.leniency["y"] == pytest.approx(-5_000, abs=600)


def test_reviewers_who_differ_by_a_constant_and_nothing_else_are_taken_apart_exactly():
    totals = [("a", "x", 80_000), ("a", "y", 60_000), ("b", "x", 70_000), ("b", "y", 50_000)]
    assert calibrate(totals).scores == {"a": 70_000, "b": 60_000}


def test_where_nothing_tells_reviewers_apart_the_mean_stands():
    assert calibrate([("a", "x", 80_000), ("b", "y", 60_000)]).scores == {"a": 80_000, "b": 60_000}
    assert calibrate([("a", "x", 80_001), ("a", "y", 80_000)]).scores["a"] == pytest.approx(80_000, abs=1)
    assert calibrate([("a", "x", 50_000), ("a", "y", 50_000)]).scores == {"a": 50_000}
    assert calibrate([]).scores == {}


def test_the_order_of_the_rows_does_not_matter_and_scores_stay_on_the_scale():
    _truth, totals = planted(7)
    mixed = totals[:]
    random.Random(1).shuffle(mixed)
    found, again = calibrate(totals).scores, calibrate(mixed).scores
    assert {topic: again[topic] for topic in found} == pytest.approx(found, abs=1)
    top = [("a", "x", 100_000), ("a", "y", 100_000), ("b", "y", 100_000), ("b", "z", 20_000), ("c", "z", 0)]
    assert all(0 <= score <= 100_000 for score in calibrate(top).scores.values())


def test_a_planted_order_is_found_again_where_the_plain_mean_loses_it():
    truth, totals = planted(20_261_130)
    topics = sorted(truth)
    mean = {t: sum(x for topic, _r, x in totals if topic == t) / 3 for t in topics}
    found = calibrate(totals).scores
    wanted = [truth[t] for t in topics]
    by_mean = spearmanr(wanted, [mean[t] for t in topics]).statistic
    by_calibration = spearmanr(wanted, [found[t] for t in topics]).statistic
    assert (by_mean < 0.8, by_calibration > 0.85) == (True, True)

"""Do calibrated scores find a planted order again? Rank correlations with the truth, of the plain mean and of the
calibrated score, over seeded rounds; the same figures on each machine. `python -m bench.calibration`"""

import random
from statistics import mean

from scipy.stats import spearmanr

from apps.review.calibration import calibrate

TOPICS, REVIEWERS, EACH, ROUNDS = 40, 12, 3, 200
QUALITY, LENIENCY, CHANCE = 5_000, 8_000, 4_000  # standard deviations, thousandths of a point


def planted(seed: int, leniency: int = LENIENCY):
    """(topic → its true quality, the totals that reviewers gave): each topic is judged by three of twelve."""
    dice = random.Random(seed)
    quality = {topic: dice.gauss(70_000, QUALITY) for topic in range(TOPICS)}
    more = [dice.gauss(0, leniency) for _reviewer in range(REVIEWERS)]
    totals = [
        (topic, reviewer, round(min(100_000, max(0, true + more[reviewer] + dice.gauss(0, CHANCE)))))
        for topic, true in quality.items()
        for reviewer in dice.sample(range(REVIEWERS), EACH)
    ]
    return quality, totals


def correlations(seed: int, leniency: int) -> tuple[float, float]:
    """(of the plain mean, of the calibrated score) with the truth, by rank."""
    quality, totals = planted(seed, leniency)
    plain = [mean(total for topic, _reviewer, total in totals if topic == t) for t in quality]
    found = calibrate(totals).scores
    truth = list(quality.values())
    return (
        float(spearmanr(truth, plain).statistic),
        float(spearmanr(truth, [found[t] for t in quality]).statistic),
    )


def main():
    for what, leniency in (("reviewers who differ", LENIENCY), ("reviewers who do not", 0)):
        rounds = [correlations(seed, leniency) for seed in range(ROUNDS)]
        print(f"calibration, {what}, rank correlation of the mean: {mean(m for m, _c in rounds):.3f}")
        print(f"calibration, {what}, rank correlation calibrated: {mean(c for _m, c in rounds):.3f}")
        print(f"calibration, {what}, rounds in which calibrated is nearer: {sum(c > m for m, c in rounds)}")
    print(f"calibration, rounds of each: {ROUNDS}")


if __name__ == "__main__":
    main()

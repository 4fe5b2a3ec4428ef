"""What an estimate is worth: pure arithmetic, numbers in and numbers out.

Years are counted from the decision: year 0 is now, and what belongs to year t is discounted by (1 + rate) ** t.
Money is whole fen, added up exactly in decimals and rounded to the fen once, at the end; ratios, rates and years
are floats. People are money here and days in the allocation, never money in both.

Risk enters once, as the probability of still being alive, and only in the rNPV; the rate is not raised for it too.
NPV, IRR, MIRR, PI, ROI and payback are those of the promise as written.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from itertools import accumulate

import pyxirr

CERTAIN = 10_000  # basis points
DIGITS = 60  # enough for thirty years of 19-digit amounts without a rounding anybody could see

Rate = float | Decimal
Probability = int | Sequence[int]
Flows = Sequence[int] | Sequence[Decimal]


@dataclass(frozen=True)
class YearlyEstimate:
    """What a project is expected to cost and bring, year by year.

    costs_fen and benefits_fen hold whole fen, none negative, for the same years 0, 1, 2, …
    probability is in basis points: one number, the probability that the work succeeds, or one number a year, the
    probability of being alive in that year (never rising).
    rate is the yearly discount rate, 0.05 for five per cent.

    Raises ValueError for lengths that differ, no years, amounts that are not whole or negative, a probability outside
    0 to 10,000 or rising, and a rate that is not between -1 and 1.
    """

    costs_fen: Sequence[int]
    benefits_fen: Sequence[int]
    probability: Probability
    rate: Rate

    def __post_init__(self):
        if len(self.costs_fen) != len(self.benefits_fen):
            raise ValueError("Costs and benefits must cover the same years.")
        if not self.costs_fen:
            raise ValueError("An estimate needs at least one year.")
        for fen in (*self.costs_fen, *self.benefits_fen):
            if not _is_whole(fen) or fen < 0:
                raise ValueError(f"An amount must be whole fen and not negative, not {fen!r}.")
        alive = self.probability if isinstance(self.probability, Sequence) else [self.probability]
        if not all(_is_whole(p) and 0 <= p <= CERTAIN for p in alive):
            raise ValueError("A probability must be a whole number of basis points from 0 to 10,000.")
        if isinstance(self.probability, Sequence):
            if len(alive) != len(self.costs_fen):
                raise ValueError("Probabilities must cover the same years as costs and benefits.")
            if any(later > earlier for earlier, later in zip(alive, alive[1:], strict=False)):
                raise ValueError("The probability of being alive cannot rise from one year to the next.")
        if not -1 < float(self.rate) < 1:  # false for NaN as well
            raise ValueError("The discount rate must be between -1 and 1: 0.05 is five per cent.")

    @property
    def flows_fen(self) -> list[int]:
        """Net cash flow of each year."""
        return [benefit - cost for cost, benefit in zip(self.costs_fen, self.benefits_fen, strict=True)]

    @property
    def expected_flows(self) -> list[Decimal]:
        """Net cash flow of each year, weighed by the probability of being alive.

        Given year by year, the probability weighs costs and benefits alike. Given as one number, nothing comes back
        but with that probability, while costs are spent in any case until the first year that brings a benefit shows
        whether the work has succeeded; later costs are only spent if it has.
        """
        if not isinstance(self.probability, Sequence):
            proof = next((year for year, fen in enumerate(self.benefits_fen) if fen), len(self.benefits_fen))
            spent: Sequence[int] = [
                CERTAIN if year <= proof else self.probability for year in range(len(self.costs_fen))
            ]
            gained: Sequence[int] = [self.probability] * len(self.benefits_fen)
        else:
            spent = gained = self.probability
        return [
            Decimal(benefit * g - cost * s) / CERTAIN
            for cost, benefit, s, g in zip(self.costs_fen, self.benefits_fen, spent, gained, strict=True)
        ]


@dataclass(frozen=True)
class Figures:
    """The figures of one estimate. A ratio, rate or time that does not exist is None, never nought.

    irr_is_ambiguous says that the flow changes its sign more than once, so that other rates may solve it as well:
    show mirr beside it, and never rank by irr. payback_years and discounted_payback_years count from year 0.
    """

    rnpv_fen: int
    npv_fen: int
    irr: float | None
    irr_is_ambiguous: bool
    mirr: float | None
    pi: float | None
    roi: float | None
    payback_years: float | None
    discounted_payback_years: float | None


def figures(
    costs_fen: Sequence[int],
    benefits_fen: Sequence[int],
    probability: Probability,
    rate: Rate,
    *,
    finance_rate: Rate | None = None,
    reinvestment_rate: Rate | None = None,
) -> Figures:
    """All figures of an estimate; the inputs are those of YearlyEstimate, which raises ValueError for bad ones.

    finance_rate and reinvestment_rate are the two rates of the MIRR, the discount rate unless given.
    """
    estimate = YearlyEstimate(costs_fen, benefits_fen, probability, rate)
    flows = estimate.flows_fen
    return Figures(
        rnpv_fen=rnpv_fen(estimate),
        npv_fen=npv_fen(flows, rate),
        irr=irr(flows),
        irr_is_ambiguous=irr_is_ambiguous(flows),
        mirr=mirr(
            flows,
            rate if finance_rate is None else finance_rate,
            rate if reinvestment_rate is None else reinvestment_rate,
        ),
        pi=pi(costs_fen, benefits_fen, rate),
        roi=roi(costs_fen, benefits_fen),
        payback_years=payback_years(flows),
        discounted_payback_years=discounted_payback_years(flows, rate),
    )


def npv_fen(flows_fen: Sequence[int], rate: Rate) -> int:
    """Net present value, Σ CF_t / (1 + r)^t, in whole fen.

    Source: Brealey, Myers and Allen, Principles of Corporate Finance, chapter 2.
    """
    return _whole(_present_value, flows_fen, rate)


def rnpv_fen(estimate: YearlyEstimate) -> int:
    """Risk-adjusted net present value, Σ P(alive to t) · CF_t / (1 + r)^t, in whole fen.

    Source: J. J. Stewart, P. N. Allison and R. S. Johnson, "Putting a price on biotechnology", Nature Biotechnology 19
    (2001) 813-817. How one probability of success is spread over the years: YearlyEstimate.expected_flows.
    """
    return _whole(_present_value, estimate.expected_flows, estimate.rate)


def irr(flows_fen: Sequence[int]) -> float | None:
    """Internal rate of return: the yearly rate at which the NPV is nought; None when there is none.

    Solved by pyxirr. A flow that changes its sign more than once may have several: see irr_is_ambiguous.
    """
    if not _has_both_signs(flows_fen):
        return None
    return pyxirr.irr([float(fen) for fen in flows_fen], silent=True)


def irr_is_ambiguous(flows_fen: Sequence[int]) -> bool:
    """Whether the flow changes its sign more than once, so that more than one IRR may exist.

    Source: Descartes' rule of signs on the polynomial in 1 / (1 + r).
    """
    return len(pyxirr.zero_crossing_points([float(fen) for fen in flows_fen if fen])) > 1


def mirr(flows_fen: Sequence[int], finance_rate: Rate, reinvestment_rate: Rate) -> float | None:
    """Modified internal rate of return; None without both an outflow and an inflow.

    (FV of inflows at the reinvestment rate / PV of outflows at the finance rate)^(1/n) - 1 over the n years after year
    0. Source: S. A. Lin, "The modified internal rate of return and investment criterion", The Engineering Economist 21
    (1976) 237-247. Solved by pyxirr.
    """
    if len(flows_fen) < 2 or not _has_both_signs(flows_fen):
        return None
    return pyxirr.mirr(
        [float(fen) for fen in flows_fen], float(finance_rate), float(reinvestment_rate), silent=True
    )


def pi(costs_fen: Sequence[int], benefits_fen: Sequence[int], rate: Rate) -> float | None:
    """Present value index, PV(inflows) / PV(outflows); None when nothing is spent.

    Source: Brealey, Myers and Allen, Principles of Corporate Finance, chapter 5 (theirs is the net index, this less 1).
    """
    with localcontext(prec=DIGITS):
        spent = _present_value(costs_fen, rate)
        return float(_present_value(benefits_fen, rate) / spent) if spent else None


def roi(costs_fen: Sequence[int], benefits_fen: Sequence[int]) -> float | None:
    """Return on investment over the whole stated life, (Σ benefits - Σ costs) / Σ costs, not discounted; None when
    nothing is spent. Label it as undiscounted wherever it is shown.

    Source: P. P. Phillips and J. J. Phillips, Return on Investment Basics, 2005.
    """
    spent = sum(costs_fen)
    return (sum(benefits_fen) - spent) / spent if spent else None


def payback_years(flows_fen: Sequence[int]) -> float | None:
    """Years until the money is back and stays back; None when at the end of the life it is not.

    The flow of year t > 0 is taken to come evenly between t - 1 and t, that of year 0 at once. Where later spending
    takes what was back below nought again, the last return counts, so that a large closing cost is not overlooked.

    Source: Brealey, Myers and Allen, Principles of Corporate Finance, chapter 5, for ordinary flows.
    """
    return _payback([Decimal(fen) for fen in flows_fen])


def discounted_payback_years(flows_fen: Sequence[int], rate: Rate) -> float | None:
    """payback_years of the discounted flows CF_t / (1 + r)^t."""
    with localcontext(prec=DIGITS):
        return _payback(_discounted(flows_fen, rate))


def _payback(flows: Sequence[Decimal]) -> float | None:
    balances = list(accumulate(flows))
    if balances[-1] < 0:
        return None
    last_owing = max((year for year, balance in enumerate(balances) if balance < 0), default=None)
    if last_owing is None:
        return 0.0
    return last_owing + float(-balances[last_owing] / flows[last_owing + 1])


def _discounted(flows: Flows, rate: Rate) -> list[Decimal]:
    # str() first: 0.05 is meant to be five per cent, not the binary fraction nearest to it.
    growth = 1 + Decimal(str(rate))
    amounts = map(Decimal, flows)
    return [amount / growth**year for year, amount in enumerate(amounts)]


def _present_value(flows: Flows, rate: Rate) -> Decimal:
    return sum(_discounted(flows, rate), Decimal(0))


def _whole(formula: Callable[..., Decimal], *args) -> int:
    with localcontext(prec=DIGITS):
        return int(formula(*args).to_integral_value(ROUND_HALF_EVEN))


def _has_both_signs(flows_fen: Sequence[int]) -> bool:
    return min(flows_fen) < 0 < max(flows_fen)


def _is_whole(number: object) -> bool:
    return isinstance(number, int) and not isinstance(number, bool)

"""Every figure against numbers worked by hand."""

from decimal import Decimal

import pytest

from apps.projects import finance
from apps.projects.finance import Figures, YearlyEstimate, figures


def test_the_figures_of_an_ordinary_project_are_those_worked_by_hand():
    # -10,000.00 yuan now, +6,600.00 and +6,050.00 later, at 10 %: 6,600/1.1 = 6,000 and 6,050/1.21 = 5,000.
    result = figures([1_000_000, 0, 0], [0, 660_000, 605_000], 8_000, 0.10)

    assert result == Figures(
        rnpv_fen=-120_000,  # -10,000 + 0.8 × 11,000 = -1,200 yuan
        npv_fen=100_000,
        irr=pytest.approx((0.66 + (0.66**2 + 4 * 0.605) ** 0.5) / 2 - 1),  # x² = 0.66 x + 0.605
        irr_is_ambiguous=False,
        mirr=pytest.approx((0.66 * 1.1 + 0.605) ** 0.5 - 1),  # what comes back grows to 13,310 in year 2
        pi=1.1,
        roi=0.265,
        payback_years=pytest.approx(1 + 340 / 605),
        discounted_payback_years=pytest.approx(1 + 4_000 / 5_000),
    )


@pytest.mark.parametrize(
    ("flows", "rate", "fen"),
    [
        ([-100, 110], 0.10, 0),
        ([-100, 121], Decimal("0.1"), 10),
        ([0, 0, 121], 0.10, 100),
        ([-100, 60, 60], 0, 20),
        ([-100, 90], -0.10, 0),
        ([5], 0.5, 5),
        ([1, 3], 0.25, 3),  # 3.4
        ([0, 3], 0.2, 2),  # 2.5 goes to the even fen
        ([0, 9], 0.2, 8),  # 7.5 too
        # Beyond what a float holds exactly: 9,007,199,254,740,993 is 2^53 + 1.
        ([9_007_199_254_740_993, 0], 0.05, 9_007_199_254_740_993),
    ],
)
def test_npv_is_exact_to_the_fen(flows, rate, fen):
    assert finance.npv_fen(flows, rate) == fen


@pytest.mark.parametrize(
    ("costs", "benefits", "probability", "fen"),
    [
        # One number: costs are certain until the first year that brings something, benefits never are.
        ([1_000, 0, 0], [0, 1_000, 1_000], 6_000, -1_000 + 600 + 600),
        ([1_000, 500, 200], [0, 1_000, 1_000], 6_000, -1_000 - 500 + 600 - 120 + 600),
        ([1_000, 1_000, 0], [0, 0, 5_000], 5_000, -1_000 - 1_000 + 2_500),
        ([1_000, 100], [2_000, 400], 5_000, -1_000 + 1_000 - 50 + 200),
        ([1_000, 1_000], [0, 0], 5_000, -2_000),
        ([1_000, 0], [0, 3_000], 10_000, 2_000),
        ([1_000, 0], [0, 3_000], 0, -1_000),
        # One number a year: it weighs the whole flow of that year.
        ([1_000, 500, 200], [0, 1_000, 1_000], [10_000, 8_000, 5_000], -1_000 + 400 + 400),
    ],
)
def test_rnpv_weighs_each_year_by_the_probability_of_being_alive(costs, benefits, probability, fen):
    assert finance.rnpv_fen(YearlyEstimate(costs, benefits, probability, 0)) == fen


def test_rnpv_discounts_as_well_as_weighs():
    # 0.5 × 12,100 / 1.21 = 5,000
    assert finance.rnpv_fen(YearlyEstimate([4_000, 0, 0], [0, 0, 12_100], 5_000, 0.10)) == 1_000


def test_a_project_that_is_certain_has_the_same_rnpv_and_npv():
    result = figures([900, 100, 50], [0, 700, 900], 10_000, 0.045)
    assert result.rnpv_fen == result.npv_fen


@pytest.mark.parametrize(
    ("flows", "rate"),
    [
        ([-100, 110], 0.10),
        ([-100, 0, 144], 0.20),
        ([-100, 30], -0.70),
        ([-100, 50, 50], 0.0),
        ([-100, 60], -0.40),
        ([100, 200], None),
        ([-100, -200], None),
        ([0, 0], None),
        ([-1_000, 3_000, -2_500], None),  # 1,000 x² - 3,000 x + 2,500 has no real root
    ],
)
def test_irr_is_the_rate_that_makes_npv_nought_or_none(flows, rate):
    assert finance.irr(flows) == (rate if rate is None else pytest.approx(rate, abs=1e-9))


@pytest.mark.parametrize(
    ("flows", "ambiguous"),
    [
        ([-100, 60, 60], False),
        ([-100, 0, 60, 0, 60], False),
        ([-100, 230, -132], True),  # both 10 % and 20 %
        ([-1_600, 10_000, -10_000], True),  # both 25 % and 400 %
        ([100, 100], False),
    ],
)
def test_a_flow_that_turns_twice_is_flagged_as_having_several_possible_irrs(flows, ambiguous):
    assert finance.irr_is_ambiguous(flows) is ambiguous


def test_mirr_uses_its_two_rates():
    # What comes in grows at 10 %: 1,100 + 500 = 1,600; what goes out is worth 1,000 + 210/1.05 = 1,200 at 5 %.
    assert finance.mirr([-1_000, -210, 1_000, 500], 0.05, 0.10) == pytest.approx(
        (1_600 / 1_200) ** (1 / 3) - 1
    )


def test_the_rates_of_the_mirr_may_differ_from_the_discount_rate():
    costs, benefits = [1_000, 210, 0, 0], [0, 0, 1_000, 500]
    result = figures(costs, benefits, 10_000, 0.03, finance_rate=0.05, reinvestment_rate=0.10)
    assert result.mirr == finance.mirr([-1_000, -210, 1_000, 500], 0.05, 0.10)


@pytest.mark.parametrize("flows", [[-100], [100, 200], [-100, -200], [0, 0, 0]])
def test_mirr_is_none_without_money_both_out_and_in(flows):
    assert finance.mirr(flows, 0.05, 0.05) is None


def test_pi_divides_present_values_and_is_none_when_nothing_is_spent():
    assert finance.pi([100, 110], [0, 330], 0.10) == 1.5
    assert finance.pi([0, 0], [0, 330], 0.10) is None


def test_roi_is_not_discounted_and_is_none_when_nothing_is_spent():
    assert finance.roi([100, 100], [0, 300]) == 0.5
    assert finance.roi([100, 100], [0, 150]) == -0.25
    assert finance.roi([0], [10]) is None


@pytest.mark.parametrize(
    ("flows", "years"),
    [
        ([-100, 50, 50], 2.0),
        ([-100, 40, 80], 1.75),
        ([-100, 400], 0.25),
        ([-100, 0, 0, 100], 3.0),
        ([-100, 60, 30], None),
        ([50, 10], 0.0),
        ([0, 0], 0.0),
        # Back after one year, then lost again to a closing cost and won once more half through the fourth.
        ([-100, 150, -100, 0, 100], 3.5),
        ([-100, 150, -100], None),
    ],
)
def test_payback_is_when_the_money_is_back_to_stay(flows, years):
    assert finance.payback_years(flows) == years


def test_discounting_lengthens_the_payback_and_may_end_it():
    assert finance.discounted_payback_years([-100, 55, 121], 0.10) == 1.5  # -100 + 50, then 100
    assert finance.discounted_payback_years([-100, 55, 55], 0.10) is None


@pytest.mark.parametrize(
    ("costs", "benefits", "probability", "rate", "sentence"),
    [
        ([1], [1, 2], 10_000, 0.05, "same years"),
        ([], [], 10_000, 0.05, "at least one year"),
        ([1.5], [1], 10_000, 0.05, "whole fen"),
        ([True], [1], 10_000, 0.05, "whole fen"),
        ([-1], [1], 10_000, 0.05, "not negative"),
        ([1], [-1], 10_000, 0.05, "not negative"),
        ([1], [1], 10_001, 0.05, "basis points"),
        ([1], [1], -1, 0.05, "basis points"),
        ([1], [1], [0.5], 0.05, "basis points"),
        ([1], [1], 0.5, 0.05, "basis points"),
        ([1, 1], [1, 1], [10_000], 0.05, "same years"),
        ([1, 1], [1, 1], [8_000, 9_000], 0.05, "cannot rise"),
        ([1], [1], 10_000, 5, "0.05 is five per cent"),
        ([1], [1], 10_000, -1, "0.05 is five per cent"),
        ([1], [1], 10_000, float("nan"), "0.05 is five per cent"),
    ],
)
def test_an_estimate_that_makes_no_sense_is_refused_with_a_sentence(
    costs, benefits, probability, rate, sentence
):
    with pytest.raises(ValueError, match=sentence):
        figures(costs, benefits, probability, rate)


def test_a_decimal_nan_rate_is_refused_too():
    with pytest.raises(ValueError, match="five per cent"):
        figures([1], [1], 10_000, Decimal("NaN"))

"""Risk figures of drawn years: means, availability, return periods and how far to trust them."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pytest
from scipy import stats

import cablenet as cn
from cablenet import risk
from cablenet.errors import InputError, UnknownNameError
from cablenet.hazards import timeline


def test_the_expected_loss_is_the_mean_and_its_interval_students():
    # 4 years, each its own batch: mean 2.5, sd sqrt(5/3), half width t(0.975, 3) x sd / 2 = 2.054
    got = cn.annual_risk([[1.0], [2.0], [3.0], [4.0]], ["JP"], "user-hours").to_frame().loc["JP"]
    assert got["expected"] == 2.5
    assert got["low"] == pytest.approx(2.5 - 2.0543, abs=1e-3)
    assert got["high"] == pytest.approx(2.5 + 2.0543, abs=1e-3)
    assert got["worst_year"] == 4
    assert got["years_with_loss"] == 4


def test_intervals_of_the_mean_hold_the_truth_as_often_as_they_say():
    """500 draws of 400 years with a loss one year in four, exponential; 95 % wanted.

    The count of hits is binomial; 0.95 less three of its standard deviations is 0.92.
    """
    rng = np.random.default_rng(1)
    losses = rng.exponential(8.0, (400, 500)) * (rng.random((400, 500)) < 0.25)
    low, high = risk.mean_interval(losses, 0.95)
    assert ((low <= 2.0) & (high >= 2.0)).mean() > 0.92


def test_intervals_of_return_levels_hold_the_truth_at_least_as_often_as_they_say():
    rng = np.random.default_rng(2)
    held = []
    for _ in range(400):
        risks = cn.annual_risk(rng.exponential(1.0, (300, 1)), ["JP"], "h")
        row = risks.return_periods([20]).iloc[0]
        held.append(row["low"] <= np.log(20) <= row["high"])  # exp. quantile at 1 - 1/20
    assert np.mean(held) > 0.92


def test_the_return_period_curve_is_the_plotting_position():
    # nine years 1..9: the i-th stands for 10 / (10 - i) years, so 5 -> 2 years, 8 -> 5, 9 -> 10
    risks = cn.annual_risk(np.arange(1.0, 10.0)[:, None], ["JP"], "h")
    curve = risks.return_periods([2, 5, 10, 20])
    assert curve["loss"].tolist()[:3] == pytest.approx([5, 8, 9])
    assert np.isnan(curve["loss"].iloc[3])  # beyond the years drawn
    # the median of nine lies between the 2nd and the 8th with 0.961: binomial(9, 1/2)
    assert stats.binom.cdf(7, 9, 0.5) - stats.binom.cdf(1, 9, 0.5) == pytest.approx(0.961, abs=1e-3)
    assert curve.loc[0, ["low", "high"]].tolist() == [2, 8]
    assert np.isnan(curve.loc[2, "high"])


def test_a_label_never_hit_has_no_upper_bound():
    got = cn.annual_risk(np.zeros((50, 1)), ["JP"], "h").to_frame().loc["JP"]
    assert (got["expected"], got["low"], got["years_with_loss"]) == (0, 0, 0)
    assert np.isnan(got["high"])


def test_availability_is_one_less_the_share_of_hours_down():
    # 8.766 hours of 8,766 is a thousandth
    hours = np.tile([[0.0, 17.532], [0.0, 0.0]], (10, 1))
    got = cn.availability(hours, ["JP", "IN"]).to_frame()
    assert got.index.tolist() == ["IN", "JP"]
    assert got.loc["IN", "availability"] == pytest.approx(0.999)
    assert got.loc["IN", "low"] < 0.999 < got.loc["IN", "high"]
    assert got.loc["JP", "availability"] == 1


def test_pairs_are_named_in_the_order_of_the_upper_triangle():
    assert cn.pair_labels(["IN", "JP", "SG"]) == ("IN-JP", "IN-SG", "JP-SG")


def test_the_worst_label_comes_first_and_can_be_plotted():
    mpl.use("Agg")
    rng = np.random.default_rng(0)
    risks = cn.annual_risk(rng.exponential([1.0, 5.0], (60, 2)), ["JP", "IN"], "user-hours")
    assert risks.to_frame().index.tolist() == ["IN", "JP"]
    axes = risks.plot()
    assert axes.get_ylabel() == "loss in a year (user-hours)"
    assert axes.get_legend_handles_labels()[1][-1] == "IN"
    bars = cn.availability(rng.random((30, 2)), ["JP", "IN"]).plot()
    assert len(bars.patches) == 2
    mpl.pyplot.close("all")


def test_a_year_is_as_long_as_in_the_drawn_years():
    assert risk.HOURS_A_YEAR == timeline.HOURS_A_YEAR


@pytest.mark.parametrize(("losses", "message"), [
    ([[1.0]], "draw at least 2"), ([1.0, 2.0], "losses are"), ([[-1.0], [0.0]], "at least 0"),
    ([[np.nan], [0.0]], "at least 0"), ([[1.0, 2.0], [1.0, 2.0]], "losses are"),
])
def test_losses_that_make_no_sense_are_refused(losses, message):
    with pytest.raises(InputError, match=message):
        cn.annual_risk(losses, ["JP"], "h")


def test_more_hours_than_a_year_has_are_refused():
    with pytest.raises(InputError, match="8766 hours; 9000 were down"):
        cn.availability([[9000.0], [0.0]], ["JP"])


@pytest.mark.parametrize("years", [[1.0], [0.5, 10], [np.nan]])
def test_return_periods_of_a_year_or_less_are_refused(years):
    with pytest.raises(InputError, match="above 1"):
        cn.annual_risk([[1.0], [2.0]], ["JP"], "h").return_periods(years)


def test_a_label_that_is_not_there_is_refused_by_name():
    with pytest.raises(UnknownNameError, match="no label 'XX'"):
        cn.annual_risk([[1.0], [2.0]], ["JP"], "h").return_periods(label="XX")

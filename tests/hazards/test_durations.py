"""Repair durations: a table of quantiles, drawn straight between them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import cablenet as cn
from cablenet.errors import InputError
from cablenet.hazards import durations_from_frame


def test_the_mean_is_the_area_under_the_quantile_function():
    # half of the time even from 0 to 10 (mean 5), half from 10 to 30 (mean 20): 12.5
    assert cn.durations_from_quantiles([0, 0.5, 1], [0, 10, 30]).mean_h == 12.5


def test_drawn_durations_follow_the_table():
    table = cn.durations_from_quantiles([0, 0.25, 1], [10, 20, 100])
    drawn = table.draw(np.random.default_rng(3), 200_000)
    # standard deviation of one is below 30 h, so of the mean below 0.07 h: five of them
    assert drawn.mean() == pytest.approx(table.mean_h, abs=0.35)
    assert drawn.min() >= 10
    assert drawn.max() <= table.longest_h == 100
    assert (drawn < 20).mean() == pytest.approx(0.25, abs=0.005)


def test_the_shipped_durations_are_the_observations_with_their_sources():
    table = cn.hazard_tables()["repair_durations"]
    shipped = cn.repair_durations()
    assert len(table) == 23
    assert table["sources"].notna().all()
    assert shipped.hours[0] == 7 * 24  # Jersey 2016, a week a cable
    assert shipped.longest_h == 145 * 24  # after the Rubymar, 2024


@pytest.mark.parametrize(("quantile", "hours"), [
    ([0, 0.5], [1, 2]), ([0.1, 1], [1, 2]), ([0, 1], [2, 1]), ([0, 1], [0, 0]), ([0, 1], [1]),
    ([0, 0.5, 0.5, 1], [1, 2, 3, 4]), ([0, 1], [1, np.inf]), ([0, 1], [np.nan, 1]),
])
def test_a_table_that_is_no_distribution_is_refused(quantile, hours):
    with pytest.raises(InputError, match="rise from 0 to 1"):
        cn.durations_from_quantiles(quantile, hours)


def test_a_table_without_its_columns_is_refused_by_column():
    with pytest.raises(InputError, match="repair_durations: hours: is missing"):
        durations_from_frame(pd.DataFrame({"quantile": [0, 1]}))

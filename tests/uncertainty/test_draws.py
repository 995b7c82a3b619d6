"""Draws over unknown numbers: known intervals, what moves the answer, and what cannot."""

from __future__ import annotations

from math import exp, log, sqrt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cablenet.build import build_network
from cablenet.errors import InputError, MismatchError, UnknownNameError
from cablenet.scenarios.areas import disk
from cablenet.scenarios.losses import cable_losses
from cablenet.scenarios.scenario_set import Recipe
from cablenet.testing import small_world
from cablenet.uncertainty import draws
from cablenet.uncertainty.ranges import factor
from cablenet.uncertainty.unknowns import unknowns_of

COLUMNS = ["layer", "id", "column", "basis", "low", "high", "range_kind", "sources", "note"]


def two_cables(rows=()):
    """BB on the cables x (10 Tbps) and y (2 Tbps) to the hub AA; AA and HH on one of 1,000."""
    layers = small_world(
        [("a", "AA", 0, 0), ("b", "BB", 10, 0), ("h", "HH", 0, 10)],
        {"x": [("a", "b")], "y": [("a", "b")], "ah": [("a", "h")]}, hubs=["AA", "HH"],
        lit_tbps={"x": 10.0, "y": 2.0, "ah": 1000.0})
    table = pd.DataFrame([[*row, "", ""] for row in rows], columns=COLUMNS)
    return build_network(layers.with_tables(provenance=table) if rows else layers)


def line_through_sea(sigma_km):
    """BB on the one cable x along the equator to the hub AA, each line known to sigma_km."""
    layers = small_world([("a", "AA", 0, 0), ("b", "BB", 10, 0), ("h", "HH", 0, 10)],
                         {"x": [("a", "b")], "ah": [("a", "h")]}, hubs=["AA", "HH"])
    segments = layers.tables["segments"].assign(position_sigma_km=sigma_km)
    return build_network(layers.with_tables(segments=segments))


def known(*names):
    """Rows of provenance that leave no doubt about these cables."""
    return [("cables", name, "lit_capacity_tbps", "sourced", 1.0, 1.0, "factor")
            for name in names]


def test_the_interval_of_one_unknown_cable_is_that_of_its_triangle():
    # a factor between 1/2 and 2, triangular on the log with its peak at 1: the 5th percentile is
    # 2 ** -(1 - sqrt(0.1)), the 95th its inverse. The loss of x is 10 Tbps times the factor
    net = two_cables([("cables", "*", "lit_capacity_tbps", "estimated", 0.5, 2.0, "factor")])
    drawn = draws(net, cable_losses(net, ["x"]), ["capacity_loss"], draws=150, what=["lit"])
    row = drawn.to_frame().iloc[0]
    step = 1.0 - sqrt(0.1)
    assert row["value"] == pytest.approx(10.0)
    assert row["median"] == pytest.approx(10.0, rel=0.03)
    assert row["low"] == pytest.approx(10.0 * 2 ** -step, rel=0.03)
    assert row["high"] == pytest.approx(10.0 * 2 ** step, rel=0.03)


def test_without_provenance_the_assumed_range_holds():
    # 0.3 to 3: 5th percentile of the triangle on the log at low * exp(sqrt(0.05 * width * left))
    net = two_cables()
    row = draws(net, cable_losses(net, ["x"]), ["capacity_loss"], draws=150,
                what=["lit"]).to_frame().iloc[0]
    low, high, width = log(0.3), log(3.0), log(10.0)
    assert row["low"] == pytest.approx(10 * exp(low + sqrt(0.05 * width * -low)), rel=0.03)
    assert row["high"] == pytest.approx(10 * exp(high - sqrt(0.05 * width * high)), rel=0.03)


def test_what_is_known_has_no_width_and_isolation_asks_no_capacity():
    net = two_cables()
    sure = two_cables(known("x", "y", "ah"))
    frame = draws(sure, cable_losses(sure), ["capacity_loss", "isolated"], draws=20,
                  what=["lit"]).to_frame()
    assert (frame["low"] == frame["value"]).all()
    assert (frame["high"] == frame["value"]).all()
    frame = draws(net, cable_losses(net), ["isolated"], draws=20,
                  what=["lit", "demand", "classes"]).to_frame()
    assert (frame["low"] == frame["high"]).all()


def test_the_unknown_that_matters_is_found_and_its_swing_is_right():
    net = two_cables(known("y", "ah"))
    drawn = draws(net, cable_losses(net, ["x"]), ["capacity_loss"], draws=60)
    table = drawn.ranking("capacity_loss_tbps")
    assert table["unknown"].tolist() == ["capacity of X"]
    ends = factor(np.array([0.05, 0.95]), 0.3, 3.0)
    assert table.loc[0, "swing"] == pytest.approx(10 * (ends[1] - ends[0]), abs=0.002)  # whole Gbps
    assert table.loc[0, "r2"] == pytest.approx(1.0)
    assert table.equals(drawn.ranking("capacity_loss_tbps", drawn.scores.scenarios.names[0]))


def test_a_route_that_misses_to_either_side_is_found():
    # the disk of 5 km lies on the line: moved 16 km either way the line misses it, so the low and
    # the high end lose nothing and only the map's own value does
    net = line_through_sea(10.0)
    drawn = draws(net, disk(net, 5.0, 0.0, 5.0), ["isolated"], draws=10, what=["routes"])
    row = drawn.ranking("isolated_countries").iloc[0]
    assert row["unknown"] == "route of x/1"
    assert (row["at_low"], row["at_high"], row["swing"]) == (0, 0, 1)


def test_a_section_without_a_figure_of_its_own_has_the_range_of_its_cable():
    net = two_cables([("cables", "x", "lit_capacity_tbps", "sourced", 0.9, 1.1, "factor")])
    unknowns = unknowns_of(net, ["lit"])
    x = unknowns.name.index("capacity of X")
    assert (unknowns.low[x], unknowns.high[x]) == (0.9, 1.1)


def test_a_cable_beside_the_place_is_hit_in_some_draws_only():
    # the line runs along the equator; the disk of 20 km lies 20 km north of it at half way, so that
    # with a standard error of 10 km the line is hit when it lies no further south than it is drawn:
    # in about half of the draws
    net = line_through_sea(10.0)
    drawn = draws(net, disk(net, 5.0, 0.18, 20.0), ["isolated"], draws=100, what=["routes"])
    share = (drawn.values[:, 0, 0] > 0).mean()
    assert 0.4 < share < 0.6
    named = draws(net, cable_losses(net, ["x"]), ["isolated"], draws=20, what=["routes"])
    assert (named.values == named.values[0]).all(), "a cable named is lost wherever it lies"


def test_the_same_seed_gives_the_same_draws_whatever_else_is_asked():
    net = two_cables()
    one = draws(net, cable_losses(net), ["capacity_loss"], draws=30, seed=7, what=["lit"])
    two = draws(net, cable_losses(net), ["capacity_loss"], draws=30, seed=7,
                what=["demand", "lit"])
    assert np.array_equal(one.values, two.values)
    other = draws(net, cable_losses(net), ["capacity_loss"], draws=30, seed=8, what=["lit"])
    assert not np.array_equal(one.values, other.values)


def test_shares_of_classes_are_drawn_but_demand_stays_whole():
    net = two_cables()
    unknowns = unknowns_of(net, ["classes"])
    for quantile in unknowns.quantiles(10, 1):
        demand = unknowns.drawn(quantile).demands
        assert demand.class_tbps.sum(axis=1) == pytest.approx(net.demands.tbps)
        assert not np.allclose(demand.class_tbps, net.demands.class_tbps)


@settings(max_examples=200, deadline=None)
@given(st.floats(0.0, 1.0), st.floats(0.0, 5.0), st.floats(0.0, 5.0))
def test_a_drawn_factor_stays_in_its_range_and_grows_with_its_quantile(u, one, other):
    low, high = min(one, other), max(one, other)
    drawn = float(factor(u, low, high))
    assert low <= drawn <= high
    assert drawn <= float(factor(min(1.0, u + 0.01), low, high)) + 1e-12


@pytest.mark.parametrize(("options", "error"), [
    ({"draws": 1}, InputError), ({"what": ["ships"]}, UnknownNameError), ({"what": []}, InputError),
    ({"metrics": ["nothing"]}, UnknownNameError)])
def test_bad_input_is_told(options, error):
    net = two_cables()
    with pytest.raises(error):
        draws(net, cable_losses(net), **options)


def test_a_range_that_is_none_and_scenarios_without_their_recipe_are_told():
    net = two_cables([("countries", "BB", "demand_tbps", "assumed", 3.0, 2.0, "factor")])
    with pytest.raises(InputError, match="3 to 2 is no range"):
        draws(net, cable_losses(net))
    net = two_cables()
    moved = disk(net, 5.0, 0.0, 20.0)
    strange = type(moved)(("other",), moved.failed, moved.rate_per_year, moved.faults,
                          Recipe(moved.recipe.parts), moved.network_fingerprint)
    with pytest.raises(MismatchError):
        draws(net, strange, draws=5)

"""The cost of a day: worked out by hand on the ring, in proportion to what is lost."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cablenet.build import build_network
from cablenet.metrics import METRICS, Options
from cablenet.metrics.cost import LOSSES, outage_cost
from cablenet.scenarios.losses import cable_losses, joint_loss
from cablenet.testing import ring
from cablenet.traffic import make_demand

shares = st.lists(st.floats(0.0, 1.0), min_size=4, max_size=4)


def net_with(**columns):
    layers = ring()
    return build_network(layers.with_tables(countries=layers.countries.assign(**columns)))


def test_a_day_without_internet_costs_the_share_of_gdp_of_the_level():
    """GDP 36.5 billion USD is 100 million a day; 10, 60 and 90 % users: low, medium, high."""
    net = net_with(gdp_busd=36.5, population=1000.0, internet_users=[100.0, 600.0, 900.0, 800.0])
    got = outage_cost(net, np.ones((1, 4)))
    assert got.country["cost_musd_per_day"][0] == pytest.approx([0.4, 1.0, 1.9, 1.9])
    assert got.country["cost_musd_per_day_low"][0] == pytest.approx([0.2, 0.5, 0.95, 0.95])
    assert got.country["cost_musd_per_day_high"][0] == pytest.approx([0.8, 2.0, 3.8, 3.8])
    assert got.scenario["cost_musd_per_day"] == pytest.approx([5.2])
    assert got.scenario["people_affected"] == pytest.approx([4000.0])
    assert got.scenario["users_affected"] == pytest.approx([2400.0])


def test_a_quarter_of_the_demand_unserved_is_a_quarter_of_the_cost():
    net = net_with(gdp_busd=36.5, population=1000.0, internet_users=600.0)
    got = outage_cost(net, np.array([[0.25, 0.0, 0.0, np.nan], [0.0, 0.0, 0.0, 0.0]]))
    assert got.scenario["cost_musd_per_day"] == pytest.approx([0.25, 0.0])
    assert got.scenario["people_affected"] == pytest.approx([250.0, 0.0])


def test_a_country_of_unknown_gdp_is_counted_and_never_taken_as_free():
    net = net_with(gdp_busd=[36.5, np.nan, 36.5, np.nan], population=1000.0, internet_users=600.0)
    got = outage_cost(net, np.array([[0.5, 0.5, 0.0, 0.0]]))
    assert got.scenario["cost_unknown_countries"] == pytest.approx([1.0])
    assert got.scenario["cost_musd_per_day"] == pytest.approx([0.5])
    assert np.isnan(got.country["cost_musd_per_day"][0]).tolist() == [False, True, False, False]


def test_the_score_is_of_the_demand_that_the_failure_leaves_unserved():
    """Without ab and bc nothing reaches BB: 1 % (half the people are users) of 100 million a day.
    """
    net = build_network(ring())
    own = net.with_demand(make_demand([1, 3], [0, 0], [0.1, 0.1]))
    both = joint_loss(own, "both", cables=["ab", "bc"])
    got = METRICS["cost"].measure(own, both, Options())
    assert got.scenario["cost_musd_per_day"] == pytest.approx([1.0])
    bb = own.country_index("BB")
    assert got.country["people_affected"][0, bb] == pytest.approx(
        own.gateways.people[own.gateways.country == bb].sum())
    one = METRICS["cost"].measure(own, cable_losses(own), Options())
    assert (one.scenario["cost_musd_per_day"] == 0.0).all()


def test_what_no_cable_could_carry_before_is_not_the_failure_s_doing():
    """BB asks 10 Tbps over two cables of 1 Tbps lit, 0.8 usable: 1.6 served, 0.8 without ab.

    The rise is 0.8 of 10, so 8 % of what a day without internet costs (1 million USD).
    """
    layers = ring()
    layers = layers.with_tables(cables=layers.cables.assign(lit_capacity_tbps=1.0,
                                                            design_capacity_tbps=1.0))
    net = build_network(layers)
    own = net.with_demand(make_demand([1], [0], [10.0]))
    got = METRICS["cost"].measure(own, cable_losses(own, ["ab"]), Options())
    assert got.scenario["cost_musd_per_day"] == pytest.approx([0.08])


def test_levels_rise_and_each_range_holds_its_value():
    assert [row.share for row in LOSSES] == sorted(row.share for row in LOSSES)
    assert all(row.low < row.share < row.high and row.note for row in LOSSES)


@given(shares, st.floats(0.0, 1.0))
def test_cost_is_in_proportion_and_lies_in_its_range(share, factor):
    net = build_network(ring())
    whole = outage_cost(net, np.array([share])).scenario
    part = outage_cost(net, np.array([share]) * factor).scenario
    for name in ("cost_musd_per_day", "people_affected", "users_affected"):
        assert part[name] == pytest.approx(whole[name] * factor, abs=1e-9)
    assert whole["cost_musd_per_day_low"] <= whole["cost_musd_per_day"]
    assert whole["cost_musd_per_day"] <= whole["cost_musd_per_day_high"]

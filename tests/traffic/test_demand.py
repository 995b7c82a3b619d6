"""The gravity model keeps totals and follows its own formula; demand keeps its sums by class."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cablenet.errors import InputError
from cablenet.traffic import (
    Gravity,
    country_to_gateways,
    gravity_demand,
    grown,
    make_demand,
    scaled_demand,
)


def world():
    """Country 0: two gateways on the equator; 1: a hub 1 degree east; 2: a hub 10 degrees east."""
    return {
        "tbps": np.array([3.0, 1.0, 5.0, 2.0]), "country": np.array([0, 0, 1, 2]),
        "lon": np.array([0.0, 0.5, 1.0, 10.0]), "lat": np.zeros(4),
        "hub_weight": np.array([0.0, 0.0, 1.0, 1.0]),
    }


def test_each_gateway_asks_for_exactly_its_demand():
    demand = gravity_demand(**world())
    assert np.bincount(demand.from_gateway, demand.tbps) == pytest.approx([3.0, 1.0, 5.0, 2.0])


def test_nobody_asks_at_home():
    demand = gravity_demand(**world())
    country = world()["country"]
    assert (country[demand.from_gateway] != country[demand.to_gateway]).all()


def test_a_hub_twice_as_far_pulls_by_distance_to_the_decay():
    # gateway 0 at lon 0, hubs at 20 and 40 degrees on the equator: with decay 1 the split is 2 : 1
    demand = gravity_demand(
        np.array([3.0, 0.0, 0.0]), np.array([0, 1, 2]), np.array([0.0, 20.0, 40.0]), np.zeros(3),
        np.array([0.0, 1.0, 1.0]), Gravity(hub_decay=1.0, partners=0))
    assert demand.tbps == pytest.approx([2.0, 1.0])


def test_partners_take_what_hubs_do_not():
    # country 3 is no hub: it gets 15 % of what others ask
    case = world()
    case = {**case, "tbps": np.array([4.0, 0.0, 0.0, 0.0, 9.0]),
            "country": np.array([0, 0, 1, 2, 3]), "lon": np.append(case["lon"], 5.0),
            "lat": np.zeros(5), "hub_weight": np.append(case["hub_weight"], 0.0)}
    demand = gravity_demand(**case)
    asked = (demand.from_gateway == 0) & (demand.to_gateway == 4)
    assert demand.tbps[asked] == pytest.approx([0.15 * 4.0])


def test_country_totals_are_spread_by_share_and_equally_where_no_share_is_known():
    got = country_to_gateways(np.array([6.0, 4.0]), np.array([0, 0, 1, 1]),
                              np.array([2.0, 1.0, np.nan, 0.0]))
    assert got == pytest.approx([4.0, 2.0, 2.0, 2.0])


ROWS = st.lists(st.tuples(st.integers(0, 4), st.integers(5, 9), st.floats(1e-3, 1e3),
                          st.integers(0, 2)), min_size=1, max_size=30)


def made(rows):
    start, end, tbps, basis = zip(*rows, strict=True)
    return make_demand(start, end, tbps, basis=basis, source=[f"s{b}" for b in basis])


def test_the_peak_is_split_by_the_shares_of_the_classes():
    # 200 Tbps: emergency .001, safety .001, health .003, government .01, finance .02, .30, .665
    demand = make_demand([0], [1], [200.0])
    assert demand.class_tbps[0] == pytest.approx([0.2, 0.2, 0.6, 2.0, 4.0, 60.0, 133.0])
    assert demand.level_tbps[0] == pytest.approx([1.0, 6.0, 193.0])
    assert demand.by_class().set_index("class").loc["bulk", "share"] == pytest.approx(0.665)


def test_rows_of_one_pair_become_one_demand_that_keeps_where_each_came_from():
    demand = make_demand([3, 0, 3], [1, 1, 1], [2.0, 7.0, 3.0], basis=[0, 1, 2],
                         source=["ITU", "", "ministry"])
    assert demand.from_gateway.tolist() == [0, 3]
    assert demand.tbps.tolist() == [7.0, 5.0]
    assert demand.basis_tbps.tolist() == [[0.0, 7.0, 0.0], [2.0, 0.0, 3.0]]
    assert demand.source.tolist() == ["", "ITU; ministry"]
    assert demand.provenance["share"].tolist() == pytest.approx([2 / 12, 7 / 12, 3 / 12])


def test_two_years_at_a_quarter_more_a_year_is_1_5625_times():
    later = grown(make_demand([0], [1], [16.0], basis=[0]), 2023, 2025, 0.25)
    assert later.tbps == pytest.approx([25.0])
    assert later.class_tbps.sum() == pytest.approx(25.0)
    assert later.basis_tbps[0] == pytest.approx([0.0, 25.0, 0.0])  # no longer sourced
    assert grown(later, 2025, 2023, 0.25).tbps == pytest.approx([16.0])


@pytest.mark.parametrize("rate", [-1.0, float("nan"), float("inf")])
def test_a_growth_rate_that_is_none_is_refused(rate):
    with pytest.raises(InputError, match="growth rate"):
        grown(make_demand([0], [1], [1.0]), 2023, 2025, rate)


@given(ROWS, st.randoms(use_true_random=False))
def test_sums_are_kept_and_the_order_of_rows_does_not_matter(rows, random):
    demand, total = made(rows), sum(row[2] for row in rows)
    assert demand.total_tbps == pytest.approx(total)
    assert demand.class_tbps.sum(axis=1) == pytest.approx(demand.tbps)
    assert demand.basis_tbps.sum(axis=1) == pytest.approx(demand.tbps)
    assert demand.level_tbps.sum(axis=1) == pytest.approx(demand.tbps)
    shuffled = list(rows)
    random.shuffle(shuffled)
    other = made(shuffled)
    for name in ("from_gateway", "to_gateway", "tbps", "class_tbps", "basis_tbps", "source"):
        assert (getattr(demand, name) == getattr(other, name)).all(), name


@given(ROWS, st.floats(0.0, 100.0))
def test_scaling_scales_every_sum(rows, factor):
    demand = made(rows)
    more = scaled_demand(demand, factor)
    assert more.tbps == pytest.approx(demand.tbps * factor)
    assert more.class_tbps == pytest.approx(demand.class_tbps * factor)
    assert more.provenance["tbps"].to_numpy() == pytest.approx(
        demand.provenance["tbps"].to_numpy() * factor)


def test_the_default_demand_is_as_well_known_as_the_country_total():
    demand = gravity_demand(**world(), basis=np.array([0, 0, 1, 2]))
    # gateways 0 and 1 ask 4 Tbps (sourced), 2 asks 5 (estimated), 3 asks 2 (assumed)
    assert demand.basis_tbps.sum(axis=0) == pytest.approx([4.0, 5.0, 2.0])

"""The gravity model keeps totals, respects borders and follows its own formula."""

from __future__ import annotations

import numpy as np
import pytest

from cablenet.traffic import Gravity, country_to_gateways, gravity_demand


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

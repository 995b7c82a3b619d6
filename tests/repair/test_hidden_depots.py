"""Depots that a private overlay adds: they change the plan, and what is handed out hides them."""

from __future__ import annotations

import json
import math

import pytest
import shapely
from repair.test_dispatch import outage, sea
from repair.test_network_value import valued
from repair.test_repair_rules import ONE, with_depots

import cablenet as cn
from cablenet.build import build_network
from cablenet.errors import InputError
from cablenet.layers import Overlay, Patch
from cablenet.repair import plan_repairs

SECRET = (2.0, 1.5)
"""North of the equator, along which everything else lies."""


def with_secret(net, tier="confidential", km=math.nan):
    row = {"depot_id": "hidden-1", "name": "Secret quay", "country": "AA", "zones": "",
           "spare_cables": "near", "spare_km": km, "geometry": shapely.Point(SECRET)}
    overlay = Overlay("owner", tier, (Patch("depots", "hidden-1", row=row),))
    return build_network(net.layers.with_overlay(overlay))


def all_told(plan) -> str:
    """Everything that can be handed out of a plan, as text."""
    layers = cn.result_layers(plan)
    return json.dumps([plan.to_json(), *(frame.to_csv() for frame in layers.values())],
                      default=str) + repr(plan) + plan.to_frame().to_csv()


def highest(plan) -> float:
    return max(shape.bounds[3] for shape in plan.to_geo().geometry)


def test_a_hidden_depot_changes_the_plan_and_is_neither_named_nor_placed():
    """By hand: from 0 E straight to 5 E a ship sails 37 h; by way of 2 E, 1.5 N: 1.2 x (276.9 +
    373.0) km = 421 nm, 42.1 h -> 43 h, and loads for 36."""
    net = with_depots(sea(ships=ONE), ("quay", 0.1, "ZONE", 1.0))
    net = with_secret(net)
    plan = plan_repairs(net, outage(net, (5.0, "near")))
    row = plan.schedule.iloc[0]
    assert (row["depot"], row["arrive_h"]) == ("Secret quay", 36 + 36 + 43)
    assert highest(plan) == SECRET[1]
    assert "Secret" in all_told(plan) and "hidden-1" in all_told(plan)
    shown = plan.disclosed()
    assert (shown.schedule.loc[0, "depot"], shown.schedule.loc[0, "arrive_h"]) == ("", 115)
    assert highest(shown) < 0.01
    assert "Secret" not in all_told(shown) and "hidden-1" not in all_told(shown)
    assert plan.schedule.loc[0, "depot"] == "Secret quay"  # the plan itself is as it was


def test_depots_of_the_map_and_of_public_overlays_are_told():
    for net, name in ((with_depots(sea(ships=ONE), ("harbour", 2.0, "ZONE", math.nan)), "Harbour"),
                      (with_secret(sea(ships=ONE), "public"), "Secret quay")):
        plan = plan_repairs(net, outage(net, (5.0, "near"))).disclosed()
        assert plan.schedule["depot"].tolist() == [name]


def test_the_stock_of_a_hidden_depot_is_not_told_as_a_reason():
    # unknown depth counts as 3,000 m: 8.5 km a job, and the hidden depot has 7.25
    net = with_depots(sea(ships=ONE), ("quay", 0.1, "ZONE", 9.0))
    net = with_secret(net, km=7.25)
    plan = plan_repairs(net, outage(net, (5.0, "near"), (6.0, "near")))
    assert "no depot of ZONE has more than 7.2 km" in plan.not_served["reason"].iloc[0]
    assert plan.disclosed().not_served["reason"].tolist() == ["no spares left"]


def test_what_each_country_loses_is_a_sum_over_the_curve():
    """By hand, as in test_network_value: far is back after 289 h, near after 554. AA misses 1 Tbps
    until 554 h; BB and CC 1 until 289 h and 0.85 from then on; 15 % of BB's is back at 289 h."""
    net = valued()
    plan = plan_repairs(net, outage(net, (5.0, "near"), (15.0, "far")))
    table = plan.by_country().set_index("country")
    later = (289 + 265 * 0.85) / 24
    assert table["unserved_tbps_days"].to_dict() == pytest.approx(
        {"AA": 554 / 24, "BB": later, "CC": later})
    assert table["days_below"].to_dict() == pytest.approx(
        dict.fromkeys(["AA", "BB", "CC"], 554 / 24))
    assert plan.by_country(0.15).set_index("country").loc["BB", "days_below"] == pytest.approx(
        289 / 24)
    short = plan_repairs(net, outage(net, (5.0, "near"), (15.0, "far")), horizon_days=10.0)
    assert short.by_country()["days_below"].tolist() == pytest.approx([10.0] * 3)
    for level in (0.0, 1.5, math.nan):
        with pytest.raises(InputError, match="share above 0"):
            plan.by_country(level)


def test_waiting_for_spares_counts_where_the_cable_lands():
    # near is worth more, so it is mended first, from spares loaded at the hidden depot: 1.5 days;
    # the ship then calls at the quay for far, 1.5 days, whose 9 km serve one job of 8.5 km: the
    # other waits the whole horizon of 90 days. near lands at AA and BB, far at BB and CC
    net = with_secret(with_depots(sea(ships=ONE), ("quay", 0.1, "ZONE", 9.0)))
    net = build_network(net.layers.with_tables(
        depots=net.layers.depots.assign(spare_cables=["near", "far"])))  # hidden-1, then quay
    plan = plan_repairs(net, outage(net, (5.0, "near"), (15.0, "far"), (16.0, "far")))
    assert plan.not_served["cable"].tolist() == ["FAR"]
    waits = plan.by_country().set_index("country")["spares_days"].to_dict()
    assert waits == pytest.approx({"AA": 1.5, "BB": 93.0, "CC": 91.5})

"""Spares for depots: stocks by hand, hours counted again fault by fault, more depots no worse."""

from __future__ import annotations

import numpy as np
import pytest

import cablenet as cn
from cablenet.errors import InputError, UnknownNameError
from cablenet.repair.basing import ports_of
from cablenet.repair.spare_plan import stock_km


def test_a_stock_covers_what_is_taken_until_the_first_order_is_back():
    """Faults of hours 0, 50, 90, 300 take 4, 2, 10, 1 km; an order takes 100 hours. From each on:
    4 + 2 + 10 = 16, 2 + 10 = 12, 10, 1. Half of the cases take up to 10 km, all of them 16."""
    start, km = np.array([0.0, 50.0, 90.0, 300.0]), np.array([4.0, 2.0, 10.0, 1.0])
    assert stock_km(start, km, 100.0, covered=1.0) == 16.0
    assert stock_km(start, km, 100.0, covered=0.5) == 10.0
    assert stock_km(start, km, 1.0, covered=1.0) == 10.0


@pytest.fixture(scope="module")
def world():
    net = cn.build_network(cn.atlas())
    model = cn.fault_model(net)
    ways = cn.twin_world(net, model, ports=[(lon, lat) for _, lon, lat in ports_of(net)], years=50)
    return net, model, ways


def test_every_cable_has_a_depot_and_the_hours_are_those_of_its_faults(world):
    """The quickest ship of EMARINE for each fault of one cable, way by way."""
    net, model, ways = world
    plan = cn.plan_spares(net, model, "EMARINE", depots=2, years=8, world=ways)
    assert plan.certificate.status == "optimal"
    assert plan.certificate.objective == plan.certificate.bound
    assert set(plan.table["depot"]) == set(plan.depots)
    assert plan.hours[1] <= plan.hours[0], "two depots of choice are no worse than today's two"
    assert 0.0 < plan.waited < 0.5
    assert plan.short_days > 0.0
    assert {"status", "objective", "bound", "gap", "seconds", "checked", "cables"} <= set(
        plan.to_json())
    twin = cn.simulate_years(net, model, years=8, seed=1, world=ways)
    row = plan.table.iloc[0]
    port = next(n for n, (name, _, _) in enumerate(ports_of(net)) if name == row["depot"])
    at = ways.port_of(*ports_of(net)[port][1:])
    mine = net.links.cable[twin.faults["link"].to_numpy()] == net.cable_index(row["cable_id"])
    hours = []
    for fault in np.flatnonzero(mine):
        ways_there = []
        for number, ship in enumerate(twin.ships):
            if "EMARINE" not in ship.zones:
                continue
            base, place = ways.port_of(ship.lon, ship.lat), twin.case.place[fault]
            beside = np.hypot(ship.lon - ways.port_lon[at], ship.lat - ways.port_lat[at]) < 0.5
            out = 0.0 if beside else 36.0 + min(
                ways.port_km[base] + ways.port_km[at]) / twin.case.speed_km_h[number]
            ways_there.append(ship.mobilise_h + out
                              + ways.port_km[at, place] / twin.case.speed_km_h[number])
        hours.append(min(ways_there))
    assert row["hours"] == pytest.approx(np.mean(hours), abs=1.0)
    assert row["faults_per_year"] == pytest.approx(len(hours) / 8)


def test_more_depots_take_no_longer_and_the_same_seed_gives_the_same_plan(world):
    net, model, ways = world
    plans = [cn.plan_spares(net, model, "SEAIOCMA", depots=n, years=6, world=ways)
             for n in (1, 2, 4)]
    found = [plan.certificate.objective for plan in plans]
    assert found == sorted(found, reverse=True)
    again = cn.plan_spares(net, model, "SEAIOCMA", depots=2, years=6, world=ways)
    assert again.table.equals(plans[1].table)
    assert again.saved_days == plans[1].saved_days


def test_what_cannot_be_planned_is_told(world):
    net, model, ways = world
    with pytest.raises(UnknownNameError, match="YOKOHAMA"):
        cn.plan_spares(net, model, "YOKOHAMA", years=2, world=ways)
    with pytest.raises(InputError, match="number of ports"):
        cn.plan_spares(net, model, "EMARINE", depots=0, years=2, world=ways)
    with pytest.raises(InputError, match="no fault of 1 years"):
        cn.plan_spares(net, model, "US-CSF", years=1, world=ways)

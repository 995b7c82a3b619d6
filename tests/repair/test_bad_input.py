"""What no plan can use is named; the rest is planned; what is not repaired is listed with why."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely
from repair.test_dispatch import Sea, outage, sea
from repair.test_repair_rules import with_depots, with_ships

import cablenet as cn
from cablenet.build import build_network
from cablenet.errors import InfeasibleError, InputError, LayersError
from cablenet.repair import RepairRules, plan_repairs

SHIPS = (("one", 0, 0, "ZONE", 10.0), ("two", 1, 0, "ZONE", 10.0))
BOTH = ((5.0, "near"), (15.0, "far"))


class Coast(Sea):
    """`Sea`, where 1 E lies far inland and 15 E, a fault, on no ship's way."""

    def nearest(self, lon, lat):
        if lon == 1:
            raise ValueError("1, 0 lies 300 km from the sea")
        return super().nearest(lon, lat)

    def tree(self, lon, lat):
        if lon == 15:
            raise ValueError("15, 0 lies 300 km from the sea")
        return super().tree(lon, lat)

    def way(self, tree, lon, lat):
        return np.array([[0.0, 0.0], [5.0, 0.0]])


def test_a_ship_on_land_and_a_fault_no_ship_reaches_are_named_and_the_rest_is_planned():
    net = sea(ships=SHIPS)
    plan = plan_repairs(net, outage(net, *BOTH), router=Coast(base_cell=3))
    assert plan.schedule[["job_id", "ship_id"]].values.tolist() == [["J1", "one"]]
    assert plan.not_served[["job_id", "reason"]].values.tolist() == [
        ["J2", "no ship can sail there"]]
    assert ("Two is on land: 1, 0 lies 300 km from the sea; mend its place in the ships table"
            in plan.notes)
    assert plan.restoration.at(90.0)["links_down"] == 1
    assert plan.to_json()["not_served"][0]["reason"] == "no ship can sail there"


def test_a_ship_inland_is_found_by_the_router_of_the_atlas():
    # 20 E on the equator is the Congo basin
    net = sea(ships=[("two", 20, 0, "ZONE", 10.0)])
    with pytest.raises(InfeasibleError) as raised:
        plan_repairs(net, outage(net, (5.0, "near")), router=cn.ship_router())
    assert any("Two is on land" in line for line in raised.value.conflict)


def test_every_reason_stands_beside_its_fault():
    net = with_depots(sea(ships=SHIPS, permits=[("CC", 9.0, "fault", True)],
                          waters=[("CC-eez", "eez", "CC", "far/1")]), ("quay", 0.1, "ZONE", 10.0))
    plan = plan_repairs(net, outage(net, (4.0, "near"), (5.0, "near"), (15.0, "far")))
    # one of two jobs on near has spares (8.5 km each, 10 km in stock); far is refused
    assert len(plan.schedule) == 1
    reasons = plan.not_served.set_index("job_id")["reason"].to_dict()
    assert set(reasons) | set(plan.schedule["job_id"]) == {"J1", "J2", "J3"}
    assert reasons["J3"] == "CC refuses the permit"
    assert "no spares left: 8.5 km of cable needed" in next(
        reason for job, reason in reasons.items() if job != "J3")


def test_where_nothing_can_be_repaired_the_error_lists_every_reason():
    net = sea(ships=SHIPS, permits=[("CC", 9.0, "fault", True)],
              waters=[("a", "eez", "CC", "far/1"), ("b", "eez", "CC", "near/1")])
    with pytest.raises(InfeasibleError, match="no ship may reach any fault") as raised:
        plan_repairs(net, outage(net, *BOTH))
    assert raised.value.conflict == ("J1: CC refuses the permit", "J2: CC refuses the permit")


def test_too_deep_for_those_who_can_sail_there_is_told_from_too_deep_for_all():
    net = sea(ships=SHIPS)
    deep = with_ships(net, max_depth_m=[1000.0, 9000.0])
    with pytest.raises(InfeasibleError, match="that can sail there do not work in 4,000 m"):
        plan_repairs(deep, outage_at(deep, -4000.0), router=TwoWaters(base_cell=3))
    none = with_ships(net, max_depth_m=[1000.0, 1000.0])
    with pytest.raises(InfeasibleError, match="4,000 m is deeper than any ship works"):
        plan_repairs(none, outage_at(none, -4000.0))


class TwoWaters(Coast):
    """`Sea`, where 1 E lies on another water than the fault."""

    def nearest(self, lon, lat):
        return 4 if lon == 1 else Sea.nearest(self, lon, lat)


def outage_at(net, depth_m):
    """A cut of near at 5 E in this depth."""
    hit = outage(net, (5.0, "near"))
    return replace(hit, faults=hit.faults.assign(depth_m=depth_m))


@pytest.mark.parametrize(("column", "value"), [
    ("speed_kn", -3.0), ("day_rate_usd", -1.0), ("max_depth_m", -10.0), ("free_from", "soon")])
def test_a_ship_that_cannot_be_is_named_by_row_and_column(column, value):
    with pytest.raises(LayersError, match=f"ships: 'row 1 one' {column}"):
        with_ships(sea(ships=SHIPS), **{column: [value, None]})


def test_a_speed_of_nothing_is_named():
    net = with_ships(sea(ships=SHIPS), speed_kn=[0.0, 10.0])
    with pytest.raises(InputError, match="ships: 'one' speed_kn: 0 kn is no speed"):
        plan_repairs(net, outage(net, *BOTH))


@pytest.mark.parametrize(("table", "column"), [
    ("maintenance_agreements", "mobilise_days"), ("permits", "days_typical"),
    ("permits", "own_flag_days"), ("depots", "spare_km")])
def test_a_negative_duration_or_stock_is_named(table, column):
    net = with_depots(sea(ships=SHIPS), ("quay", 0.1, "ZONE", 10.0))
    frame = net.layers.tables[table].copy()
    frame[column] = -2.0
    with pytest.raises(LayersError, match=f"{table}: .* {column}: -2"):
        build_network(net.layers.with_tables(**{table: frame}))


def test_a_ship_beyond_the_pole_is_no_place():
    net = sea(ships=SHIPS)
    ships = net.layers.ships.assign(geometry=gpd.GeoSeries(
        [shapely.Point(0, 95), shapely.Point(1, 0)], crs="EPSG:4326"))
    with pytest.raises(LayersError, match="beyond 90 degrees"):
        build_network(net.layers.with_tables(ships=ships))


@pytest.mark.parametrize("asked", [
    {"horizon_days": -1.0}, {"horizon_days": float("inf")}, {"horizon_days": float("nan")},
    {"time_limit_s": 0.0}, {"weights": {"near": -1.0}}])
def test_numbers_that_cannot_be_are_named(asked):
    net = sea(ships=SHIPS)
    with pytest.raises(InputError, match=f"{next(iter(asked))}.*(above 0|0 or more)"):
        plan_repairs(net, outage(net, *BOTH), **asked)
    with pytest.raises(InputError, match="negative"):
        RepairRules(fast_lane={"BB": -2.0})

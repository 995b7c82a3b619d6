"""Disks, polygons, corridors, chokepoints and denial, measured on the real lines."""

from __future__ import annotations

from functools import cache

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from twins.worlds import built

from cablenet.build import build_network
from cablenet.errors import InputError, NothingHitError, UnknownNameError
from cablenet.geo import geodesic
from cablenet.scenarios import areas
from cablenet.testing import ring, small_world


def lost_ids(net, scenarios, row=0):
    return {str(net.links.id[i]) for i in scenarios.links_lost(row)}


@pytest.fixture(scope="module")
def net():
    return built(ring)


@pytest.fixture(scope="module")
def pacific():
    """Two cables from AA (170 E) to BB (170 W): `n` along 10 N, `s` along 10 S."""
    return build_network(small_world(
        [("a", "AA", 170, 10), ("b", "BB", 190, 10), ("a2", "AA", 170, -10),
         ("b2", "BB", 190, -10)],
        {"n": [("a", "b")], "s": [("a2", "b2")]}, hubs=["AA"]))


def test_a_disk_takes_the_sections_whose_line_it_reaches(net):
    # (5, -4.9) is 4.9 degrees (541.8 km) from ab, 5.1 (563.9) from cd, some 554.7 from the others
    got = areas.disk(net, 5, -4.9, 550)
    assert lost_ids(net, got) == {"ab/1"}
    assert sorted(got.faults["segment_id"]) == ["ab/1"]


def test_a_disk_takes_the_stations_that_stand_in_it(net):
    got = areas.disk(net, 10.1, 0, 50)
    assert lost_ids(net, got) == {"ab/1", "bc/1", "b>BB-gw"}
    only_sea = areas.disk(net, 10.1, 0, 50, stations=False)
    assert lost_ids(net, only_sea) == {"ab/1", "bc/1"}


def test_a_disk_that_hits_nothing_is_an_error(net):
    with pytest.raises(NothingHitError, match="hits nothing that is in service"):
        areas.disk(net, 5, -5, 100)


@pytest.mark.parametrize("bad", [(5, 95, 10), (5, 0, 0), (5, 0, -3), (float("nan"), 0, 5),
                                 (0, 0, float("nan"))])
def test_a_disk_in_no_place_is_refused(net, bad):
    with pytest.raises(InputError, match="a disk needs lon, lat in degrees"):
        areas.disk(net, *bad)


def test_a_disk_has_one_fault_a_section_where_the_line_passes_nearest(net):
    faults = areas.disk(net, 3, 0.5, 100).faults
    assert faults["lon"].tolist() == [pytest.approx(3, abs=1e-3)]


@pytest.mark.parametrize("lon", [179.9, -179.9, 180.1])
def test_a_disk_on_the_dateline_hits_from_both_sides(pacific, lon):
    assert lost_ids(pacific, areas.disk(pacific, lon, 10.3, 60)) == {"n/1"}


@pytest.mark.parametrize("box", [(178, 9, 182, 11), (-182, 9, -178, 11), (538, 9, 540, 11)])
def test_a_polygon_across_the_dateline_hits_on_any_turn(pacific, box):
    got = areas.polygon(pacific, shapely.box(*box), name="box")
    assert lost_ids(pacific, got) == {"n/1"}
    assert abs(abs(got.faults["lon"].iloc[0]) - 180) <= 2


def test_a_polygon_cut_in_two_at_the_dateline_is_one_area(pacific):
    area = shapely.MultiPolygon([shapely.box(178, -11, 180, -9), shapely.box(-180, -11, -178, -9)])
    got = areas.polygon(pacific, area, name="box")
    assert lost_ids(pacific, got) == {"s/1"}
    assert len(got.faults) == 1


def test_a_polygon_takes_stations_inside_with_all_their_links(net):
    got = areas.polygon(net, shapely.box(-1, -11, 1, -9), name="round d")
    assert lost_ids(net, got) == {"cd/1", "da/1", "d>DD-gw"}


def test_the_fault_of_an_area_lies_in_the_middle_of_the_longest_run_inside(net):
    fault = areas.polygon(net, shapely.box(2, -1, 4, 1), name="box").faults.iloc[0]
    assert (fault["lon"], fault["lat"]) == (pytest.approx(3, abs=1e-3), pytest.approx(0, abs=1e-9))


@pytest.mark.parametrize("width_km", [0.2, 1, 3, 20, 200])
def test_a_corridor_has_no_gaps_however_narrow(net, width_km):
    # the track crosses `ab` at right angles at every hundredth degree one might choose
    for lon in np.arange(4.0, 4.1, 0.01):
        track = shapely.LineString([(lon, -0.5), (lon + 0.003, 0.5)])
        got = areas.corridor(net, track, width_km, name="drag")
        assert lost_ids(net, got) == {"ab/1"}
    along = shapely.LineString([(2, 0.0004), (8, 0.0004)])  # 44 m beside the cable
    assert lost_ids(net, areas.corridor(net, along, width_km, name="drag")) == {"ab/1"}


def test_a_corridor_holds_half_its_width_to_each_side(net):
    # a track 1 degree (110.57 km) north of ab, and only ab within reach
    track = shapely.LineString([(3.1, 1), (6.7, 1)])
    assert lost_ids(net, areas.corridor(net, track, 2 * 111.2, name="wide")) == {"ab/1"}
    with pytest.raises(NothingHitError):
        areas.corridor(net, track, 2 * 110.0, name="less")


def test_a_corridor_across_the_dateline_takes_both_cables(pacific):
    track = shapely.LineString([(179, 12), (-179, -12)])
    got = areas.corridor(pacific, track, 10, name="storm")
    assert lost_ids(pacific, got) == {"n/1", "s/1"}


@cache
def with_chokepoint():
    world = ring()
    choke = gpd.GeoDataFrame({"choke_id": ["mid"], "name": ["Middle Strait"]},
                             geometry=[shapely.box(4, -1, 6, 1)], crs="EPSG:4326")
    return build_network(world.with_tables(chokepoints=choke))


def test_a_chokepoint_is_found_by_id_and_by_name():
    net = with_chokepoint()
    for key in ("mid", "Middle Strait"):
        got = areas.chokepoint(net, key)
        assert got.names == ("Middle Strait",)
        assert lost_ids(net, got) == {"ab/1"}
    with pytest.raises(UnknownNameError, match="no chokepoint 'mad'; nearest: mid"):
        areas.chokepoint(net, "mad")


def test_a_chokepoint_is_also_a_shared_risk_group():
    net = with_chokepoint()
    r = net.groups.id.tolist().index("chokepoint:mid")
    assert [str(net.links.id[i]) for i in net.groups.members(r)] == ["ab/1"]


@cache
def with_waters():
    """`ab` crosses waters that AA and XX both claim; `cd` runs on the high seas alone."""
    world = small_world(
        [("a", "AA", 0, 0), ("b", "BB", 10, 0), ("c", "CC", 10, -10), ("d", "DD", 0, -10),
         ("x", "XX", 5, 8)],
        {"ab": [("a", "b")], "cd": [("c", "d")], "bx": [("b", "x")]}, hubs=["AA"])
    zone = gpd.GeoDataFrame(
        {"jurisdiction_id": ["dis", "high"], "kind": ["disputed", "high_seas"],
         "claimants": ["AA;XX", None]},
        geometry=[shapely.box(2, -1, 5, 1), shapely.box(0, -12, 10, -8)], crs="EPSG:4326")
    runs = pd.DataFrame({"segment_id": ["ab/1", "ab/1", "cd/1"], "km_from": [0, 222, 0],
                         "km_to": [222, 556, 1000],
                         "jurisdiction_id": ["high", "dis", "high"]})
    return build_network(world.with_tables(jurisdictions=zone, segment_jurisdictions=runs))


def test_denial_by_a_claimant_takes_sections_in_its_waters_and_its_stations():
    net = with_waters()
    got = areas.denial(net, "XX")
    assert lost_ids(net, got) == {"ab/1", "bx/1", "x>XX-gw"}
    assert len(got.faults) == 0  # the cables are whole


def test_denial_by_a_country_without_waters_takes_its_stations_only():
    net = with_waters()
    assert lost_ids(net, areas.denial(net, "CC")) == {"cd/1", "c>CC-gw"}
    with pytest.raises(UnknownNameError, match="no country 'ZZ'"):
        areas.denial(net, "ZZ")


def test_a_fault_knows_whose_waters_it_lies_in():
    net = with_waters()
    fault = areas.disk(net, 3, 0, 50).faults.iloc[0]  # 334 km from a
    assert fault["jurisdiction_id"] == "dis"
    fault = areas.disk(net, 1, 0, 50).faults.iloc[0]  # 111 km from a
    assert fault["jurisdiction_id"] == "high"


def test_area_events_are_one_scenario_an_area_and_leave_out_empty_sea(net):
    frame = gpd.GeoDataFrame(
        {"name": ["one", "none", "two"], "rate_per_year": [0.5, 1.0, np.nan],
         "cause": ["earthquake", None, np.nan]},
        geometry=[shapely.box(4, -1, 6, 1), shapely.box(4, -6, 6, -4), shapely.box(9, -6, 11, -4)],
        crs="EPSG:4326")
    got = areas.area_events(net, frame)
    assert got.names == ("one", "two")
    assert got.rate_per_year.tolist() == [0.5, pytest.approx(np.nan, nan_ok=True)]
    assert [lost_ids(net, got, row) for row in range(2)] == [{"ab/1"}, {"bc/1"}]
    assert got.faults["cause"].tolist() == ["earthquake", "area"]
    with pytest.raises(NothingHitError, match="none of the areas"):
        areas.area_events(net, frame.iloc[[1]])


def test_the_disk_test_is_geodesic_and_not_flat():
    # at 60 N a degree of longitude is 55.8 km: a line along 5 E is 55.8 km from 4 E
    net = build_network(small_world([("a", "AA", 5, 50), ("b", "BB", 5, 70)],
                                    {"ab": [("a", "b")]}, hubs=["AA"]))
    gap = float(geodesic.distance_km(4, 60, 5, 60))
    assert gap == pytest.approx(55.8, abs=0.05)
    assert lost_ids(net, areas.disk(net, 4, 60, 56)) == {"ab/1"}
    with pytest.raises(NothingHitError):
        areas.disk(net, 4, 60, 55)


def test_a_section_of_no_length_inside_an_area_has_its_fault_where_it_lies() -> None:
    # imported maps draw a landing beside its branching unit as a line between equal points
    spot = shapely.LineString([(1, 1), (1, 1)])
    assert areas._middle_km(spot, shapely.box(0, 0, 2, 2)) == 0

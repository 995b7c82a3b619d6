"""`build_network`: numbering, dated service, candidates, backhaul, power feeds, groups."""

from __future__ import annotations

import datetime as dt
from functools import cache

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from twins.worlds import built

from cablenet.build import backhaul_rows, build_network
from cablenet.errors import InputError
from cablenet.testing import chain, ring, small_world, trunk_and_branch


@cache
def ring_layers():
    return ring()


def test_nodes_are_stations_then_units_then_gateways_each_by_id():
    net = built(trunk_and_branch)
    assert net.nodes.id.tolist() == ["a", "b", "c", "u", "AA-gw", "BB-gw", "CC-gw"]
    assert net.nodes.kind.tolist() == [0, 0, 0, 1, 2, 2, 2]
    assert net.nodes.country.tolist() == ["AA", "BB", "CC", "", "AA", "BB", "CC"]


def test_links_are_sections_then_backhaul_then_crossings():
    net = build_network(small_world([("a", "AA", 0, 0), ("b", "BB", 10, 0)],
                                    {"ab": [("a", "b")]}, hubs=["AA"], borders=[("AA", "BB")]))
    assert net.links.id.tolist() == ["ab/1", "a>AA-gw", "b>BB-gw", "AA-BB"]
    assert net.links.cable.tolist() == [0, -1, -1, -1]


def test_the_length_of_a_section_is_the_geodesic_of_its_line():
    net = built(ring)  # ten degrees of the equator are 1,113.19 km
    assert net.links.length_km[net.link_index("ab/1")] == pytest.approx(1113.19, abs=0.01)


def test_a_land_link_without_a_length_is_assumed_longer_than_straight_and_says_so():
    net = build_network(small_world([("a", "AA", 0, 0), ("b", "BB", 1, 0)],
                                    {"ab": [("a", "b")]}, hubs=["AA"], borders=[("AA", "BB")]))
    assert net.links.length_km[net.link_index("AA-BB")] == pytest.approx(1.3 * 111.319, abs=0.01)
    assert net.notes == ("1 land links have no length: assumed 1.3 x the geodesic",)


def test_every_array_is_read_only():
    net = built(ring)
    for array in (net.links.in_service, net.links.a, net.nodes.lon, net.gateways.people,
                  net.groups.links, net.feeds, net.powered, net.demands.tbps, net.cable_id):
        with pytest.raises(ValueError, match="read-only"):
            array[:1] = array[:1]


def dated(**columns):
    return ring_layers().with_tables(cables=ring_layers().cables.assign(**columns))


@pytest.mark.parametrize(("day", "live"), [
    ("2009-12-31", ["bc", "cd", "da"]), ("2010-01-01", ["ab", "bc", "cd", "da"]),
    ("2019-12-31", ["ab", "bc", "cd", "da"]), ("2020-01-01", ["ab", "cd", "da"])])
def test_dated_intervals_decide_what_is_in_service_on_a_day(day, live):
    # ab from 2010, bc until 2020 (first day out of service)
    layers = dated(in_service_from=["2010-01-01", None, None, None],
                   in_service_to=[None, "2020-01-01", None, None])
    net = build_network(layers, as_of=day)
    mine = net.links.in_service & (net.links.cable >= 0)
    assert net.cable_id[net.links.cable[mine]].tolist() == live
    assert net.as_of == dt.date.fromisoformat(day)


def test_without_a_day_the_status_decides():
    net = build_network(dated(status=["live", "partial", "planned", "retired"]))
    mine = net.links.in_service & (net.links.cable >= 0)
    assert net.cable_id[net.links.cable[mine]].tolist() == ["ab", "bc"]


def test_on_a_day_what_is_unbuilt_or_gone_without_a_date_is_out():
    net = build_network(dated(status=["building", "planned", "retired", "live"]),
                        as_of="2024-06-01")
    mine = net.links.in_service & (net.links.cable >= 0)
    assert net.cable_id[net.links.cable[mine]].tolist() == ["da"]


def test_a_cable_may_be_partly_in_service():
    layers = chain()
    net = build_network(layers.with_tables(
        segments=layers.segments.assign(in_service_from=[None, "2030-01-01"])), as_of="2024-01-01")
    assert net.links.in_service[:2].tolist() == [True, False]


def test_hubs_are_those_in_force_on_the_day():
    hubs = pd.DataFrame({"gateway_id": ["AA-gw", "BB-gw"], "weight": [1.0, 1.0],
                         "valid_from": [None, "2015-01-01"], "valid_to": ["2020-01-01", None]})
    layers = ring_layers().with_tables(hubs=hubs)
    for day, want in (("2014-01-01", [0]), ("2016-01-01", [0, 1]), ("2021-01-01", [1])):
        assert build_network(layers, as_of=day).hubs.tolist() == want
    assert build_network(layers).hubs.tolist() == [1]


def test_sections_without_their_own_capacity_take_the_cables():
    layers = chain()
    net = build_network(layers.with_tables(
        segments=layers.segments.assign(lit_capacity_tbps=[3.0, None])))
    assert net.links.lit_tbps[:2].tolist() == [3.0, 10.0]


def candidates(**more):
    return pd.DataFrame([{"candidate_id": "new", "name": "New", "from_id": "b", "to_id": "d",
                          "geometry": shapely.LineString([(10, 0), (0, -10)]), **more}])


def test_a_candidate_is_a_cable_of_its_own_and_not_in_service():
    net = build_network(ring_layers(), candidates=candidates(lit_capacity_tbps=7, cost_musd=90))
    link = net.link_index("new")
    assert not net.links.in_service[link]
    assert net.links.lit_tbps[link] == 7
    assert net.cable_cost_musd[net.cable_index("New")] == 90
    assert link == len(net.links) - 1


def test_candidates_between_unknown_places_are_named_all_at_once():
    rows = pd.concat([candidates(to_id="z"), candidates(candidate_id="two", from_id="y")])
    with pytest.raises(InputError) as caught:
        build_network(ring_layers(), candidates=rows)
    assert [(p.row, p.column) for p in caught.value.problems] == [("new", "to_id"),
                                                                  ("two", "from_id")]


def test_candidates_need_new_ids_of_their_own():
    for bad in (candidates(candidate_id="ab"), candidates(candidate_id="ab/1"),
                pd.concat([candidates(), candidates()])):
        with pytest.raises(InputError, match=r"already an id|more than once"):
            build_network(ring_layers(), candidates=bad)


def points(rows, key):
    frame = pd.DataFrame(rows, columns=[key, "country", "landmass_id", "lon", "lat"])
    return gpd.GeoDataFrame(frame.drop(columns=["lon", "lat"]),
                            geometry=gpd.points_from_xy(frame["lon"], frame["lat"]), crs=4326)


def test_backhaul_stays_on_one_landmass_and_in_one_country():
    stations = points([("s1", "AA", "main", 0, 0), ("s2", "AA", "isle", 1, 0),
                       ("s3", "BB", "main", 2, 0)], "station_id")
    gateways = points([("g1", "AA", "main", 0, 1), ("g2", "AA", "main", 0, 5),
                       ("g3", "AA", "main", 0, 9), ("g4", "BB", "main", 2, 1)], "gateway_id")
    rows = backhaul_rows(stations, gateways)
    assert rows["backhaul_id"].tolist() == ["s1>g1", "s1>g2", "s3>g4"]
    # one degree of latitude at the equator: 110.574 km, times 1.3
    assert rows["length_km"].iloc[0] == pytest.approx(1.3 * 110.574, abs=0.1)


def powered_chain(feeds):
    """AA - BB - CC on one powered cable; `feeds` says which landings feed it."""
    layers = chain()
    cables = layers.cables.assign(power_feed="stations")
    return build_network(layers.with_tables(
        cables=cables, landings=layers.landings.assign(feeds=feeds)))


def test_declared_feeds_are_kept_and_the_rest_is_not_invented():
    net = powered_chain([True, False, False])
    assert net.nodes.id[net.feeds[:, 1]].tolist() == ["a"]
    assert not [note for note in net.notes if "feed" in note]


def test_a_powered_cable_without_a_declared_feed_is_fed_from_all_its_landings_and_says_so():
    net = powered_chain([False, False, None])
    assert net.nodes.id[net.feeds[:, 1]].tolist() == ["a", "b", "c"]
    assert any("ch" in note for note in net.notes)


def test_one_feeding_landing_is_a_shared_risk_of_all_wet_sections():
    net = powered_chain([True, False, False])
    r = net.groups.id.tolist().index("power:ch")
    assert net.links.id[net.groups.members(r)].tolist() == ["ch/1", "ch/2"]
    assert "power:ch" not in powered_chain([True, False, True]).groups.id.tolist()


def test_groups_hold_every_cable_and_every_station():
    net = built(ring)
    ids = net.groups.id.tolist()
    assert [i for i in ids if i.startswith("cable:")] == [f"cable:{c}" for c in net.cable_id]
    r = ids.index("station:b")
    assert set(net.links.id[net.groups.members(r)]) == {"ab/1", "bc/1", "b>BB-gw"}


def test_two_cables_through_one_square_degree_are_a_corridor_and_one_is_not():
    world = small_world([("a", "AA", 0.5, 0.5), ("b", "BB", 3.5, 0.5), ("c", "CC", 3.5, 5.5)],
                        {"ab": [("a", "b")], "ac": [("a", "c")]}, hubs=["AA"])
    net = build_network(world)
    corridors = [set(net.links.id[net.groups.members(r)])
                 for r in np.flatnonzero(net.groups.kind == "corridor")]
    assert corridors == [{"ab/1", "ac/1"}]

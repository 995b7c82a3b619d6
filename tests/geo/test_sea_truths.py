"""What the shipped sea must hold: no land, lengths beside ship lanes, straits and canals."""

from __future__ import annotations

import numpy as np
import pytest
import searoute
import shapely
from cablenet_geodata import path

import cablenet as cn
from cablenet.geo import dateline
from cablenet.geo.geodesic import distance_km, line_length_km
from cablenet.geo.sea_grid import all_seas
from cablenet.geo.sea_lengths import way_lengths_km
from cablenet.geo.sea_passages import CANALS, FAR_DEGREES, NARROWS, STRAITS, Passage, with_passages
from cablenet.geo.sea_router import SeaRouter, great_legs

PORTS = {
    "Singapore": (103.85, 1.22), "Mumbai": (72.75, 18.9), "Chennai": (80.4, 13.1),
    "Colombo": (79.8, 6.95), "Karachi": (66.9, 24.7), "Muscat": (58.7, 23.7),
    "Jeddah": (39.0, 21.4), "Djibouti": (43.2, 11.7), "Mombasa": (39.8, -4.1),
    "Durban": (31.2, -29.9), "Perth": (115.6, -32.0), "Sydney": (151.4, -33.9),
    "Jakarta": (106.9, -6.0), "Manila": (120.6, 14.4), "Hong Kong": (114.3, 22.1),
    "Shanghai": (122.5, 31.0), "Busan": (129.2, 35.0), "Yokohama": (139.8, 34.9),
    "Guam": (144.6, 13.4), "Honolulu": (-158.0, 21.2), "Los Angeles": (-118.4, 33.6),
    "Auckland": (175.0, -36.6), "Dubai": (55.0, 25.3), "Lagos": (3.4, 6.2),
    "Cape Town": (18.3, -33.9), "Lisbon": (-9.5, 38.6),
}
PAIRS = 200


@pytest.fixture(scope="module")
def ships() -> SeaRouter:
    """The shortest ways of ships, no canal: searoute is told to keep out of them as well."""
    return SeaRouter.from_file(path("sea_mesh.npz"), plain=True, passages=(*STRAITS, *NARROWS))


@pytest.fixture(scope="module")
def ratios(ships: SeaRouter) -> np.ndarray:
    """Our length over searoute's, on pairs drawn at random from all pairs of the ports."""
    names = sorted(PORTS)
    every = [(a, b) for i, a in enumerate(names) for b in names[i + 1:]]
    drawn = np.random.default_rng(5).choice(len(every), PAIRS, replace=False)
    found, trees = [], {}
    for a, b in sorted(every[i] for i in drawn):
        lane = searoute.searoute(PORTS[a], PORTS[b], restrictions=["suez", "panama"])
        if a not in trees:
            trees[a] = ships.tree(*PORTS[a])
        way = great_legs(ships.way(trees[a], *PORTS[b]))
        found.append(line_length_km(shapely.LineString(way)) / lane.properties["length"])
    return np.array(found)


def test_ways_are_never_longer_than_ship_lanes_by_five_per_cent(ratios: np.ndarray) -> None:
    assert ratios.max() < 1.05


def test_most_ways_are_as_long_as_ship_lanes_within_five_per_cent(ratios: np.ndarray) -> None:
    # lanes are a fixed graph: the rest are shorter than the lane, never longer (see above)
    assert (np.abs(ratios - 1.0) < 0.05).mean() > 0.8
    assert 0.95 < np.median(ratios) < 1.0


def test_a_lane_pulled_taut_over_free_water_is_as_long_as_our_way(ships: SeaRouter) -> None:
    # where a lane bends though the sea is free, searoute has no choice; given it, both agree. All
    # 200 pairs: 98 % within 5 %, 0.941 to 1.070; every eighth is drawn here
    names = sorted(PORTS)
    every = [(a, b) for i, a in enumerate(names) for b in names[i + 1:]]
    drawn = np.random.default_rng(5).choice(len(every), PAIRS, replace=False)
    found = []
    for a, b in sorted(every[i] for i in drawn)[::8]:
        lane = searoute.searoute(PORTS[a], PORTS[b], restrictions=["suez", "panama"])
        xy = np.unwrap(np.array(lane.geometry["coordinates"], float), period=360.0, axis=0)
        taut = great_legs(xy[np.append(True, np.abs(np.diff(xy, axis=0)).sum(axis=1) > 0)], 60.0)
        for _ in range(4):
            taut = great_legs(ships.taut(taut), 40.0)
        way = great_legs(ships.way(ships.tree(*PORTS[a]), *PORTS[b]))
        found.append(line_length_km(shapely.LineString(way))
                     / line_length_km(shapely.LineString(taut)))
    assert (np.abs(np.array(found) - 1.0) < 0.05).mean() > 0.9
    assert np.median(found) == pytest.approx(1.0, abs=0.02)


def test_candidates_drawn_at_random_cross_no_land() -> None:
    router = cn.sea_router()
    stations = cn.atlas().stations
    lon, lat = stations.geometry.x.to_numpy(), stations.geometry.y.to_numpy()
    rng = np.random.default_rng(7)
    lines = []
    for start in rng.choice(len(stations), 12, replace=False):
        away = distance_km(lon, lat, lon[start], lat[start])
        near = np.flatnonzero((away > 50.0) & (away < 3000.0))
        tree = router.tree(lon[start], lat[start])
        lines += [shapely.LineString(great_legs(router.way(tree, lon[end], lat[end])))
                  for end in rng.choice(near, 5, replace=False)]
    declared = shapely.union_all([shapely.LineString(p.line).buffer(0.5) for p in STRAITS])
    shapes = np.array([shapely.difference(dateline.cut(line), declared) for line in lines], object)
    land = shapely.STRtree(cn.land().geometry.to_numpy())
    hit, part = land.query(shapes, predicate="intersects")
    wrong = [shapely.intersection(shapes[i], land.geometries[k]).length
             for i, k in zip(hit, part, strict=True)]
    assert sum(wrong) == 0.0


def test_lengths_off_the_tree_are_those_of_the_drawn_lines() -> None:
    router = cn.sea_router()
    stations = cn.atlas().stations
    lon, lat = stations.geometry.x.to_numpy(), stations.geometry.y.to_numpy()
    rng = np.random.default_rng(11)
    ratios = []
    for start in rng.choice(len(stations), 10, replace=False):
        away = distance_km(lon, lat, lon[start], lat[start])
        ends = rng.choice(np.flatnonzero((away > 100.0) & (away < 3000.0)), 5, replace=False)
        tree = router.tree(lon[start], lat[start])
        told = way_lengths_km(router, tree, router.nearest_cells(lon[ends], lat[ends]))
        drawn = [line_length_km(shapely.LineString(great_legs(router.way(tree, lon[e], lat[e]))))
                 for e in ends]
        ratios += (told / np.array(drawn)).tolist()
    assert 0.99 < np.median(ratios) < 1.01
    assert np.percentile(np.abs(np.array(ratios) - 1), 90) < 0.04


def test_the_black_sea_is_reached_through_the_straits_alone() -> None:
    constanta, piraeus = (28.8, 44.1), (23.6, 37.85)
    line = cn.sea_router().route(*constanta, *piraeus)
    # Constanta - Bosporus 370 km, through 30, Marmara 240, Dardanelles 60, Aegean 370 or so
    assert 900 < line_length_km(line) < 1150
    with pytest.raises(ValueError, match="from the sea"):
        SeaRouter.from_file(path("sea_mesh.npz")).route(*constanta, *piraeus)


def test_ships_take_the_canals_and_cables_do_not() -> None:
    mumbai, lisbon = (72.75, 18.9), (-9.5, 38.6)
    by_canal = cn.ship_router().distance_km(*mumbai, *lisbon)
    theirs = searoute.searoute(mumbai, lisbon).properties["length"]
    assert by_canal == pytest.approx(theirs, rel=0.05)
    assert cn.sea_router().distance_km(*mumbai, *lisbon) > 1.5 * by_canal
    over = cn.ship_router().distance_km(-118.4, 33.6, *lisbon)
    assert over == pytest.approx(
        searoute.searoute((-118.4, 33.6), lisbon).properties["length"], rel=0.05)


def test_a_passage_that_ends_far_from_the_sea_is_refused(ships: SeaRouter) -> None:
    assert {len(passage.line) > 2 for passage in (*STRAITS, *CANALS)} == {True}
    with pytest.raises(ValueError, match=r"Nowhere ends .* degrees from the sea"):
        with_passages(all_seas(ships.mask), (Passage("Nowhere", ((25.0, 25.0), (26.0, 25.0))),))
    assert FAR_DEGREES < 1.0


def test_a_detour_round_forbidden_waters_has_no_metre_inside() -> None:
    net = cn.build_network(cn.atlas())
    ways = cn.route_choices(net, (72.8, 18.9), (103.7, 1.2), avoid=["LK"])
    zones = net.layers.jurisdictions
    waters = zones[zones["claimants"].fillna("").str.split(";").map(lambda c: "LK" in c)]
    shape = shapely.union_all(waters.geometry.to_numpy())
    assert not any(line.intersects(shape) for line in ways.routes.geometry)
    free = cn.sea_router().route(72.8, 18.9, 103.7, 1.2)
    assert shapely.intersection(free, shape).length > 1.0

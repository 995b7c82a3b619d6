"""Places: each is what its own disk hits, and no disk hits more than some place holds."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import shapely

import cablenet as cn
from cablenet.build import build_network
from cablenet.errors import InputError, NothingHitError
from cablenet.geo import geodesic
from cablenet.layers import layers_from_tables
from cablenet.scenarios import areas
from cablenet.scenarios.dark import dark_links
from cablenet.scenarios.places import places, tolerance_km
from cablenet.testing import small_world

MIDDLES = [(10.0, 0.0), (180.0, 3.0), (-179.9, 62.0), (25.0, 78.0)]
"""On the equator, on the dateline at a corner of tiles, near it far north, and off Svalbard."""


def two_parallels(half_gap_deg, lon=0.0):
    """Two cables from AA to BB, 2 degrees long, as far north and south of the equator.

        a ------ n ------ b
        c ------ s ------ d
    """
    return build_network(small_world(
        [("a", "AA", lon, half_gap_deg), ("b", "BB", lon + 2, half_gap_deg),
         ("c", "AA", lon, -half_gap_deg), ("d", "BB", lon + 2, -half_gap_deg)],
        {"n": [("a", "b")], "s": [("c", "d")]}, hubs=["AA"]))


@cache
def tangle(seed):
    """Crooked cables between a dozen stations within 150 km of a place, many across each other."""
    rng = np.random.default_rng(seed)
    lon, lat = MIDDLES[seed % len(MIDDLES)]
    count = 12
    x = lon + rng.uniform(-1.3, 1.3, count) / np.cos(np.radians(lat))
    y = lat + rng.uniform(-1.3, 1.3, count)
    stations = [(f"s{i}", "AA" if i % 2 else "BB", x[i], y[i]) for i in range(count)]
    cables = {f"c{k}": [(f"s{i}", f"s{j}")] for k, (i, j) in enumerate(
        rng.choice(count, 2, replace=False) for _ in range(9))}
    tables = dict(small_world(stations, cables, hubs=["AA"]).tables)
    tables["segments"] = tables["segments"].assign(
        geometry=[crooked(line, rng) for line in tables["segments"].geometry])
    return build_network(layers_from_tables(tables, name="tangle"))


def crooked(line, rng):
    """The line by way of two points off it, so that its surroundings have bays and holes."""
    (x0, y0), (x1, y1) = line.coords
    wide = 0.7 / np.cos(np.radians(y0))
    middle = [((1 - t) * x0 + t * x1 + rng.uniform(-wide, wide),
               (1 - t) * y0 + t * y1 + rng.uniform(-0.7, 0.7)) for t in (0.3, 0.7)]
    return shapely.LineString([(x0, y0), *middle, (x1, y1)])


def ids(net, links):
    return frozenset(str(net.links.id[link]) for link in links)


def centre(key):
    lon, lat = key.removeprefix("place:").split(",")
    return float(lon), float(lat)


def hit_by_disk(net, lon, lat, radius_km):
    """What `areas.disk` takes, nothing when it hits nothing (these worlds have no dark cables)."""
    try:
        return frozenset(areas.disk(net, lon, lat, radius_km).links_lost(0).tolist())
    except NothingHitError:
        return frozenset()


def test_cables_less_than_two_radii_apart_share_their_places():
    # 0.2254 degrees of latitude are 24.92 km: a disk between the ends hits both cables, and
    # both stations at either end with what joins them to their gateway
    net = two_parallels(0.2254)
    assert {ids(net, links) for *_, links in places(net)} == {
        frozenset({"n/1", "s/1", "a>AA-gw", "c>AA-gw"}),
        frozenset({"n/1", "s/1", "b>BB-gw", "d>BB-gw"})}


def test_cables_more_than_two_radii_apart_share_no_place():
    # 0.2265 degrees of latitude are 25.05 km: each end of each cable is a place of its own
    net = two_parallels(0.2265)
    assert {ids(net, links) for *_, links in places(net)} == {
        frozenset({cable, f"{end}>{land}-gw"}) for cable, end, land in (
            ("n/1", "a", "AA"), ("n/1", "b", "BB"), ("s/1", "c", "AA"), ("s/1", "d", "BB"))}


def test_places_across_the_dateline_are_the_same_as_elsewhere():
    here, there = two_parallels(0.2254, lon=20.0), two_parallels(0.2254, lon=179.0)
    assert ({ids(here, links) for *_, links in places(here)}
            == {ids(there, links) for *_, links in places(there)})


def test_a_place_is_named_after_its_centre_and_the_station_near_it():
    net = two_parallels(0.1)
    key, name, _ = places(net)[0]
    lon, lat = centre(key)
    assert abs(lon) < 0.3 and abs(lat) < 0.2
    assert name.startswith(f"25 km round {lon:.2f}, {lat:.2f} (near ")


def test_places_come_from_west_to_east_with_distinct_ids_and_the_same_each_time():
    found = places(tangle(0))
    again = places(tangle(0))
    keys = [key for key, *_ in found]
    assert len(set(keys)) == len(keys)
    assert [centre(key) for key in keys] == sorted(centre(key) for key in keys)
    assert keys == [key for key, *_ in again]
    assert all(np.array_equal(one[2], two[2]) for one, two in zip(found, again, strict=True))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("radius_km", [7.0, 25.0, 60.0])
def test_the_disk_at_a_place_takes_exactly_its_links(seed, radius_km):
    net = tangle(seed)
    for key, _, links in places(net, radius_km):
        assert links.tolist() == sorted(links.tolist())
        assert frozenset(links.tolist()) == hit_by_disk(net, *centre(key), radius_km)


@pytest.mark.parametrize("seed", range(4))
def test_no_place_lies_inside_another(seed):
    found = [frozenset(links.tolist()) for *_, links in places(tangle(seed))]
    assert not any(one <= two for i, one in enumerate(found) for j, two in enumerate(found)
                   if i != j)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("radius_km", [7.0, 25.0, 60.0])
def test_what_any_disk_hits_lies_inside_some_place(seed, radius_km):
    """The slow twin: a grid of disks, and random ones, of a radius less by the tolerance."""
    net = tangle(seed)
    found = [frozenset(links.tolist()) for *_, links in places(net, radius_km)]
    lon, lat = MIDDLES[seed % len(MIDDLES)]
    rng = np.random.default_rng(seed + 100)
    grid = np.stack(np.meshgrid(*[np.linspace(-1.7, 1.7, 9)] * 2), axis=-1).reshape(-1, 2)
    for east, north in np.vstack([grid, rng.uniform(-1.6, 1.6, (60, 2))]):
        x, y = lon + east / np.cos(np.radians(lat)), lat + north
        hit = hit_by_disk(net, x, y, radius_km - tolerance_km(radius_km))
        assert not hit or any(hit <= place for place in found), (x, y)


@pytest.mark.parametrize("seed", range(4))
def test_disks_that_only_just_reach_three_things_lie_inside_some_place(seed):
    """The hardest disks: those whose rim, less the tolerance, touches three stations at once."""
    net = tangle(seed)
    mine = np.flatnonzero(net.nodes.kind == areas.STATION)
    lon = MIDDLES[seed % len(MIDDLES)][0]
    turned = lon + (net.nodes.lon[mine] - lon + 180) % 360 - 180
    checked = 0
    for three in [(i, i + 1, j) for i in range(len(mine) - 1) for j in range(len(mine))
                  if j not in (i, i + 1)]:
        x, y, reach = round_three(turned[list(three)], net.nodes.lat[mine[list(three)]])
        radius_km = reach + 2 * tolerance_km(reach)
        if radius_km > 95 or checked > 5:
            continue
        checked += 1
        hit = hit_by_disk(net, x, y, radius_km - tolerance_km(radius_km))
        assert {link for k in three for link in net.links_at_node(int(mine[k]))} <= hit
        assert any(hit <= frozenset(links.tolist()) for *_, links in places(net, radius_km))
    assert checked


def round_three(lons, lats):
    """The place as far from each of three places, and how far, by a few steps in a plane."""
    x, y = lons.mean(), lats.mean()
    for _ in range(12):
        azimuth, _, metres = geodesic.GEOD.inv(np.full(3, x), np.full(3, y), lons, lats)
        plane = np.column_stack([np.sin(np.radians(azimuth)), np.cos(np.radians(azimuth))])
        plane *= np.asarray(metres)[:, None] / 1000
        east, north = np.linalg.lstsq(2 * (plane[1:] - plane[0]),
                                      (plane[1:]**2).sum(1) - (plane[0]**2).sum())[0]
        if np.hypot(east, north) > 150:
            return x, y, np.inf
        x, y, _ = geodesic.GEOD.fwd(x, y, np.degrees(np.arctan2(east, north)),
                                    1000 * np.hypot(east, north))
    return x, y, float(geodesic.distance_km(x, y, lons, lats).max())


def test_what_is_out_of_service_is_in_no_place():
    net = two_parallels(0.1)
    live = net.links.in_service.copy()
    live[net.link_index("s/1")] = False
    found = places(net.with_service(live))
    assert found
    assert all("s/1" not in ids(net, links) for *_, links in found)


def test_a_map_with_nothing_in_service_has_no_places():
    net = two_parallels(0.1)
    assert places(net.with_service(np.zeros(len(net.links), bool))) == []


@pytest.mark.parametrize("radius_km", [0.0, -1.0, 0.05, 101.0, float("nan")])
def test_a_radius_out_of_bounds_is_refused(radius_km):
    with pytest.raises(InputError, match=r"places need a radius of 0\.1 to 100 km"):
        places(two_parallels(0.1), radius_km)


def test_places_of_the_atlas_round_luzon_are_what_their_disks_take():
    net = build_network(cn.atlas())
    box = shapely.box(105, 8, 132, 32)
    ends = shapely.contains(box, net.links.geometry) & np.isin(net.links.kind, areas.SECTIONS)
    near = net.with_service(net.links.in_service & ends)
    found = places(near)
    assert len(found) > 20
    for key, _, links in found[::5]:
        got = areas.disk(near, *centre(key), 25.0).links_lost(0)
        assert np.array_equal(np.sort(got), np.union1d(links, dark_links(near, links)))

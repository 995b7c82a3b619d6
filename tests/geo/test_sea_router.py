"""The sea router on a small made-up sea across the dateline, and its geometry against brute force.

The sea (all else is land):

    lon 165 ............ 180 ............ -165
    lat  5  +---------------------------------+
            |                                 |
            |            +-----+              |   the island: 178..-178, -2..4
    lat  0  A            |     |              B   A = (166, 1), B = (-166, 1)
            |            +-----+              |
    lat -5  +---------------------------------+

and a pond at 0..2, 0..2 that no way leads to.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import shapely

from cablenet.geo.geodesic import distance_km, line_length_km
from cablenet.geo.sea_grid import BASE, COLUMNS, LAND, MIXED, ROWS, SEA, SeaMask, build_mesh
from cablenet.geo.sea_router import SeaRouter, great_legs
from cablenet.geo.sea_sight import blocked_legs, cells_crossed, is_clear

A, B = (166.0, 1.0), (-166.0, 1.0)
ISLAND = shapely.box(178.0, -2.0, 182.0, 4.0)


def _fill(code: np.ndarray, west: float, south: float, east: float, north: float,
          value: int) -> None:
    rows = slice(round((south + 90) * BASE), round((north + 90) * BASE))
    columns = np.arange(round((west + 180) * BASE), round((east + 180) * BASE)) % COLUMNS
    code[rows, columns] = value


@pytest.fixture(scope="module")
def mask() -> SeaMask:
    code = np.full((ROWS, COLUMNS), LAND, dtype=np.uint8)
    _fill(code, 165, -5, 195, 5, SEA)
    _fill(code, 178, -2, 182, 4, LAND)
    _fill(code, 0, 0, 2, 2, SEA)
    mixed = np.array([(95 * BASE) * COLUMNS + 346 * BASE])
    code.reshape(-1)[mixed] = MIXED
    # one mixed cell north of the sea at (166, 5): its southern row of small cells is sea
    return SeaMask(code, mixed, np.array([0b11111], dtype=np.uint32), np.array([True]))


@pytest.fixture(scope="module")
def router(mask: SeaMask) -> SeaRouter:
    return SeaRouter.from_mask(mask, np.ones((1800, 3600)))


def test_a_route_goes_round_an_island_on_its_shorter_side(router: SeaRouter) -> None:
    line = router.route(*A, *B)
    assert not line.crosses(ISLAND.buffer(-0.001))
    assert shapely.get_coordinates(line)[:, 1].min() < -1.9
    # by hand: straight to both southern corners of the island and along its side
    corners = [A, (178.0, -2.0), (182.0, -2.0), (194.0, 1.0)]
    by_hand = sum(float(distance_km(*p, *q)) for p, q in pairwise(corners))
    assert line_length_km(line) == pytest.approx(by_hand, rel=0.01)


def test_a_route_across_the_dateline_has_no_jump(router: SeaRouter) -> None:
    lon = shapely.get_coordinates(router.route(*A, *B))[:, 0]
    assert np.abs(np.diff(lon)).max() < 2
    assert lon[0] == pytest.approx(166.0)
    assert lon[-1] == pytest.approx(194.0)


def test_there_and_back_are_equally_long(router: SeaRouter) -> None:
    assert router.distance_km(*A, *B) == pytest.approx(router.distance_km(*B, *A), rel=0.002)


def test_a_way_in_the_open_is_the_geodesic(router: SeaRouter) -> None:
    assert router.distance_km(166, -4, 175, 3) == pytest.approx(
        float(distance_km(166, -4, 175, 3)), rel=0.003)


def test_a_tree_knows_the_cost_to_every_cell_and_grows_with_distance(router: SeaRouter) -> None:
    tree = router.tree(*A)
    assert np.isfinite(tree.cost_km).all()
    straight = distance_km(*A, router.mesh.lon, router.mesh.lat)
    assert (tree.cost_km > straight - 60).all()


def test_a_place_far_from_the_sea_is_refused(router: SeaRouter) -> None:
    with pytest.raises(ValueError, match="km from the sea"):
        router.route(*A, 100.0, 50.0)


def test_a_pond_is_no_part_of_the_ocean(router: SeaRouter) -> None:
    with pytest.raises(ValueError, match="km from the sea"):
        router.nearest(1.0, 1.0)


def test_dear_water_is_gone_round(mask: SeaMask) -> None:
    factor = np.ones((1800, 3600))
    factor[900:, :] = 3.0  # all north of the equator
    dear = SeaRouter.from_mask(mask, factor)
    lat = shapely.get_coordinates(dear.route(167, 0.5, 176, 0.5))[:, 1]
    assert lat.min() < 0.0


def test_small_cells_join_the_mesh(mask: SeaMask) -> None:
    mesh = build_mesh(mask)
    assert (mesh.side == 1).sum() == 5
    assert len(mesh.lon) == len(np.unique(np.column_stack([mesh.lon, mesh.lat]), axis=0))


def test_neighbours_see_each_other(mask: SeaMask) -> None:
    mesh = build_mesh(mask)
    rng = np.random.default_rng(1)
    for pair in rng.choice(len(mesh.a), 300, replace=False):
        ends = [mesh.a[pair], mesh.b[pair]]
        lon = np.unwrap(mesh.lon[ends], period=360)
        lat = mesh.lat[ends]
        # drawn a hair inward, for a line through a corner touches the next cell
        assert not blocked_legs(mask, lon, lat + np.array([1e-9, -1e-9])).any()


def test_a_line_over_the_island_is_blocked_and_one_beside_it_is_not(mask: SeaMask) -> None:
    assert not is_clear(mask, np.array([170.0, 190.0]), np.array([0.0, 0.0]))
    assert is_clear(mask, np.array([170.0, 190.0]), np.array([-3.0, -3.0]))
    blocked = blocked_legs(mask, np.array([170.0, 176.0, 184.0, 186.0]), np.zeros(4))
    assert blocked.tolist() == [False, True, False]


def test_cells_crossed_agree_with_fine_sampling() -> None:
    rng = np.random.default_rng(7)
    x0, y0, x1, y1 = rng.uniform(0, 12, (4, 200))
    column, row, leg, share = cells_crossed(x0, y0, x1, y1)
    assert np.allclose(np.bincount(leg, share), 1.0)
    t = np.linspace(0, 1, 4001)
    for i in range(200):
        seen = set(zip(column[leg == i], row[leg == i], strict=True))
        x, y = x0[i] + t * (x1[i] - x0[i]), y0[i] + t * (y1[i] - y0[i])
        sampled = set(zip(np.floor(x).astype(int), np.floor(y).astype(int), strict=True))
        assert sampled <= seen


def test_legs_follow_the_great_circle() -> None:
    # Tokyo Bay to Oregon: the great circle's highest point lies north of both ends
    dense = great_legs(np.array([[140.0, 35.0], [236.0, 45.0]]), 100.0)
    assert dense[:, 1].max() > 52
    assert line_length_km(shapely.LineString(dense)) == pytest.approx(
        float(distance_km(140, 35, 236, 45)), rel=0.001)

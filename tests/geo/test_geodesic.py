"""Geodesic measures against published values and dense brute force."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from cablenet.geo import geodesic

PUBLISHED = [
    # one degree of the meridian and of the equator on WGS84 (NGA, Length of a Degree)
    ((0, -0.5), (0, 0.5), 110.574),
    ((0, 44.5), (0, 45.5), 111.132),
    ((-0.5, 0), (0.5, 0), 111.319),
    # the quarter meridian (EPSG guidance note 7-2)
    ((0, 0), (0, 90), 10001.966),
    # JFK to Heathrow, JFK to Singapore Changi, Wellington to Salamanca (GeographicLib,
    # GeodSolve(1) and its documentation of online use)
    ((-73.8, 40.6), (-0.5, 51.6), 5551.759),
    ((-(73 + 46 / 60 + 44 / 3600), 40 + 38 / 60 + 23 / 3600),
     (103 + 59 / 60 + 22 / 3600, 1 + 21 / 60 + 33 / 3600), 15347.628),
    ((174.81, -41.32), (-5.50, 40.96), 19959.679),
    # Flinders Peak to Buninyong (Geoscience Australia, Vincenty worked example; GRS80)
    ((144 + 25 / 60 + 29.52440 / 3600, -(37 + 57 / 60 + 3.72030 / 3600)),
     (143 + 55 / 60 + 35.38390 / 3600, -(37 + 39 / 60 + 10.15610 / 3600)), 54.972),
]


@pytest.mark.parametrize(("start", "end", "km"), PUBLISHED)
def test_distances_equal_published_ones(start, end, km):
    assert float(geodesic.distance_km(*start, *end)) == pytest.approx(km, abs=0.0006)


def test_distances_do_not_mind_whole_turns():
    assert geodesic.distance_km(170, 10, 190, 12) == pytest.approx(
        geodesic.distance_km(170, 10, -170, 12))


def test_line_lengths_are_told_apart_and_add_up():
    # one and two degrees of the equator
    one = shapely.LineString([(0, 0), (1, 0)])
    two = shapely.LineString([(5, 0), (6, 0), (7, 0)])
    assert geodesic.line_lengths_km([one, two]) == pytest.approx([111.3195, 222.6390], abs=0.001)
    assert geodesic.line_length_km(two) == pytest.approx(222.639, abs=0.001)
    assert len(geodesic.line_lengths_km([])) == 0


def test_a_place_along_a_line_is_where_its_km_say_and_wrapped():
    line = shapely.LineString([(179, 0), (180, 0), (182, 0)])
    assert geodesic.point_at_km(line, 0) == pytest.approx((179, 0))
    assert geodesic.point_at_km(line, 222.639) == pytest.approx((-179, 0), abs=1e-4)
    assert geodesic.point_at_km(line, 9999) == pytest.approx((-178, 0))


@given(st.floats(-1000, 1000))
def test_wrapping_a_longitude_keeps_the_meridian(lon):
    wrapped = geodesic.wrap_lon(lon)
    assert -180 <= wrapped <= 180
    turns = (lon - wrapped) / 360
    assert turns == pytest.approx(round(turns), abs=1e-9)


def test_densified_lines_keep_their_vertices_and_their_step():
    line = shapely.LineString([(0, 0), (3, 2), (3.01, 2), (-4, 7)])
    xy, km = geodesic.densify(line, 5.0)
    gaps = geodesic.distance_km(xy[:-1, 0], xy[:-1, 1], xy[1:, 0], xy[1:, 1])
    assert gaps.max() <= 5.01
    for vertex in line.coords:
        assert np.abs(xy - vertex).sum(axis=1).min() < 1e-12
    assert km[0] == 0
    assert (np.diff(km) > 0).all()
    assert km[-1] == pytest.approx(geodesic.line_length_km(line))


LINES = st.lists(st.tuples(st.floats(-12, 12), st.floats(-8, 8)), min_size=2, max_size=5)


@given(LINES, st.floats(-180, 180), st.floats(-70, 70), st.floats(-12, 12), st.floats(-8, 8))
def test_the_nearest_point_on_a_line_equals_dense_brute_force(steps, lon, lat, east, north):
    xy = np.array([(lon + x, lat + y) for x, y in steps])
    if np.abs(np.diff(xy, axis=0)).sum() < 0.1:
        return
    line = shapely.LineString(xy)
    gap, km = geodesic.nearest_on_line(line, lon + east, lat + north)
    dense, along = geodesic.densify(line, 0.5)
    away = geodesic.distance_km(lon + east, lat + north, dense[:, 0], dense[:, 1])
    # drawn steps of half a km, and straight chords over 25 km: right within 0.3 km + 0.1 %
    assert gap == pytest.approx(away.min(), abs=0.3, rel=1e-3)
    x, y = geodesic.point_at_km(line, km)
    assert float(geodesic.distance_km(x, y, lon + east, lat + north)) == pytest.approx(
        gap, abs=0.3, rel=1e-3)
    assert 0 <= km <= along[-1] + 1e-6


def test_the_nearest_point_is_found_across_the_dateline():
    line = shapely.LineString([(170, 0), (190, 0)])
    gap, km = geodesic.nearest_on_line(line, -175, 1)
    assert gap == pytest.approx(110.574, abs=0.01)  # one degree of latitude
    assert km == pytest.approx(15 * 111.3195, abs=0.1)


@pytest.mark.parametrize(("lon", "lat"), [(0, 0), (179.9, 10), (-179.95, -45), (25, 78), (200, 5)])
@pytest.mark.parametrize("radius_km", [1, 25, 300])
def test_a_disk_holds_what_is_within_its_radius_and_nothing_else(lon, lat, radius_km):
    disk = geodesic.disk(lon, lat, radius_km, 256)
    assert disk.is_valid
    turn = np.random.default_rng(1).uniform(0, 360, 200)
    for share, inside in ((0.99, True), (1.01, False)):
        x, y, _ = geodesic.GEOD.fwd(np.full(200, lon), np.full(200, lat), turn,
                                    np.full(200, radius_km * 1000 * share))
        x = lon + (np.asarray(x) - lon + 180) % 360 - 180
        assert (shapely.contains_xy(disk, x, y) == inside).all()


@pytest.mark.parametrize("lat", [89.5, -89.5])
def test_a_disk_over_a_pole_holds_the_pole(lat):
    disk = geodesic.disk(30, lat, 300)
    assert disk.is_valid
    pole = np.copysign(89.99, lat)
    assert shapely.contains_xy(disk, [-140, -60, 30, 120, 200], [pole] * 5).all()
    assert not shapely.contains_xy(disk, [-140, 30], [np.copysign(80, lat)] * 2).any()

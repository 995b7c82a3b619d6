"""Lines across the 180th meridian: unwrapped inside, cut for everything published."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from cablenet.geo import dateline, geodesic


def test_a_pacific_line_is_unwrapped_past_180():
    line = dateline.unwrap(shapely.LineString([(170, 0), (-170, 5), (-150, 5)]))
    assert list(line.coords) == [(170, 0), (190, 5), (210, 5)]


def test_a_line_that_starts_unwrapped_starts_again_inside():
    line = dateline.unwrap(shapely.LineString([(190, 0), (200, 0)]))
    assert list(line.coords) == [(-170, 0), (-160, 0)]


def test_a_cut_line_stops_and_starts_again_at_the_dateline():
    got = dateline.cut(shapely.LineString([(170, 0), (190, 10)]))
    assert got.geom_type == "MultiLineString"
    assert [list(part.coords) for part in got.geoms] == [
        [(170, 0), (180, 5)], [(-180, 5), (-170, 10)]]


def test_a_cut_line_keeps_its_order_even_where_it_turns_back_on_itself():
    got = dateline.cut(shapely.LineString([(170, 0), (190, 0), (175, 0)]))
    assert [list(part.coords) for part in got.geoms] == [
        [(170, 0), (180, 0)], [(-180, 0), (-170, 0), (-180, 0)], [(180, 0), (175, 0)]]


def test_a_line_that_only_touches_the_dateline_is_not_cut():
    got = dateline.cut(shapely.LineString([(190, 0), (180, 1), (190, 2)]))
    assert list(got.coords) == [(-170, 0), (-180, 1), (-170, 2)]


def test_what_does_not_cross_is_left_as_it_is():
    for shape in (shapely.LineString([(0, 0), (180, 3)]), shapely.Point(-180, 2),
                  shapely.box(-180, 0, 180, 1)):
        assert dateline.cut(shape) is shape


def test_a_shape_wholly_past_180_is_moved_and_not_cut():
    assert dateline.cut(shapely.box(181, 0, 182, 1)).bounds == (-179, 0, -178, 1)
    assert list(dateline.cut(shapely.LineString([(-200, 0), (-190, 1)])).coords) == [
        (160, 0), (170, 1)]


def test_a_polygon_across_the_dateline_becomes_two_parts_of_the_same_area():
    got = dateline.cut(shapely.box(175, -5, 187, 5))
    assert sorted(part.bounds for part in got.geoms) == [(-180, -5, -173, 5), (175, -5, 180, 5)]
    assert got.area == pytest.approx(120)


PIECES = st.lists(st.tuples(st.floats(-60, 60), st.floats(-20, 20)), min_size=1, max_size=8)


@given(st.floats(-180, 179.99), st.floats(-60, 60), PIECES)
def test_wrapping_and_unwrapping_a_line_gives_it_back(lon, lat, steps):
    x = lon + np.concatenate([[0], np.cumsum([step for step, _ in steps])])
    y = np.clip(lat + np.concatenate([[0], np.cumsum([step for _, step in steps])]), -89, 89)
    wrapped = shapely.LineString(np.column_stack([(x + 180) % 360 - 180, y]))
    got = shapely.get_coordinates(dateline.unwrap(wrapped))
    assert got[:, 0] == pytest.approx(x, abs=1e-6)
    assert got[:, 1] == pytest.approx(y)


@given(st.floats(-180, 179), st.floats(-60, 60), PIECES)
def test_cutting_keeps_the_length_and_stays_inside_180(lon, lat, steps):
    x = lon + np.concatenate([[0], np.cumsum([step for step, _ in steps])])
    y = np.clip(lat + np.concatenate([[0], np.cumsum([step for _, step in steps])]), -89, 89)
    line = shapely.LineString(np.column_stack([x, y]))
    got = dateline.cut(line)
    low, _, high, _ = got.bounds
    assert low >= -180
    assert high <= 180
    assert got.length == pytest.approx(line.length)


def test_copies_of_an_area_are_the_turns_that_can_meet_the_longitudes():
    area = shapely.box(-175, 0, -170, 5)
    assert [copy.bounds[0] for copy in dateline.copies_near(area, 100, 220)] == [185]
    assert [copy.bounds[0] for copy in dateline.copies_near(area, -180, 220)] == [-175, 185]
    assert dateline.copies_near(area, 0, 100) == []


def test_lengths_do_not_change_when_a_line_is_cut():
    line = shapely.LineString([(170, 0), (190, 0)])
    parts = dateline.cut(line).geoms
    assert sum(geodesic.line_lengths_km(list(parts))) == pytest.approx(
        geodesic.line_length_km(line))

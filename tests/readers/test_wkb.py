"""WKB from outside: what shapely writes is read equal; anything hostile is refused."""

from __future__ import annotations

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from cablenet.readers.wkb import WkbError, read_geopackage_blob, read_wkb

SHAPES = [
    shapely.Point(1.5, -2.25),
    shapely.LineString([(170, 0), (190, 5), (200, 6)]),
    shapely.Polygon([(0, 0), (9, 0), (9, 9), (0, 0)], [[(2, 1), (4, 1), (4, 2), (2, 1)]]),
    shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(2, 2, 3, 3)]),
]


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.geom_type)
@pytest.mark.parametrize("byte_order", [0, 1])
def test_what_shapely_writes_is_read_equal(shape: shapely.Geometry, byte_order: int) -> None:
    assert read_wkb(shapely.to_wkb(shape, byte_order=byte_order)) == shape


@pytest.mark.parametrize("flavor", ["iso", "extended"])
def test_heights_are_dropped(flavor: str) -> None:
    high = shapely.LineString([(0, 1, 2), (3, 4, 5)])
    assert read_wkb(shapely.to_wkb(high, flavor=flavor)) == shapely.LineString([(0, 1), (3, 4)])


@given(st.sampled_from(SHAPES), st.integers(0, 400), st.binary(max_size=8))
def test_any_spoiled_bytes_are_read_or_refused_but_never_crash(
        shape: shapely.Geometry, at: int, noise: bytes) -> None:
    whole = shapely.to_wkb(shape)
    spoiled = whole[:at] + noise + whole[at + len(noise):]
    for data in (spoiled, whole[:at], noise):
        try:
            assert read_wkb(data).geom_type
        except WkbError as error:
            assert str(error)
        try:
            assert read_geopackage_blob(b"GP\x00\x01" + bytes(4) + data).geom_type
        except WkbError as error:
            assert str(error)

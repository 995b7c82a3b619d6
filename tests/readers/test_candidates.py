"""Proposed cables come in as lines with two ends, or with one clear message each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cablenet.errors import ReadError
from cablenet.readers.areas import read_areas
from cablenet.readers.candidates import read_candidates


def feature(properties: dict[str, Any], kind: str = "LineString",
            coordinates: object = ((170, -20), (-175, -21))) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties,
            "geometry": {"type": kind, "coordinates": coordinates}}


def write(path: Path, *features: dict[str, Any]) -> Path:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": list(features)}))
    return path


def test_a_candidate_keeps_its_ends_and_crosses_the_dateline_unwrapped(tmp_path: Path) -> None:
    file = write(tmp_path / "c.geojson", feature(
        {"candidate_id": "x", "from_id": "a", "to_id": "b", "cost_musd": 12}))
    row = read_candidates(file).iloc[0]
    assert (row["candidate_id"], row["from_id"], row["to_id"]) == ("x", "a", "b")
    assert row["cost_musd"] == 12
    assert row["geometry"].bounds == (170, -21, 185, -20)


@pytest.mark.parametrize(("properties", "word"), [
    ({"from_id": "a", "to_id": "b"}, "candidate_id"),
    ({"candidate_id": "x", "to_id": "b"}, "from_id"),
    ({"candidate_id": "x", "from_id": "a", "to_id": "b", "cost_musd": -1}, "cost_musd"),
    ({"candidate_id": "x", "from_id": "a", "to_id": "b", "cost_musd": "dear"}, "cost_musd"),
])
def test_a_wrong_property_is_named(tmp_path: Path, properties: dict[str, Any], word: str) -> None:
    with pytest.raises(ReadError, match=word):
        read_candidates(write(tmp_path / "c.geojson", feature(properties)))


def test_two_candidates_of_one_id_are_refused(tmp_path: Path) -> None:
    one = feature({"candidate_id": "x", "from_id": "a", "to_id": "b"})
    with pytest.raises(ReadError, match="more than once"):
        read_candidates(write(tmp_path / "c.geojson", one, one))


def test_a_file_without_candidates_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="no candidate"):
        read_candidates(write(tmp_path / "c.geojson"))


def test_areas_are_polygons_and_nothing_else(tmp_path: Path) -> None:
    square = [[[0, 0], [1, 0], [1, 1], [0, 0]]]
    file = write(tmp_path / "a.geojson", feature({}, "Polygon", square))
    assert read_areas(file)[0].area == 0.5
    with pytest.raises(ReadError, match="no Polygon"):
        read_areas(write(tmp_path / "b.geojson", feature({})))

"""Generic GeoJSON of lines and points, with the columns mapped."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cablenet.errors import InputError
from cablenet.readers import import_map
from cablenet.readers.column_map import ColumnMap, column_map


def feature(kind: str, coordinates: object, **properties: object) -> dict[str, object]:
    return {"type": "Feature", "properties": properties,
            "geometry": {"type": kind, "coordinates": coordinates}}


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """Two cables between three towns, in someone else's words; the second names its landings."""
    file = tmp_path / "their map.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [
        feature("LineString", [[0, 0], [2, 0]], cable_name="North One", ready="2012 Q3", km="300"),
        feature("MultiLineString", [[[2, 0], [2, 2]]], cable_name="South Two", ends=["B", "C"]),
        feature("Point", [0, 0], town="A", state="Fiji"),
        feature("Point", [2, 0], town="B", state="Tonga"),
        feature("Point", [2, 2], town="C", state="WS"),
    ]}), encoding="utf-8")
    return file


MAPPING = {"lines": {"name": "cable_name", "in_service_from": "ready", "length_km": "km",
                     "landings": "ends"},
           "points": {"name": "town", "country": "state"}}


def test_lines_and_points_become_cables_and_stations(mixed: Path) -> None:
    """North One names no landings: it lands at the towns on its line. South Two names B and C."""
    result = import_map(mixed, mapping=MAPPING)
    layers = result.layers
    assert list(layers.cables["cable_id"]) == ["north-one", "south-two"]
    assert layers.cables["length_km"].iloc[0] == 300.0
    assert layers.cables["in_service_from"].iloc[0] == "2012-07-01"
    assert dict(zip(layers.stations["station_id"], layers.stations["country"], strict=True)) == {
        "a": "FJ", "b": "TO", "c": "WS"}
    assert sorted(zip(layers.landings["cable_id"], layers.landings["station_id"], strict=True)) == [
        ("north-one", "a"), ("north-one", "b"), ("south-two", "b"), ("south-two", "c")]
    assert {note.cable_id for note in result.report.of_kind("landing_inferred")} == {"north-one"}
    assert layers.cables["lit_capacity_tbps"].isna().all()


def test_points_may_come_from_a_csv_file(tmp_path: Path) -> None:
    lines = tmp_path / "lines.geojson"
    lines.write_text(json.dumps({"type": "FeatureCollection", "features": [
        feature("LineString", [[0, 0], [2, 0]], id="x", name="X")]}))
    points = tmp_path / "points.csv"
    points.write_text("town,x,y,country\nA,0,0,FJ\nB,2,0,NA\n")
    result = import_map([lines, points], "geojson",
                        mapping={"points": {"name": "town", "lon": "x", "lat": "y"}})
    assert list(result.layers.stations["country"]) == ["FJ", "NA"]
    assert len(result.layers.segments) == 1


def test_a_mapping_may_be_pairs_a_dict_or_toml(tmp_path: Path) -> None:
    toml = tmp_path / "map.toml"
    toml.write_text("[lines]\nname = 'cable_name'\n[points]\nname = 'town'\n")
    wanted = ColumnMap({"name": "cable_name"}, {"name": "town"})
    assert column_map(toml) == wanted
    assert column_map(["lines.name=cable_name", "points.name=town"]) == wanted
    assert column_map({"cables.name": "cable_name", "stations": {"name": "town"}}) == wanted
    assert column_map("name=title") == ColumnMap({"name": "title"}, {"name": "title"})


@pytest.mark.parametrize("given", [["nme=x"], ["name"], {"lines": {"lat": "y"}}, ["name="]])
def test_a_mapping_of_nothing_we_have_is_an_error(given: object) -> None:
    with pytest.raises(InputError, match="column map"):
        column_map(given)


def test_a_mapping_to_a_property_that_is_not_there_names_the_known_ones(mixed: Path) -> None:
    with pytest.raises(InputError, match=r"cable_nam.*known: cable_name"):
        import_map(mixed, mapping={"lines": {"name": "cable_nam"}})

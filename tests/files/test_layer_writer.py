"""Maps written and read back: equal to the last bit, whole or not at all."""

from __future__ import annotations

import sqlite3
from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cablenet.errors import InputError, UnknownNameError
from cablenet.files import layer_writer, whole_file, whole_folder, write_layers
from cablenet.layers import WGS84, Layers, Overlay, Patch, layers_from_tables
from cablenet.readers import find_format, read_layers

FORMS = ["gpkg", "folder", "parquet", "json"]
coordinate = st.floats(-89.0, 89.0, allow_nan=False)


def world(lons: list[float], length: float = 123.456, note: str = "") -> Layers:
    """Two stations and one cable through the given longitudes, with every kind of column."""
    line = shapely.LineString([(lon, 0.1 * i) for i, lon in enumerate(lons)])
    ends = [shapely.Point(line.coords[0]), shapely.Point(line.coords[-1])]
    hole = [(1, 1), (2, 1), (2, 2), (1, 1)]
    return layers_from_tables({
        "cables": pd.DataFrame({
            "cable_id": ["c", "d"], "name": ["C, the \"cable\"", "Dé\u00e9"],
            "status": ["live", "planned"], "in_service_from": ["2001-02-03", None],
            "length_km": [length, None], "notes": [note, "two\nlines"]}),
        "stations": gpd.GeoDataFrame({
            "station_id": ["a", "b"], "name": ["A", "B"], "country": ["NA", "IN"],
            "level": ["town", "cls"]}, geometry=ends, crs=WGS84),
        "segments": gpd.GeoDataFrame({
            "segment_id": ["c/1"], "cable_id": ["c"], "from_id": ["a"], "to_id": ["b"],
            "kind": ["wet"]}, geometry=[line], crs=WGS84),
        "landings": pd.DataFrame({"cable_id": ["c", "c", "d"], "station_id": ["a", "b", "a"],
                                  "feeds": [True, None, False]}),
        "countries": pd.DataFrame({"country": ["NA", "IN"], "name": ["Namibia", "India"],
                                   "population": [2.5e6, 1.4e9]}),
        "jurisdictions": gpd.GeoDataFrame({
            "jurisdiction_id": ["j", "k"], "kind": ["eez", "eez"]}, geometry=[
                shapely.Polygon([(0, 0), (9, 0), (9, 9), (0, 0)], [hole]),
                shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(3, 3, 4, 4)])],
            crs=WGS84),
    }, name="A small world", as_of=date(2024, 2, 29))


def path_for(folder: Path, form: str) -> Path:
    return folder / (f"map.{form}" if form in ("gpkg", "json") else f"map-{form}")


@pytest.mark.parametrize("form", FORMS)
def test_a_map_reads_back_equal(tmp_path: Path, form: str) -> None:
    layers = world([170.1, 179.9, 190.123456789012345])
    path = write_layers(layers, path_for(tmp_path, form), form)
    assert find_format(path) == form
    again = read_layers(path)
    assert again.fingerprint == layers.fingerprint
    assert (again.name, again.as_of) == (layers.name, layers.as_of)
    assert list(again.stations["country"]) == ["NA", "IN"]
    assert again.cables["notes"].tolist()[1] == "two\nlines"


@settings(max_examples=12, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(coordinate, min_size=2, max_size=5, unique=True),
       st.floats(0, 1e9, allow_nan=False), st.sampled_from(FORMS),
       st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=8))
def test_any_coordinates_numbers_and_words_read_back_equal(
        tmp_path: Path, lons: list[float], length: float, form: str, note: str) -> None:
    layers = world(lons, length, note)
    path = write_layers(layers, path_for(tmp_path, form), form)
    assert read_layers(path).fingerprint == layers.fingerprint


def test_a_folder_is_written_the_same_each_time(tmp_path: Path) -> None:
    layers = world([1.0, 2.5])
    first, second = (write_layers(layers, tmp_path / name) for name in "ab")
    names = sorted(file.name for file in first.iterdir())
    assert "segments.geojson" in names
    assert "cables.csv" in names
    for name in names:
        assert (first / name).read_bytes() == (second / name).read_bytes()


def test_a_geopackage_opens_elsewhere_too(tmp_path: Path) -> None:
    path = write_layers(world([1.0, 2.5]), tmp_path / "map.gpkg")
    assert len(gpd.read_file(path, layer="segments")) == 1
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


def test_what_exists_is_replaced_whole(tmp_path: Path) -> None:
    path = write_layers(world([1.0, 2.5]), tmp_path / "map")
    (path / "left.over").write_text("old")
    newer = world([1.0, 3.5])
    write_layers(newer, path)
    assert read_layers(path).fingerprint == newer.fingerprint
    assert not (path / "left.over").exists()
    assert [entry.name for entry in tmp_path.iterdir()] == ["map"]


def test_a_folder_of_someone_else_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("dear")
    with pytest.raises(InputError, match="is there already"):
        write_layers(world([1.0, 2.5]), tmp_path / "mine")
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "dear"


@pytest.mark.parametrize("form", FORMS)
def test_nothing_half_written_is_left_when_writing_fails(
        tmp_path: Path, form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = path_for(tmp_path, form)
    layers = world([1.0, 2.5])
    write_layers(layers, path, form)

    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(layer_writer, "describe", fail)
    with pytest.raises(OSError, match="disk full"):
        write_layers(world([1.0, 9.5]), path, form)
    assert read_layers(path).fingerprint == layers.fingerprint
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


def test_a_failed_block_leaves_no_file_and_no_folder(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), whole_file(tmp_path / "x") as draft:
        draft.write_text("half")
        raise RuntimeError
    with pytest.raises(RuntimeError), whole_folder(tmp_path / "y", "layers.json") as folder:
        (folder / "layers.json").write_text("half")
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_values_that_are_not_public_are_not_written_by_accident(tmp_path: Path) -> None:
    secret = world([1.0, 2.5]).with_overlay(
        Overlay("ministry", "confidential", (Patch("cables", "c", "length_km", 7.0),)))
    with pytest.raises(InputError, match="is not public"):
        write_layers(secret, tmp_path / "map")
    write_layers(secret, tmp_path / "map", disclose=True)
    assert read_layers(tmp_path / "map").cables["length_km"].iloc[0] == 7.0


def test_an_unknown_form_lists_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="folder, gpkg, json, parquet"):
        write_layers(world([1.0, 2.5]), tmp_path / "map", "shapefile")

"""The registry of readers: forms told from paths, unknown names, readers of other packages."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cablenet.errors import InputError, UnknownNameError
from cablenet.readers import READERS, find_format, find_reader, import_map, read_layers, registry

GOOD = Path(__file__).parents[1] / "bad" / "good"


class Point:
    """An entry point as importlib.metadata gives it."""

    name = "their-format"

    def load(self) -> object:
        return READERS["folder"]


def test_a_reader_of_another_package_is_found_by_its_entry_point(
        monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "entry_points", lambda group: [Point()])
    assert find_reader("their-format") is READERS["folder"]
    assert len(read_layers(GOOD, "their-format").cables) == 1


def test_an_unknown_format_lists_the_known_ones() -> None:
    with pytest.raises(UnknownNameError, match="geojson"):
        read_layers(GOOD, "geojsn")


def test_stations_may_be_a_csv_with_lon_and_lat(tmp_path: Path) -> None:
    """Country NA is Namibia, not a missing value."""
    shutil.copytree(GOOD, tmp_path / "map")
    (tmp_path / "map" / "stations.geojson").unlink()
    (tmp_path / "map" / "stations.csv").write_text(
        "station_id,name,country,level,lon,lat\na,A,NA,town,0,0\nb,B,JP,town,1,1\n")
    layers = read_layers(tmp_path / "map")
    assert list(layers.stations["country"]) == ["NA", "JP"]
    assert layers.stations.geometry.iloc[1].coords[0] == (1.0, 1.0)


@pytest.mark.parametrize(("line", "says"), [
    ("b,B,JP,town,east,1", "'east' is not a number"), ("b,B,JP,town,1,95", "latitude 95"),
    ("b,B,JP,town,,", "'' is not a number")])
def test_a_place_that_is_no_place_is_told_with_its_line(
        tmp_path: Path, line: str, says: str) -> None:
    shutil.copytree(GOOD, tmp_path / "map")
    (tmp_path / "map" / "stations.geojson").unlink()
    (tmp_path / "map" / "stations.csv").write_text(
        f"station_id,name,country,level,lon,lat\na,A,NA,town,0,0\n{line}\n")
    with pytest.raises(InputError, match=rf"stations.csv: 'line 3' l.*{says}"):
        read_layers(tmp_path / "map")


def test_other_files_of_a_folder_are_named_but_not_opened(tmp_path: Path) -> None:
    shutil.copytree(GOOD, tmp_path / "map")
    (tmp_path / "map" / "notes.csv").write_bytes(b"\xff\xfe\x00")
    result = import_map(tmp_path / "map")
    assert [note.detail for note in result.report.of_kind("file_ignored")] == ["notes.csv"]


def test_an_empty_folder_is_no_map(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no map"):
        find_format(tmp_path)

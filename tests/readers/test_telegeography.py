"""Reading TeleGeography's map: the invented world of conftest, trap by trap, in both forms."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from cablenet.errors import ReadError
from cablenet.geo.geodesic import line_length_km
from cablenet.readers import ImportResult, find_format, import_map
from cablenet.readers.report import MEANINGS

WORLD = ["v3", "v2"]


@pytest.fixture(params=WORLD)
def result(request: pytest.FixtureRequest) -> ImportResult:
    return import_map(request.getfixturevalue(f"{request.param}_export"))


def segments_of(result: ImportResult, cable: str) -> list[tuple[str, str]]:
    rows = result.layers.segments.query("cable_id == @cable")
    return sorted(zip(rows["from_id"], rows["to_id"], strict=True))


def noted(result: ImportResult, kind: str) -> set[tuple[str, str]]:
    return {(note.cable_id, note.station_id) for note in result.report.of_kind(kind)}


def test_every_cable_is_kept_even_without_lines_or_without_a_record(result: ImportResult) -> None:
    assert list(result.layers.cables["cable_id"]) == [
        "dry", "grey", "lost", "lost-two", "odd", "off", "pacific", "ring", "silent", "trunk"]
    assert noted(result, "cable_without_geometry") == {("dry", "")}
    assert noted(result, "cable_without_details") == {("silent", "")}


def test_a_branch_on_an_inner_vertex_gets_a_branching_unit(result: ImportResult) -> None:
    """anna - bu - dora - bella with cara above the unit: four segments."""
    pairs = {frozenset(pair) for pair in segments_of(result, "trunk")}
    assert pairs == {frozenset(pair) for pair in (
        ("anna-fiji", "trunk/bu1"), ("trunk/bu1", "dora-fiji"), ("dora-fiji", "bella-fiji"),
        ("trunk/bu1", "cara-tonga"))}
    unit = result.layers.branching_units.query("bu_id == 'trunk/bu1'").geometry.iloc[0]
    assert (unit.x, unit.y) == (2.0, 0.0)


def test_roles_tell_trunk_from_branch(result: ImportResult) -> None:
    rows = result.layers.landings.query("cable_id == 'trunk'")
    assert dict(zip(rows["station_id"], rows["role"], strict=True)) == {
        "anna-fiji": "end", "bella-fiji": "end", "cara-tonga": "branch", "dora-fiji": "trunk"}
    roles = result.layers.segments.query("cable_id == 'trunk'")["role"].value_counts()
    assert roles.to_dict() == {"trunk": 3, "branch": 1}


def test_a_pacific_line_passes_180_and_is_whole(result: ImportResult) -> None:
    """170 to 190 degrees in one segment; four vertices, none moved."""
    [line] = result.layers.segments.query("cable_id == 'pacific'").geometry
    lons = np.array(line.coords)[:, 0]
    assert sorted(np.abs(np.diff(lons)))[-1] < 10.01
    assert max(lons) - min(lons) == pytest.approx(20.0)
    assert noted(result, "dateline_paired") == {("pacific", "")}


def test_a_closed_ring_is_two_ways_between_its_landing_and_a_unit(result: ImportResult) -> None:
    pairs = [frozenset(pair) for pair in segments_of(result, "ring")]
    assert pairs == [frozenset(("ring-samoa", "ring/bu1"))] * 2


def test_a_grey_feature_beside_a_coloured_one_is_the_unbuilt_part(result: ImportResult) -> None:
    cable = result.layers.cables.query("cable_id == 'grey'").iloc[0]
    assert cable["status"] == "partial"
    rows = result.layers.segments.query("cable_id == 'grey'")
    assert sorted(rows["in_service_from"].fillna("")) == ["", "9999-12-31"]
    assert noted(result, "unbuilt_part") == {("grey", "")}


def test_a_landing_off_the_line_gets_a_reported_connector(result: ImportResult) -> None:
    """far-oman lies 0.2 degrees north of the middle of its line: 22.1 km."""
    [note] = result.report.of_kind("connector_added")
    assert (note.cable_id, note.station_id, note.severity) == ("off", "far-oman", "warning")
    assert note.km == pytest.approx(22.1, abs=0.1)
    added = result.layers.segments.query("source_id == 'added: connector'")
    assert len(added) == 1
    assert line_length_km(added.geometry.iloc[0]) == pytest.approx(note.km, abs=0.05)


def test_a_single_lost_point_is_put_at_the_only_loose_end(result: ImportResult) -> None:
    assert noted(result, "landing_placed_at_loose_end") == {("lost", "lost-chad")}
    place = result.layers.stations.query("station_id == 'lost-chad'").geometry.iloc[0]
    assert (place.x, place.y) == (52.0, 0.0)


def test_lost_points_are_reported_and_never_dropped_in_silence(result: ImportResult) -> None:
    assert noted(result, "landing_without_position") == {
        ("lost-two", "gone-togo"), ("lost-two", "away-togo")}
    assert {note.severity for note in result.report.of_kind("landing_without_position")} == {
        "error"}
    assert noted(result, "loose_end") == {("lost-two", "")}


def test_a_cable_without_a_record_lands_where_points_lie_on_it(result: ImportResult) -> None:
    assert noted(result, "landing_inferred") == {("silent", "sam-peru"), ("silent", "sue-peru")}
    assert segments_of(result, "silent") == [("sam-peru", "sue-peru")]


def test_countries_come_from_the_declared_names(result: ImportResult) -> None:
    codes = dict(zip(result.layers.stations["station_id"], result.layers.stations["country"],
                     strict=True))
    assert (codes["pat-congo"], codes["west-united-states"], codes["paula-nowhere"]) == (
        "CD", "GU", "ZZ")
    assert noted(result, "country_unknown") == {("", "paula-nowhere")}


def test_unreadable_lengths_and_dates_stay_empty_and_are_told(result: ImportResult) -> None:
    odd = result.layers.cables.query("cable_id == 'odd'").iloc[0]
    assert np.isnan(odd["length_km"])
    assert noted(result, "length_unreadable") == {("odd", "")}
    assert noted(result, "date_unreadable") == {("odd", "")}
    assert noted(result, "landing_repeated") == {("odd", "pat-congo")}


def test_dates_are_the_first_day_of_the_period(result: ImportResult) -> None:
    start = result.layers.cables.set_index("cable_id")["in_service_from"]
    assert start["trunk"] == "2012-08-01"
    assert start["ring"] == "2024-04-01"
    assert result.layers.as_of is not None
    assert result.layers.as_of.isoformat() == "2023-05-06"


def test_planned_cables_say_so_and_null_lengths_stay_null(result: ImportResult) -> None:
    cables = result.layers.cables.set_index("cable_id")
    assert cables.loc["ring", "status"] == "planned"
    assert cables.loc["trunk", "status"] == "live"
    assert np.isnan(cables.loc["pacific", "length_km"])
    assert cables.loc["trunk", "length_km"] == 560.0


def test_each_landing_is_touched_by_a_segment_of_its_cable(result: ImportResult) -> None:
    segments = result.layers.segments
    ends = {(cable, end) for column in ("from_id", "to_id")
            for cable, end in zip(segments["cable_id"], segments[column], strict=True)}
    landings = result.layers.landings.query("cable_id != 'dry'")
    assert {(c, s) for c, s in zip(landings["cable_id"], landings["station_id"], strict=True)
            } <= ends


def test_the_report_reads_well_and_explains_every_kind(result: ImportResult) -> None:
    assert {note.kind for note in result.report.notes} <= set(MEANINGS)
    text = result.report.summary()
    assert "10 cables" in text
    assert "a landing names a point without coordinates" in text
    assert len(result.report.to_frame()) == len(result.report.notes)


@pytest.mark.parametrize("inner", ["", "web/public/api/v3", "web/public/api"])
def test_any_directory_on_the_way_down_is_accepted(v3_export: Path, inner: str) -> None:
    assert find_format(v3_export / inner) == "telegeography-v3"
    assert len(import_map(v3_export / inner).layers.cables) == 10


def test_a_bare_directory_tells_its_version_by_its_content(v2_export: Path) -> None:
    bare = v2_export / "bare"
    (v2_export / "public/api/v2").rename(bare)
    assert find_format(bare) == "telegeography-v2"


def test_several_files_at_fault_are_told_at_once(v3_export: Path) -> None:
    cables = v3_export / "web/public/api/v3/cable"
    (cables / "trunk.json").write_text('{"id": "trunk"', encoding="utf-8")
    (cables / "ring.json").write_text("[]", encoding="utf-8")
    with pytest.raises(ReadError) as caught:
        import_map(v3_export)
    assert [problem.layer for problem in caught.value.problems] == [
        "cable/ring.json", "cable/trunk.json"]


def test_an_export_without_landing_points_or_config_is_still_read(
        v3_export: Path, write_json: Callable[[Path, str, object], None]) -> None:
    """Newer exports may lack files: every landing is then reported, every line kept."""
    api = v3_export / "web/public/api/v3"
    (api / "config.json").unlink()
    write_json(api, "landing-point/landing-point-geo.json",
               {"type": "FeatureCollection", "features": []})
    record = json.loads((api / "cable/trunk.json").read_text(encoding="utf-8"))
    record["landing_points"] = ["anna-fiji"]
    write_json(api, "cable/trunk.json", record)
    with pytest.raises(ValueError, match=r"stations|landings"):
        import_map(api)
    write_json(api, "landing-point/landing-point-geo.json", {
        "type": "FeatureCollection", "features": [
            {"type": "Feature", "properties": {"id": "anna-fiji"},
             "geometry": {"type": "Point", "coordinates": [0, 0]}}]})
    result = import_map(api)
    assert result.layers.as_of is None
    assert len(result.layers.cables) == 10
    assert len(result.report.of_kind("landing_without_position")) > 5

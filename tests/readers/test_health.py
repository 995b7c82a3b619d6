"""The health report: every doubt about a map at once, and how well its numbers are known."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely

from cablenet.layers import WGS84, Layers, layers_from_tables
from cablenet.readers import check_layers, import_map


def doubtful() -> Layers:
    """Cable c: 157 km drawn, 1,000 published. Cable d: no segments. Station z: no cable.

    One degree east and one north at the equator is 156.9 km.
    """
    return layers_from_tables({
        "cables": pd.DataFrame({"cable_id": ["c", "d"], "name": ["C", "D"],
                                "status": ["live", "live"], "length_km": [1000.0, None]}),
        "stations": gpd.GeoDataFrame(
            {"station_id": ["a", "b", "z"], "name": ["A", "B", "Z"], "country": ["IN", "JP", "JP"],
             "level": "town", "position_sigma_km": [1.0, 2.0, None]},
            geometry=[shapely.Point(0, 0), shapely.Point(1, 1), shapely.Point(5, 5)], crs=WGS84),
        "segments": gpd.GeoDataFrame(
            {"segment_id": ["c/1"], "cable_id": ["c"], "from_id": ["a"], "to_id": ["b"],
             "kind": ["wet"]}, geometry=[shapely.LineString([(0, 0), (1, 1)])], crs=WGS84),
        "landings": pd.DataFrame({"cable_id": ["c", "c", "c"], "station_id": ["a", "b", "z"]}),
        "countries": pd.DataFrame({"country": ["IN", "JP"], "name": ["India", "Japan"]}),
        "provenance": pd.DataFrame([{
            "layer": "stations", "id": "a", "column": "position_sigma_km", "basis": "estimated"}]),
    }, name="doubtful")


def test_each_doubt_is_named_with_its_row() -> None:
    report = check_layers(doubtful())
    assert report.is_usable
    told = {(p.layer, p.row, p.column) for p in report.warnings}
    assert told >= {
        ("stations", "z", ""), ("cables", "d", ""), ("landings", "c|z", ""),
        ("cables", "c", "length_km"), ("cables", "", "lit_capacity_tbps"),
        ("cables", "", "design_capacity_tbps"), ("stations", "", "position_sigma_km"),
        ("cables", "", "length_km")}
    [ratio] = [p for p in report.warnings if (p.row, p.column) == ("c", "length_km")]
    assert "0.16 of the published 1,000 km" in ratio.message


def test_numbers_are_counted_by_how_they_are_known() -> None:
    """Two sigmas (one estimated, one without provenance, one missing); one length, unknown."""
    known = check_layers(doubtful()).known.set_index(["layer", "column"])
    sigma = known.loc[("stations", "position_sigma_km")]
    assert (sigma["numbers"], sigma["estimated"], sigma["unknown"], sigma["missing"]) == (
        2, 1, 1, 1)
    assert known.loc[("cables", "length_km"), "unknown"] == 1


def test_an_imported_map_says_what_is_assumed(v3_export: Path) -> None:
    report = check_layers(import_map(v3_export).layers)
    assert report.is_usable
    assert report.known["unknown"].sum() == 0
    text = report.summary()
    assert "assumed" in text
    assert report.to_json()["usable"] is True
    assert len(report.to_frame()) == len(report.problems)

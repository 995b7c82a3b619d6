"""The shipped geometry keeps its promises: off the coast, landed, joined, unwrapped, measured."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from cablenet.geo.dateline import cut_all
from cablenet.geo.geodesic import distance_km, line_lengths_km

ATLAS = Path(__file__).parents[2] / "geodata" / "cablenet_geodata"
LANDING_LIMIT_KM = 25.0


def _lines(name: str) -> gpd.GeoDataFrame:
    return gpd.read_file(ATLAS / f"{name}.geojson")


@pytest.fixture(scope="module")
def segments() -> gpd.GeoDataFrame:
    return _lines("segments")


@pytest.fixture(scope="module")
def stations() -> gpd.GeoDataFrame:
    return _lines("stations").set_index("station_id")


@pytest.fixture(scope="module")
def landings() -> pd.DataFrame:
    return pd.read_csv(ATLAS / "landings.csv", keep_default_na=False)


def test_no_wet_segment_touches_land(segments: gpd.GeoDataFrame) -> None:
    land = gpd.read_parquet(ATLAS / "land.parquet")
    wet = segments[segments.kind == "wet"]
    hit, _part = shapely.STRtree(land.geometry.to_numpy()).query(
        cut_all(wet.geometry.to_numpy()), predicate="intersects")
    assert list(wet.segment_id.iloc[np.unique(hit)]) == []


def test_every_wet_end_lies_near_its_station(segments: gpd.GeoDataFrame,
                                             stations: gpd.GeoDataFrame) -> None:
    far = []
    for row in segments[segments.kind == "wet"].itertuples():
        xy = shapely.get_coordinates(row.geometry)
        for node, (lon, lat) in ((row.from_id, xy[0]), (row.to_id, xy[-1])):
            if node in stations.index:
                at = stations.geometry[node]
                gap = float(distance_km(lon, lat, at.x, at.y))
                if gap > LANDING_LIMIT_KM:
                    far.append((row.segment_id, node, round(gap)))
    assert far == []


def test_segments_meet_at_their_branching_units(segments: gpd.GeoDataFrame) -> None:
    units = _lines("branching_units").set_index("bu_id").geometry
    for row in segments.itertuples():
        xy = shapely.get_coordinates(row.geometry)
        for node, (lon, lat) in ((row.from_id, xy[0]), (row.to_id, xy[-1])):
            if node in units.index:
                assert float(distance_km(lon, lat, units[node].x, units[node].y)) < 0.05


def test_lines_never_jump_over_the_dateline(segments: gpd.GeoDataFrame) -> None:
    xy, index = shapely.get_coordinates(segments.geometry.to_numpy(), return_index=True)
    step = np.abs(np.diff(xy[:, 0]))[index[1:] == index[:-1]]
    assert step.max() < 180


def test_every_landing_is_joined_to_the_rest_of_its_system(
        segments: gpd.GeoDataFrame, landings: pd.DataFrame) -> None:
    lost = []
    for cable, part in segments.groupby("cable_id"):
        root: dict[str, str] = {}

        def find(node: str, root: dict[str, str] = root) -> str:
            while root.setdefault(node, node) != node:
                node = root[node]
            return node

        for row in part.itertuples():
            root[find(row.from_id)] = find(row.to_id)
        places = landings.station_id[landings.cable_id == cable]
        lost += [(cable, place) for place in places if place not in root]
        if len({find(place) for place in places if place in root}) != 1:
            lost.append((cable, "in pieces"))
    assert lost == []


def test_no_landing_of_the_facts_is_lost(landings: pd.DataFrame) -> None:
    facts = Path(__file__).parents[2] / "geodata" / "build" / "facts"
    parts = [pd.read_csv(facts / f"{n}landings.csv", keep_default_na=False)
             for n in ("", "additions_")]
    stated = pd.concat(parts).drop_duplicates(["system_id", "country_iso2", "town"])
    assert len(landings) == len(stated)


def test_every_branching_unit_joins_three_segments(segments: gpd.GeoDataFrame) -> None:
    ends = pd.concat([segments.from_id, segments.to_id])
    count = ends[ends.str.contains("/bu")].value_counts()
    assert set(count) == {3}


@pytest.mark.parametrize("name", ["depth_profile", "segment_jurisdictions"])
def test_runs_cover_every_wet_segment_without_a_gap(segments: gpd.GeoDataFrame,
                                                    name: str) -> None:
    runs = pd.read_csv(ATLAS / f"{name}.csv", keep_default_na=False)
    wet = segments[segments.kind == "wet"]
    length = pd.Series(line_lengths_km(wet.geometry.to_numpy()), wet.segment_id)
    for segment, part in runs.groupby("segment_id"):
        part = part.sort_values("km_from")
        assert part.km_from.iloc[0] == 0
        assert np.allclose(part.km_from.iloc[1:], part.km_to.iloc[:-1], atol=0.01)
        assert part.km_to.iloc[-1] == pytest.approx(length[segment], rel=0.001, abs=0.1)
    assert set(runs.segment_id) == set(wet.segment_id)


def test_drawn_length_agrees_with_published_for_85_percent_of_systems() -> None:
    check = pd.read_csv(ATLAS / "length_check.csv", keep_default_na=False)
    segments = _lines("segments")
    drawn = pd.Series(line_lengths_km(segments.geometry.to_numpy()), segments.cable_id)
    drawn = drawn.groupby(level=0).sum().reindex(check.cable_id)
    ratio = drawn.to_numpy() / check.published_km.to_numpy()
    assert np.allclose(drawn, check.drawn_km, rtol=0.002, atol=1.0)
    within = (ratio >= 0.8) & (ratio <= 1.25)
    assert within.mean() >= 0.85
    assert (check.reason[~within] != "").all()


def test_every_jurisdiction_named_is_drawn_with_its_claimants() -> None:
    areas = _lines("jurisdictions")
    named = set(pd.read_csv(ATLAS / "segment_jurisdictions.csv").jurisdiction_id)
    assert named <= set(areas.jurisdiction_id)
    claims = areas.claimants.fillna("")
    assert (claims[areas.kind == "disputed"].str.count(";") >= 1).all()
    assert (claims[areas.kind == "high_seas"] == "").all()
    assert areas.geometry.is_valid.all()


def test_bab_el_mandeb_and_malacca_hold_the_cables_that_pass() -> None:
    segments, chokes = _lines("segments"), _lines("chokepoints").set_index("choke_id").geometry
    lines = cut_all(segments.geometry.to_numpy())
    red_sea = set(segments.cable_id[shapely.intersects(lines, chokes["bab_el_mandeb"])])
    assert {"smw4", "smw5", "aae1", "imewe", "eig", "fea", "2africa"} <= red_sea
    malacca = set(segments.cable_id[shapely.intersects(lines, chokes["malacca"])])
    assert {"smw4", "smw5", "mist", "i2i", "tic", "bbg"} <= malacca

"""Each kind of bad cell: one message that names layer, row, column and cure; all at once."""

from __future__ import annotations

from functools import cache

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from cablenet.errors import InputError, LayersError
from cablenet.layer_checks import provenance_of
from cablenet.layers import layers_from_tables
from cablenet.testing import ring


@cache
def good():
    return dict(ring().tables)


def changed(layer, column, row, value):
    """The ring's tables with one cell changed."""
    tables = dict(good())
    frame = tables[layer].copy()
    values = frame[column].astype(object).to_list() if column in frame else [None] * len(frame)
    values[row] = value
    if column == "geometry":
        frame = gpd.GeoDataFrame(frame.drop(columns="geometry"), geometry=values, crs="EPSG:4326")
    else:
        frame[column] = pd.Series(values, dtype=object)
    tables[layer] = frame
    return tables


def problems_of(tables):
    with pytest.raises(LayersError) as caught:
        layers_from_tables(tables, name="bad")
    return caught.value.problems


BAD_CELLS = [
    # layer, column, row, value, what the message says, what the cure says
    ("cables", "status", 0, "alive", "'alive' is not one of live, partial", "one of these words"),
    ("cables", "name", 1, None, "is empty", "fill in the system's usual name"),
    ("cables", "name", 1, "   ", "is empty", "fill in the system's usual name"),
    ("cables", "length_km", 2, "long", "'long' is not a number", "give a number in km"),
    ("cables", "length_km", 2, "nan", "'nan' is not a number", "give a number in km"),
    ("cables", "length_km", 2, -5, "-5 km is outside 0 to inf", "check the unit"),
    ("cables", "length_km", 2, "1e999", "is infinite", "give a finite number"),
    ("cables", "lit_capacity_tbps", 3, float("-inf"), "is infinite", "give a finite number"),
    ("cables", "in_service_from", 0, "soon", "'soon' is not a date", "write YYYY-MM-DD"),
    ("cables", "in_service_from", 0, "2024-13-01", "'2024-13-01' is not a date", "YYYY-MM-DD"),
    ("cables", "in_service_from", 0, "2024-01-01x", "'2024-01-01x' is not a date", "YYYY-MM-DD"),
    ("cables", "in_service_to", 0, 2024, "'2024' is not a date", "write YYYY-MM-DD"),
    ("stations", "level", 0, "city", "'city' is not one of town, cls", "one of these words"),
    ("landings", "feeds", 0, "perhaps", "'perhaps' is neither true nor false", "true or false"),
    ("gateways", "people_share", 0, 1.5, "1.5 fraction is outside 0 to 1", "check the unit"),
    ("segments", "from_id", 0, "z", "'z' is not in stations or branching_units",
     "add it to stations or branching_units or mend the id"),
    ("segments", "cable_id", 0, "zz", "'zz' is not in cables", "add it to cables or mend the id"),
    ("landings", "station_id", 0, "z", "'z' is not in stations", "mend the id"),
    ("backhaul", "gateway_id", 0, "ZZ-gw", "'ZZ-gw' is not in gateways", "mend the id"),
    ("gateways", "country", 0, "ZZ", "'ZZ' is not in countries", "mend the id"),
    ("stations", "geometry", 0, None, "is empty", "give it a Point"),
    ("stations", "geometry", 0, shapely.Point(), "is empty", "give it a Point"),
    ("stations", "geometry", 0, shapely.Point(0, 95), "latitude beyond 90", "lon, lat in degrees"),
    ("stations", "geometry", 0, shapely.Point(1e6, 5), "longitude far beyond 180", "in degrees"),
    ("stations", "geometry", 0, shapely.LineString([(0, 0), (1, 1)]), "is not a Point", "convert"),
    ("segments", "geometry", 0, shapely.Point(0, 0), "is not a LineString", "split or convert"),
    ("segments", "geometry", 0, shapely.LineString([(0, 0), (np.inf, 1)]),
     "not a finite number", "mend the coordinate"),
]


@pytest.mark.parametrize(("layer", "column", "row", "value", "message", "cure"), BAD_CELLS)
def test_a_bad_cell_gives_one_problem_that_says_where_and_how_to_mend_it(
        layer, column, row, value, message, cure):
    found = problems_of(changed(layer, column, row, value))
    assert len(found) == 1
    problem = found[0]
    assert (problem.layer, problem.column) == (layer, column)
    assert problem.row
    assert message in problem.message
    assert cure in problem.cure
    assert str(problem).startswith(f"{layer}: '")


@pytest.mark.parametrize(("layer", "text"), [
    ("segments", "LINESTRING (0 0, nan 1)"), ("stations", "POINT (nan 0)")])
def test_a_nan_coordinate_is_a_problem(layer, text):
    with np.errstate(invalid="ignore"):  # shapely warns too
        value = shapely.from_wkt(text)
    found = problems_of(changed(layer, "geometry", 0, value))
    assert [(p.layer, p.column) for p in found] == [(layer, "geometry")]


def test_all_problems_of_all_layers_come_at_once():
    tables = changed("cables", "status", 0, "alive")
    tables["stations"] = changed("stations", "level", 2, "city")["stations"]
    tables["segments"] = changed("segments", "geometry", 1, shapely.Point(0, 0))["segments"]
    tables["backhaul"] = changed("backhaul", "length_km", 1, "far")["backhaul"]
    assert [p.layer for p in problems_of(tables)] == ["cables", "stations", "segments", "backhaul"]


def test_all_lost_references_come_at_once():
    tables = changed("segments", "from_id", 0, "z")
    tables["backhaul"] = changed("backhaul", "gateway_id", 1, "ZZ-gw")["backhaul"]
    tables["border_crossings"] = pd.DataFrame([{"crossing_id": "x", "from_id": "AA-gw",
                                                "to_id": "QQ-gw", "kind": "border"}])
    assert [p.layer for p in problems_of(tables)] == ["segments", "backhaul", "border_crossings"]


def test_a_row_that_appears_twice_is_named_once():
    tables = dict(good())
    tables["cables"] = pd.concat([good()["cables"], good()["cables"].iloc[[0, 0]]])
    found = problems_of(tables)
    assert [(p.layer, p.row, p.message) for p in found] == [
        ("cables", "ab", "appears more than once")]


def test_a_pair_of_keys_may_not_come_twice_but_each_alone_may():
    tables = dict(good())
    landing = good()["landings"]
    assert landing["cable_id"].duplicated().any()
    tables["landings"] = pd.concat([landing, landing.iloc[[3]]])
    found = problems_of(tables)
    assert [p.row for p in found] == ["|".join(landing.iloc[3][["cable_id", "station_id"]])]


def test_a_missing_required_column_is_named_with_its_meaning():
    tables = {**good(), "cables": good()["cables"].drop(columns="status")}
    problem = problems_of(tables)[0]
    assert (problem.layer, problem.column) == ("cables", "status")
    assert "required column" in problem.message
    assert "partial (some sections in service)" in problem.cure


@pytest.mark.parametrize("how", ["empty", "missing"])
def test_a_required_table_must_hold_rows(how):
    tables = dict(good())
    if how == "empty":
        tables["segments"] = tables["segments"].iloc[:0]
    else:
        del tables["segments"]
    assert ("segments", "is empty or missing") in [
        (p.layer, p.message) for p in problems_of(tables)]


def test_references_into_a_table_that_is_not_there_are_lost_too():
    tables = {name: frame for name, frame in good().items() if name not in ("gateways", "hubs")}
    found = problems_of(tables)
    assert {(p.layer, p.column) for p in found} == {("backhaul", "gateway_id")}


def test_optional_references_are_not_asked_of_a_table_that_is_not_there():
    tables = changed("cables", "maintenance_agreement", 0, "SEAIOCMA")
    assert layers_from_tables(tables, name="ok").cables["maintenance_agreement"][0] == "SEAIOCMA"


def test_a_table_without_geometry_is_refused():
    tables = {**good(), "stations": pd.DataFrame(good()["stations"].drop(columns="geometry"))}
    problem = problems_of(tables)[0]
    assert (problem.layer, problem.column, problem.message) == (
        "stations", "geometry", "has no geometry")


def test_another_projection_is_refused_by_name():
    tables = {**good(), "stations": good()["stations"].to_crs(3857)}
    problem = problems_of(tables)[0]
    assert "Pseudo-Mercator" in problem.message
    assert "EPSG:4326" in problem.cure


@pytest.mark.parametrize("crs", ["OGC:CRS84", "EPSG:4326", None])
def test_lon_lat_under_any_of_its_names_is_taken(crs):
    frame = good()["stations"]
    shapes = gpd.GeoDataFrame(frame.drop(columns="geometry"),
                              geometry=np.asarray(frame.geometry.array), crs=crs)
    assert layers_from_tables({**good(), "stations": shapes}, name="ok").stations.crs == "EPSG:4326"


def test_an_unknown_table_is_refused_with_the_known_ones():
    with pytest.raises(InputError, match="cabels: is not a table of a map; known: cables"):
        layers_from_tables({**good(), "cabels": good()["cables"]}, name="bad")


def test_a_flood_of_one_problem_is_counted_and_not_listed():
    many = pd.concat([good()["cables"]] * 50, ignore_index=True)
    many["cable_id"] = [f"c{i}" for i in range(len(many))]
    many["status"] = "alive"
    found = [p for p in problems_of({**good(), "cables": many}) if p.layer == "cables"]
    assert len(found) == 21
    assert found[-1].message == "and 180 more rows like these"


DATES = [("2024-05-06", "2024-05-06"), ("2024-05-06T12:30:00Z", "2024-05-06"),
         ("2024-05-06 00:00:00", "2024-05-06"), (pd.Timestamp("2024-05-06"), "2024-05-06")]


@pytest.mark.parametrize(("given", "kept"), DATES)
def test_dates_are_kept_as_year_month_day(given, kept):
    layers = layers_from_tables(changed("cables", "in_service_from", 0, given), name="ok")
    assert layers.cables["in_service_from"].iloc[0] == kept


@pytest.mark.parametrize(("given", "kept"), [
    (True, True), (False, False), ("true", True), ("False", False), ("yes", True), ("no", False),
    (1, True), (0, False), ("1.0", True), (np.True_, True)])
def test_flags_may_be_written_in_several_ways(given, kept):
    layers = layers_from_tables(changed("landings", "feeds", 0, given), name="ok")
    assert bool(layers.landings["feeds"].iloc[0]) is kept


def test_an_unwritten_flag_stays_unknown():
    layers = layers_from_tables(changed("landings", "feeds", 0, None), name="ok")
    assert pd.isna(layers.landings["feeds"].iloc[0])


def test_numbers_may_come_as_text():
    layers = layers_from_tables(changed("cables", "length_km", 0, " 1200.5 "), name="ok")
    assert layers.cables["length_km"].iloc[0] == 1200.5
    layers = layers_from_tables(changed("cables", "length_km", 0, ""), name="ok")
    assert np.isnan(layers.cables["length_km"].iloc[0])


def test_a_number_without_a_rule_has_no_basis_and_a_rule_for_one_row_beats_the_column():
    rules = pd.DataFrame([
        {"layer": "cables", "id": "*", "column": "lit_capacity_tbps", "basis": "assumed"},
        {"layer": "cables", "id": "bc", "column": "lit_capacity_tbps", "basis": "sourced"}])
    layers = layers_from_tables({**good(), "provenance": rules}, name="ok")
    told = provenance_of(layers.tables)
    lit = told[(told["layer"] == "cables") & (told["column"] == "lit_capacity_tbps")]
    assert dict(zip(lit["id"], lit["basis"], strict=True)) == {
        "ab": "assumed", "bc": "sourced", "cd": "assumed", "da": "assumed"}
    people = told[told["column"] == "population"]
    assert set(people["basis"]) == {""}

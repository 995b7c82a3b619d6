"""The GeoPackage of results: its layers read back, its styles are there, its bytes repeat."""

from __future__ import annotations

import hashlib
import sqlite3
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely

import cablenet as cn
from cablenet.build import build_network
from cablenet.errors import InputError
from cablenet.files.results import STYLES, write_results
from cablenet.network import Network
from cablenet.scenarios.losses import cable_losses
from cablenet.scoring import Scores, score
from cablenet.testing import small_world


@pytest.fixture(scope="module")
def net() -> Network:
    """Hub AA at 170 E and BB at 170 W, one cable over the dateline."""
    return build_network(small_world([("a", "AA", 170, 0), ("b", "BB", -170, 0)],
                                     {"east": [("a", "b")]}, hubs=["AA"]))


@pytest.fixture(scope="module")
def scores(net: Network) -> Scores:
    return score(net, cable_losses(net), ["isolated"])


def test_every_layer_reads_back(net: Network, scores: Scores, tmp_path: Path) -> None:
    path = write_results(net, scores, tmp_path / "r.gpkg")
    names = [name for name, kind in pyogrio.list_layers(path) if kind is not None]
    assert names == ["scenarios", "cables", "links", "stations", "gateways"]
    scenarios = pyogrio.read_dataframe(path, layer="scenarios")
    assert scenarios.loc[0, "isolated_people"] == 1_000_000
    stations = pyogrio.read_dataframe(path, layer="stations")
    assert stations.set_index("node_id")["cables_landing"].to_dict() == {"a": 1, "b": 1}


def test_lines_are_cut_at_the_dateline(net: Network, scores: Scores, tmp_path: Path) -> None:
    path = write_results(net, scores, tmp_path / "r.gpkg")
    for layer in ("links", "cables", "scenarios"):
        west, _, east, _ = pyogrio.read_dataframe(path, layer=layer).total_bounds
        assert (west, east) == (-180.0, 180.0)


def test_each_layer_has_a_default_style_of_valid_xml(
        net: Network, scores: Scores, tmp_path: Path) -> None:
    path = write_results(net, scores, tmp_path / "r.gpkg")
    base = sqlite3.connect(path)
    rows = base.execute("SELECT f_table_name, f_geometry_column, styleQML, useAsDefault "
                        "FROM layer_styles").fetchall()
    layers = dict(base.execute("SELECT table_name, column_name FROM gpkg_geometry_columns"))
    base.close()
    assert {name: column for name, column, _, _ in rows} == layers
    assert all(default == 1 for *_, default in rows)
    numbers = {"Point": "0", "Line": "1", "Polygon": "2"}
    for name, _, text, _ in rows:
        style = ElementTree.fromstring(text)
        kind = pyogrio.read_info(path, layer=name)["geometry_type"]
        assert style.find("renderer-v2") is not None
        # QGIS drops a style whose geometry number is not that of its layer
        assert style.findtext("layerGeometryType") == next(
            number for word, number in numbers.items() if word in kind)


def test_further_layers_come_along_with_a_plain_style(
        net: Network, scores: Scores, tmp_path: Path) -> None:
    plan = gpd.GeoDataFrame({"cost_musd": [3.0], "answers": [["AA", "BB"]]},
                            geometry=[shapely.LineString([(0, 0), (1, 1)])], crs="EPSG:4326")
    path = write_results(net, scores, tmp_path / "r.gpkg", extra={"plan": plan})
    assert pyogrio.read_dataframe(path, layer="plan").loc[0, "answers"] == "AA, BB"


def test_the_same_results_give_the_same_bytes(
        net: Network, scores: Scores, tmp_path: Path) -> None:
    files = [write_results(net, scores, tmp_path / f"{name}.gpkg") for name in range(12)]
    assert len({hashlib.sha256(file.read_bytes()).hexdigest() for file in files}) == 1
    with sqlite3.connect(files[0]) as base:
        assert base.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    base.close()


def test_ranges_of_a_style_join_without_gaps() -> None:
    for style in STYLES.values():
        spans = [value for value, _, _ in style.classes if isinstance(value, tuple)]
        assert all(a[1] == b[0] for a, b in pairwise(spans))


def test_rows_of_ones_own_become_a_layer_or_stay_a_table():
    table = pd.DataFrame({"id": ["x", "y"]})
    layer = cn.layer_of(table, [shapely.Point(1, 2), None])
    assert layer.crs == "EPSG:4326" and layer.geometry.isna().tolist() == [False, True]
    assert type(cn.layer_of(table, [None, None])) is pd.DataFrame
    with pytest.raises(InputError, match="1 shapes for 2 rows"):
        cn.layer_of(table, [None])

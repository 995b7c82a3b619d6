"""`write_results`: a network and its scores as a GeoPackage that QGIS opens with styles."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from cablenet.files.atomic import whole_file
from cablenet.files.publishing import (
    cables_landing,
    cables_layer,
    geometry_type,
    links_layer,
    published,
)
from cablenet.files.qgis_styles import Style, Symbol, qml
from cablenet.layers import WGS84
from cablenet.network import Network
from cablenet.scoring import Scores

SIMPLIFIED_DEG = 0.005
OLDEST_GPKG = "1.2"
"""The GeoPackage version that QGIS 3.22 and GDAL of the same years read without a warning."""
TEAL, NAVY, GREY, SAND, RED, GOLD = ("#2f84a6", "#0a3a57", "#8d99a1", "#a99f8d", "#c8321f",
                                     "#d99a1c")
STYLES: dict[str, Style] = {
    "countries": Style("worst_loss_share", (
        ((0.0, 0.05), "hardly touched", Symbol("fill", "#d8d6cf", 0.1)),
        ((0.05, 0.25), "loses 5 to 25 %", Symbol("fill", "#eadfc8", 0.1)),
        ((0.25, 0.5), "25 to 50 %", Symbol("fill", "#f0c9a0", 0.1)),
        ((0.5, 0.999), "50 % or more", Symbol("fill", "#e79a72", 0.1)),
        ((0.999, 1.0), "cut off", Symbol("fill", "#cf5f4a", 0.1)))),
    "chokepoints": Style(single=Symbol("fill", "#d99a1c30", 0.3, "dash", "#9a6b00"), label="name"),
    "scenarios": Style(single=Symbol("line", RED, 0.9, opacity=0.25)),
    "links": Style("drawn_as", (
        ("in service", "cable section in service", Symbol("line", TEAL, 0.4)),
        ("not in service", "cable section not in service", Symbol("line", GREY, 0.3, "dash")),
        ("on land", "link on land", Symbol("line", SAND, 0.25)),
        ("mesh", "hub mesh, assumed", Symbol("line", GREY, 0.4, "dot")))),
    "cables": Style("status", (
        ("live", "live", Symbol("line", NAVY, 0.45)),
        ("partial", "partly in service", Symbol("line", TEAL, 0.45)),
        ("building", "being built", Symbol("line", GOLD, 0.4, "dash")),
        ("planned", "planned", Symbol("line", GREY, 0.35, "dash")),
        ("proposed", "proposed", Symbol("line", "#1c6b4a", 0.5, "dash")),
        ("retired", "retired", Symbol("line", GREY, 0.25, "dot")))),
    "stations": Style("cables_landing", (
        ((0, 1), "1 cable or none", Symbol("marker", "#ffffff", 1.4, outline="#2d4654")),
        ((1, 4), "2 to 4 cables", Symbol("marker", "#ffffff", 2.0, outline="#2d4654")),
        ((4, 9), "5 to 9 cables", Symbol("marker", "#ffffff", 2.8, outline="#2d4654")),
        ((9, 999), "10 cables and more", Symbol("marker", "#ffffff", 3.8, outline="#2d4654"))),
        label="name"),
    "gateways": Style("role", (
        ("hub", "hub", Symbol("marker", GOLD, 3.0)),
        ("gateway", "gateway", Symbol("marker", "#6d7c85", 1.4))), label="name"),
}
"""Layer name -> how QGIS draws it, from the bottom of the map to its top."""
PLAIN = {"Point": Style(single=Symbol("marker", RED, 2.4)),
         "LineString": Style(single=Symbol("line", "#1c6b4a", 0.7, "dash")),
         "Polygon": Style(single=Symbol("fill", "#8d99a160", 0.2))}


def write_results(
    net: Network,
    scores: Scores | None,
    path: Path | str,
    *,
    countries: gpd.GeoDataFrame | None = None,
    extra: Mapping[str, gpd.GeoDataFrame] | None = None,
) -> Path:
    """Write a GeoPackage of the network and its scores; it appears whole or not at all.

    Parameters
    ----------
    scores
        adds the layer `scenarios`: what each takes away, with its scores
    countries
        polygons with `worst_loss_share` (from `cablenet.maps.country_frame`)
    extra
        further layers by name, plans for instance

    Returns
    -------
    Path
        with the layers countries, chokepoints, scenarios, cables, links, stations, gateways and
        those of `extra`, each with a default style
    """
    layers: dict[str, gpd.GeoDataFrame] = {}
    if countries is not None:
        layers["countries"] = countries
    layers["chokepoints"] = net.layers.tables["chokepoints"]
    if scores is not None:
        layers["scenarios"] = _scenarios(scores)
    layers |= {"cables": cables_layer(net), "links": links_layer(net), "stations": _stations(net),
               "gateways": _gateways(net), **(extra or {})}
    return write_geopackage({name: published(frame) for name, frame in layers.items()
                             if len(frame)}, path, moment=_moment(net))


def write_geopackage(layers: Mapping[str, pd.DataFrame], path: Path | str, *,
                     moment: str = "1970-01-01T00:00:00.000Z") -> Path:
    """Write published layers as one GeoPackage with default styles; whole or not at all.

    Frames without shapes become plain tables.

    Parameters
    ----------
    layers
        by name, each as `published` makes it
    moment
        the time the file is stamped with: not the clock's, so that equal layers give equal bytes
    """
    with whole_file(Path(path)) as draft:
        for name, frame in layers.items():
            kind = geometry_type(frame) if isinstance(frame, gpd.GeoDataFrame) else None
            multi = {} if kind is None else {"promote_to_multi": kind.startswith("Multi")}
            pyogrio.write_dataframe(
                frame, draft, layer=name, driver="GPKG", append=draft.exists(),
                geometry_type=kind, VERSION=OLDEST_GPKG, **multi)
        styles = {name: STYLES.get(name) or PLAIN[geometry_type(frame).removeprefix("Multi")]
                  for name, frame in layers.items() if isinstance(frame, gpd.GeoDataFrame)}
        _write_styles(draft, styles, moment)
    return Path(path)


def _stations(net: Network) -> gpd.GeoDataFrame:
    """Stations with the number of cables in service that land there."""
    frame = net.nodes_frame()
    frame = frame.assign(cables_landing=frame["node_id"].map(cables_landing(net)))
    return frame[frame["kind"] == "station"].drop(columns="kind")


def _gateways(net: Network) -> gpd.GeoDataFrame:
    gates = net.gateways
    frame = net.nodes_frame().iloc[gates.node].drop(columns="kind")
    return frame.assign(role=np.where(gates.hub_weight > 0, "hub", "gateway"),
                        people=gates.people.round(), demand_tbps=gates.demand_tbps.round(4))


def _scenarios(scores: Scores) -> gpd.GeoDataFrame:
    """What each scenario takes away, drawn within half a kilometre of the links themselves."""
    frame = scores.to_geo().assign(rate_per_year=scores.scenarios.rate_per_year)
    lines = shapely.simplify(frame.geometry.array, SIMPLIFIED_DEG)
    return frame.set_geometry(gpd.GeoSeries(lines, crs=WGS84))


def _moment(net: Network) -> str:
    """The day of the map as the time of writing, so that the same map gives the same file."""
    return f"{net.as_of or '1970-01-01'}T00:00:00.000Z"


def _write_styles(path: Path, styles: Mapping[str, Style], moment: str) -> None:
    """Add QGIS's table of default styles, and stamp the file with the day of the map."""
    with sqlite3.connect(path) as base:
        geometry = dict(base.execute("SELECT table_name, column_name FROM gpkg_geometry_columns"))
        base.execute(
            "CREATE TABLE layer_styles (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, "
            "f_table_catalog TEXT(256), f_table_schema TEXT(256), f_table_name TEXT(256), "
            "f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT, "
            "useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30), "
            "update_time DATETIME)")
        base.executemany(
            "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, "
            "f_geometry_column, styleName, styleQML, styleSLD, useAsDefault, description, owner, "
            "ui, update_time) VALUES ('', '', ?, ?, ?, ?, '', 1, 'made by cablenet', '', '', ?)",
            [(name, geometry[name], name, qml(style), moment) for name, style in styles.items()])
        base.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, "
            "last_change, srs_id) VALUES ('layer_styles', 'attributes', 'layer_styles', "
            "'how QGIS draws the layers', ?, 0)", (moment,))
        base.execute("UPDATE gpkg_contents SET last_change = ?", (moment,))
    base.close()
    _stamp_change_counter(path)


def _stamp_change_counter(path: Path) -> None:
    """Set SQLite's count of transactions to one, at both places of the file's header.

    GDAL stamps a layer again when its clock has gone on by a millisecond, so the count depends
    on the machine's pace; it only tells open readers that the file has changed.
    """
    with path.open("r+b") as file:
        for place in (24, 92):
            file.seek(place)
            file.write((1).to_bytes(4, "big"))

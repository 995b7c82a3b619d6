"""`published_layers`: a network as others read it: cut at +-180, plain columns, the key first."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import shapely

from cablenet.errors import InputError
from cablenet.geo import dateline
from cablenet.layers import WGS84
from cablenet.network import Network
from cablenet.schema import TABLES

KINDS = ("Point", "LineString", "Polygon")


def published_layers(net: Network) -> dict[str, gpd.GeoDataFrame]:
    """Every layer of a network: cables, links, and each table of its map that has a shape.

    The first column of a layer is its key. Stations say how many cables land there, cables are one
    multi-line each, and a segment without dates of its own has those of its cable.
    """
    layers = {"cables": published(cables_layer(net))}
    layers |= {name: published(net.layers.tables[name].copy())
               for name, table in TABLES.items() if table.geometry}
    layers["stations"]["cables_landing"] = (
        layers["stations"]["station_id"].map(cables_landing(net)).fillna(0).astype(int))
    layers["segments"] = _dated(layers["segments"], net)
    layers["links"] = published(links_layer(net))
    return layers


Frame = TypeVar("Frame", bound=pd.DataFrame)


def published(frame: Frame) -> Frame:
    """One layer, or a table without shapes, for others: cut at +-180, outer rings counter-clockwise
    (RFC 7946), infinite values null and lists as words, so that every format holds the same."""
    out = frame.reset_index(drop=True).copy()
    shape = ""
    if isinstance(out, gpd.GeoDataFrame):
        shape = out.geometry.name
        shapes = [None if one is None else _cut(one) for one in out.geometry]
        out = out.set_geometry(gpd.GeoSeries(
            shapely.orient_polygons(np.array(shapes, dtype=object)), crs=WGS84))
    for name in out.columns.drop(shape, errors="ignore"):
        values = out[name]
        if pd.api.types.is_float_dtype(values):
            out[name] = values.astype(float).replace([np.inf, -np.inf], np.nan)
        elif values.dtype == object or isinstance(values.dtype, pd.CategoricalDtype):
            words = [_words(value) for value in values]
            out[name] = pd.Series(words, index=out.index, dtype=object)
    return out


def layer_of(table: pd.DataFrame, shapes: Sequence[Any]) -> pd.DataFrame:
    """A table with one shape a row (EPSG:4326), None for a row without; where no row has a shape it
    stays a plain table.

    Raises
    ------
    InputError
        more or fewer shapes than rows
    """
    if len(shapes) != len(table):
        raise InputError(f"{len(shapes)} shapes for {len(table)} rows; give one for each, or None")
    out: pd.DataFrame = table.reset_index(drop=True)
    if not all(shape is None for shape in shapes):
        out = gpd.GeoDataFrame(out, geometry=list(shapes), crs=WGS84)
    return out


def parquet_of(frame: pd.DataFrame) -> bytes:
    """A published layer as Parquet (GeoParquet where it has shapes): equal layers, equal bytes."""
    sink = io.BytesIO()
    frame.to_parquet(sink, index=False)
    return sink.getvalue()


def read_published(path: Path | str) -> pd.DataFrame:
    """A layer that `parquet_of` has written: a GeoDataFrame where it has shapes."""
    shaped = b"geo" in (pq.read_schema(path).metadata or {})
    frame: pd.DataFrame = gpd.read_parquet(path) if shaped else pd.read_parquet(path)
    return frame


def geometry_type(frame: gpd.GeoDataFrame) -> str:
    """The type of a layer's shapes, by which files declare it: multi where any row is."""
    kinds = {str(kind) for kind in frame.geometry.geom_type.dropna()}
    single = sorted({kind.removeprefix("Multi") for kind in kinds} or {"Point"})[0]
    return f"Multi{single}" if any(kind.startswith("Multi") for kind in kinds) else single


def cables_layer(net: Network) -> gpd.GeoDataFrame:
    """One row per cable: its table row and all its sections as one shape."""
    shapes = []
    for cable in range(len(net.cable_id)):
        lines = dateline.cut_all(net.links.geometry[net.links_of_cable(cable)])
        shapes.append(shapely.MultiLineString(
            [part for line in lines for part in shapely.get_parts(line)]))
    frame = pd.DataFrame({"cable_id": net.cable_id, "name": net.cable_name})
    table = net.layers.tables["cables"].drop(columns="name")
    frame = frame.merge(pd.DataFrame(table), on="cable_id", how="left")
    frame["status"] = frame["status"].astype(object).where(frame["status"].notna(), "proposed")
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=WGS84)


def links_layer(net: Network) -> gpd.GeoDataFrame:
    """All links, saying in one word how to draw each."""
    frame = net.to_geo()
    kind = frame["kind"]
    cable = kind.isin(["wet", "land"])
    drawn = np.select([cable & frame["in_service"], cable, kind.str.startswith("mesh")],
                      ["in service", "not in service", "mesh"], "on land")
    return frame.assign(drawn_as=drawn)


def cables_landing(net: Network) -> dict[str, int]:
    """Node id to the number of cables in service that land there."""
    links = net.links
    live = np.flatnonzero((links.cable >= 0) & links.in_service)
    ends = np.unique(np.concatenate([
        np.column_stack([links.a[live], links.cable[live]]),
        np.column_stack([links.b[live], links.cable[live]])]), axis=0)
    count = np.bincount(ends[:, 0], minlength=len(net.nodes))
    return dict(zip(map(str, net.nodes.id), count.tolist(), strict=True))


def _cut(shape: Any) -> Any:
    """A shape cut at +-180; a line that jumps there, as a map may hold it, is unwrapped first."""
    return dateline.cut(dateline.unwrap(shape) if shape.geom_type == "LineString" else shape)


def _dated(segments: gpd.GeoDataFrame, net: Network) -> gpd.GeoDataFrame:
    """Segments with the dates of their cable where they have none of their own."""
    cables = net.layers.tables["cables"].set_index("cable_id")
    for name in ("in_service_from", "in_service_to"):
        own, whole = segments[name], segments["cable_id"].map(cables[name])
        segments[name] = own.where(own.notna(), whole.where(whole.notna(), None))
    return segments


def _words(value: object) -> object:
    """A cell as one plain value: texts and truths as they are, lists as words."""
    if isinstance(value, list | tuple | np.ndarray):
        return ", ".join(map(str, value))
    if value is None or value != value or value is pd.NA:
        return None
    return value if isinstance(value, bool) else str(value)

"""Write tables the same way every time: sorted by key, fixed number formats, '\\n' ends."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

DECIMALS = 4


def number(value: float) -> str:
    """Six significant digits, whole numbers whole, never an exponent."""
    if not np.isfinite(value):
        return ""
    if float(value).is_integer() or abs(value) >= 1e6:
        return f"{value:.0f}"
    return str(np.format_float_positional(value, precision=6, unique=False, fractional=False,
                                          trim="-"))


def cell(value: object) -> str:
    """One CSV cell."""
    if value is None or value is pd.NA:
        return ""
    if isinstance(value, (bool, np.bool_)):
        return "true" if value else "false"
    if isinstance(value, (int, float, np.integer, np.floating)):
        return number(float(value))
    return "" if str(value) in ("nan", "<NA>") else str(value)


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """A plain table, in the order given."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(frame.columns)
        for row in frame.itertuples(index=False):
            writer.writerow([cell(value) for value in row])


def write_geojson(frame: gpd.GeoDataFrame, path: Path) -> None:
    """A layer as GeoJSON, one feature a line, coordinates of `DECIMALS` decimals."""
    names = [name for name in frame.columns if name != "geometry"]
    lines = []
    for row, shape in zip(frame[names].itertuples(index=False), frame.geometry, strict=True):
        properties = {name: _plain(value) for name, value in zip(names, row, strict=True)}
        lines.append(json.dumps(
            {"type": "Feature", "properties": properties, "geometry": _geometry(shape)},
            ensure_ascii=False, separators=(",", ":"), allow_nan=False))
    text = '{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n"
    path.write_text(text, encoding="utf-8", newline="\n")


def _plain(value: object) -> object:
    text = cell(value)
    if text == "":
        return None
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, float, np.integer, np.floating)):
        parsed = float(text)
        return int(parsed) if parsed.is_integer() else parsed
    return text


def _geometry(shape: shapely.Geometry) -> dict[str, object]:
    if shape.geom_type == "Point":
        return {"type": "Point", "coordinates": _round(np.array(shape.coords))[0]}
    if shape.geom_type == "LineString":
        return {"type": "LineString", "coordinates": _round(np.array(shape.coords))}
    if shape.geom_type == "Polygon":
        return {"type": "Polygon", "coordinates": _rings(shape)}
    return {"type": "MultiPolygon", "coordinates": [_rings(part) for part in shape.geoms]}


def _rings(shape: shapely.Polygon) -> list[list[list[float]]]:
    rings = [shape.exterior, *shape.interiors]
    return [_round(np.array(ring.coords)) for ring in rings]


def _round(xy: np.ndarray) -> list[list[float]]:
    return [[float(value) + 0.0 for value in point]
            for point in np.round(xy[:, :2], DECIMALS).tolist()]

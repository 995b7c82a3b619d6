"""Write our layers as GeoPackage, GeoJSON and CSV, Parquet or one JSON; all read back equal.

Coordinates and numbers are written so that they read back to the last bit. Lines that cross the
dateline go on past 180 degrees, as they are kept inside.
"""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from cablenet.errors import InputError, Problem, UnknownNameError
from cablenet.files.atomic import whole_file, whole_folder
from cablenet.layers import Layers
from cablenet.readers.geopackage import META
from cablenet.readers.layer_document import SCHEMA
from cablenet.readers.tables import DESCRIPTION, describe
from cablenet.schema import TABLES, Table

Form = Literal["gpkg", "folder", "parquet", "json"]


def write_layers(layers: Layers, path: Path | str, form: Form | None = None, *,
                 disclose: bool = False) -> Path:
    """Write a map; it appears at `path` whole or not at all.

    Parameters
    ----------
    form
        gpkg, folder, parquet or json (one document); by default told from the path's end (.gpkg,
        .json), else folder
    disclose
        write values of overlays that are not public as well; without it they are an error,
        because a written table no longer says who may see it

    Returns
    -------
    Path
        where it was written
    """
    path = Path(path)
    name = form or {".gpkg": "gpkg", ".json": "json"}.get(path.suffix.lower(), "folder")
    if name not in WRITERS:
        raise UnknownNameError("form of layers", name, WRITERS)
    closed = sorted({f"{o.owner} ({o.tier})" for o in layers.overlays if o.tier != "public"})
    if closed and not disclose:
        raise InputError([Problem(layers.name, owner, "overlay", "is not public",
                                  "write the map without it, or say disclose=True")
                          for owner in closed])
    WRITERS[name](layers, path)
    return path


def layers_document(layers: Layers) -> dict[str, Any]:
    """A map as one JSON value of `cablenet/layers/1`; it reads back equal."""
    tables: dict[str, list[dict[str, Any]]] = {}
    for table in TABLES.values():
        frame = layers[table.name]
        columns = {column.name: _cells(frame, table, column.name) for column in table.columns}
        rows = [dict(zip(columns, cells, strict=True))
                for cells in zip(*columns.values(), strict=True)]
        if table.geometry:
            for row, shape in zip(rows, frame.geometry, strict=True):
                row["geometry"] = {"type": shape.geom_type, "coordinates": _coordinates(shape)}
        if rows:
            tables[table.name] = rows
    about = describe(layers)
    return {"schema": SCHEMA, "name": about["name"], "as_of": about["as_of"], "tables": tables}


def geojson_text(frame: gpd.GeoDataFrame, table: Table) -> str:
    """A table as GeoJSON: one feature a line, properties in the schema's order."""
    columns = {column.name: _cells(frame, table, column.name) for column in table.columns}
    lines = []
    for row, shape in enumerate(frame.geometry):
        feature = {
            "type": "Feature",
            "properties": {name: cells[row] for name, cells in columns.items()},
            "geometry": {"type": shape.geom_type, "coordinates": _coordinates(shape)},
        }
        lines.append(json.dumps(feature, ensure_ascii=False, separators=(",", ":"),
                                allow_nan=False))
    body = ",\n".join(lines)
    return f'{{"type":"FeatureCollection","name":"{table.name}","features":[\n{body}\n]}}\n'


def csv_text(frame: pd.DataFrame, table: Table) -> str:
    """A table without geometry as CSV, numbers with all their digits."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([column.name for column in table.columns])
    cells = [[_spelled(cell) for cell in _cells(frame, table, column.name)]
             for column in table.columns]
    writer.writerows(zip(*cells, strict=True))
    return out.getvalue()


def _write_folder(layers: Layers, path: Path) -> None:
    with whole_folder(path, DESCRIPTION) as folder:
        _write_description(layers, folder)
        for table in TABLES.values():
            frame = layers[table.name]
            if not len(frame):
                continue
            suffix, text = (("geojson", geojson_text(frame, table)) if table.geometry
                            else ("csv", csv_text(frame, table)))
            (folder / f"{table.name}.{suffix}").write_text(text, encoding="utf-8", newline="")


def _write_parquet(layers: Layers, path: Path) -> None:
    with whole_folder(path, DESCRIPTION) as folder:
        _write_description(layers, folder)
        for table in TABLES.values():
            frame = layers[table.name]
            if len(frame):
                frame.to_parquet(folder / f"{table.name}.parquet", index=False,
                                 compression="zstd")


def _write_geopackage(layers: Layers, path: Path) -> None:
    with whole_file(path) as draft:
        for table in TABLES.values():
            frame = layers[table.name]
            if not len(frame):
                continue
            frame = (frame.rename_geometry("geom") if table.geometry
                     else gpd.GeoDataFrame(frame))
            frame.to_file(draft, layer=table.name, driver="GPKG", engine="pyogrio",
                          mode="a" if draft.exists() else "w", promote_to_multi=False)
        meta = describe(layers)
        with sqlite3.connect(draft) as connection:
            connection.execute(f'CREATE TABLE "{META}" (name TEXT, as_of TEXT)')
            connection.execute(f'INSERT INTO "{META}" VALUES (?, ?)',  # noqa: S608 - a constant
                               (meta["name"], meta["as_of"]))
        connection.close()


def _write_document(layers: Layers, path: Path) -> None:
    with whole_file(path) as draft:
        text = json.dumps(layers_document(layers), ensure_ascii=False, separators=(",", ":"),
                          allow_nan=False)
        draft.write_text(text + "\n", encoding="utf-8", newline="")


def _write_description(layers: Layers, folder: Path) -> None:
    text = json.dumps(describe(layers), ensure_ascii=False, indent=1)
    (folder / DESCRIPTION).write_text(text + "\n", encoding="utf-8", newline="")


def _cells(frame: pd.DataFrame, table: Table, name: str) -> list[object]:
    """The cells of a column as plain Python values; None where empty."""
    kind, values = table.by_name[name].kind, frame[name]
    if kind in ("number", "integer"):
        return [None if np.isnan(v) else int(v) if v.is_integer() and 0 < abs(v) < 2**53 else v
                for v in values.to_numpy(float).tolist()]
    if kind == "flag":
        return [None if pd.isna(v) else bool(v) for v in values]
    return [None if missing else str(v)
            for v, missing in zip(values, values.isna(), strict=True)]


def _spelled(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return repr(cell) if isinstance(cell, float) else str(cell)


def _coordinates(shape: Any) -> object:
    if shape.geom_type == "Point":
        return [shape.x, shape.y]
    if shape.geom_type == "LineString":
        return shapely.get_coordinates(shape).tolist()
    if shape.geom_type == "Polygon":
        return [shapely.get_coordinates(ring).tolist()
                for ring in (shape.exterior, *shape.interiors)]
    return [_coordinates(part) for part in shape.geoms]


WRITERS: dict[str, Callable[[Layers, Path], None]] = {
    "gpkg": _write_geopackage,
    "folder": _write_folder,
    "parquet": _write_parquet,
    "json": _write_document,
}

"""Checks of one map against the schema: types, keys, ranges, references, provenance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from cablenet.errors import Problem
from cablenet.schema import TABLES, Column, Table, measured_columns

WGS84 = "EPSG:4326"
SHOWN = 20
TRUE, FALSE = {"true", "1", "1.0", "yes"}, {"false", "0", "0.0", "no"}


def row_keys(frame: pd.DataFrame, table: Table) -> np.ndarray:
    """The key of each row as text, parts joined by '|'."""
    if not len(frame):
        return np.array([], dtype=object)
    parts = [_key_text(frame[column]) for column in table.key]
    keys = parts[0]
    for part in parts[1:]:
        keys = keys + "|" + part
    return keys.to_numpy(object)


def coerce(frame: pd.DataFrame | None, table: Table) -> tuple[pd.DataFrame, list[Problem]]:
    """Bring a frame to the declared columns and types; gather what does not fit.

    Returns the coerced frame (unknown columns dropped, missing optional ones null, sorted by key)
    and the problems found in it.
    """
    problems: list[Problem] = []
    if frame is None or not len(frame):
        return _empty(table), (
            [Problem(table.name, "", "", "is empty or missing", "give at least one row")]
            if table.required else []
        )
    missing = [c.name for c in table.columns if c.required and c.name not in frame.columns]
    problems += [
        Problem(table.name, "", name, "is a required column and missing",
                f"add it: {table.by_name[name].meaning}")
        for name in missing
    ]
    if table.geometry and not isinstance(frame, gpd.GeoDataFrame):
        problems.append(Problem(table.name, "", "geometry", "has no geometry",
                                f"give each row a {table.geometry}"))
    if problems:
        return _empty(table), problems
    frame = frame.reset_index(drop=True)
    data: dict[str, pd.Series] = {}
    for column in table.columns:
        values = frame[column.name] if column.name in frame.columns else None
        data[column.name], found = _coerce_column(values, column, len(frame))
        problems += [_problem(table, data, frame, row, column.name, message, cure)
                     for row, message, cure in found[:SHOWN]]
        if len(found) > SHOWN:
            problems.append(Problem(table.name, "", column.name,
                                    f"and {len(found) - SHOWN} more rows like these", ""))
    out = pd.DataFrame(data)
    if table.geometry:
        assert isinstance(frame, gpd.GeoDataFrame)
        problems += _check_geometry(frame, table, out)
        out = gpd.GeoDataFrame(out, geometry=np.asarray(frame.geometry.array), crs=WGS84)
    keys = row_keys(out, table)
    duplicated = pd.Series(keys).duplicated(keep="first").to_numpy()
    problems += [Problem(table.name, str(key), table.key[0], "appears more than once",
                         "give each row its own id") for key in pd.unique(keys[duplicated])[:SHOWN]]
    return out.sort_values(list(table.key), kind="stable", ignore_index=True), problems


def check_references(tables: Mapping[str, pd.DataFrame]) -> list[Problem]:
    """Every `refers` column points at a row that exists.

    Optional columns are not asked of tables that are empty: the map simply does not say.
    """
    problems: list[Problem] = []
    keys_of = {name: row_keys(tables[name], table) for name, table in TABLES.items()}
    for table in TABLES.values():
        frame, keys = tables[table.name], keys_of[table.name]
        for column in table.columns:
            if not column.refers or not len(frame):
                continue
            targets = column.refers.split("|")
            if not column.required and not any(len(tables[target]) for target in targets):
                continue
            known = {key for target in targets for key in keys_of[target]}
            values = frame[column.name]
            bad = np.flatnonzero(values.notna().to_numpy() & ~values.isin(known).to_numpy())
            cure = f"add it to {' or '.join(targets)} or mend the id"
            problems += [Problem(table.name, str(keys[row]), column.name,
                                 f"'{values.iloc[row]}' is not in {' or '.join(targets)}", cure)
                         for row in bad[:SHOWN]]
            if len(bad) > SHOWN:
                problems.append(Problem(table.name, "", column.name,
                                        f"and {len(bad) - SHOWN} more rows like these", cure))
    return problems


def provenance_of(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The basis ('' if none) of each measured, non-null number, by layer, id and column."""
    rules = tables["provenance"]
    parts: list[pd.DataFrame] = []
    for layer, columns in measured_columns().items():
        frame = tables[layer]
        if not len(frame):
            continue
        keys = row_keys(frame, TABLES[layer])
        own = rules[rules["layer"] == layer]
        for column in columns:
            present = frame[column].notna().to_numpy()
            if not present.any():
                continue
            mine = own[own["column"] == column]
            by_id = dict(zip(mine["id"], mine["basis"], strict=True))
            fallback = by_id.get("*", "")
            parts.append(pd.DataFrame({
                "layer": layer, "id": keys[present], "column": column,
                "basis": [by_id.get(key, fallback) for key in keys[present]],
            }))
    if not parts:
        return pd.DataFrame(columns=["layer", "id", "column", "basis"])
    return pd.concat(parts, ignore_index=True)


def _key_text(values: pd.Series) -> pd.Series:
    if pd.api.types.is_float_dtype(values.dtype):
        return values.map(lambda v: "" if pd.isna(v) else f"{v:.12g}").astype(object)
    return values.astype(object).where(values.notna(), "").map(str)


def _problem(table: Table, data: Mapping[str, pd.Series], frame: pd.DataFrame, row: int,
             column: str, message: str, cure: str) -> Problem:
    parts = [str(frame[key].iloc[row]) for key in table.key if key in frame.columns]
    return Problem(table.name, f"row {row + 1} {'|'.join(parts)}".strip(), column, message, cure)


@cache
def _empty(table: Table) -> pd.DataFrame:
    """One empty frame for all maps: they hand out copies, and change copies only."""
    data = {c.name: _coerce_column(None, c, 0)[0] for c in table.columns}
    frame = pd.DataFrame(data)
    if table.geometry:
        blank: pd.DataFrame = gpd.GeoDataFrame(frame, geometry=[], crs=WGS84)
        return blank
    return frame


Finding = tuple[int, str, str]


def _rows(flags: Any) -> list[int]:
    """The numbers of the rows that are true."""
    return [int(i) for i in np.flatnonzero(flags)]


def _objects(values: Iterable[object]) -> pd.Series:
    """A series that keeps None: `Series.map` would infer text and turn it into NaN, then 'nan'."""
    return pd.Series(list(values), dtype=object)


def _coerce_column(values: pd.Series | None, column: Column,
                   n: int) -> tuple[pd.Series, list[Finding]]:
    if values is None and not column.required:
        if column.kind in ("number", "integer"):
            return pd.Series(np.full(n, np.nan)), []
        return pd.Series([None] * n, dtype="boolean" if column.kind == "flag" else "str"), []
    if column.kind in ("number", "integer"):
        return _coerce_number(values, column, n)
    text = (pd.Series([None] * n, dtype=object) if values is None
            else values.astype(object).where(values.notna(), None))
    text = _objects(None if v is None or str(v).strip() == "" else v for v in text.tolist())
    found: list[Finding] = []
    if column.required:
        found += [(i, "is empty", f"fill in {column.meaning}")
                  for i in _rows(text.isna())]
    if column.kind == "flag":
        return _coerce_flag(text, found)
    if column.kind == "date":
        return _coerce_date(text, found)
    text = _objects(None if v is None else str(v) for v in text.tolist())
    if column.choices:
        found += [(i, f"'{text.iloc[i]}' is not one of {', '.join(column.choices)}",
                   "use one of these words")
                  for i in _rows(text.notna() & ~text.isin(column.choices))]
    return text.astype("str"), found


def _coerce_number(values: pd.Series | None, column: Column,
                   n: int) -> tuple[pd.Series, list[Finding]]:
    if values is None:
        return pd.Series(np.full(n, np.nan)), []
    blank = values.isna() | (values.astype(str).str.strip() == "")
    parsed = pd.to_numeric(values.where(~blank, None), errors="coerce").astype(float)
    array = parsed.to_numpy(float, na_value=np.nan)
    found: list[Finding] = [
        (i, f"'{values.iloc[i]}' is not a number",
         f"give a number in {column.unit or 'plain form'}")
        for i in _rows(np.isnan(array) & ~blank.to_numpy(bool))
    ]
    found += [(i, "is infinite", "give a finite number") for i in _rows(np.isinf(array))]
    low = -np.inf if column.low is None else column.low
    high = np.inf if column.high is None else column.high
    with np.errstate(invalid="ignore"):
        outside = np.isfinite(array) & ((array < low) | (array > high))
    found += [(i, f"{array[i]:g} {column.unit} is outside {low:g} to {high:g}", "check the unit")
              for i in _rows(outside)]
    if column.required:
        found += [(i, "is empty", f"fill in {column.meaning}")
                  for i in _rows(blank.to_numpy(bool))]
    return pd.Series(array), found


def _coerce_flag(text: pd.Series, found: list[Finding]) -> tuple[pd.Series, list[Finding]]:
    def parse(value: object) -> object:
        word = str(value).strip().lower()
        return True if word in TRUE else False if word in FALSE else None

    parsed = _objects(None if v is None else parse(v) for v in text.tolist())
    found += [(i, f"'{text.iloc[i]}' is neither true nor false", "write true or false")
              for i in _rows(text.notna() & parsed.isna())]
    return parsed.astype("boolean"), found


def _coerce_date(text: pd.Series, found: list[Finding]) -> tuple[pd.Series, list[Finding]]:
    def parse(value: object) -> str | None:
        word, rest = str(value)[:10], str(value)[10:11]
        if rest not in ("", "T", " "):
            return None
        try:
            return date.fromisoformat(word).isoformat()
        except ValueError:
            return None

    parsed = _objects(None if v is None else parse(v) for v in text.tolist())
    found += [(i, f"'{text.iloc[i]}' is not a date", "write YYYY-MM-DD")
              for i in _rows(text.notna() & parsed.isna())]
    return parsed.astype("str"), found


def _check_geometry(frame: gpd.GeoDataFrame, table: Table, out: pd.DataFrame) -> list[Problem]:
    keys = row_keys(out, table)
    shapes = np.asarray(frame.geometry.array)
    problems: list[Problem] = []
    if frame.crs is not None and not frame.crs.equals(WGS84, ignore_axis_order=True):
        problems.append(Problem(table.name, "", "geometry", f"is in {frame.crs.name}",
                                "convert it to EPSG:4326 (longitude, latitude in degrees)"))
        return problems

    def tell(rows: np.ndarray, message: str, cure: str) -> None:
        problems.extend(Problem(table.name, str(keys[i]), "geometry", message, cure)
                        for i in _rows(rows)[:SHOWN])

    blank = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    allowed = {"Polygon": ["Polygon", "MultiPolygon"]}.get(
        table.geometry or "", [str(table.geometry)])
    kinds = np.array([None if b else g.geom_type for g, b in zip(shapes, blank, strict=True)])
    tell(blank, "is empty", f"give it a {table.geometry}")
    tell(~blank & ~np.isin(kinds.astype(str), allowed), f"is not a {table.geometry}",
         "split or convert it")
    bounds = shapely.bounds(shapes)  # of a line with one NaN, GEOS gives the box of the rest
    coordinates, owner = shapely.get_coordinates(shapes, return_index=True)
    lost = np.isin(np.arange(len(shapes)), owner[~np.isfinite(coordinates).all(axis=1)])
    with np.errstate(invalid="ignore"):
        finite = np.isfinite(bounds).all(axis=1) & ~lost
        high_lat = finite & ((bounds[:, 1] < -90) | (bounds[:, 3] > 90))
        high_lon = finite & ((bounds[:, 0] < -540) | (bounds[:, 2] > 540))
    tell(~blank & ~finite, "has a coordinate that is not a finite number", "mend the coordinate")
    tell(high_lat, "has a latitude beyond 90 degrees", "give lon, lat in degrees")
    tell(high_lon, "has a longitude far beyond 180 degrees", "give lon, lat in degrees")
    return problems

"""Plain rows of any file become one of our tables; what does not fit is told by file and row."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely

from cablenet.errors import LayersError, Problem, ReadError
from cablenet.layers import WGS84, Layers, layers_from_tables
from cablenet.readers.report import ImportReport, ImportResult, Note
from cablenet.schema import Table

_NUMBER = re.compile(r"^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$")
SHOWN = 20
_WORDS = {str, type(None)}
_NUMBERS = {float, str, type(None)}
"""Columns of these types need no closer look."""
DESCRIPTION = "layers.json"
"""The file of a folder, or the table of a GeoPackage, that names the map and its date."""


def table_frame(table: Table, columns: Mapping[str, Sequence[object]], names: Sequence[str],
                file: str, geometry: Sequence[shapely.Geometry | None] | None = None,
                ) -> pd.DataFrame:
    """A frame of a table's known columns; unknown columns are left out.

    Parameters
    ----------
    columns
        the cells of each column, of equal length
    names
        how to call each row in a message: 'feature 3', 'line 17'
    geometry
        one geometry per row, for a table that has one
    """
    data: dict[str, pd.Series] = {}
    problems: list[Problem] = []
    for column in table.columns:
        if column.name not in columns:
            continue
        is_number = column.kind in ("number", "integer")
        cells = list(columns[column.name])
        if not set(map(type, cells)) <= (_NUMBERS if is_number else _WORDS):
            for at, (name, value) in enumerate(zip(names, cells, strict=True)):
                cells[at], fault = _plain(value, is_number)
                if fault:
                    problems.append(Problem(file, name, column.name, fault, "give a plain value"))
        data[column.name] = pd.Series(cells, dtype=object)
    if problems:
        if len(problems) > SHOWN:
            more = len(problems) - SHOWN
            problems = [*problems[:SHOWN], Problem(file, "", "", f"and {more} more cells", "")]
        raise ReadError(problems)
    frame = pd.DataFrame(data, index=range(len(names)))
    if geometry is None:
        return frame
    shaped: pd.DataFrame = gpd.GeoDataFrame(frame, geometry=list(geometry), crs=WGS84)
    return shaped


def number_or_text(text: str) -> object:
    """The exact number a cell spells, or the cell as it stands."""
    return float(text) if _NUMBER.match(text) else text


def finish(tables: Mapping[str, pd.DataFrame], files: Mapping[str, str], path: Path, *,
           form: str, description: object, notes: Sequence[Note] = ()) -> ImportResult:
    """Check the tables that were read and wrap them; problems name the file of their table."""
    if not tables:
        raise ReadError([Problem(path.name, "", "", "holds no table of a map",
                                 "it needs cables, stations, segments, landings and countries")])
    name, as_of = _described(description, path)
    try:
        layers = layers_from_tables(tables, name=name, as_of=as_of)
    except LayersError as error:
        raise LayersError([
            Problem(files.get(p.layer, f"{path.name}: {p.layer}"), p.row, p.column, p.message,
                    p.cure, p.severity) for p in error.problems]) from None
    counts = {name: len(frame) for name, frame in tables.items()}
    return ImportResult(layers, ImportReport(path.name, form, str(as_of or ""), counts,
                                             tuple(notes)))


def describe(layers: Layers) -> dict[str, str | None]:
    """What the description of a written map says: the form, the name, and the date."""
    return {"form": "cablenet-1", "name": layers.name,
            "as_of": layers.as_of.isoformat() if layers.as_of else None}


def _described(description: object, path: Path) -> tuple[str, date | None]:
    if description is None:
        return path.stem, None
    if not isinstance(description, dict):
        raise ReadError([Problem(f"{path.name}/{DESCRIPTION}", "", "", "is no JSON object",
                                 "give name and as_of, or leave it out")])
    name, day = description.get("name"), description.get("as_of")
    try:
        as_of = date.fromisoformat(day) if isinstance(day, str) and day else None
    except ValueError:
        raise ReadError([Problem(f"{path.name}/{DESCRIPTION}", "", "as_of",
                                 f"'{str(day)[:40]}' is not a date", "write YYYY-MM-DD")]) from None
    return (name if isinstance(name, str) and name else path.stem), as_of


def _plain(value: object, is_number: bool) -> tuple[object, str]:
    """A cell as a plain value, and what is wrong with it."""
    if value is None:
        return None, ""
    if isinstance(value, str):
        return value, ""
    if isinstance(value, bool):
        return value, "is true or false, not a number" if is_number else ""
    if isinstance(value, int):
        try:
            return (float(value) if is_number else value), ""
        except OverflowError:
            return None, "is too large a number"
    if isinstance(value, float):
        return (None if math.isnan(value) else value), ""
    return None, f"is a {type(value).__name__}, not a plain value"

"""Our own layers as one JSON document, `cablenet/layers/1`: a whole map in one file or request."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from cablenet.errors import Problem, ReadError
from cablenet.readers.geojson import Feature
from cablenet.readers.json_text import read_json
from cablenet.readers.report import ImportResult
from cablenet.readers.shapes import feature_shapes
from cablenet.readers.tables import finish, table_frame
from cablenet.schema import TABLES, Table

SCHEMA = "cablenet/layers/1"
KEYS = ("schema", "name", "as_of", "tables")


def read_document(path: Path | str) -> ImportResult:
    """Read a map from a JSON file of this schema."""
    return document_layers(read_json(Path(path)), Path(path))


def document_layers(document: object, path: Path) -> ImportResult:
    """The map in a document.

    Parameters
    ----------
    path
        what to call the document in messages

    Raises
    ------
    ReadError, LayersError
        every problem at once: table, row, column and cure
    """
    tables, problems = _tables(document, path.name)
    frames: dict[str, pd.DataFrame] = {}
    for name, rows in tables.items():
        try:
            frames[name] = _frame(TABLES[name], rows, f"{path.name}: {name}")
        except ReadError as error:
            problems += error.problems
    if problems:
        raise ReadError(problems)
    return finish(frames, {}, path, form="json", description=document)


def _tables(document: object, file: str) -> tuple[dict[str, list[object]], list[Problem]]:
    """The rows of each table, and what is wrong with the document around them."""
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise ReadError([Problem(file, "", "schema", f"is no document of {SCHEMA}",
                                 f'give an object with "schema": "{SCHEMA}" and "tables"')])
    problems = [Problem(file, "", str(key)[:60], "is no part of a map",
                        f"known: {', '.join(KEYS)}") for key in document if key not in KEYS]
    tables = document.get("tables")
    if not isinstance(tables, dict):
        raise ReadError([Problem(file, "", "tables", "is no object of tables",
                                 "name each table with its list of rows")])
    found: dict[str, list[object]] = {}
    for name, rows in tables.items():
        if name not in TABLES or not isinstance(rows, list):
            problems.append(Problem(
                file, "", f"tables/{str(name)[:60]}", "is no list of rows of a known table",
                f"known: {', '.join(TABLES)}"))
        else:
            found[name] = rows
    return found, problems


def _frame(table: Table, rows: list[object], file: str) -> pd.DataFrame:
    """One table; unknown columns are refused, since a document declares its schema."""
    known = {*table.by_name, *(("geometry",) if table.geometry else ())}
    problems: list[Problem] = []
    features: list[Feature] = []
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, dict):
            problems.append(Problem(file, f"row {number}", "", "is no object", "give an object"))
            continue
        problems += [Problem(file, f"row {number}", str(key)[:60], "is no column of this table",
                             f"known: {', '.join(sorted(known))}") for key in row
                     if key not in known]
        features.append(_feature(number, row, file, problems))
    if problems:
        raise ReadError(problems[:20])
    columns = {name: [one.properties.get(name) for one in features] for name in table.by_name
               if any(name in one.properties for one in features)}
    names = [f"row {one.number}" for one in features]
    shapes = feature_shapes(features, table.geometry, file) if table.geometry else None
    return table_frame(table, columns, names, file, shapes)


def _feature(number: int, row: Mapping[str, object], file: str, problems: list[Problem]
             ) -> Feature:
    shape = row.get("geometry")
    if shape is None:
        return Feature(number, row, None, None)
    if not isinstance(shape, dict) or set(shape) != {"type", "coordinates"} or not isinstance(
            shape["type"], str):
        problems.append(Problem(file, f"row {number}", "geometry", "is no GeoJSON geometry",
                                "give type and coordinates"))
        return Feature(number, row, None, None)
    return Feature(number, row, shape["type"], shape["coordinates"])

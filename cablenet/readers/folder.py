"""Read our own layers from a folder: GeoJSON for tables with geometry, CSV for the others."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from cablenet.errors import Problem, ReadError
from cablenet.readers.csv_table import read_csv
from cablenet.readers.geojson import coordinate_fault, read_features
from cablenet.readers.json_text import file_problem, member, read_json
from cablenet.readers.report import ImportResult, Note
from cablenet.readers.shapes import feature_shapes
from cablenet.readers.tables import DESCRIPTION, finish, number_or_text, table_frame
from cablenet.schema import TABLES, Table


def read_folder(path: Path | str) -> ImportResult:
    """Read `<table>.geojson` and `<table>.csv` files; other files of the folder are not opened.

    A table of points may also be a CSV with columns lon and lat. Problems of all files are
    gathered and raised at once.
    """
    path = Path(path)
    if not path.is_dir():
        raise file_problem(path, "is not a folder", "name the folder that holds the tables")
    tables: dict[str, pd.DataFrame] = {}
    files: dict[str, str] = {}
    problems: list[Problem] = []
    for table in TABLES.values():
        try:
            found = [file for suffix in ("geojson", "csv")
                     if (file := member(path, f"{table.name}.{suffix}"))]
        except ReadError as error:
            problems += error.problems
            continue
        if len(found) > 1:
            problems.append(Problem(found[1].name, "", "", f"is there as {found[0].name} too",
                                    "keep one of them"))
        elif found:
            reader: Callable[[Path, Table], pd.DataFrame] = (
                _from_geojson if found[0].suffix == ".geojson" else _from_csv)
            files[table.name] = found[0].name
            try:
                tables[table.name] = reader(found[0], table)
            except ReadError as error:
                problems += error.problems
    if problems:
        raise ReadError(problems)
    about = member(path, DESCRIPTION)
    description = read_json(about) if about else None
    known = {*files.values(), DESCRIPTION}
    notes = [Note("file_ignored", detail=file.name) for file in sorted(path.iterdir())
             if file.suffix in (".geojson", ".csv") and file.name not in known]
    return finish(tables, files, path, form="folder", description=description, notes=notes)


def _from_geojson(path: Path, table: Table) -> pd.DataFrame:
    features = read_features(path)
    names = [feature.name for feature in features]
    columns = {column.name: [feature.properties.get(column.name) for feature in features]
               for column in table.columns
               if any(column.name in feature.properties for feature in features)}
    if not table.geometry:
        return table_frame(table, columns, names, path.name)
    shapes = feature_shapes(features, table.geometry, path.name)
    return table_frame(table, columns, names, path.name, shapes)


def _from_csv(path: Path, table: Table) -> pd.DataFrame:
    header, rows, lines = read_csv(path)
    names = [f"line {line}" for line in lines]
    numbers = {column.name for column in table.columns if column.kind in ("number", "integer")}
    columns: dict[str, list[object]] = {}
    for at, name in enumerate(header):
        cells = [row[at] for row in rows]
        columns[name] = [number_or_text(cell) for cell in cells] if name in numbers else list(cells)
    if not table.geometry:
        return table_frame(table, columns, names, path.name)
    if table.geometry != "Point" or not {"lon", "lat"} <= set(header):
        raise file_problem(path, "has no geometry", f"give {table.name} as .geojson" + (
            ", or add columns lon and lat" if table.geometry == "Point" else ""))
    places = [_place(path, name, *cells) for name, *cells in zip(
        names, columns["lon"], columns["lat"], strict=True)]
    return table_frame(table, columns, names, path.name, places)


def _place(path: Path, row: str, lon: object, lat: object) -> shapely.Point:
    for name, value in (("lon", lon), ("lat", lat)):
        number = number_or_text(str(value))
        if not isinstance(number, float):
            raise file_problem(path, f"'{str(value)[:40]}' is not a number", "give degrees",
                               row=row, column=name)
    place = np.array([[float(str(lon)), float(str(lat))]])
    fault = coordinate_fault(place)
    if fault:
        raise file_problem(path, *fault, row=row, column="lon, lat")
    return shapely.Point(place[0])

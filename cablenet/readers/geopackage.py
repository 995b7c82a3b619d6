"""Read our own layers from a GeoPackage through SQLite alone: no GDAL, no views, no extensions.

The file is opened read-only and immutable, only base tables are read, and geometry goes through
our own WKB parser; so an unknown file can neither name other files nor run SQL of its own.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from urllib.parse import quote

import pandas as pd
import shapely

from cablenet.errors import Problem, ReadError
from cablenet.readers.json_text import file_problem
from cablenet.readers.report import ImportResult
from cablenet.readers.tables import finish, table_frame
from cablenet.readers.wkb import WkbError, read_geopackage_blob
from cablenet.schema import TABLES, Table

MAGIC = b"SQLite format 3\x00"
LIMIT_MB = 512
META = "cablenet_layers"
"""The attribute table that names the map and its date."""
MOST_ROWS = 2_000_000
WGS84_IDS = (4326,)
_ALLOWED = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE}


def read_geopackage(path: Path | str) -> ImportResult:
    """Read the tables of a map from a GeoPackage; layers that are no table of ours are ignored."""
    path = Path(path)
    _check_magic(path)
    tables: dict[str, pd.DataFrame] = {}
    problems: list[Problem] = []
    description: dict[str, object] | None = None
    address = f"file:{quote(str(path.resolve()))}?mode=ro&immutable=1"
    connection = sqlite3.connect(address, uri=True)
    try:
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA cell_size_check = ON")
        connection.set_authorizer(_authorize)
        connection.text_factory = lambda data: data.decode("utf-8")
        base = _base_tables(connection)
        geometry = _geometry_columns(connection, base)
        for table in TABLES.values():
            if table.name not in base:
                continue
            try:
                tables[table.name] = _read_table(connection, path, table, geometry)
            except ReadError as error:
                problems += error.problems
        if META in base:
            row = connection.execute(f'SELECT name, as_of FROM "{META}" LIMIT 1').fetchone()  # noqa: S608  # a name of our own
            description = {"name": row[0], "as_of": row[1]} if row else None
    except sqlite3.Error as error:
        raise file_problem(path, f"is a damaged or unusual GeoPackage ({error})",
                           "write it again, for instance from QGIS") from None
    except UnicodeDecodeError:
        raise file_problem(path, "holds text that is not UTF-8", "write it again") from None
    finally:
        connection.close()
    if problems:
        raise ReadError(problems)
    files = {name: f"{path.name} layer {name}" for name in tables}
    return finish(tables, files, path, form="gpkg", description=description)


def _authorize(action: int, *_: object) -> int:
    return sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY


def _check_magic(path: Path) -> None:
    if not path.is_file():
        raise file_problem(path, "is not a file", "name a GeoPackage")
    if path.stat().st_size > LIMIT_MB * 1e6:
        raise file_problem(path, f"is more than {LIMIT_MB} MB", "leave out what is not needed")
    with path.open("rb") as file:
        head = file.read(100)
    if head[:16] != MAGIC:
        raise file_problem(path, "is no GeoPackage (no SQLite file)", "give a real .gpkg file")
    if head[68:72] not in (b"GPKG", b"GP10", b"GP11"):
        raise file_problem(path, "is a SQLite file, but no GeoPackage", "give a real .gpkg file")


def _base_tables(connection: sqlite3.Connection) -> set[str]:
    """Names of plain tables: no view, no virtual table."""
    rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
    return {name for name, sql in rows
            if isinstance(name, str) and isinstance(sql, str)
            and sql.lstrip()[:13].upper() == "CREATE TABLE "}


def _geometry_columns(connection: sqlite3.Connection, base: set[str]) -> dict[str, tuple[str, int]]:
    """Geometry column and coordinate system of each layer."""
    if "gpkg_geometry_columns" not in base:
        return {}
    rows = connection.execute(
        "SELECT table_name, column_name, srs_id FROM gpkg_geometry_columns LIMIT 1000")
    return {str(table): (str(column), srs if isinstance(srs, int) else -1)
            for table, column, srs in rows}


def _read_table(connection: sqlite3.Connection, path: Path, table: Table,
                geometry: dict[str, tuple[str, int]]) -> pd.DataFrame:
    cursor = connection.execute(f'SELECT * FROM "{table.name}" LIMIT {MOST_ROWS + 1}')  # noqa: S608  # names of our schema
    header = [column[0] for column in cursor.description]
    rows = cursor.fetchall()
    file = f"{path.name} layer {table.name}"
    if len(rows) > MOST_ROWS:
        raise ReadError([Problem(file, "", "", f"has more than {MOST_ROWS:,} rows", "split it")])
    columns = {name: [row[at] for row in rows] for at, name in enumerate(header)}
    names = [f"row {number}" for number in range(1, len(rows) + 1)]
    if not table.geometry:
        return table_frame(table, columns, names, file)
    column, srs = geometry.get(table.name, ("", 4326))
    if column not in columns:
        raise ReadError([Problem(file, "", "geometry", "has no geometry",
                                 f"give each row a {table.geometry}")])
    if srs not in WGS84_IDS:
        raise ReadError([Problem(file, "", "geometry", f"is in coordinate system {srs}",
                                 "convert it to EPSG:4326 (longitude, latitude in degrees)")])
    return table_frame(table, columns, names, file, _shapes(columns[column], names, file))


def _shapes(blobs: list[object], names: list[str], file: str) -> list[shapely.Geometry | None]:
    shapes: list[shapely.Geometry | None] = []
    problems: list[Problem] = []
    for name, blob in zip(names, blobs, strict=True):
        try:
            shapes.append(read_geopackage_blob(blob) if isinstance(blob, bytes) else None)
        except WkbError as fault:
            problems.append(Problem(file, name, "geometry", str(fault), "mend the geometry"))
    if problems:
        raise ReadError(problems[:20])
    return shapes

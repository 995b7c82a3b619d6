"""Read our own layers from a folder of Parquet files (GeoParquet where a table has geometry)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from cablenet.errors import Problem, ReadError
from cablenet.readers.json_text import file_problem, member, nesting_depth, read_json
from cablenet.readers.report import ImportResult
from cablenet.readers.tables import DESCRIPTION, finish, table_frame
from cablenet.readers.wkb import WkbError, read_wkb
from cablenet.schema import TABLES, Table

LIMIT_MB = 256
UNPACKED_MB = 1024
MOST_ROWS = 2_000_000


def read_parquet(path: Path | str) -> ImportResult:
    """Read `<table>.parquet` files; sizes are checked before anything is unpacked."""
    path = Path(path)
    if not path.is_dir():
        raise file_problem(path, "is not a folder", "name the folder that holds the .parquet files")
    tables: dict[str, pd.DataFrame] = {}
    problems: list[Problem] = []
    for table in TABLES.values():
        try:
            file = member(path, f"{table.name}.parquet")
            if file:
                tables[table.name] = _read_table(file, table)
        except ReadError as error:
            problems += error.problems
    if problems:
        raise ReadError(problems)
    about = member(path, DESCRIPTION)
    description = read_json(about) if about else None
    files = {name: f"{name}.parquet" for name in tables}
    return finish(tables, files, path, form="parquet", description=description)


def _read_table(path: Path, table: Table) -> pd.DataFrame:
    if path.stat().st_size > LIMIT_MB * 1e6:
        raise file_problem(path, f"is more than {LIMIT_MB} MB", "leave out what is not needed")
    try:
        with pq.ParquetFile(path, thrift_string_size_limit=10_000_000,
                            thrift_container_size_limit=1_000_000) as file:
            _check_sizes(path, file.metadata)
            column = _geometry_column(path, table, file.metadata.metadata or {})
            wanted = {c.name for c in table.columns} | ({column} if column else set())
            schema = file.schema_arrow
            names = [name for name in schema.names if name in wanted]
            _check_types(path, schema, names, column)
            data = file.read(columns=names)
    except (pa.ArrowException, OSError) as error:
        first = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
        raise file_problem(path, f"is no whole Parquet file ({first})", "write it again") from None
    rows = [f"row {number}" for number in range(1, data.num_rows + 1)]
    columns = {name: data.column(name).to_pylist() for name in names}
    if not column:
        return table_frame(table, columns, rows, path.name)
    return table_frame(table, columns, rows, path.name, _shapes(path, columns[column], rows))


def _check_sizes(path: Path, metadata: Any) -> None:
    if metadata.num_rows > MOST_ROWS:
        raise file_problem(path, f"has {metadata.num_rows:,} rows, more than {MOST_ROWS:,}",
                           "split it")
    unpacked = sum(metadata.row_group(group).total_byte_size
                   for group in range(metadata.num_row_groups))
    if unpacked > UNPACKED_MB * 1e6:
        raise file_problem(path, f"unpacks to {unpacked / 1e6:.0f} MB", "split it")


def _check_types(path: Path, schema: pa.Schema, names: list[str], geometry: str) -> None:
    """Only plain columns: no lists, structs or maps."""
    problems = []
    for name in names:
        kind = schema.field(name).type
        if pa.types.is_dictionary(kind):
            kind = kind.value_type
        if name == geometry:
            good = pa.types.is_binary(kind) or pa.types.is_large_binary(kind)
        else:
            good = any(is_kind(kind) for is_kind in (
                pa.types.is_string, pa.types.is_large_string, pa.types.is_floating,
                pa.types.is_integer, pa.types.is_boolean, pa.types.is_null))
        if not good:
            problems.append(Problem(path.name, "", name, f"is of type {kind}",
                                    "give text, numbers or true/false; geometry as WKB"))
    if problems:
        raise ReadError(problems)


def _geometry_column(path: Path, table: Table, metadata: dict[bytes, bytes]) -> str:
    """The geometry column that the GeoParquet metadata names, in WGS84; '' for a plain table."""
    if not table.geometry:
        return ""
    text = metadata.get(b"geo")
    if text is None:
        raise file_problem(path, "has no geometry (no GeoParquet metadata)",
                           f"give each row a {table.geometry} as GeoParquet")
    try:
        if nesting_depth(text) > 64:
            raise ValueError("nested too deep")
        geo = json.loads(text)
        name = geo["primary_column"]
        column = geo["columns"][name]
        encoding, crs = column["encoding"], column.get("crs", {})
    except (ValueError, KeyError, TypeError, AttributeError):
        raise file_problem(path, "has GeoParquet metadata that cannot be read",
                           "write it again") from None
    if not isinstance(name, str) or encoding != "WKB":
        raise file_problem(path, f"has geometry encoded as {str(encoding)[:40]}",
                           "encode it as WKB")
    code = crs.get("id", {}) if isinstance(crs, dict) else {}
    known = {("EPSG", 4326), ("OGC", "CRS84")}
    told = (code.get("authority"), code.get("code")) if isinstance(code, dict) else None
    if crs and told not in known:
        title = crs.get("name", "") if isinstance(crs, dict) else crs
        raise file_problem(path, f"is in coordinate system {str(title)[:60]}",
                           "convert it to EPSG:4326 (longitude, latitude in degrees)",
                           column=name)
    return name


def _shapes(path: Path, values: list[object], rows: list[str]) -> list[shapely.Geometry | None]:
    shapes: list[shapely.Geometry | None] = []
    problems: list[Problem] = []
    for name, value in zip(rows, values, strict=True):
        try:
            shapes.append(read_wkb(value) if isinstance(value, bytes) else None)
        except WkbError as fault:
            problems.append(Problem(path.name, name, "geometry", str(fault), "mend the geometry"))
    if problems:
        raise ReadError(problems[:20])
    return shapes

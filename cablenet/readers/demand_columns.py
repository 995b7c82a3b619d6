"""The columns of a demand matrix as they stand in a CSV or Parquet file, nothing understood yet."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from cablenet.errors import Problem, ReadError
from cablenet.readers.csv_table import read_csv
from cablenet.readers.json_text import file_problem

NEEDED = ("from", "to", "tbps")
KNOWN = (*NEEDED, "class", "year", "source", "confidence", "note")
MOST_ROWS = 1_000_000
LIMIT_MB = 64.0
INDEX = "__index_level_"
"""Columns in which pandas keeps row labels."""


def read_columns(path: Path) -> tuple[dict[str, Sequence[object]], list[str]]:
    """The cells of each column, and how to call each row in a message.

    Raises
    ------
    ReadError
        for a file that cannot be read, misses a column or has one too many, or holds no row
    """
    parquet = path.suffix.lower() in (".parquet", ".pq")
    columns, names = _read_parquet(path) if parquet else _read_csv(path)
    if not names:
        raise file_problem(path, "holds no demand", "give at least one row below the header")
    return columns, names


def _read_csv(path: Path) -> tuple[dict[str, Sequence[object]], list[str]]:
    header, rows, lines = read_csv(path, LIMIT_MB)
    _check_columns(path, header)
    return ({name: [row[i] for row in rows] for i, name in enumerate(header)},
            [f"line {line}" for line in lines])


def _read_parquet(path: Path) -> tuple[dict[str, Sequence[object]], list[str]]:
    if not path.is_file():
        raise file_problem(path, "does not exist", "check the path")
    if path.stat().st_size > LIMIT_MB * 1e6:
        raise file_problem(path, f"is more than {LIMIT_MB:.0f} MB", "leave out what is not needed")
    try:
        with pq.ParquetFile(path, thrift_string_size_limit=10_000_000,
                            thrift_container_size_limit=1_000_000) as file:
            if file.metadata.num_rows > MOST_ROWS:
                raise file_problem(path, f"has {file.metadata.num_rows:,} rows, more than "
                                         f"{MOST_ROWS:,}", "split it")
            schema = file.schema_arrow
            columns = [name for name in schema.names if not name.startswith(INDEX)]
            _check_columns(path, columns)
            wrong = [Problem(path.name, "", name, f"is of type {schema.field(name).type}",
                             "give text or numbers") for name in columns
                     if not _is_plain(schema.field(name).type)]
            if wrong:
                raise ReadError(wrong)
            data = file.read(columns=columns)
    except (pa.ArrowException, OSError) as error:
        first = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
        raise file_problem(path, f"is no whole Parquet file ({first})", "write it again") from None
    return ({name: data.column(name).to_pylist() for name in columns},
            [f"row {number}" for number in range(1, data.num_rows + 1)])


def _is_plain(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return any(is_kind(kind) for is_kind in (
        pa.types.is_string, pa.types.is_large_string, pa.types.is_floating, pa.types.is_integer,
        pa.types.is_null))


def _check_columns(path: Path, names: list[str]) -> None:
    problems = [Problem(path.name, "", name, "is a required column and missing",
                        f"name the columns {', '.join(NEEDED)} in the first line")
                for name in NEEDED if name not in names]
    problems += [Problem(path.name, "", name[:40], "is no column of a demand matrix",
                         f"leave it out; known: {', '.join(KNOWN)}")
                 for name in names if name not in KNOWN]
    if problems:
        raise ReadError(problems[:20])

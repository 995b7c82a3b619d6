"""A part as bytes: a Parquet file whose footer carries the tally; same part, same bytes."""

from __future__ import annotations

import base64
import functools
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from cablenet.sweeps.job import Part, Tally

TALLY_KEY = "cablenet.tally"
"""Footer entry: the arrays as a base64 npz, for Parquet wants text there."""


def table_bytes(table: pa.Table, footer: Mapping[str, str] | None = None) -> bytes:
    """A table as Parquet with every write option fixed, so that the bytes never vary."""
    out = io.BytesIO()
    table = table.replace_schema_metadata(None)
    with pq.ParquetWriter(out, table.schema, version="2.6", compression="zstd",
                          compression_level=3, data_page_version="1.0", use_dictionary=True,
                          write_statistics=True) as writer:
        writer.write_table(table, row_group_size=1 << 20)
        if footer:
            writer.add_key_value_metadata(dict(footer))
    return out.getvalue()


def part_bytes(part: Part) -> bytes:
    """A part as it lies on disk.

    Raises
    ------
    TypeError
        when the tally holds Python objects
    """
    arrays: dict[str, Any] = {name: np.asarray(part.tally[name], order="C")
                              for name in sorted(part.tally)}
    for name, array in arrays.items():
        if array.dtype.hasobject:
            raise TypeError(f"tally '{name}' holds Python objects; only plain arrays may travel")
    # npz stamps its entries with 1980, not with the clock
    packed = io.BytesIO()
    np.savez_compressed(packed, **arrays)
    return table_bytes(part.rows, {TALLY_KEY: base64.b64encode(packed.getvalue()).decode()})


def written_by(data: bytes) -> str:
    """The library and version that wrote these bytes."""
    return str(pq.read_metadata(pa.BufferReader(data)).created_by)


def count_rows(data: bytes) -> int:
    """Rows of a part."""
    return int(pq.read_metadata(pa.BufferReader(data)).num_rows)


@functools.cache
def writer_here() -> str:
    """The library and version that writes on this machine."""
    return written_by(table_bytes(pa.table({})))


def read_tally(part: Path | bytes) -> Tally:
    """The tally in a part's footer."""
    source = pa.BufferReader(part) if isinstance(part, bytes) else part
    footer = pq.read_metadata(source).metadata or {}
    packed = io.BytesIO(base64.b64decode(footer[TALLY_KEY.encode()]))
    with np.load(packed, allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}


def read_schema(path: Path) -> pa.Schema:
    """The columns of a part."""
    return pq.read_schema(path).remove_metadata()

"""Readers: one file per format; `registry` names them all."""

from __future__ import annotations

from cablenet.readers.health import HealthReport, check_layers
from cablenet.readers.registry import (
    READERS,
    find_format,
    find_reader,
    import_map,
    read_layers,
)
from cablenet.readers.report import ImportReport, ImportResult, Note

__all__ = [
    "READERS",
    "HealthReport",
    "ImportReport",
    "ImportResult",
    "Note",
    "check_layers",
    "find_format",
    "find_reader",
    "import_map",
    "read_layers",
]

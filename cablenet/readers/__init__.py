"""Readers: one file per format, one line per format in `READERS`."""

from __future__ import annotations

from collections.abc import Callable

from cablenet.readers.report import ImportReport, ImportResult, Note
from cablenet.readers.telegeography_v2 import read_telegeography_v2
from cablenet.readers.telegeography_v3 import read_telegeography_v3

READERS: dict[str, Callable[..., ImportResult]] = {
    "telegeography-v3": read_telegeography_v3,
    "telegeography-v2": read_telegeography_v2,
}

"""`Found`: what a process has found: an answer as plain JSON, and layers to draw it with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Layers = Mapping[str, Any]
"""Name to frame: GeoDataFrames, or tables without shapes; the first column is the key. The first
layer is the one that a format with room for one layer takes."""


def _nothing() -> Layers:
    return {}


@dataclass(frozen=True, eq=False)
class Found:
    """An answer, and a function that draws its layers: they cost time, and not all callers ask."""

    answer: dict[str, Any]
    draw: Callable[[], Layers] = _nothing

"""Rows of a sweep live in `cablenet.metrics.rows`, which plans use too; this is their old name."""

from __future__ import annotations

from cablenet.metrics.rows import Rows, dead_units, rows_of

__all__ = ["Rows", "dead_units", "rows_of"]

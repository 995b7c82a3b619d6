"""Collect where each number comes from: rows of the provenance table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import pandas as pd
from read_facts import BASIS_OF

COLUMNS = ["layer", "id", "column", "basis", "low", "high", "range_kind", "sources", "note"]


@dataclass
class Ledger:
    """Provenance rows gathered while tables are built."""

    rows: list[dict[str, object]] = field(default_factory=list)

    def add(self, layer: str, row_id: str, column: str, basis: str, low: float, high: float,
            *, kind: str = "factor", sources: str = "", note: str = "") -> None:
        """One number (or, with id '*', a column): basis, range, sources and how it was found."""
        self.rows.append({"layer": layer, "id": row_id, "column": column, "basis": basis,
                          "low": low, "high": high, "range_kind": kind,
                          "sources": sources, "note": note})

    def add_columns(self, layer: str, columns: Iterable[str], basis: str, low: float, high: float,
                    note: str, sources: str = "") -> None:
        """Whole columns of one table at once."""
        for column in columns:
            self.add(layer, "*", column, basis, low, high, sources=sources, note=note)

    def frame(self, more: pd.DataFrame | None = None) -> pd.DataFrame:
        """All rows, with rows from elsewhere appended; a row given twice keeps the last."""
        parts = [pd.DataFrame(self.rows, columns=COLUMNS)]
        if more is not None and len(more):
            parts.insert(0, more[COLUMNS])
        frame = pd.concat(parts, ignore_index=True)
        return frame.drop_duplicates(["layer", "id", "column"], keep="last")


RANGE_OF = {"sourced": (0.95, 1.05), "mixed": (0.8, 1.25), "derived": (0.7, 1.4),
            "memory": (0.7, 1.4), "assumption": (0.5, 2.0), "none": (0.25, 4.0)}
"""Assumed range factors by the confidence word of a fact."""


def of_confidence(confidence: str) -> tuple[str, float, float, str]:
    """Basis, range and note of a fact's confidence word."""
    word = confidence.strip() or "none"
    low, high = RANGE_OF[word]
    note = {"memory": "from memory, not verified", "mixed": "partly sourced, partly from memory",
            "assumption": "assumed", "none": "no source", "derived": "derived from other facts",
            "sourced": ""}[word]
    return BASIS_OF[word], low, high, note

"""The report: one self-contained page from a study's findings, tables and map."""

from __future__ import annotations

from cablenet.report.content import (
    Curve,
    Finding,
    Gantt,
    Heading,
    KeyFigure,
    ReportContent,
    Section,
    Table,
    Words,
)

__all__ = [
    "Curve",
    "Finding",
    "Gantt",
    "Heading",
    "KeyFigure",
    "ReportContent",
    "Section",
    "Table",
    "Words",
]

"""The report: one self-contained page from a study's findings, tables and map."""

from __future__ import annotations

from cablenet.report.content import (
    Bars,
    Curve,
    Finding,
    Gantt,
    Heading,
    KeyFigure,
    Picture,
    ReportContent,
    Section,
    Table,
    Words,
)
from cablenet.report.page import report_html, write_report

__all__ = [
    "Bars",
    "Curve",
    "Finding",
    "Gantt",
    "Heading",
    "KeyFigure",
    "Picture",
    "ReportContent",
    "Section",
    "Table",
    "Words",
    "report_html",
    "write_report",
]

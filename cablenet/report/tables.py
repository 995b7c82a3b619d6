"""A frame as a sortable HTML table whose rows have addresses."""

from __future__ import annotations

import html
import math
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from cablenet.report import headings
from cablenet.report.content import Heading, Table

FILTER_FROM = 25
"""Tables longer than this get a box to filter their rows."""
WIDE_FROM = 36
"""Columns with longer words than this are kept wide enough to read."""


def table_html(table: Table) -> str:
    """The table with its caption, its button to show all rows and, where long, a filter."""
    frame = table.frame
    columns = [_Column(frame, name, headings.heading_of(str(name), table.headings),
                       headings.is_share(str(name), table.headings)) for name in frame.columns]
    head = "".join(column.head() for column in columns)
    ids = row_ids(table)
    body = "\n".join(_row(columns, i, ids[i], hidden=i >= table.shown) for i in range(len(frame)))
    caption = f"<p>{html.escape(table.caption)}</p>" if table.caption else ""
    tools = _tools(table)
    empty = "" if len(frame) else '<p class="empty">Nothing to list.</p>'
    title = html.escape(table.title)
    return (f'<div class="block" id="{html.escape(table.key)}"><h3>{title}</h3>{caption}{tools}'
            f'<div class="scroll" tabindex="0" role="region" aria-label="{title}"><table>'
            f'<caption class="hide">{title}</caption><thead><tr>{head}</tr></thead>'
            f"<tbody>\n{body}\n</tbody></table></div>{empty}{_more(table)}</div>")


def row_ids(table: Table) -> list[str]:
    """The address of each row: `key--name`, numbered where names repeat."""
    if table.id_column:
        names = [str(value) for value in table.frame[table.id_column]]
    else:
        names = [str(i + 1) for i in range(len(table.frame))]
    seen: dict[str, int] = {}
    ids = []
    for name in names:
        base = f"{table.key}--{slug(name)}"
        seen[base] = seen.get(base, 0) + 1
        ids.append(base if seen[base] == 1 else f"{base}-{seen[base]}")
    return ids


def rows_named(table: Table, names: Sequence[str]) -> list[str]:
    """The addresses of the rows with these names, in the order asked for."""
    known: dict[str, list[str]] = {}
    if table.id_column:
        for value, address in zip(table.frame[table.id_column], row_ids(table), strict=True):
            known.setdefault(str(value), []).append(address)
    return [address for name in names for address in known.get(str(name), [])]


def slug(text: str) -> str:
    """Letters and digits joined by single hyphens, lower case."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "row"


class _Column:
    """One column ready to be written: its words, cells and sort keys."""

    def __init__(self, frame: pd.DataFrame, name: Any, heading: Heading, share: bool) -> None:
        values = frame[name]
        self.heading = heading
        self.numeric = headings.is_numeric(values)
        if not self.numeric:
            self.cells = [headings.plain_text(value) for value in values]
            self.keys: list[str] = []
            self.wide = max(map(len, self.cells), default=0) > WIDE_FROM
            return
        numbers = values.to_numpy(float, na_value=np.nan) * (100.0 if share else 1.0)
        digits = heading.decimals
        if digits is None:
            digits = 0 if name in ("year", "rank") else headings.digits_for(numbers)
        plain = "year" in str(name) and digits == 0
        self.cells = [headings.number_text(value, digits) for value in numbers]
        if plain and not str(name).endswith("per_year"):
            self.cells = [cell.replace(",", "") for cell in self.cells]
        self.keys = [f"{value:.9g}" if math.isfinite(value) else "" for value in numbers]
        top = np.nanmax(np.abs(numbers)) if np.isfinite(numbers).any() else 0.0
        self.shares = 100.0 * np.abs(np.nan_to_num(numbers)) / top if top > 0 else numbers * 0

    def head(self) -> str:
        h = self.heading
        unit = f' <span class="unit">{html.escape(h.unit)}</span>' if h.unit else ""
        tip = f' title="{html.escape(h.meaning)}"' if h.meaning else ""
        kind = ' class="n"' if self.numeric else ""
        return (f'<th scope="col"{kind}{tip}><button type="button">{html.escape(h.label)}{unit}'
                "</button></th>")

    def cell(self, row: int) -> str:
        text = html.escape(self.cells[row])
        if not self.numeric:
            return f'<td class="w">{text}</td>' if self.wide else f"<td>{text}</td>"
        bar = ""
        if self.heading.bar and self.shares[row] > 0:
            bar = (f'<svg class="bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden='
                   f'"true"><rect width="{self.shares[row]:.1f}" height="1"/></svg>')
        return f'<td class="n" data-v="{self.keys[row]}">{bar}{text}</td>'


def _row(columns: Sequence[_Column], row: int, address: str, *, hidden: bool) -> str:
    more = ' class="more"' if hidden else ""
    cells = "".join(column.cell(row) for column in columns)
    return f'<tr id="{address}"{more}>{cells}</tr>'


def _tools(table: Table) -> str:
    if len(table.frame) < FILTER_FROM:
        return ""
    return (f'<label class="filter">Filter <input type="search" autocomplete="off" aria-label='
            f'"Filter {html.escape(table.title)}"></label>')


def _more(table: Table) -> str:
    if len(table.frame) <= table.shown:
        return ""
    return (f'<button type="button" class="all" aria-expanded="false">Show all '
            f"{len(table.frame):,} rows</button>")

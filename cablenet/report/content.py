"""What a report says: plain frames, sentences and numbers, put together by a study.

A report is a list of sections; a section holds blocks (tables, charts, side-by-side figures, plain
words). Findings stand at the top, and each points at the rows it was read from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from cablenet.maps.payload import MapPayload

Tone = Literal["bad", "warn", "good", "plain"]
BarKind = Literal["sail", "wait_permit", "wait_ship", "work", "test", "other"]
GANTT_COLUMNS = ("lane", "label", "from_day", "to_day", "kind")


@dataclass(frozen=True)
class Heading:
    """How one column reads: its words, unit and meaning.

    Parameters
    ----------
    label
        the words in the heading; empty: made from the column's name
    unit
        empty: read from the column's name (`_tbps`, `_km`, `_musd`, ...), where `_share` means
        shares of one, shown as per cent; a unit given here says what the values already are
    meaning
        what a reader sees when pointing at the heading
    decimals
        digits after the point; None: as many as the column needs
    bar
        draw a bar behind the number, scaled to the column's largest
    """

    label: str = ""
    unit: str = ""
    meaning: str = ""
    decimals: int | None = None
    bar: bool = False


@dataclass(frozen=True, eq=False)
class Table:
    """A sortable table of one frame.

    Parameters
    ----------
    key
        unique in the report; the table's address is `#key`
    id_column
        the column whose values name the rows; a row's address is `#key--value`
    shown
        rows on show at first; the others open with a button (all are printed)
    """

    key: str
    title: str
    frame: pd.DataFrame
    caption: str = ""
    id_column: str = ""
    headings: Mapping[str, Heading] = field(default_factory=dict)
    shown: int = 12


@dataclass(frozen=True, eq=False)
class Gantt:
    """Who does what when: one lane per ship, bars in days after the event.

    `bars` has the columns lane, label, from_day, to_day and kind (sail, wait_permit, wait_ship,
    work, test or other).
    """

    key: str
    title: str
    bars: pd.DataFrame
    caption: str = ""


@dataclass(frozen=True, eq=False)
class Curve:
    """One or more lines over a common axis; `stepped` holds each value until the next.

    `lines` has a column per line, its index is the horizontal axis.
    """

    key: str
    title: str
    lines: pd.DataFrame
    x_label: str
    y_label: str
    caption: str = ""
    stepped: bool = True


@dataclass(frozen=True, eq=False)
class Bars:
    """Counts side by side: a group of bars per row of `counts`, a colour per column."""

    key: str
    title: str
    counts: pd.DataFrame
    x_label: str
    y_label: str
    caption: str = ""


@dataclass(frozen=True, eq=False)
class Picture:
    """A PNG that goes into the page whole; `alt` says in words what it shows."""

    key: str
    title: str
    png: bytes
    alt: str
    caption: str = ""


@dataclass(frozen=True)
class Words:
    """A paragraph, or several separated by blank lines; `**strong**` is all the markup there is."""

    text: str


Block = Table | Gantt | Curve | Bars | Picture | Words


@dataclass(frozen=True)
class Section:
    """A chapter: a title, a short introduction and its blocks in order."""

    key: str
    title: str
    intro: str = ""
    blocks: Sequence[Block] = ()


@dataclass(frozen=True)
class Finding:
    """One headline in plain words, with the table and the rows that prove it.

    `table` is the key of a `Table`; `rows` are values of its id column, none means all of it.
    `scenario` is a name from the map's scenarios, which the reader may then see on the map.
    """

    text: str
    table: str
    rows: Sequence[str] = ()
    tone: Tone = "plain"
    detail: str = ""
    scenario: str = ""


@dataclass(frozen=True)
class KeyFigure:
    """One large number at the top of the page."""

    value: str
    label: str
    tone: Tone = "plain"


@dataclass(frozen=True, eq=False)
class ReportContent:
    """All that one report says.

    Parameters
    ----------
    title, subtitle
        what was studied, and for whom
    about
        what this is and how to read it, a few plain sentences
    as_of
        the day the map was asked about (YYYY-MM-DD)
    findings
        headlines, most important first
    figures
        a handful of large numbers
    map
        what `cablenet.maps.payload.map_payload(net, scores)` returned; None: no map
    sections
        the chapters in order
    fingerprints
        name -> SHA-256 of each input
    provenance
        name -> words: study file, version, seed, limits, ...
    credits
        licence credits, one a line
    """

    title: str
    about: str
    as_of: str
    version: str
    findings: Sequence[Finding]
    sections: Sequence[Section]
    map: MapPayload | None = None
    subtitle: str = ""
    figures: Sequence[KeyFigure] = ()
    fingerprints: Mapping[str, str] = field(default_factory=dict)
    provenance: Mapping[str, str] = field(default_factory=dict)
    credits: Sequence[str] = ()

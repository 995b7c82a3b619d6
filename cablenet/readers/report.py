"""`ImportReport`: what an import found, changed and could not place, row by row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from cablenet.layers import Layers

Severity = Literal["info", "warning", "error"]

MEANINGS: Mapping[str, str] = {
    "end_moved_to_landing": "a line end near a landing was moved onto it",
    "split_at_landing": "a line was split where a landing lies on it",
    "line_drawn_on_to_landing": "a loose line end was drawn on to a landing off the line",
    "connector_added": "a landing off the line was joined by an added piece (kind wet)",
    "gap_closed": "a loose line end was drawn on to another part of its cable",
    "dateline_paired": "two line ends were joined across the 180th meridian",
    "dateline_unpaired": "a line ends at the 180th meridian and nothing goes on",
    "loose_end": "a line ends in the sea with no landing named there",
    "cable_in_parts": "the cable is still in several parts",
    "cable_without_geometry": "the cable has no line: it is kept, without segments",
    "cable_without_details": "the line names a cable without a record: kept, landings inferred",
    "landing_inferred": "a landing was inferred from a point that lies on the line",
    "landing_without_position": "a landing names a point without coordinates: not in the network",
    "landing_placed_at_loose_end": "a point without coordinates was put at the only loose end",
    "landing_repeated": "a cable names the same landing twice",
    "unbuilt_part": "a part drawn as not yet built",
    "country_unknown": "a country name that no table knows: coded ZZ",
    "point_undecided": "a landing point marked as still to be decided",
    "point_unused": "a landing point that no cable lands at",
    "several_positions": "one landing point has several positions: the first is taken",
    "length_unreadable": "a length that is no number of km: left empty",
    "date_unreadable": "a ready-for-service date that is no date: left empty",
    "line_dropped": "a line with fewer than two different vertices",
    "span_without_route": "a span without a route: drawn as a straight line between its nodes",
    "route_off_node": "a route that ends far from the node it leads to: kept as it is told",
    "span_left_out": "a span that cannot be placed, or is out of service among others that are not",
    "node_left_out": "a node without a position, or that no span leads to",
    "place_renamed": "one id stands for several places in several networks: renamed",
    "file_ignored": "a file of the folder that is no table of a map: not opened",
}


@dataclass(frozen=True)
class Note:
    """One row of the report: `km` is the distance that was bridged, where there is one."""

    kind: str
    cable_id: str = ""
    station_id: str = ""
    lon: float = float("nan")
    lat: float = float("nan")
    km: float = float("nan")
    detail: str = ""
    severity: Severity = "info"


@dataclass(frozen=True)
class ImportReport:
    """What an import did: the counts, and one note for every repair and every loss."""

    source: str
    format: str
    version: str
    counts: Mapping[str, int]
    notes: tuple[Note, ...] = field(default=(), repr=False)

    def to_frame(self) -> pd.DataFrame:
        """The notes as a table: kind, severity, cable_id, station_id, lon, lat, km, detail."""
        columns = ["kind", "severity", "cable_id", "station_id", "lon", "lat", "km", "detail"]
        rows = [[getattr(note, column) for column in columns] for note in self.notes]
        frame = pd.DataFrame(rows, columns=columns)
        return frame.astype(dict.fromkeys(("lon", "lat", "km"), float))

    def of_kind(self, kind: str) -> tuple[Note, ...]:
        """The notes of one kind."""
        return tuple(note for note in self.notes if note.kind == kind)

    def summary(self) -> str:
        """A few lines to read: the counts, then how often each kind of note occurs."""
        version = f", {self.version}" if self.version else ""
        lines = [f"{self.source} ({self.format}{version})"]
        lines += [f"  {count:>6,} {name.replace('_', ' ')}" for name, count in self.counts.items()]
        kinds = Counter((note.severity, note.kind) for note in self.notes)
        order = {"error": 0, "warning": 1, "info": 2}
        for (severity, kind), count in sorted(
                kinds.items(), key=lambda item: (order[item[0][0]], -item[1], item[0][1])):
            lines.append(f"  {count:>6,} {severity}: {MEANINGS.get(kind, kind)}")
        return "\n".join(lines)


@dataclass(frozen=True)
class ImportResult:
    """A map that was read, and the report of how."""

    layers: Layers
    report: ImportReport

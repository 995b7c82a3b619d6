"""`check_layers`: the health of a map, every problem at once, and how its numbers are known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cablenet.errors import InputError, Problem
from cablenet.geo.geodesic import line_lengths_km
from cablenet.layer_checks import provenance_of
from cablenet.layers import Layers
from cablenet.readers.registry import read_layers
from cablenet.schema import BASES

LENGTH_RATIO = (0.8, 1.25)
"""Drawn over published length outside this is worth a look."""
SHOWN = 100


@dataclass(frozen=True, eq=False)
class HealthReport:
    """What is wrong or doubtful in a map, and the share of its numbers by how they are known.

    `known` has one row per table and column: numbers, sourced, estimated, assumed, unknown
    (counts of non-null cells) and missing (null cells).
    """

    name: str
    problems: tuple[Problem, ...] = field(repr=False)
    counts: Mapping[str, int]
    known: pd.DataFrame = field(repr=False)

    @property
    def errors(self) -> tuple[Problem, ...]:
        """What must be mended before the map can be used."""
        return tuple(p for p in self.problems if p.severity == "error")

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What can be used, but is doubtful."""
        return tuple(p for p in self.problems if p.severity == "warning")

    @property
    def is_usable(self) -> bool:
        """True when there are no errors."""
        return not self.errors

    def to_frame(self) -> pd.DataFrame:
        """The problems as a table."""
        columns = ["severity", "layer", "row", "column", "message", "cure"]
        return pd.DataFrame([[getattr(p, c) for c in columns] for p in self.problems],
                            columns=columns)

    def to_json(self) -> dict[str, Any]:
        """Plain values: name, usable, counts, errors, warnings, and the basis of the numbers."""
        def rows(problems: tuple[Problem, ...]) -> list[dict[str, str]]:
            return [{"layer": p.layer, "row": p.row, "column": p.column, "message": p.message,
                     "cure": p.cure} for p in problems]

        total = self.known[["numbers", *BASES, "unknown", "missing"]].sum()
        return {"name": self.name, "usable": self.is_usable, "counts": dict(self.counts),
                "errors": rows(self.errors), "warnings": rows(self.warnings),
                "numbers": {key: int(value) for key, value in total.items()},
                "known": self.known.to_dict("records")}

    def summary(self) -> str:
        """A text to read: counts, shares of sourced, estimated and assumed, then every problem."""
        lines = [self.name]
        lines += [f"  {count:>7,} {name}" for name, count in self.counts.items() if count]
        if len(self.known):
            total = self.known[["numbers", *BASES, "unknown", "missing"]].sum()
            lines.append(f"  {int(total['numbers']):>7,} measured numbers: " + ", ".join(
                f"{total[basis] / max(1, total['numbers']):.0%} {basis}"
                for basis in (*BASES, "unknown")) + f"; {int(total['missing']):,} missing")
        lines.append(f"{len(self.errors)} errors, {len(self.warnings)} warnings")
        lines += [f"  {p.severity}: {p}" for p in self.problems]
        return "\n".join(lines)


def check_layers(source: Layers | Path | str, format: str | None = None) -> HealthReport:
    """Check a map, given as layers or as a path; a map that cannot be read is a report as well.

    Returns
    -------
    HealthReport
        errors (the map cannot be used), warnings (isolated stations, cables without segments,
        lengths that do not fit, capacities that are missing), and the basis of its numbers
    """
    if not isinstance(source, Layers):
        path = Path(source)
        try:
            source = read_layers(path, format)
        except InputError as error:
            problems = error.problems or (Problem(path.name, "", "", str(error), ""),)
            return HealthReport(path.name, problems, {}, _known_columns())
    layers = source
    found = [*_unused(layers), *_lengths(layers), *_capacities(layers), *_gateways(layers)]
    known = _known(layers)
    found += [
        Problem(layer, "", column, f"{unknown} numbers have no provenance",
                "add a row to provenance: sourced, estimated or assumed, with a range", "warning")
        for layer, column, unknown in zip(
            map(str, known["layer"]), map(str, known["column"]), known["unknown"], strict=True)
        if unknown
    ]
    counts = {name: len(frame) for name, frame in layers.tables.items()}
    return HealthReport(layers.name, tuple(found), counts, known)


def _unused(layers: Layers) -> list[Problem]:
    """Stations that no cable reaches, cables without segments or landings, units on no segment."""
    segments, landings = layers.segments, layers.landings
    ends = {*segments["from_id"], *segments["to_id"]}
    found = _tell("stations", [s for s in layers.stations["station_id"] if s not in ends],
                  "no segment ends here", "add its segments, or remove the station")
    found += _tell("branching_units", [u for u in layers.branching_units["bu_id"] if u not in ends],
                   "no segment ends here", "remove it, or add its segments")
    cables = layers.cables["cable_id"]
    drawn, landed = set(segments["cable_id"]), set(landings["cable_id"])
    found += _tell("cables", [c for c in cables if c not in drawn], "has no segments",
                   "draw its route: without one it carries nothing")
    found += _tell("cables", [c for c in cables if c not in landed], "has no landings",
                   "say where it lands")
    touched = {(cable, end) for column in ("from_id", "to_id")
               for cable, end in zip(segments["cable_id"], segments[column], strict=True)}
    found += _tell("landings", [
        f"{cable}|{station}"
        for cable, station in zip(landings["cable_id"], landings["station_id"], strict=True)
        if cable in drawn and (cable, station) not in touched
    ], "no segment of the cable ends at the station", "join it to the cable")
    short = line_lengths_km(segments.geometry.to_numpy()) < 1e-3
    found += _tell("segments", list(segments["segment_id"][short]), "is shorter than a metre",
                   "merge its two ends if they are one place")
    return found


def _lengths(layers: Layers) -> list[Problem]:
    segments, cables = layers.segments, layers.cables
    drawn = pd.Series(line_lengths_km(segments.geometry.to_numpy())).groupby(
        segments["cable_id"].to_numpy()).sum()
    ratio = (cables["cable_id"].map(drawn) / cables["length_km"]).replace(np.inf, np.nan)
    low, high = LENGTH_RATIO
    return [
        Problem("cables", str(cable), "length_km",
                f"drawn length is {value:.2f} of the published {length:,.0f} km",
                "check the route and the figure", "warning")
        for cable, value, length in zip(cables["cable_id"], ratio, cables["length_km"], strict=True)
        if np.isfinite(value) and not low <= value <= high
    ]


def _capacities(layers: Layers) -> list[Problem]:
    """One line per capacity column: how many cables have neither a figure nor segments with one."""
    found: list[Problem] = []
    segments, cables = layers.segments, layers.cables
    for column in ("design_capacity_tbps", "lit_capacity_tbps"):
        on_segments = set(segments["cable_id"][segments[column].notna()])
        lacking = cables["cable_id"][cables[column].isna() & ~cables["cable_id"].isin(on_segments)]
        if len(lacking):
            found.append(Problem(
                "cables", "", column, f"{len(lacking)} of {len(cables)} cables have none",
                "flow scores will ask for a capacity rule", "warning"))
    return found


def _gateways(layers: Layers) -> list[Problem]:
    if not len(layers.gateways):
        return []
    served = set(layers.gateways["country"])
    landed = sorted(set(layers.stations["country"]) - served)
    return _tell("countries", landed, "has landings but no gateway",
                 "add a gateway: its traffic enters nowhere")


def _tell(layer: str, rows: list[str], message: str, cure: str) -> list[Problem]:
    found = [Problem(layer, str(row), "", message, cure, "warning") for row in rows[:SHOWN]]
    if len(rows) > SHOWN:
        found.append(Problem(layer, "", "", f"and {len(rows) - SHOWN} more: {message}", cure,
                             "warning"))
    return found


def _known_columns() -> pd.DataFrame:
    return pd.DataFrame(columns=["layer", "column", "numbers", *BASES, "unknown", "missing"])


def _known(layers: Layers) -> pd.DataFrame:
    """Counts of each measured column's numbers by basis."""
    bases = provenance_of(layers.tables)
    rows = []
    for (layer, column), group in bases.groupby(["layer", "column"], sort=False):
        counts = group["basis"].value_counts()
        rows.append([layer, column, len(group), *(int(counts.get(b, 0)) for b in BASES),
                     int(counts.get("", 0)), len(layers[str(layer)]) - len(group)])
    return pd.DataFrame(rows, columns=_known_columns().columns)

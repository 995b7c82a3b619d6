"""`HazardTables`: the numbers, boxes and catalogues that a fault model is made from, checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from cablenet.errors import InputError, Problem, UnknownNameError

Level = Literal["value", "low", "high"]

COLUMNS: dict[str, tuple[str, ...]] = {
    "numbers": ("name", "value", "low", "high"),
    "cause_depth": ("cause", "shallow", "middle", "deep"),
    "regions": ("name", "west", "south", "east", "north", "deeper_than_m", "factor"),
    "earthquakes": ("lon", "lat", "depth_km", "magnitude"),
    "cyclone_basins": ("name", "rate_per_year", "west", "south", "east", "north", "heading_deg",
                       "spread_deg", "length_km"),
    "repair_durations": ("quantile", "hours"),
}
"""The columns that each table must have; all but names and causes are numbers."""
_TEXT = ("name", "cause")


@dataclass(frozen=True, eq=False)
class HazardTables:
    """One frame per table of `COLUMNS`; `number(name)` asks one of the single numbers."""

    frames: Mapping[str, pd.DataFrame]
    level: Level = "value"

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in self.frames:
            raise UnknownNameError("hazard table", name, self.frames)
        return self.frames[name].copy(deep=False)

    def number(self, name: str) -> float:
        """A number at the level asked for; where it has no range, its value."""
        table = self.frames["numbers"]
        row = table[table["name"] == name]
        if not len(row):
            raise UnknownNameError("hazard number", name, table["name"])
        value = float(row[self.level].iloc[0])
        return value if np.isfinite(value) else float(row["value"].iloc[0])

    def replaced(self, **frames: pd.DataFrame) -> HazardTables:
        """The same tables with some of them replaced, checked."""
        return hazard_tables({**self.frames, **frames}, self.level)


def hazard_tables(frames: Mapping[str, pd.DataFrame], level: Level = "value") -> HazardTables:
    """Check and hold a set of hazard tables; every problem is raised at once."""
    problems = [Problem(name, "", "", "is missing", "give this table")
                for name in COLUMNS if name not in frames]
    checked = {}
    for name in COLUMNS:
        if name in frames:
            checked[name], found = check_columns(frames[name], name, COLUMNS[name])
            problems += found
    if problems:
        raise InputError(problems)
    return HazardTables(checked, level)


def read_hazard_tables(folder: Path, level: Level = "value") -> HazardTables:
    """The tables of a folder, one CSV file each."""
    missing = [name for name in COLUMNS if not (folder / f"{name}.csv").is_file()]
    if missing:
        raise InputError([Problem(f"{name}.csv", "", "", f"is not in {folder.name}",
                                  "name a folder that holds all hazard tables")
                          for name in missing])
    return hazard_tables({name: pd.read_csv(folder / f"{name}.csv") for name in COLUMNS}, level)


def check_columns(frame: pd.DataFrame, name: str,
                  columns: tuple[str, ...]) -> tuple[pd.DataFrame, list[Problem]]:
    """The frame with its number columns as floats, and what is wrong with it."""
    problems = [Problem(name, "", column, "is missing", f"columns: {', '.join(columns)}")
                for column in columns if column not in frame.columns]
    if problems:
        return frame, problems
    out = frame.copy()
    for column in columns:
        if column in _TEXT:
            continue
        values = pd.to_numeric(frame[column], errors="coerce")
        open_ended = name == "numbers" and column in ("low", "high")
        bad = values.isna() & (frame[column].notna() if open_ended else True)
        problems += [Problem(name, str(row), column, f"'{frame[column].loc[row]}' is no number",
                             "give a number") for row in frame.index[bad][:5]]
        out[column] = values.astype(float)
    return out, problems

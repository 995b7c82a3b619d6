"""The mapping of someone else's property names to ours: from pairs, a dict or a TOML file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cablenet.errors import InputError, Problem
from cablenet.readers.json_text import file_problem, read_text

LINE_COLUMNS = ("cable_id", "name", "status", "in_service_from", "in_service_to", "length_km",
                "design_capacity_tbps", "owners", "notes", "landings")
POINT_COLUMNS = ("station_id", "name", "country", "lon", "lat")
_TABLES = {"lines": "lines", "cables": "lines", "points": "points", "stations": "points"}


@dataclass(frozen=True)
class ColumnMap:
    """Our column -> their property, for lines (cables) and for points (stations)."""

    lines: Mapping[str, str] = field(default_factory=dict)
    points: Mapping[str, str] = field(default_factory=dict)


def column_map(given: ColumnMap | Mapping[str, object] | Sequence[str] | str | Path | None,
               ) -> ColumnMap:
    """A mapping in any of its spellings.

    Parameters
    ----------
    given
        pairs 'ours=theirs' (for one kind: 'lines.name=cable_name', 'points.name=town'); a dict of
        the same, or with dicts `lines` and `points`; the path of a TOML file of that form; None

    Raises
    ------
    InputError
        for a column that we do not have
    """
    if given is None:
        return ColumnMap()
    if isinstance(given, ColumnMap):
        return given
    if isinstance(given, (str, Path)):
        return column_map([str(given)]) if "=" in str(given) else column_map(_toml(Path(given)))
    if not isinstance(given, Mapping):
        given = dict(_pair(text) for text in given)
    lines: dict[str, str] = {}
    points: dict[str, str] = {}
    problems: list[Problem] = []
    for key, value in _flat(given):
        table, _, column = key.rpartition(".")
        kind = _TABLES.get(table, "" if table else "both")
        fits = False
        for name, known, into in (("lines", LINE_COLUMNS, lines),
                                  ("points", POINT_COLUMNS, points)):
            if kind in (name, "both") and column in known and isinstance(value, str):
                into[column] = value
                fits = True
        if not fits:
            problems.append(Problem("column map", key, "", "maps nothing of ours", (
                f"lines have {', '.join(LINE_COLUMNS)}; points have {', '.join(POINT_COLUMNS)}")))
    if problems:
        raise InputError(problems)
    return ColumnMap(lines, points)


def _flat(given: Mapping[str, object]) -> list[tuple[str, object]]:
    flat: list[tuple[str, object]] = []
    for key, value in given.items():
        if isinstance(value, Mapping):
            flat += [(f"{key}.{inner}", text) for inner, text in value.items()]
        else:
            flat.append((key, value))
    return flat


def _pair(text: str) -> tuple[str, str]:
    ours, equals, theirs = text.partition("=")
    if not equals or not ours.strip() or not theirs.strip():
        raise InputError([Problem("column map", text, "", "is no pair", "write ours=theirs")])
    return ours.strip(), theirs.strip()


def _toml(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(read_text(path, limit_mb=1))
    except tomllib.TOMLDecodeError as error:
        raise file_problem(path, f"is not TOML: {error}", "write ours = 'theirs'") from None

"""The tables of Solar Superstorms (Jyothi, SIGCOMM 2021), from the paper's own inputs."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cablenet.errors import Problem, ReadError
from cablenet.hazards.solar import cable_chance
from cablenet.hazards.solar_shares import cut_off_chance
from cablenet.validation.check import Check, Status, skipped

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
POINTS_FILE = "submarine-landingPts.txt"
SOURCE = ("Jyothi, Solar Superstorms, SIGCOMM 2021: its model on its inputs; expected values "
          "worked out beforehand, apart from this code")
CABLES, POINTS = 441, 1241
SPACINGS_KM = (50.0, 100.0, 150.0)
CHANCES = {"p1": (1.0, 1.0, 1.0), "s1": (1.0, 0.1, 0.01), "s2": (0.1, 0.01, 0.001)}
"""Probability that a repeater fails: landing at 60 degrees or more, at 40 to 60, and below."""
THEIRS = {
    ("p1", "cables"): (94.104, 87.528, 81.406), ("p1", "points"): (87.107, 82.514, 78.324),
    ("s1", "cables"): (43.657, 33.290, 27.608), ("s1", "points"): (40.253, 29.880, 24.530),
    ("s2", "cables"): (17.735, 12.703, 9.924), ("s2", "points"): (15.738, 11.423, 8.962),
}
"""Per cent of cables failed and of landing points cut off, at each of `SPACINGS_KM`."""


@dataclass(frozen=True, eq=False)
class CableList:
    """The paper's inputs: C cables, P landing points, and which cable lands where.

    `length_km` is NaN where the list says n.a.; `cable` and `point` (K,) are the landings.
    """

    length_km: Floats
    highest_lat_deg: Floats
    cable: Ints
    point: Ints
    points: int


def check_solar(data: Path | None) -> list[Check]:
    """Every figure of the tables, equal to three decimals; the counts, exactly."""
    folder = find_inputs(data)
    if folder is None:
        return [skipped("solar-superstorms", SOURCE,
                        "no inputs of Solar Superstorms here; name their folder with --data")]
    cables = read_inputs(folder)
    out = [_same("solar-cables-with-length", int(np.isfinite(cables.length_km).sum()), CABLES),
           _same("solar-landing-points", cables.points, POINTS)]
    for level, chances in CHANCES.items():
        for nth, spacing_km in enumerate(SPACINGS_KM):
            ours = failed_percent(cables, spacing_km, chances)
            out += [_same(f"solar-{level}-{spacing_km:g}km-{what}", value,
                          THEIRS[level, what][nth])
                    for what, value in zip(("cables", "points"), ours, strict=True)]
    return out


def failed_percent(cables: CableList, spacing_km: float,
                   chances: tuple[float, float, float]) -> tuple[float, float]:
    """Expected per cent of cables of known length that fail, and of landing points cut off.

    A cable of unknown length has no share in the first figure and never fails in the second.
    """
    failing = cable_chance(cables.length_km, cables.highest_lat_deg, spacing_km, chances)
    cut_off = cut_off_chance(failing, cables.cable, cables.point, cables.points)
    return float(100 * np.nanmean(failing)), float(100 * np.nan_to_num(cut_off).mean())


def find_inputs(data: Path | None) -> Path | None:
    """The folder of the paper's inputs: the one given, or one directly inside it."""
    if data is None:
        return None
    folders = [data, *sorted(path for path in data.iterdir() if path.is_dir())]
    return next((path for path in folders
                 if (path / POINTS_FILE).is_file() and (path / "cable").is_dir()), None)


def read_inputs(folder: Path) -> CableList:
    """Read one file a cable (`all.json` is an index) and the list of landing points.

    Raises
    ------
    ReadError
        naming every file that is not what it should be
    """
    number, problems = _read_points(folder / POINTS_FILE)
    lengths: list[float] = []
    lats: list[float] = []
    landings: list[tuple[int, int]] = []
    for path in sorted((folder / "cable").glob("*.json")):
        if path.name == "all.json":
            continue
        try:
            record = json.loads(path.read_text("utf-8"))
            length, places = _length_km(record["length"]), _places(record)
            here = [(len(lengths), number[key]) for key in places]
            lat = max(places.values())
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            problems.append(Problem(
                f"cable/{path.name}", "", "", f"is not a cable of this list ({error!r})",
                "needs a length, and landing_points with latlon whose ids are in " + POINTS_FILE))
            continue
        lengths.append(length)
        lats.append(lat)
        landings += here
    if not lengths and not problems:
        problems.append(Problem("cable", "", "", "holds no cable", "one JSON file a cable"))
    if problems:
        raise ReadError(problems)
    cable, point = np.array(landings, np.int64).reshape(-1, 2).T
    return CableList(np.array(lengths), np.array(lats), cable, point, len(number))


def _read_points(path: Path) -> tuple[dict[int, int], list[Problem]]:
    """Landing point ids to their numbers, and the lines that have none."""
    number: dict[int, int] = {}
    problems = []
    for nth, line in enumerate(path.read_text("utf-8", errors="replace").splitlines(), start=1):
        first = line.split(maxsplit=1)[:1]
        if first and first[0].isdecimal():
            number.setdefault(int(first[0]), len(number))
        elif first:
            problems.append(Problem(path.name, f"line {nth}", "", "does not begin with an id",
                                    "each line is: id latitude longitude name"))
    return number, problems


def _length_km(text: Any) -> float:
    """'1,300 km' as a number; NaN for 'n.a.'."""
    if text is None or text == "n.a.":
        return float("nan")
    if not (isinstance(text, str) and re.fullmatch(r"[0-9][0-9,]*(\.[0-9]+)? km", text)):
        raise ValueError(f"length {text!r} is neither 'n.a.' nor like '1,300 km'")
    return float(text.removesuffix(" km").replace(",", ""))


def _places(record: Any) -> dict[int, float]:
    """Ids of a cable's landing points to their |latitude|."""
    found = {int(point["landing_point_id"]): abs(float(point["latlon"].split(",")[0]))
             for point in record["landing_points"]}
    if not all(lat <= 90 for lat in found.values()):
        raise ValueError("a latitude is not within 90 degrees")
    return found


def _same(id: str, ours: float, theirs: float) -> Check:
    """Passes when both are equal to three decimals."""
    status: Status = "pass" if round(ours, 3) == theirs else "miss"
    return Check(id, round(ours, 3), theirs, "equal to three decimals", SOURCE, status)

"""How long each stage of a repair takes: declared figures with their range, basis and source.

A repair takes locate + max(mobilise + transit + loading, permit) + work x weather + test; waiting
for a ship is what the schedule finds, not an input. A stage is a distribution: its quantile
function runs straight from low through typical to high, so typical is the median and low and high
are its ends.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

HOURS_PER_DAY = 24
KM_PER_NM = 1.852
SHALLOW_M = 200.0


def between(low: float, typical: float, high: float, quantile: float) -> float:
    """The quantile function that runs straight from low (0) through typical (0.5) to high (1)."""
    if quantile <= 0.5:
        return low + 2.0 * quantile * (typical - low)
    return typical + (2.0 * quantile - 1.0) * (high - typical)


def whole_hours(days: float) -> int:
    """Days as whole hours, rounded up."""
    return math.ceil(days * HOURS_PER_DAY - 1e-9)


@dataclass(frozen=True)
class Stage:
    """Days (or another unit) of one stage, low to high."""

    low: float
    typical: float
    high: float
    unit: str
    basis: str
    sources: tuple[str, ...]

    @property
    def hours(self) -> int:
        """The typical length in whole hours, rounded up."""
        return whole_hours(self.typical)

    def at(self, quantile: float) -> float:
        """The length that this share of cases does not exceed, in the stage's unit."""
        return between(self.low, self.typical, self.high, quantile)


LOCATE = Stage(0.1, 0.5, 2.0, "days", "sourced", ("KISORCA",))
"""Detect and locate by OTDR and DC tests from the stations."""
MOBILISE = Stage(1.0, 3.0, 7.0, "days", "sourced", ("OSO", "HPRUK"))
"""Call-out, crew and loading of spares, where the ship's contract says nothing shorter."""
WORK_SHALLOW = Stage(4.0, 7.0, 12.0, "days", "sourced", ("YBWJSY", "RAWLEUK"))
"""On site in less than 200 m of water, burial included."""
WORK_DEEP = Stage(4.0, 8.0, 20.0, "days", "sourced", ("MATANGI", "KISORCA"))
"""On site in deeper water; also taken where the depth is unknown (assumed)."""
SLIDE_SHALLOW = Stage(4.0, 9.5, 12.0, "days", "assumed", ("YBWJSY", "RAWLEUK"))
"""The same where the sea bed moved (earthquake, slope failure, cyclone): cable is buried or carried
off over kilometres. Assumed: halfway between the typical and the longest of the sourced range."""
SLIDE_DEEP = Stage(4.0, 14.0, 20.0, "days", "assumed", ("MATANGI", "KISORCA"))
"""The same in deeper water, by the same rule."""
LOADING = Stage(0.5, 1.5, 4.0, "days", "assumed", ("SAIX20",))
"""A call at a depot away from the base. Assumed; 156 km of cable and its repeaters took several
days to load at 5 km an hour: 31 hours for the cable alone. At the base it is in mobilising."""
RESTOCK = Stage(90.0, 180.0, 365.0, "days", "assumed", ())
"""Assumed: from the order of spare cable to its arrival at the depot."""
SPARE_SHARE = Stage(0.01, 0.02, 0.03, "share of a cable's length", "estimated", ("MEM",))
"""Spare cable that lies ready, by type 1 to 3 % of the length of a system: from memory."""
LEAST_REPAIRS = 2
"""Assumed: no cable has fewer spares than so many plain repairs at its deepest place take."""
TEST = Stage(0.3, 1.0, 2.0, "days", "sourced", ("TUOI14",))
"""Handover and test; assumed: the ship may leave when its work ends."""
SPEED = Stage(10.0, 11.5, 14.5, "kn", "sourced", ("KIZUNA", "MAREXSG", "GCAPTON", "MYBB23"))
"""Transit speed of a ship whose own is unknown."""
DAY_RATE_USD = Stage(4e4, 6e4, 1e5, "USD per day", "estimated", ("NEWBLOOM", "MEM"))
"""A ship-day where the map gives no rate: 40,000 was paid off Matsu, the rest is remembered."""
OUT_OF_CONTRACT = Stage(2.0, 5.0, 14.0, "days", "assumed", ())
"""Assumed: chartering a ship outside the cable's maintenance agreement delays its sailing."""
DOCK = Stage(10.0, 14.0, 28.0, "days", "assumed", ())
"""Assumed: how long a ship lies in dock."""
DOCK_EVERY_YEARS = 2.5
"""SOLAS 1974 (chapter I, regulation 10): a cargo ship's bottom is inspected twice in five years."""
LAND_WORK = Stage(1.0, 3.0, 10.0, "days", "assumed", ())
"""Assumed: a fault on a land leg, mended by a crew on the road; no ship and no permit."""
STATION_WORK = Stage(2.0, 7.0, 30.0, "days", "assumed", ())
"""Assumed: what a station's loss takes with it on land, mended by crews on the spot."""
DEFAULT_PERMIT = Stage(2.0, 10.0, 30.0, "days", "assumed", ("MEM",))
"""Assumed: a permit where the map has no permit table at all."""
DETOUR = Stage(1.0, 1.2, 2.0, "factor", "assumed", ())
"""Assumed: a ship sails 1.2 times the great circle where no sea router is given."""
SLIDES = frozenset({"earthquake", "slope failure", "turbidity current", "volcanic eruption",
                    "cyclone", "submarine landslide"})
"""Causes that move the sea bed, in words of events; underscores count as blanks."""
UNKNOWN_DEPTH_M = 3000.0
SPARE_SHALLOW_KM, SPARE_PER_DEPTH, SPARE_SLIDE_KM = 1.0, 2.5, 20.0
"""Assumed: a repair takes a kilometre of new cable and 2.5 times the depth, since both ends are
brought up and the bight is laid back; 20 km more where the sea bed moved (Tonga 2022 lost 55)."""


def is_slide(cause: str) -> bool:
    """Whether the sea bed moved."""
    return cause.replace("_", " ") in SLIDES


def work_stage(depth_m: float, cause: str = "") -> Stage:
    """The work at a fault of this cause in this depth (NaN: unknown, taken as deep)."""
    shallow = abs(depth_m) < SHALLOW_M
    if is_slide(cause):
        return SLIDE_SHALLOW if shallow else SLIDE_DEEP
    return WORK_SHALLOW if shallow else WORK_DEEP


def spare_km(depth_m: float, cause: str = "") -> float:
    """New cable that a repair takes (NaN depth: taken as 3,000 m)."""
    depth = UNKNOWN_DEPTH_M if math.isnan(depth_m) else abs(depth_m)
    return (SPARE_SHALLOW_KM + SPARE_PER_DEPTH * depth / 1000.0
            + (SPARE_SLIDE_KM if is_slide(cause) else 0.0))


def transit_hours(distance_km: float, speed_kn: float) -> int:
    """Whole hours at sea, rounded up."""
    return math.ceil(distance_km / KM_PER_NM / speed_kn - 1e-9)

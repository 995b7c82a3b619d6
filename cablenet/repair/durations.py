"""How long each stage of a repair takes: declared figures with their range, basis and source.

A repair takes locate + max(mobilise + transit, permit) + work + test; waiting for a ship is what
the schedule finds, not an input. Weather is not in the model yet: work is taken at its calm length.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

HOURS_PER_DAY = 24
KM_PER_NM = 1.852
SHALLOW_M = 200.0


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
        return math.ceil(self.typical * HOURS_PER_DAY - 1e-9)


LOCATE = Stage(0.1, 0.5, 2.0, "days", "sourced", ("KISORCA",))
"""Detect and locate by OTDR and DC tests from the stations."""
MOBILISE = Stage(1.0, 3.0, 7.0, "days", "sourced", ("OSO", "HPRUK"))
"""Call-out, crew and loading of spares, where the ship's contract says nothing shorter."""
WORK_SHALLOW = Stage(4.0, 7.0, 12.0, "days", "sourced", ("YBWJSY", "RAWLEUK"))
"""On site in less than 200 m of water, burial included."""
WORK_DEEP = Stage(4.0, 8.0, 20.0, "days", "sourced", ("MATANGI", "KISORCA"))
"""On site in deeper water; also taken where the depth is unknown (assumed)."""
TEST = Stage(0.3, 1.0, 2.0, "days", "sourced", ("TUOI14",))
"""Handover and test; assumed: the ship may leave when its work ends."""
SPEED = Stage(10.0, 11.5, 14.5, "kn", "sourced", ("KIZUNA", "MAREXSG", "GCAPTON", "MYBB23"))
"""Transit speed of a ship whose own is unknown."""
OUT_OF_CONTRACT = Stage(2.0, 5.0, 14.0, "days", "assumed", ())
"""Assumed: chartering a ship outside the cable's maintenance agreement delays its sailing."""
LAND_WORK = Stage(1.0, 3.0, 10.0, "days", "assumed", ())
"""Assumed: a fault on a land leg, mended by a crew on the road; no ship and no permit."""
STATION_WORK = Stage(2.0, 7.0, 30.0, "days", "assumed", ())
"""Assumed: what a station's loss takes with it on land, mended by crews on the spot."""
DEFAULT_PERMIT = Stage(2.0, 10.0, 30.0, "days", "assumed", ("MEM",))
"""Assumed: a permit where the map has no permit table at all."""
DETOUR = Stage(1.0, 1.2, 2.0, "factor", "assumed", ())
"""Assumed: a ship sails 1.2 times the great circle where no sea router is given."""


def work_stage(depth_m: float) -> Stage:
    """The work at a fault in this depth (NaN: unknown, taken as deep)."""
    return WORK_SHALLOW if abs(depth_m) < SHALLOW_M else WORK_DEEP


def transit_hours(distance_km: float, speed_kn: float) -> int:
    """Whole hours at sea, rounded up."""
    return math.ceil(distance_km / KM_PER_NM / speed_kn - 1e-9)

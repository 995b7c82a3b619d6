"""What a repair plan had to assume, in words."""

from __future__ import annotations

import math
from collections.abc import Collection

import pandas as pd

from cablenet.network import Network
from cablenet.repair.case import RepairCase
from cablenet.repair.durations import LAND_WORK
from cablenet.repair.rules import RepairRules

NAMED = 12
"""So many countries are named in a note; more are counted."""


def plan_notes(net: Network, case: RepairCase, schedule: pd.DataFrame, horizon_days: float,
               rules: RepairRules) -> tuple[str, ...]:
    """One sentence for each thing that a reader must know."""
    deep = sum(math.isnan(job.depth_m) and not job.on_land for job in case.every)
    on_land = sum(job.on_land for job in case.every)
    outside = len(schedule) - int(schedule["in_contract"].sum())
    late = int((schedule["done_day"] > horizon_days).sum())
    unknown = sum(not held.depots for held in case.spares)
    slowed = sorted({job.season for job in case.jobs if job.season})
    said = {
        "ships are taken to lie at their bases": True,
        _durations(rules): True,
        "weather is taken as calm: no month is given": rules.month is None,
        f"work is slower in the {' and the '.join(slowed)} (assumed)": bool(slowed),
        "distances at sea are assumed: 1.2 x the great circle": case.legs.assumed,
        f"{deep} faults are of unknown depth, taken as deep": deep > 0,
        "the map has no permits: 10 days are assumed everywhere":
            not len(net.layers.tables["permits"]),
        f"{on_land} faults on land legs need no ship: mended in {LAND_WORK.typical:g} days "
        "(assumed)": on_land > 0,
        f"{outside} repairs by ships outside the cable's maintenance agreement: 5 days to charter "
        "are assumed": outside > 0,
        f"of {unknown} faults the map does not say where spares lie: taken to be aboard":
            unknown > 0,
        f"fast permits: {_countries(rules.fast_lane)}": bool(rules.fast_lane),
        "agreements are ignored: every ship serves every cable": rules.pooled,
        f"{late} repairs are done only after the horizon of {horizon_days:g} days": late > 0,
    }
    return (*(text for text, holds in said.items() if holds), *case.ashore.values())


def _durations(rules: RepairRules) -> str:
    if rules.draw is not None:
        return f"permits, work and tests are drawn from their ranges with seed {rules.draw}"
    if rules.quantile == 0.5:
        return "permits, work and tests take their typical time"
    return (f"permits, work and tests take what {rules.quantile:.0%} of cases do not exceed, all "
            "at once")


def _countries(codes: Collection[str]) -> str:
    """Some countries by their codes, many by their number."""
    return ", ".join(sorted(codes)) if len(codes) <= NAMED else f"of {len(codes)} countries"

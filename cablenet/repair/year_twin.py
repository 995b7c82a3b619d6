"""`simulate_years`: years of faults, ships, permits and weather; the repair time as an outcome.

Faults come from the fault model, with their places. Each has its own luck for locating, work, test
and permits, drawn from the seed and not from the policy: two policies face the same years (common
random numbers). The queue is `queue_kernel.serve`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cablenet.errors import InputError, PlanError
from cablenet.hazards.model import FaultModel
from cablenet.hazards.timeline import HOURS_A_YEAR
from cablenet.network import Network, frozen
from cablenet.repair.durations import (
    DOCK,
    DOCK_EVERY_YEARS,
    LOCATE,
    TEST,
    Stage,
    work_stage,
)
from cablenet.repair.fleet import Ship, fleet_of, under_rules
from cablenet.repair.permits import claimants_of, permits_of
from cablenet.repair.queue_kernel import QueueCase, Served, serve
from cablenet.repair.rules import RepairRules
from cablenet.repair.twin_result import YearTwin
from cablenet.repair.twin_stock import HELD, SpareStock
from cablenet.repair.twin_world import TwinWorld, speeds_km_h, twin_world
from cablenet.repair.weather import SEASONS

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
BLOCK_YEARS = 100
WARM_UP_YEARS = 2
"""Years that only fill the queue: assumed; outages last days to months."""
CALL_AHEAD_H = 7 * 24.0
"""Assumed: a ship is called a week before the last permit is expected, about as long as it takes to
mobilise and sail; until then it may mend something else."""
MONTH_H = HOURS_A_YEAR / 12
LITTLE_TOLERANCE = 1e-6
Tell = Callable[[str, int, int], None]


def simulate_years(
    net: Network,
    model: FaultModel,
    *,
    years: int = 100,
    seed: int = 1,
    rules: RepairRules | None = None,
    ships: Sequence[Ship] | None = None,
    mutual_aid: bool = False,
    dock_days: float = DOCK.typical,
    stock: SpareStock = HELD,
    world: TwinWorld | None = None,
    progress: Tell | None = None,
) -> YearTwin:
    """Simulate years of faults and repairs; two years before them only fill the queue.

    A fault at sea is located, waits for a ship and for its permits (the clock runs from the fault
    or once it is located; a permit tied to a ship is taken to be asked for at once), is worked on,
    longer in hard seasons, and tested. Who comes first when ships are short is the rule of
    `queue_kernel`: the larger lit capacity, then the longer wait.

    Parameters
    ----------
    rules
        month and quantile are ignored: months are those of the simulated year, stages are drawn
    ships
        another fleet than the map's, for example with other bases
    mutual_aid
        ships outside a cable's agreement help too, once chartered
    dock_days
        how long a ship lies in dock, at its base, twice in five years; 0: never
    stock
        spares of each cable at the bases, used up and restocked: no ship is called before there
        are enough
    world
        ways at sea made before (`twin_world`); default: 1.2 times the great circle

    Raises
    ------
    InputError
        fewer than one year, a negative docking, no ship at all, or a ship whose port is not in
        the world
    """
    if years < 1 or years != int(years):
        raise InputError(f"cannot simulate {years} years; ask for whole years, at least 1")
    if not 0 <= dock_days < DOCK_EVERY_YEARS * HOURS_A_YEAR / 24.0:
        raise InputError(f"a docking of {dock_days:g} days cannot be; give 0 or more, and less "
                         f"than the {DOCK_EVERY_YEARS:g} years between two")
    chosen = rules or RepairRules()
    fleet = fleet_of(net, chosen) if ships is None else under_rules(net, ships, chosen)
    if not fleet:
        raise InputError("no ship can repair on this map; add rows to its ships table")
    ways = world or twin_world(net, model, ports=[(ship.lon, ship.lat) for ship in fleet],
                               seed=seed)
    faults = drawn_faults(net, model, years + WARM_UP_YEARS, seed, progress)
    case = _case(net, faults, fleet, ways, chosen, mutual_aid)
    if dock_days > 0:
        every = DOCK_EVERY_YEARS * HOURS_A_YEAR
        case = replace(case, dock_due_h=first_dockings(fleet, seed) * every, dock_every_h=every,
                       dock_h=dock_days * 24.0)
    order = np.argsort(case.call_h, kind="stable")
    case = _in_order(case, order)
    faults = faults.iloc[order].reset_index(drop=True)
    case = replace(case, calls=stock.calls(net, faults, len(fleet), len(ways.apart_km)))
    if progress:
        progress("queue", 0, 1)
    served = serve(case)
    check_little(case, served)
    return YearTwin(net, years, seed, fleet, ways.agreement, case, served, faults,
                    WARM_UP_YEARS * HOURS_A_YEAR, ways.routed, mutual_aid)


def first_dockings(fleet: Sequence[Ship], seed: int) -> Floats:
    """(S,) when each ship is first due, as a share of the time between two: by seed and ship's id,
    so that a ship has the same dockings in every fleet."""
    return np.array([np.random.default_rng([seed, *ship.id.encode("utf-8")]).random()
                     for ship in fleet])


def check_little(case: QueueCase, served: Served) -> None:
    """Little's law (J. D. C. Little 1961): those that wait, summed over time, are the waits' sum.

    The kernel counts the integral from event to event, the waits are read off the schedule.

    Raises
    ------
    PlanError
        they differ, so the run cannot be trusted
    """
    took = served.ship >= 0
    waits = float((served.called_h - case.call_h)[took].sum())
    stuck = bool((~took).any())
    if not stuck and abs(waits - served.waiting_fault_h) > LITTLE_TOLERANCE * max(waits, 1.0):
        raise PlanError(f"the simulation broke Little's law: {served.waiting_fault_h:.6g} against "
                        f"{waits:.6g} fault-hours of waiting")


def drawn_faults(net: Network, model: FaultModel, years: int, seed: int,
                 progress: Tell | None = None) -> pd.DataFrame:
    """Faults at sea of consecutive years, in order, each with its luck (uniform, 0 to 1)."""
    parts = []
    blocks = -(-years // BLOCK_YEARS)
    for block in range(blocks):
        size = min(years, (block + 1) * BLOCK_YEARS) - block * BLOCK_YEARS
        drawn = model.draw(block, size, seed).to_faults(net)
        at_sea = net.of_kind("wet")[drawn["link"].to_numpy()]
        drawn = drawn.loc[(drawn["start_h"].to_numpy() > 0) & at_sea].copy()
        rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, block, 1961])))
        luck = rng.random((len(drawn), 4))
        for column, name in enumerate(("locate", "work", "test", "permit")):
            drawn[f"luck_{name}"] = luck[:, column]
        drawn["start_h"] += block * BLOCK_YEARS * HOURS_A_YEAR
        drawn["known_h"] = drawn["start_h"] + 24.0 * _at(LOCATE, luck[:, 0])
        parts.append(drawn.drop(columns=["end_h", "event", "start"]))
        if progress:
            progress("faults", block + 1, blocks)
    every: pd.DataFrame = pd.concat(parts, ignore_index=True)
    return every


def _case(net: Network, faults: pd.DataFrame, fleet: Sequence[Ship], ways: TwinWorld,
          rules: RepairRules, mutual_aid: bool) -> QueueCase:
    link = faults["link"].to_numpy(np.int64)
    known = faults["known_h"].to_numpy(float)
    value = np.nan_to_num(net.links.lit_tbps[link], nan=1.0)
    charter = ways.charter_h(fleet, mutual_aid)
    flags = sorted({ship.flag for ship in fleet})
    permit, refused = _permits(net, faults, flags, rules)
    group = ways.agreement_of_link[link].copy()
    if refused.any():
        charter = np.column_stack([charter, np.full(len(fleet), np.inf)])
        group[refused] = charter.shape[1] - 1
    ports = [ways.port_of(ship.lon, ship.lat) for ship in fleet]
    speed = speeds_km_h(fleet)
    return QueueCase(
        call_h=np.maximum(known, permit.min(axis=1) - CALL_AHEAD_H),
        place=ways.cell_of(faults["lon"].to_numpy(float), faults["lat"].to_numpy(float)),
        group=group, value=value, permit_h=permit, work_h=_work_h(faults),
        test_h=24.0 * _at(TEST, faults["luck_test"].to_numpy(float)), charter_h=charter,
        flag=np.array([flags.index(ship.flag) for ship in fleet], np.int64),
        mobilise_h=np.array([float(ship.mobilise_h) for ship in fleet]),
        base_h=ways.port_km[ports] / speed[:, None], apart_km=np.asarray(ways.apart_km),
        speed_km_h=speed, dock_due_h=np.full(len(fleet), np.inf))


def _in_order(case: QueueCase, order: Ints) -> QueueCase:
    names = ("call_h", "place", "group", "value", "permit_h", "work_h", "test_h")
    sorted_ones: dict[str, Any] = {name: frozen(getattr(case, name)[order]) for name in names}
    return replace(case, **sorted_ones)


def _at(stage: Stage, luck: Floats) -> Floats:
    """The quantile function of a stage at many shares: straight from low to typical to high."""
    return np.interp(luck, [0.0, 0.5, 1.0], [stage.low, stage.typical, stage.high])


def _work_h(faults: pd.DataFrame) -> Floats:
    """Hours on site: the stage of depth and cause at the fault's luck, times the season."""
    depth, cause = faults["depth_m"].to_numpy(float), faults["cause"].to_numpy(object)
    luck, out = faults["luck_work"].to_numpy(float), np.empty(len(faults))
    stages: dict[Stage, list[int]] = {}
    for row, (deep, why) in enumerate(zip(depth.tolist(), cause.tolist(), strict=True)):
        stages.setdefault(work_stage(deep, str(why)), []).append(row)
    for stage, rows in stages.items():
        out[rows] = 24.0 * _at(stage, luck[rows])
    month = (faults["start_h"].to_numpy(float) % HOURS_A_YEAR // MONTH_H).astype(int) + 1
    lon, lat = faults["lon"].to_numpy(float), faults["lat"].to_numpy(float)
    factor = np.ones(len(faults))
    for season in SEASONS:
        inside = np.isin(month, list(season.months))
        there = np.zeros(len(faults), bool)
        for west, south, east, north in season.boxes:
            there |= (west <= lon) & (lon <= east) & (south <= lat) & (lat <= north)
        factor = np.where(inside & there, np.maximum(factor, season.factor), factor)
    return out * factor


def _permits(net: Network, faults: pd.DataFrame, flags: Sequence[str], rules: RepairRules
             ) -> tuple[Floats, NDArray[np.bool_]]:
    """(F, N) when the slowest claimant's permit is there by flag, and (F,) whether one refuses."""
    luck = faults["luck_permit"].to_numpy(float)
    start, known = faults["start_h"].to_numpy(float), faults["known_h"].to_numpy(float)
    waters = faults["jurisdiction_id"].fillna("").astype(str).to_numpy(object)
    there = np.repeat(start[:, None], len(flags), axis=1)
    refused = np.zeros(len(faults), bool)
    for name in sorted(set(waters.tolist())):
        rows = np.flatnonzero(waters == name)
        asked = claimants_of(net, name)
        levels = [permits_of(net, name, asked, rules, dict.fromkeys(asked, share).__getitem__)
                  for share in (0.0, 0.5, 1.0)]
        for permits in zip(*levels, strict=True):
            clock = (known if permits[0].from_nomination else start)[rows]
            refused[rows] |= permits[0].refused
            for number, flag in enumerate(flags):
                hours = np.interp(luck[rows], [0.0, 0.5, 1.0], [
                    permit.own_flag_h if flag == permit.country else permit.hours
                    for permit in permits])
                there[rows, number] = np.maximum(there[rows, number], clock + hours)
    return there, refused

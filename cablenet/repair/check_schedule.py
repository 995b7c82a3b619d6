"""An outside check of a repair schedule: replay the clocks from the table alone, no solver."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import pandas as pd

from cablenet.repair.durations import HOURS_PER_DAY, LOCATE, OUT_OF_CONTRACT, transit_hours
from cablenet.repair.fleet import Ship
from cablenet.repair.jobs import Job
from cablenet.repair.sea_legs import SeaLegs

IN_ORDER = ["planned", "depart_h", "start_h", "job_id"]
"""Of a ship's rows: what has happened, as it set out; then what is planned."""


def check_schedule(schedule: pd.DataFrame, ships: Sequence[Ship], jobs: Sequence[Job],
                   legs: SeaLegs, objective: int | None = None, *,
                   known: Collection[str] = ()) -> list[str]:
    """What is wrong with a schedule; [] when every row keeps the rules.

    Each job once, by a ship of the fleet; no ship in two places; never before mobilisation,
    charter or permit; hours at sea no shorter than the distance and the load ask; no refused
    waters; days that say what the hours say; the weighted completion as claimed (None: not asked).

    Parameters
    ----------
    known
        jobs whose rows tell what has happened: only where the ship was and when it left counts
    """
    job_of = {job.id: j for j, job in enumerate(jobs)}
    ship_of = {ship.id: s for s, ship in enumerate(ships)}
    problems = []
    if sorted(schedule["job_id"]) != sorted(job_of):
        problems.append("the schedule does not hold every job exactly once")
    strange = schedule[~(schedule["ship_id"].isin(ship_of) & schedule["job_id"].isin(job_of))]
    problems += [f"{row.job_id}: there is no such job, or no ship '{row.ship_id}' that can repair"
                 for row in strange.itertuples()]
    total = 0
    sound = schedule.drop(strange.index)
    sound = sound.assign(planned=~sound["job_id"].isin(known))
    for ship_id, rows in sound.groupby("ship_id"):
        ship = ships[ship_of[str(ship_id)]]
        place, free = -1, LOCATE.hours + ship.mobilise_h
        for row in rows.sort_values(IN_ORDER).to_dict("records"):
            j = job_of[str(row["job_id"])]
            sail = legs.from_base[ship_of[ship.id], j] if place < 0 else legs.between[place, j]
            if str(row["job_id"]) not in known:
                problems += [f"{row['job_id']} by {ship.name}: {text}" for text in _row_problems(
                    {str(key): value for key, value in row.items()}, ship, jobs[j], free,
                    float(sail))]
            place, free = j, max(free, int(row["leave_h"]))
            total += jobs[j].weight * int(row["done_h"])
    if objective is not None and total != objective:
        problems.append(f"the weighted completion is {total}, not {objective}")
    return problems


def _row_problems(row: Mapping[str, object], ship: Ship, job: Job, free: int,
                  sail_km: float) -> list[str]:
    depart, load, arrive, start, leave, done = (int(str(row[name])) for name in (
        "depart_h", "load_h", "arrive_h", "start_h", "leave_h", "done_h"))
    contract = bool(job.agreement) and job.agreement in ship.zones
    charter = 0 if contract else OUT_OF_CONTRACT.hours
    rules = {
        "sets out before it is free": depart < free,
        "sets out before it is chartered": depart < LOCATE.hours + ship.mobilise_h + charter,
        "has no way by sea": sail_km == float("inf"),
        "sails faster than it can": sail_km < float("inf")
        and arrive - depart - load < transit_hours(sail_km, ship.speed_kn),
        "starts before it arrives": start < arrive,
        "starts before the permit is there": start < max((
            permit.there_h(ship.flag, charter) for permit in job.permits), default=0),
        "works in waters that are refused": bool(job.refused_by),
        "works too briefly": leave - start < job.work_h,
        "tests too briefly": done - leave < job.test_h,
        "is under contract, or not, otherwise than it says": bool(row["in_contract"]) != contract,
        "has days that differ from its hours": any(
            round(float(str(row[f"{name}_day"])) * HOURS_PER_DAY) != int(str(row[f"{name}_h"]))
            for name in ("depart", "arrive", "permit", "start", "done")),
    }
    return [text for text, broken in rules.items() if broken]

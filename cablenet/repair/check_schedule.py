"""An outside check of a repair schedule: replay the clocks from the table alone, no solver."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from cablenet.repair.durations import LOCATE, OUT_OF_CONTRACT, transit_hours
from cablenet.repair.fleet import Ship
from cablenet.repair.jobs import Job
from cablenet.repair.sea_legs import SeaLegs


def check_schedule(schedule: pd.DataFrame, ships: Sequence[Ship], jobs: Sequence[Job],
                   legs: SeaLegs, objective: int) -> list[str]:
    """What is wrong with a schedule; [] when every row keeps the rules.

    Each job once; no ship in two places; never before mobilisation, charter or permit; hours at
    sea no shorter than the distance asks; no refused waters; the weighted completion as claimed.
    """
    problems = []
    job_of = {job.id: j for j, job in enumerate(jobs)}
    ship_of = {ship.id: s for s, ship in enumerate(ships)}
    if sorted(schedule["job_id"]) != sorted(job_of):
        problems.append("the schedule does not hold every job exactly once")
    total = 0
    for ship_id, rows in schedule.groupby("ship_id"):
        ship = ships[ship_of[str(ship_id)]]
        place, free = -1, LOCATE.hours + ship.mobilise_h
        for row in rows.sort_values("start_h").to_dict("records"):
            j = job_of[str(row["job_id"])]
            sail = legs.from_base[ship_of[ship.id], j] if place < 0 else legs.between[place, j]
            problems += [f"{row['job_id']} by {ship.name}: {text}" for text in _row_problems(
                {str(key): value for key, value in row.items()}, ship, jobs[j], free, float(sail))]
            place, free = j, int(row["leave_h"])
            total += jobs[j].weight * int(row["done_h"])
    if total != objective:
        problems.append(f"the weighted completion is {total}, not {objective}")
    return problems


def _row_problems(row: Mapping[str, object], ship: Ship, job: Job, free: int,
                  sail_km: float) -> list[str]:
    depart, arrive, start, leave, done = (
        int(str(row[name])) for name in ("depart_h", "arrive_h", "start_h", "leave_h", "done_h"))
    charter = 0 if job.agreement in ship.zones and job.agreement else OUT_OF_CONTRACT.hours
    rules = {
        "sets out before it is free": depart < free,
        "sets out before it is chartered": depart < LOCATE.hours + ship.mobilise_h + charter,
        "has no way by sea": sail_km == float("inf"),
        "sails faster than it can": sail_km < float("inf")
        and arrive - depart < transit_hours(sail_km, ship.speed_kn),
        "starts before it arrives": start < arrive,
        "starts before the permit is there": start < job.permit_h(ship.flag, charter),
        "works in waters that are refused": bool(job.refused_by),
        "works too briefly": leave - start < job.work_h,
        "tests too briefly": done - leave < job.test_h,
    }
    return [text for text, broken in rules.items() if broken]

"""The schedule as a table: the clock of every job in hours and days, and what it waited for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from cablenet.repair.case import RepairCase
from cablenet.repair.durations import HOURS_PER_DAY, LOADING, LOCATE
from cablenet.repair.jobs import WEIGHT_UNIT, Job
from cablenet.repair.problem import BASE
from cablenet.repair.why import held_by

NOTHING: Mapping[int, tuple[Job, int]] = MappingProxyType({})
COLUMNS = [
    "job_id", "cable_id", "cable", "segment_id", "link", "lon", "lat", "depth_m", "cause",
    "jurisdiction_id", "asked", "weight", "ship_id", "ship", "in_contract", "depot_id", "depot",
    "spare_km", "season", "locate_h", "ready_h", "depart_h", "load_h", "arrive_h", "permit_h",
    "start_h", "leave_h", "done_h", "held_by",
]


def schedule_of(case: RepairCase, routes: Sequence[Sequence[int]],
                begun: Mapping[int, tuple[Job, int]] = NOTHING) -> pd.DataFrame:
    """One row per job that the routes (one for each ship) serve, in order of completion.

    `begun`: by ship, the job it is at before its route, and the hour it leaves it.
    """
    rows = []
    for s, route in enumerate(routes):
        at, came = BASE, begun.get(s)
        for j, arrive, done in case.problem.clock(s, route):
            leave = done - case.jobs[j].test_h
            row = row_of(case, s, j, at, {
                "depart_h": arrive - case.problem.sail_h(s, at, j), "arrive_h": arrive,
                "permit_h": int(case.problem.permit_h[s, j]),
                "start_h": leave - case.jobs[j].work_h, "leave_h": leave, "done_h": done}, came)
            rows.append(row)
            at, came = j, (case.jobs[j], leave)
    return with_days(rows)


def row_of(case: RepairCase, s: int, j: int, at: int, hours: Mapping[str, int],
           came: tuple[Job, int] | None) -> dict[str, Any]:
    """The row of a job: its ship, the job (or BASE) it sails from, its hours; `came` is the job the
    ship was at and when it left, None from its base."""
    job, ship = case.jobs[j], case.ships[s]
    call = int(case.legs.call_base[s, j] if at == BASE else case.legs.call_between[at, j])
    before, left = came or (None, 0)
    return {
        "job_id": job.id, "cable_id": job.cable_id, "cable": job.cable_name,
        "segment_id": job.segment_id, "link": job.link, "lon": job.lon, "lat": job.lat,
        "depth_m": job.depth_m, "cause": job.cause, "jurisdiction_id": job.jurisdiction_id,
        "asked": ", ".join(job.asked) or "nobody", "weight": job.weight / WEIGHT_UNIT,
        "ship_id": ship.id, "ship": ship.name, "in_contract": ship.is_contracted_for(job),
        "depot_id": "" if call < 0 else case.depots[call].id,
        "depot": "" if call < 0 else case.depots[call].name,
        "spare_km": round(job.spare_km, 1), "season": job.season, "locate_h": LOCATE.hours,
        "ready_h": ship.ready_h(job), "load_h": 0 if call < 0 else LOADING.hours, **hours,
        "held_by": held_by(job, ship, hours["arrive_h"], hours["permit_h"], before, left),
    }


def with_days(rows: list[dict[Any, Any]]) -> pd.DataFrame:
    """The schedule with its hours also as days, and what each job waited for longest."""
    frame = pd.DataFrame(rows, columns=COLUMNS)
    for name in ("depart", "arrive", "permit", "start", "done"):
        frame[f"{name}_day"] = frame[f"{name}_h"] / HOURS_PER_DAY
    spans = {
        "locate_days": frame["locate_h"], "wait_ship_days": frame["depart_h"] - frame["locate_h"],
        "queue_days": frame["depart_h"] - frame["ready_h"], "load_days": frame["load_h"],
        "transit_days": frame["arrive_h"] - frame["depart_h"] - frame["load_h"],
        "wait_permit_days": frame["start_h"] - frame["arrive_h"],
        "work_days": frame["leave_h"] - frame["start_h"],
        "test_days": frame["done_h"] - frame["leave_h"],
    }
    for name, hours in spans.items():
        frame[name] = hours / HOURS_PER_DAY
    words = {"wait_ship_days": "ship", "transit_days": "transit", "load_days": "spares",
             "wait_permit_days": "permit", "work_days": "work"}
    longest = frame[list(words)].astype(float).to_numpy().argmax(axis=1)
    frame["longest_wait"] = np.array(list(words.values()), object)[longest]
    return frame.sort_values(["done_h", "job_id"], ignore_index=True)

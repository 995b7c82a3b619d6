"""A second outside check of a schedule: spares, readiness, depth, permits, by the table alone."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence

import pandas as pd

from cablenet.geo import geodesic
from cablenet.repair.check_schedule import IN_ORDER
from cablenet.repair.durations import LOADING, LOCATE, OUT_OF_CONTRACT
from cablenet.repair.fleet import Ship
from cablenet.repair.jobs import Job
from cablenet.repair.sea_legs import AT_BASE_KM
from cablenet.repair.spares import Depot, Spares


def check_calls(schedule: pd.DataFrame, ships: Sequence[Ship], jobs: Sequence[Job],
                spares: Sequence[Spares], depots: Sequence[Depot], *,
                known: Collection[str] = ()) -> list[str]:
    """What is wrong with a schedule's loads; [] when every ship has loaded before it works.

    A ship has the spares of the depot it called at last, or of those beside its base. No ship works
    deeper than it can, sets out before it is free, serves a charter before a contract, or draws a
    depot's counted stock below nothing. Rows of `known` jobs tell what has happened: only what the
    ship has aboard from then on counts.
    """
    problems = []
    job_of = {job.id: j for j, job in enumerate(jobs)}
    ship_of = {ship.id: ship for ship in ships}
    number = {depot.id: d for d, depot in enumerate(depots)}
    drawn = dict.fromkeys(range(len(depots)), 0.0)
    named = schedule[schedule["ship_id"].isin(ship_of) & schedule["job_id"].isin(job_of)]
    named = named.assign(planned=~named["job_id"].isin(known))
    for key, rows in named.groupby("ship_id"):
        ship = ship_of[str(key)]
        aboard = {d for d, depot in enumerate(depots) if geodesic.distance_km(
            ship.lon, ship.lat, depot.lon, depot.lat) <= AT_BASE_KM}
        chartered = False
        for row in rows.sort_values(IN_ORDER).to_dict("records"):
            j = job_of[str(row["job_id"])]
            wanted = set(spares[j].depots)
            where = f"{row['job_id']} by {ship.name}"
            if row["depot_id"]:
                if str(row["depot_id"]) not in number:
                    problems.append(f"{where}: there is no depot '{row['depot_id']}'")
                aboard = {number.get(str(row["depot_id"]), -1)}
                if int(row["load_h"]) < LOADING.hours:
                    problems.append(f"{where}: loads too briefly")
            contracted = jobs[j].agreement in ship.zones
            if str(row["job_id"]) in known:
                chartered |= not contracted
                continue
            if wanted and not wanted & aboard:
                problems.append(f"{where}: works without spares")
            for d in sorted(wanted & aboard)[:1]:
                drawn[d] += jobs[j].spare_km
            problems += [f"{where}: {text}" for text in _ship_problems(ship, jobs[j], row)]
            if contracted and chartered:
                problems.append(f"{where}: a contract comes after a charter")
            chartered |= not contracted
    problems += [f"{depots[d].name} has not {km:.1f} km" for d, km in drawn.items()
                 if not math.isnan(depots[d].stock_km) and km > depots[d].stock_km + 1e-9]
    return problems


def _ship_problems(ship: Ship, job: Job, row: dict[object, object]) -> list[str]:
    charter = 0 if job.agreement and job.agreement in ship.zones else OUT_OF_CONTRACT.hours
    start, depart = int(str(row["start_h"])), int(str(row["depart_h"]))
    rules = {
        "is deeper than the ship works": abs(job.depth_m) > ship.max_depth_m,
        "sets out before its other work is done":
            depart < max(LOCATE.hours + charter, ship.free_h) + ship.mobilise_h,
        "starts before a permit": any(
            start < permit.there_h(ship.flag, charter) for permit in job.permits),
    }
    return [text for text, broken in rules.items() if broken]

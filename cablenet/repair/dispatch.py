"""`plan_repairs`: which ship mends which fault, in which order, and when traffic comes back."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from cablenet.errors import InfeasibleError, InputError, PlanError
from cablenet.network import Network
from cablenet.repair.check_schedule import check_schedule
from cablenet.repair.choice import Choice, choose_routes
from cablenet.repair.durations import HOURS_PER_DAY, LAND_WORK, LOCATE
from cablenet.repair.fleet import SeaLegs, SeaRoutes, Ship, fleet_of, sea_legs
from cablenet.repair.jobs import WEIGHT_UNIT, Job, jobs_of
from cablenet.repair.problem import BASE, Dispatch, dispatch_problem
from cablenet.repair.repair_plan import RepairPlan, schedule_frame
from cablenet.repair.restoration import restoration_of
from cablenet.scenarios.scenario_set import ScenarioSet
from cablenet.solvers import Certificate


def plan_repairs(
    net: Network,
    scenario: ScenarioSet,
    *,
    horizon_days: float = 90.0,
    weights: Mapping[str, float] | None = None,
    router: SeaRoutes | None = None,
    charter: bool = False,
    seed: int = 1,
    time_limit_s: float = 20.0,
) -> RepairPlan:
    """Send ships to the faults of one outage so that the most valuable traffic is back first.

    A repair is done at locate + max(ship there, permit there) + work + test, where the ship is
    there after mobilising, chartering if it is not under contract, sailing, and its earlier jobs.
    The plan minimises the sum of weight x time done. Every job that some ship may reach is done,
    if need be after the horizon.

    Parameters
    ----------
    scenario
        one outage with faults at sea: `scenarios['its name']`
    horizon_days
        how far the restoration curve is drawn and summed
    weights
        worth of a day of each segment or cable, by id; default: lit capacity in Tbps
    router
        a sea router (`cablenet.sea_router()`); without one ships are taken to sail 1.2 times the
        great circle, across land if need be, and the plan says so
    charter
        whether ships outside a cable's maintenance agreement are sent as well, five days later
        (assumed: the time to charter them); without it only to faults that no ship under
        contract can reach
    seed, time_limit_s
        for the search; the limit is counted in work, not on a clock

    Raises
    ------
    InputError
        several outages, or one without a fault at sea
    InfeasibleError
        no ship may reach any of the faults; `conflict` names why
    """
    if not horizon_days > 0:
        raise InputError(f"horizon_days is {horizon_days}; give a number above 0")
    every = jobs_of(net, scenario, weights)
    at_sea = tuple(job for job in every if not job.on_land)
    ships = fleet_of(net)
    legs = sea_legs(ships, at_sea, router)
    whole = dispatch_problem(ships, at_sea, legs, charter=charter)
    served = np.flatnonzero(whole.able.any(axis=0))
    not_served = _not_served([at_sea[j] for j in np.flatnonzero(~whole.able.any(axis=0))])
    if len(not_served) == len(every):
        raise InfeasibleError(f"no ship may reach any fault of '{scenario.names[0]}': "
                              f"{len(ships)} ships can repair; {not_served['reason'].iloc[0]}",
                              [f"{row.job_id}: {row.reason}" for row in not_served.itertuples()])
    jobs = tuple(at_sea[j] for j in served)
    near = SeaLegs(legs.from_base[:, served], legs.between[np.ix_(served, served)], legs.assumed)
    problem = dispatch_problem(ships, jobs, near, charter=charter)
    choice = choose_routes(problem, seed=seed, limit=time_limit_s)
    schedule = schedule_frame(_rows(problem, ships, jobs, choice))
    wrong = check_schedule(schedule, ships, jobs, near, choice.objective)
    if wrong:
        raise PlanError("the schedule failed its own check: " + "; ".join(wrong[:5]))
    done = dict(zip(schedule["job_id"], schedule["done_h"], strict=True))
    done |= {job.id: LOCATE.hours + LAND_WORK.hours for job in every if job.on_land}
    curve = restoration_of(net, scenario, pd.DataFrame({
        "link": [job.link for job in every], "label": [job.cable_name for job in every],
        "done_h": [float(done.get(job.id, np.inf)) for job in every]}), horizon_days)
    return RepairPlan(scenario.names[0], every, ships, schedule, not_served, curve,
                      _certificate(choice, seed, time_limit_s),
                      _notes(net, every, schedule, near, horizon_days))


def _rows(problem: Dispatch, ships: tuple[Ship, ...], jobs: tuple[Job, ...],
          choice: Choice) -> list[dict[str, Any]]:
    """One row per job with its clock in hours."""
    rows = []
    for s, route in enumerate(choice.routes):
        at = BASE
        for j, arrive, done in problem.clock(s, route):
            sail = problem.sail_h(s, at, j)
            job, ship = jobs[j], ships[s]
            leave = done - job.test_h
            rows.append({
                "job_id": job.id, "cable_id": job.cable_id, "cable": job.cable_name,
                "segment_id": job.segment_id, "link": job.link, "lon": job.lon, "lat": job.lat,
                "depth_m": job.depth_m, "jurisdiction_id": job.jurisdiction_id,
                "asked": ", ".join(job.asked) or "nobody", "weight": job.weight / WEIGHT_UNIT,
                "ship_id": ship.id, "ship": ship.name,
                "in_contract": ship.is_contracted_for(job), "locate_h": LOCATE.hours,
                "depart_h": arrive - sail, "arrive_h": arrive, "permit_h": job.permit_h,
                "start_h": leave - job.work_h, "leave_h": leave, "done_h": done,
            })
            at = j
    return rows


def _not_served(left: list[Job]) -> pd.DataFrame:
    """The jobs no ship may reach, each with its reason."""
    return pd.DataFrame(
        [{"job_id": job.id, "cable": job.cable_name, "segment_id": job.segment_id,
          "lon": job.lon, "lat": job.lat,
          "reason": f"{', '.join(job.refused_by)} refuses the permit" if job.refused_by
          else "no ship can sail there"} for job in left],
        columns=["job_id", "cable", "segment_id", "lon", "lat", "reason"])


def _certificate(choice: Choice, seed: int, limit: float) -> Certificate:
    unit = WEIGHT_UNIT * HOURS_PER_DAY
    objective, bound = choice.objective / unit, choice.bound / unit
    return Certificate(choice.status, objective, bound,
                       (objective - bound) / max(1.0, objective), choice.seconds, seed, limit,
                       checked=True)


def _notes(net: Network, jobs: tuple[Job, ...], schedule: pd.DataFrame, legs: SeaLegs,
           horizon_days: float) -> tuple[str, ...]:
    """What the plan had to assume, in words."""
    notes = ["ships are taken to lie at their bases; weather is not in the model"]
    if legs.assumed:
        notes.append("distances at sea are assumed: 1.2 x the great circle")
    deep = sum(math.isnan(job.depth_m) and not job.on_land for job in jobs)
    if deep:
        notes.append(f"{deep} faults are of unknown depth, taken as deep")
    if not len(net.layers.tables["permits"]):
        notes.append("the map has no permits: 10 days are assumed everywhere")
    on_land = sum(job.on_land for job in jobs)
    if on_land:
        notes.append(f"{on_land} faults on land legs need no ship: mended in {LAND_WORK.typical:g} "
                     "days (assumed)")
    outside = len(schedule) - int(schedule["in_contract"].sum())
    if outside:
        notes.append(f"{outside} repairs by ships outside the cable's maintenance agreement: "
                     "5 days to charter are assumed")
    late = int((schedule["done_day"] > horizon_days).sum())
    if late:
        notes.append(f"{late} repairs are done only after the horizon of {horizon_days:g} days")
    return tuple(notes)

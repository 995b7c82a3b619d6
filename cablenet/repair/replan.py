"""`replan_repairs`: the plan of what is left, from the present, with work under way left alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cablenet.errors import InputError, PlanError
from cablenet.repair.case import NOT_SERVED, RepairCase
from cablenet.repair.choice import first_routes
from cablenet.repair.durations import HOURS_PER_DAY, LOCATE, whole_hours
from cablenet.repair.finished import finished
from cablenet.repair.fleet import Ship
from cablenet.repair.jobs import Job
from cablenet.repair.objective import Judging
from cablenet.repair.permits import Permit
from cablenet.repair.problem import NEVER
from cablenet.repair.repair_plan import RepairPlan
from cablenet.repair.schedule import row_of, schedule_of, with_days
from cablenet.repair.sea_legs import SeaLegs
from cablenet.repair.under_way import Begun, RepairStep, begun_by, routes_left, told_of


def replan_repairs(plan: RepairPlan, *, now_days: float, actuals: Iterable[RepairStep] = (),
                   as_planned: bool = True) -> RepairPlan:
    """Plan again what no ship has set out for, from what is known by now.

    A repair whose ship has set out keeps its ship and its hours; a ship at work goes on from
    where it lies. A ship that the plan did not use is called now: it mobilises first. The order
    that was planned stays unless another loses less, so without news nothing changes.

    Parameters
    ----------
    now_days
        days after the faults
    actuals
        what has happened, and what is expected otherwise than planned; steps told to an earlier
        re-planning hold on
    as_planned
        whether what nobody tells of went as planned; False: it has not happened yet

    Raises
    ------
    InputError
        days below 0, a job or ship that the plan does not know, a step told twice
    """
    if not 0 <= now_days < NEVER / HOURS_PER_DAY:
        raise InputError(f"now_days is {now_days}; give days after the faults, 0 or more")
    basis, now_h = plan.basis, whole_hours(now_days)
    news = tuple(actuals)
    told = told_of(basis.case, news)
    before = tuple(one for one in plan.told if one.step not in told.get(one.job, {}))
    told = told_of(basis.case, (*before, *news))
    case = _as_told(basis.case, plan.schedule, told, now_h, as_planned=as_planned)
    ashore = tuple(
        told[job.id]["restored"].hour if "restored" in told.get(job.id, {})
        and job.id not in set(plan.schedule["job_id"]) else hour
        for job, hour in zip(case.every, basis.ashore_h, strict=True))
    begun = begun_by(case, plan.schedule, told, now_h, as_planned=as_planned)
    rest = _rest(case, begun, now_h)
    number = {job.id: n for n, job in enumerate(case.every)}
    at_sea = {number[case.jobs[one.job].id]: one.hours["done_h"] for one in begun}
    kept = routes_left(plan.schedule, [ship.id for ship in case.ships],
                       [job.id for job in rest.jobs])
    fits = all(rest.problem.able[s, j] for s, route in enumerate(kept) for j in route)
    judged = Judging(
        rest.problem, basis.value, [number[job.id] for job in rest.jobs],
        {n: int(hour) for n, hour in enumerate(ashore) if np.isfinite(hour)} | at_sea,
        basis.objective, basis.fairness, round(basis.horizon_days * HOURS_PER_DAY), basis.seed,
        basis.limit, kept if fits else first_routes(rest.problem),
        sum(case.jobs[one.job].weight * one.hours["done_h"] for one in begun)).judge()
    schedule = _schedule(case, rest, begun, judged.routes)
    known = {case.jobs[one.job].id for one in begun}
    early = schedule[~schedule["job_id"].isin(known) & (schedule["depart_h"] < now_h)]
    if len(early):
        raise PlanError(f"{early['job_id'].iloc[0]} would set out before now")
    left = set(schedule["job_id"]) | {
        job.id for job, hour in zip(case.every, ashore, strict=True) if np.isfinite(hour)}
    missing = rest.not_served[~rest.not_served["job_id"].isin(left)].reset_index(drop=True)
    served = [j for j, job in enumerate(case.jobs) if job.id in set(schedule["job_id"])]
    whole = _only(replace(case, not_served=missing), np.array(served, np.int64))
    return replace(
        finished(replace(basis, case=whole, ashore_h=ashore), schedule, judged, known=known,
                 notes=(f"planned again on day {now_days:g}: {len(known)} repairs done or under "
                        f"way, {len(rest.jobs)} planned from then on",) if known or now_h else ()),
        told=(*before, *news))


def _as_told(case: RepairCase, schedule: pd.DataFrame,
             told: Mapping[str, Mapping[str, RepairStep]], now_h: int, *,
             as_planned: bool) -> RepairCase:
    """The case with permits and locating as told, and unused ships called no sooner than now."""
    planned = dict(zip(schedule["job_id"], schedule["ship_id"], strict=True))
    used = set(planned.values()) | {
        one.ship for steps in told.values() for one in steps.values()}
    ships = tuple(ship if ship.id in used else replace(ship, free_h=max(ship.free_h, now_h))
                  for ship in case.ships)
    jobs, ready, permit = list(case.jobs), case.problem.ready_h.copy(), case.problem.permit_h.copy()
    for s, ship in enumerate(ships):
        if ship.free_h != case.ships[s].free_h:
            ready[s] = [ship.ready_h(job) for job in jobs]
    for j, job in enumerate(case.jobs):
        steps = told.get(job.id, {})
        found = steps["located"].hour if "located" in steps else (
            LOCATE.hours if as_planned else max(LOCATE.hours, now_h))
        ready[:, j] = np.maximum(ready[:, j], [_ready_h(ship, job, found) for ship in ships])
        sails = steps.get("ship_sailed")
        if sails and sails.hour > now_h:
            s = [ship.id for ship in ships].index(sails.ship or planned[job.id])
            ready[s, j] = max(int(ready[s, j]), round(sails.hour))
        granted = steps.get("permit_granted")
        there = round(granted.hour) if granted else now_h if not as_planned else None
        if there is None or not job.asked:
            continue
        for s, ship in enumerate(ships):
            if granted is None:
                permit[s, j] = max(int(permit[s, j]), there)
            elif granted.ship in ("", ship.id):
                permit[s, j] = there
        if granted:
            least = min(int(hour) for hour in permit[:, j])
            jobs[j] = replace(job, permits=(Permit(
                " and ".join(job.asked), least, least, False, False),))
    return replace(case, ships=ships, jobs=tuple(jobs),
                   problem=replace(case.problem, ready_h=ready, permit_h=permit))


def _ready_h(ship: Ship, job: Job, located_h: float) -> int:
    """When a ship may set out for a job that is located at an hour."""
    return max(round(located_h) + ship.charter_h(job), ship.free_h) + ship.mobilise_h


def _only(case: RepairCase, kept: NDArray[np.int64]) -> RepairCase:
    """The case with some of its jobs."""
    problem, pairs = case.problem, np.ix_(kept, kept)
    return replace(
        case, jobs=tuple(case.jobs[j] for j in kept), spares=tuple(case.spares[j] for j in kept),
        legs=case.legs.only(kept), problem=replace(
            problem, base_h=problem.base_h[:, kept], ready_h=problem.ready_h[:, kept],
            able=problem.able[:, kept], permit_h=problem.permit_h[:, kept],
            leg_h=problem.leg_h[:, pairs[0], pairs[1]], work_h=problem.work_h[kept],
            test_h=problem.test_h[kept], weight=problem.weight[kept]))


def _rest(case: RepairCase, begun: list[Begun], now_h: int) -> RepairCase:
    """The jobs that no ship has set out for, each ship from where its last work ends, from now."""
    problem, legs = case.problem, case.legs
    base, ready, able = problem.base_h.copy(), problem.ready_h.copy(), problem.able.copy()
    far, call = legs.from_base.copy(), legs.call_base.copy()
    last = {one.ship: one for one in begun}
    for s, one in last.items():
        base[s], far[s], call[s] = (problem.leg_h[s, one.job], legs.between[one.job],
                                    legs.call_between[one.job])
    for one in begun:
        ready[one.ship] = np.maximum(ready[one.ship], one.hours["leave_h"])
    ready = np.maximum(ready, now_h)
    able &= base < NEVER
    moved = replace(case, legs=SeaLegs(far, legs.between, legs.assumed, call, legs.call_between),
                    problem=replace(problem, base_h=base, ready_h=ready, able=able))
    gone = {one.job for one in begun}
    waiting = [j for j in range(len(case.jobs)) if j not in gone]
    lost = [j for j in waiting if not able[:, j].any()]
    missing = pd.DataFrame([{
        "job_id": job.id, "cable": job.cable_name, "segment_id": job.segment_id, "lon": job.lon,
        "lat": job.lat, "reason": "no ship may come to it after the work it has begun"}
        for job in (case.jobs[j] for j in lost)], columns=list(NOT_SERVED))
    rows = pd.concat([part for part in (case.not_served, missing) if len(part)],
                     ignore_index=True) if len(missing) else case.not_served
    return _only(replace(moved, not_served=rows),
                 np.array([j for j in waiting if j not in lost], np.int64))


def _schedule(case: RepairCase, rest: RepairCase, begun: list[Begun],
              routes: tuple[tuple[int, ...], ...]) -> pd.DataFrame:
    """Rows of what has begun as it was or will be, and of what is planned from now on."""
    rows: list[dict[Any, Any]] = []
    at: dict[int, tuple[Job, int]] = {}
    for one in begun:
        rows.append(row_of(case, one.ship, one.job, one.came_from, one.hours, at.get(one.ship)))
        at[one.ship] = case.jobs[one.job], one.hours["leave_h"]
    planned = schedule_of(rest, routes, at)
    return with_days([*rows, *planned.to_dict("records")])

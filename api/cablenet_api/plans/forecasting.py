"""The forecast of an activation: the repair schedule of what is still broken, from some hour on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

import cablenet as cn
from cablenet_api.events import Event
from cablenet_api.failures import scenarios_of
from cablenet_api.plans.incident import (
    Forecast,
    ForecastJob,
    Incident,
    done_jobs,
    forecast_rows,
    hours_of,
)
from cablenet_api.worlds import World

STEPS: Collection[str] = ("located", "ship_sailed", "permit_granted", "on_site", "repair_done",
                          "restored")
"""Entries of the log that say something of a repair."""


def first_forecast(world: World, event: Event, made_at: datetime) -> Forecast:
    """What the repair plan says of an event, with ships called as soon as the fault is located.

    An event without a place (a cable known to be down, not where) has no jobs yet; the notes say
    so, and the log can be opened all the same.

    Raises
    ------
    cablenet_api.problems.RequestEventsError
        when the event names something the map does not know, or hits nothing
    """
    outage = scenarios_of(world, [event])
    try:
        return _told(cn.plan_repairs(world.network, outage, router=cn.sea_router()), made_at)
    except (cn.errors.InputError, cn.errors.InfeasibleError) as error:
        return _without(error, _names(outage), made_at)


def forecast_from_now(world: World, incident: Incident, now: datetime) -> Forecast:
    """The schedule of what is left, from what has been entered so far.

    Jobs that are done leave it. A ship that has sailed keeps its job, and what remains of it takes
    as long as was planned, from now at the soonest. The others are planned anew, each ship from
    where its work ends (`cablenet.replan_repairs`).
    """
    now_h = (now - incident.started) / timedelta(hours=1)
    outage = scenarios_of(world, [incident.event])
    done = done_jobs(incident)
    left = [job for job in _names(outage) if job not in done]
    if not left:
        return Forecast(made_at=now, jobs=[])
    try:
        plan = cn.plan_repairs(world.network, outage, router=cn.sea_router())
        again = cn.replan_repairs(plan, now_days=now_h / 24.0, actuals=_steps(incident, plan),
                                  as_planned=False)
    except (cn.errors.InputError, cn.errors.InfeasibleError) as error:
        return _without(error, left, now)
    told = _told(again, now)
    return told.model_copy(update={"jobs": [
        _as_entered(job, incident, now_h) for job in told.jobs if job.job not in done]})


def _names(outage: cn.ScenarioSet) -> list[str]:
    """The ids of an outage's jobs, as `cablenet.plan_repairs` numbers its faults."""
    return [f"J{number + 1}" for number in range(len(outage.faults))]


def _told(plan: cn.RepairPlan, made_at: datetime) -> Forecast:
    """A repair plan as a forecast keeps it; faults on land have no hours."""
    on_land = [ForecastJob(job=job.id, cable=job.cable_id, ship=None, hours={})
               for job in plan.jobs if job.on_land]
    return Forecast(made_at=made_at,
                    jobs=[*forecast_rows(plan.schedule.to_dict("records")), *on_land],
                    notes=list(plan.notes)[:20],
                    not_served={row["job_id"]: row["reason"]
                                for row in plan.not_served.to_dict("records")})


def _without(error: Exception, names: Sequence[str], made_at: datetime) -> Forecast:
    """A forecast without a schedule, and why."""
    told = str(error)[:4000]
    served = isinstance(error, cn.errors.InfeasibleError)
    return Forecast(made_at=made_at, jobs=[], notes=[told],
                    not_served=dict.fromkeys(names, told) if served else {})


def _steps(incident: Incident, plan: cn.RepairPlan) -> list[cn.RepairStep]:
    """The log as steps of the plan's jobs; of an entry made twice the last.

    A job's ship is the one entered last for it, else the one last forecast, where the plan knows it
    by id or name.
    """
    known = {name: ship.id for ship in plan.ships for name in (ship.name, ship.id)}
    jobs = {job.id for job in plan.jobs}
    ships = {job.job: job.ship for one in incident.forecasts for job in one.jobs if job.ship}
    ships |= {one.job: one.ship for one in incident.actuals if one.job and one.ship}
    entered = {(one.job, one.step): one for one in incident.actuals
               if one.job in jobs and one.step in STEPS}
    return [cn.RepairStep(str(job), cast(Any, step),
                          (one.at - incident.started) / timedelta(hours=1),
                          "" if step == "permit_granted" else known.get(str(ships.get(job)), ""))
            for (job, step), one in entered.items()]


def _as_entered(job: ForecastJob, incident: Incident, now_h: float) -> ForecastJob:
    """A job with what has been entered of it: its hours, and its ship by the name it was given."""
    entered = hours_of(incident, job.job)
    hours = dict(job.hours)
    if "located" in hours:
        hours["located"] = max(hours["located"], now_h)
    named = [one.ship for one in incident.actuals if one.job == job.job and one.ship]
    sailed = {"ship_sailed", "on_site"} & set(entered)
    return job.model_copy(update={"hours": hours | dict(entered),
                                  "ship": named[-1] if named and sailed else job.ship})

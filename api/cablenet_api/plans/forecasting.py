"""The forecast of an activation: the repair schedule of what is still broken, from some hour on."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import cablenet as cn
from cablenet_api.events import Event
from cablenet_api.failures import scenarios_of
from cablenet_api.plans.incident import (
    Forecast,
    ForecastJob,
    Incident,
    Step,
    done_jobs,
    forecast_rows,
    hours_of,
)
from cablenet_api.worlds import World

Hours = dict[Step, float]


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
    return _planned(world, outage, _names(outage), made_at, 0.0)


def forecast_from_now(world: World, incident: Incident, now: datetime) -> Forecast:
    """The schedule of what is left, from what has been entered so far.

    Jobs that are done leave it. A ship that has sailed keeps its job, and what remains of it takes
    as long as was last forecast, from where it stands. The others are planned anew from now; a
    ship still at work goes on by way of its base (no shorter way is taken for granted), so that
    the schedule can be kept, though a shorter one may exist.
    """
    now_h = (now - incident.started) / timedelta(hours=1)
    outage = scenarios_of(world, [incident.event])
    done = done_jobs(incident)
    last = {job.job: job for one in incident.forecasts for job in one.jobs}
    under_way = {job: _carried_on(last[job], hours_of(incident, job), _ship(incident, job), now_h)
                 for job in _names(outage)
                 if job not in done and job in last and _has_sailed(incident, job)}
    waiting = [job for job in _names(outage) if job not in done and job not in under_way]
    if not waiting:
        return Forecast(made_at=now, jobs=list(under_way.values()))
    located = all("located" in hours_of(incident, job) for job in waiting)
    planned = _planned(world, _only(outage, waiting), waiting, now, now_h, located=located)
    free = {job.ship: job for job in sorted(under_way.values(), key=lambda one: one.hours.get(
        "restored", 0.0)) if job.ship}
    known = {job: dict(hours_of(incident, job)) for job in waiting}
    return planned.model_copy(update={"jobs": [
        *under_way.values(), *_after_their_work(planned.jobs, free, known)]})


def _names(outage: cn.ScenarioSet) -> list[str]:
    """The ids of an outage's jobs, as `cablenet.plan_repairs` numbers its faults."""
    return [f"J{number + 1}" for number in range(len(outage.faults))]


def _only(outage: cn.ScenarioSet, jobs: Collection[str]) -> cn.ScenarioSet:
    kept = [job in jobs for job in _names(outage)]
    return replace(outage, faults=outage.faults[kept].reset_index(drop=True))


def _planned(world: World, outage: cn.ScenarioSet, names: list[str], made_at: datetime,
             after_h: float, *, located: bool = False) -> Forecast:
    """The repair plan of an outage; its clock starts `after_h` hours after the fault, or with the
    ships' orders where everything is located already."""
    try:
        plan = cn.plan_repairs(world.network, outage, router=cn.sea_router())
    except (cn.errors.InputError, cn.errors.InfeasibleError) as error:
        told = str(error)[:4000]
        served = isinstance(error, cn.errors.InfeasibleError)
        return Forecast(made_at=made_at, jobs=[], notes=[told],
                        not_served=dict.fromkeys(names, told) if served else {})
    name = {job.id: names[number] for number, job in enumerate(plan.jobs)}
    rows = plan.schedule.to_dict("records")
    start = after_h - (min(float(row["locate_h"]) for row in rows) if located and rows else 0.0)
    jobs = [job.model_copy(update={"job": name[job.job], "hours": {
        step: hour + start for step, hour in job.hours.items()}}) for job in forecast_rows(rows)]
    on_land = [ForecastJob(job=name[job.id], cable=job.cable_id, ship=None, hours={})
               for job in plan.jobs if job.on_land]
    return Forecast(made_at=made_at, jobs=[*jobs, *on_land], notes=list(plan.notes)[:20],
                    not_served={name[row["job_id"]]: row["reason"]
                                for row in plan.not_served.to_dict("records")})


def _has_sailed(incident: Incident, job: str) -> bool:
    return bool({"ship_sailed", "on_site"} & set(hours_of(incident, job)))


def _ship(incident: Incident, job: str) -> str | None:
    """The ship that was entered last for a job."""
    named = [one.ship for one in incident.actuals if one.job == job and one.ship]
    return named[-1] if named else None


def _carried_on(job: ForecastJob, actual: Mapping[Step, float], ship: str | None,
                now_h: float) -> ForecastJob:
    """A job whose ship is under way: what happened stands, what remains keeps its length."""
    before, hours = job.hours, dict(actual)

    def at_least_now(step: Step, hour: float) -> float:
        return hours.setdefault(step, max(hour, now_h))

    if "restored" in before:
        sail = before["on_site"] - before["ship_sailed"]
        arrives = at_least_now("on_site", hours.get("ship_sailed", now_h) + sail)
        permit = at_least_now("permit_granted", before["permit_granted"])
        work = before["restored"] - max(before["on_site"], before["permit_granted"])
        at_least_now("restored", max(arrives, permit) + work)
    return job.model_copy(update={"ship": ship or job.ship, "hours": hours})


def _after_their_work(jobs: list[ForecastJob], free: Mapping[str, ForecastJob],
                      known: Mapping[str, Hours]) -> list[ForecastJob]:
    """Planned jobs, those of ships still at work put off until the ship is free and has gone by
    way of its base; what has been entered of a job stands."""
    late: dict[str, float] = {}
    out = []
    for job in sorted(jobs, key=lambda one: one.hours.get("ship_sailed", 0.0)):
        hours = dict(job.hours)
        if job.ship is not None and job.ship in free and hours:
            first = free[job.ship].hours
            if job.ship not in late:
                back = first["on_site"] - first.get("ship_sailed", first["on_site"])
                late[job.ship] = max(first["restored"] + back - hours["ship_sailed"], 0.0)
            hours = {step: hour + late[job.ship] if step in ("ship_sailed", "on_site", "restored")
                     else hour for step, hour in hours.items()}
        out.append(job.model_copy(update={"hours": hours | known.get(job.job, {})}))
    return out

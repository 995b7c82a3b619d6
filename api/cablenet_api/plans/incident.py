"""An activation: a plan applied to a real event, or to an exercise on a simulated clock.

The incident keeps its own log of actuals (a ship sailed, a permit was granted, a cable restored)
beside the forecast of the day it was opened. Nothing in the log is ever changed; what was entered
wrongly is entered again with a note. Clocks are arguments, so an exercise is the same thing with
other hours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field

from cablenet_api.events import Closed, Event, Name
from cablenet_api.plans.document import Key, Text
from cablenet_api.plans.errors import NotAllowedError

Step = Literal["declared", "located", "ship_nominated", "ship_sailed", "permit_granted", "on_site",
               "repair_done", "restored", "note"]
STEPS: tuple[Step, ...] = ("located", "ship_sailed", "permit_granted", "on_site", "restored")
"""Steps of a job that a forecast has hours for, in their usual order."""


class Actual(Closed):
    """Something that happened, as somebody entered it."""

    at: AwareDatetime = Field(description="when it happened")
    entered_at: AwareDatetime
    organisation: Key
    step: Step
    job: Name | None = Field(default=None, description="a repair job; none: the whole incident")
    ship: Name | None = None
    text: Text | None = None


class ForecastJob(Closed):
    """What the schedule said of one job when it was made; hours after the fault."""

    job: Name
    cable: Name
    ship: Name | None
    hours: dict[Step, Annotated[float, Field(ge=0, le=1e6)]]


class Forecast(Closed):
    """A schedule, made at some hour after the fault."""

    made_at: AwareDatetime
    jobs: list[ForecastJob] = Field(max_length=500)
    not_served: dict[Name, Text] = Field(default={}, description="job -> why no ship may reach it")
    notes: list[Text] = Field(default=[], max_length=20, description="what it could not tell")


@dataclass(frozen=True)
class Incident:
    """An open or closed activation.

    Attributes
    ----------
    started
        when the fault struck, on the clock of the incident
    simulated
        an exercise: its clock is not the world's
    forecasts
        all schedules, the first one first; each later one was recomputed with the actuals known
    """

    id: str
    plan: str
    version: int
    scenario: str | None
    event: Event
    started: datetime
    simulated: bool
    forecasts: tuple[Forecast, ...]
    actuals: tuple[Actual, ...] = ()
    closed: datetime | None = None


def enter(incident: Incident, actual: Actual) -> Incident:
    """One more line of the log.

    Raises
    ------
    NotAllowedError
        after the incident was closed, before it began, in the future of its clock, for an unknown
        job, or a step that is already there for this job
    """
    if incident.closed is not None:
        raise NotAllowedError("the incident is closed; open another, or add to its report")
    if actual.at < incident.started:
        raise NotAllowedError(f"{actual.at:%Y-%m-%d %H:%M} lies before the fault, "
                              f"{incident.started:%Y-%m-%d %H:%M}")
    if actual.at > actual.entered_at:
        raise NotAllowedError("what lies in the future is a forecast, not an actual")
    known = jobs_known(incident)
    if actual.job is not None and actual.job not in known:
        raise NotAllowedError(f"no job '{actual.job}' in this incident; known: "
                              f"{', '.join(sorted(known))}")
    if actual.step in STEPS:
        if actual.job is None:
            raise NotAllowedError(f"'{actual.step}' is a step of a job: name the job")
        if any((one.job, one.step) == (actual.job, actual.step) for one in incident.actuals):
            raise NotAllowedError(f"'{actual.step}' of '{actual.job}' is entered already; mend it "
                                  "with a note")
    return replace(incident, actuals=(*incident.actuals, actual))


def jobs_known(incident: Incident) -> frozenset[str]:
    """Every job that some forecast names."""
    return frozenset(job for one in incident.forecasts
                     for job in (*(known.job for known in one.jobs), *one.not_served))


def learn(incident: Incident, event: Event) -> Incident:
    """What is known of the damage by now: at first perhaps a cable, later the place.

    Raises
    ------
    NotAllowedError
        when a step of a job is entered already: the log must keep meaning what it said
    """
    if any(one.job for one in incident.actuals):
        raise NotAllowedError("steps of jobs are entered already; open another incident for what "
                              "else has failed")
    return replace(incident, event=event)


def recompute(incident: Incident, forecast: Forecast) -> Incident:
    """The schedule made anew from what is known by now."""
    if incident.closed is not None:
        raise NotAllowedError("the incident is closed")
    return replace(incident, forecasts=(*incident.forecasts, forecast))


def close(incident: Incident, at: datetime) -> Incident:
    """The incident is over; what is still open is told in the report."""
    if incident.closed is not None:
        raise NotAllowedError("it is closed already")
    return replace(incident, closed=at)


def done_jobs(incident: Incident) -> frozenset[str]:
    """Jobs whose traffic is back."""
    return frozenset(one.job for one in incident.actuals if one.step == "restored" and one.job)


def hours_of(incident: Incident, job: str) -> Mapping[Step, float]:
    """Actual hours after the fault of each step of a job."""
    return {one.step: (one.at - incident.started) / timedelta(hours=1)
            for one in incident.actuals if one.job == job and one.step in STEPS}


def forecast_rows(jobs: Sequence[Mapping[Any, Any]]) -> list[ForecastJob]:
    """Jobs of a `cablenet.RepairPlan.schedule` (its records) as a forecast keeps them."""
    return [ForecastJob(job=str(row["job_id"]), cable=str(row["cable_id"]),
                        ship=str(row["ship_id"]) if row["ship_id"] else None,
                        hours={"located": _hours(row["locate_h"]),
                               "ship_sailed": _hours(row["depart_h"]),
                               "permit_granted": _hours(row["permit_h"]),
                               "on_site": _hours(row["arrive_h"]),
                               "restored": _hours(row["done_h"])})
            for row in jobs]


def _hours(value: object) -> float:
    return max(float(str(value)), 0.0)

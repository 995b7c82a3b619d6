"""Activations kept in a workspace: one document each, every line of the log its next version."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from pydantic import AwareDatetime, Field
from sqlalchemy import Connection

from cablenet_api.events import Closed, Event, Name
from cablenet_api.plans.document import Key, Target, Text
from cablenet_api.plans.errors import NotAllowedError
from cablenet_api.plans.incident import Actual, Forecast, Incident, Step
from cablenet_api.plans.matching import Match
from cablenet_api.workspaces import documents
from cablenet_api.workspaces.plans import PLAN, PlanKept, VersionKept
from cablenet_api.workspaces.spaces import Space

INCIDENT = "incident"
MOST_PLANS = 1000
MOST_ACTUALS, MOST_FORECASTS = 2_000, 50
"""Longest log of one incident; a last line says so (assumed: months of a large outage)."""


class IncidentKept(Closed):
    """An activation as it is written down."""

    plan: str
    version: int = Field(description="of the plan, the one in force when this was opened")
    scenario: Key | None = Field(description="the planned scenario nearest to the event")
    likeness: float | None = Field(description="of that scenario and the event, 0 to 1")
    targets: list[Target] = Field(description="of the plan, to be judged by afterwards")
    event: Event
    started: AwareDatetime
    simulated: bool
    clock: AwareDatetime | None = Field(description="of an exercise; none: the world's own")
    forecasts: list[Forecast] = Field(max_length=MOST_FORECASTS)
    actuals: list[Actual] = Field(default=[], max_length=MOST_ACTUALS)
    closed: AwareDatetime | None = None


class IncidentAsked(Closed):
    """An activation to open: what has happened, when, and under which plan."""

    event: Event
    started: AwareDatetime | None = Field(None, description="when the fault struck; default: now")
    plan: str | None = Field(None, pattern="^[0-9a-f]{32}$",
                             description="a plan in force; default: the nearest to the event")
    simulated: bool = Field(False, strict=True,
                            description="an exercise: its clock is told with each entry")


class ActualAsked(Closed):
    """Something that has happened."""

    at: AwareDatetime = Field(description="when it happened")
    step: Step
    job: Name | None = Field(None, description="a repair job of the forecast; none: all of it")
    ship: Name | None = None
    text: Text | None = None
    now: AwareDatetime | None = Field(None, description="the exercise's clock; default: `at`")


class ForecastAsked(Closed):
    """A schedule from now on."""

    event: Event | None = Field(None, description="what is known of the damage by now, as long as "
                                "no step of a job is entered")
    now: AwareDatetime | None = Field(None, description="the exercise's clock; default: as it is")


class ClosingAsked(Closed):
    """The end of an activation."""

    now: AwareDatetime | None = Field(None, description="the exercise's clock; default: as it is")


def plans_in_force(connection: Connection, space: Space) -> dict[str, VersionKept]:
    """Plan id -> its version in force, of a workspace."""
    found = documents.documents_of(connection, space, PLAN, "", MOST_PLANS)
    kept = {one.id: PlanKept.model_validate_json(one.body).in_force for one in found}
    return {key: one for key, one in kept.items() if one is not None}


def chosen_plan(asked: IncidentAsked, plans: Mapping[str, VersionKept], matches: list[Match]
                ) -> tuple[str, Match | None]:
    """The plan that was asked for, or the nearest, with its scenario nearest to the event."""
    if asked.plan is not None and asked.plan not in plans:
        raise NotAllowedError("this plan is not in force in this workspace")
    fit = [one for one in matches if asked.plan in (None, one.plan)]
    if fit:
        return fit[0].plan, fit[0]
    if asked.plan is None:
        raise NotAllowedError("no plan in force here shares anything with the event; name one")
    return asked.plan, None


def opened(asked: IncidentAsked, plan: str, version: VersionKept, match: Match | None,
           forecast: Forecast, *, started: datetime) -> IncidentKept:
    """A new activation with its first forecast."""
    return IncidentKept(
        plan=plan, version=version.number, scenario=match.scenario if match else None,
        likeness=match.likeness if match else None, targets=version.document.targets,
        event=asked.event, started=started, simulated=asked.simulated,
        clock=started if asked.simulated else None,
        forecasts=[forecast])


def incident_of(key: str, kept: IncidentKept) -> Incident:
    """The activation as the log's rules know it."""
    return Incident(key, kept.plan, kept.version, kept.scenario, kept.event, kept.started,
                    kept.simulated, tuple(kept.forecasts), tuple(kept.actuals), kept.closed)


def written(kept: IncidentKept, incident: Incident, clock: datetime) -> IncidentKept:
    """What is written down after one more step at an hour of the incident's clock."""
    if len(incident.actuals) > MOST_ACTUALS or len(incident.forecasts) > MOST_FORECASTS:
        raise NotAllowedError(f"an incident holds at most {MOST_ACTUALS} entries and "
                              f"{MOST_FORECASTS} forecasts; close it and open another")
    return kept.model_copy(update={
        "event": incident.event, "forecasts": list(incident.forecasts),
        "actuals": list(incident.actuals), "closed": incident.closed,
        "clock": clock if kept.simulated else None})


def clock_of(kept: IncidentKept, now: datetime | None, world_clock: datetime) -> datetime:
    """The hour of a step: the world's for a real event; for an exercise as told, never back."""
    if not kept.simulated:
        if now is not None:
            raise NotAllowedError("a real event goes by the world's clock; leave `now` out")
        return world_clock
    assert kept.clock is not None
    if now is not None and now < kept.clock:
        raise NotAllowedError(f"the exercise's clock stands at {kept.clock:%Y-%m-%d %H:%M} UTC and "
                              "does not go back")
    return now or kept.clock

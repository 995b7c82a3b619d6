"""Routes of activations: opened under the nearest plan, logged beside the forecast, judged."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import Connection
from starlette.responses import Response

from cablenet_api.access.roles import Deed
from cablenet_api.access.tokens import Caller
from cablenet_api.places import Places
from cablenet_api.plans import incident as log
from cablenet_api.plans.after_action import after_action
from cablenet_api.plans.canonical import canonical
from cablenet_api.plans.errors import NotAllowedError
from cablenet_api.plans.forecasting import first_forecast, forecast_from_now
from cablenet_api.plans.incident import Actual, Incident
from cablenet_api.plans.matching import nearest_plans
from cablenet_api.routes.callers import Who
from cablenet_api.routes.shapes import After, Id, Limit, page, problems
from cablenet_api.routes.workspaces import TAGGED, IfMatch
from cablenet_api.store.store import Store
from cablenet_api.workspaces import documents, spaces
from cablenet_api.workspaces.conditions import check_condition
from cablenet_api.workspaces.documents import Document
from cablenet_api.workspaces.incidents import (
    INCIDENT,
    ActualAsked,
    ClosingAsked,
    ForecastAsked,
    IncidentAsked,
    IncidentKept,
    chosen_plan,
    clock_of,
    incident_of,
    opened,
    plans_in_force,
    written,
)
from cablenet_api.workspaces.spaces import Space
from cablenet_api.worlds import Worlds

Ahead = Callable[[Incident, datetime], Incident]
WRITES = (400, 401, 403, 404, 409, 412, 413, 415, 422, 428, 503)


class IncidentShown(BaseModel):
    """An activation: what was forecast and what came."""

    id: str
    version: int
    etag: str
    kept: IncidentKept


class IncidentPage(BaseModel):
    """Some activations, in the order of their ids."""

    items: list[IncidentShown]
    next: str | None = Field(description="send as `after` for the next page; null on the last")


class TargetShown(BaseModel):
    """One target of the plan; `reached` is null where nothing was entered to judge it by."""

    measure: str
    at_most: float
    value: float | None
    reached: bool | None


class PhaseShown(BaseModel):
    """One phase of one job, in hours; `error_h` above 0: it took longer than forecast."""

    job: str
    phase: str
    forecast_h: float
    actual_h: float
    error_h: float


class Report(BaseModel):
    """What was forecast, what came, and which targets were met."""

    incident: str
    plan: str
    version: int
    simulated: bool
    phases: list[PhaseShown]
    mean_error_h: dict[str, float]
    targets: list[TargetShown]
    open_jobs: list[str] = Field(description="jobs whose traffic is not back")
    log: list[Actual]


def incidents_router(store: Store, worlds: Worlds, places: Places) -> APIRouter:
    """The routes of activations kept in a workspace."""
    router = APIRouter(prefix="/workspaces/{workspace}/incidents", tags=["incidents"])

    def newest(connection: Connection, who: Caller, workspace: str, key: str,
               deed: Deed = "read") -> tuple[Space, Document, IncidentKept]:
        space = spaces.space_of(connection, who, workspace, deed)
        found = documents.document_of(connection, space, INCIDENT, key)
        return space, found, IncidentKept.model_validate_json(found.body)

    def read(who: Caller, workspace: str, key: str, if_match: str | None) -> IncidentKept:
        """The activation that a slow step starts from; refused before anything is computed."""
        with store.reading(who.organisation) as connection:
            _, found, kept = newest(connection, who, workspace, key, "write")
            check_condition(if_match, found)
        return kept

    def step(who: Caller, workspace: str, key: str, if_match: str | None, ahead: Ahead,
             now: datetime | None, deed: str) -> Document:
        """Write the next version of an activation, in one transaction."""
        with store.writing(who.organisation) as connection:
            space, old, kept = newest(connection, who, workspace, key, "write")
            check_condition(if_match, old)
            clock = clock_of(kept, now, datetime.now(UTC))
            after = written(kept, ahead(incident_of(key, kept), clock), clock)
            return documents.replace_document(connection, space, who, old, canonical(after), deed)

    @router.get("", responses=problems(401, 404, 422, 503))
    def list_incidents(workspace: Id, who: Who, after: After = "", limit: Limit = 100
                       ) -> IncidentPage:
        """The activations of a workspace, exercises among them."""
        with store.reading(who.organisation) as connection:
            space = spaces.space_of(connection, who, workspace)
            found = documents.documents_of(connection, space, INCIDENT, after, limit + 1)
        return IncidentPage(**page(found, limit, _shown))

    @router.post("", status_code=201, responses=problems(400, 401, 403, 404, 409, 413, 415, 422,
                                                         503))
    def open_incident(workspace: Id, asked: IncidentAsked, who: Who, response: Response
                      ) -> IncidentShown:
        """Activate the plan nearest to an event, with the forecast of its repairs."""
        with store.reading(who.organisation) as connection:
            space = spaces.space_of(connection, who, workspace, "write")
            plans = plans_in_force(connection, space)
        now = datetime.now(UTC)
        started = asked.started or now
        if started > now and not asked.simulated:
            raise NotAllowedError("a real event has struck already; exercises may lie ahead")
        with places.taken():
            world = worlds.get(None)
            matches = nearest_plans(world, asked.event, {
                key: one.document for key, one in plans.items()})
            plan, match = chosen_plan(asked, plans, matches)
            forecast = first_forecast(world, asked.event, started if asked.simulated else now)
        kept = opened(asked, plan, plans[plan], match, forecast, started=started)
        with store.writing(who.organisation) as connection:
            space = spaces.space_of(connection, who, workspace, "write")
            made = documents.add_document(connection, space, who, INCIDENT, canonical(kept))
        response.headers["Location"] = f"/workspaces/{space.id}/incidents/{made.id}"
        return _tagged(response, made)

    @router.get("/{incident}", responses=TAGGED | problems(401, 404, 422, 503))
    def get_incident(workspace: Id, incident: Id, who: Who, response: Response) -> IncidentShown:
        """One activation."""
        with store.reading(who.organisation) as connection:
            return _tagged(response, newest(connection, who, workspace, incident)[1])

    @router.post("/{incident}/actuals", responses=TAGGED | problems(*WRITES))
    def enter_actual(workspace: Id, incident: Id, asked: ActualAsked, who: Who,
                     response: Response, if_match: IfMatch = None) -> IncidentShown:
        """One more line of the log: a ship sailed, a permit was granted, a cable is back."""
        def ahead(found: Incident, clock: datetime) -> Incident:
            return log.enter(found, Actual(
                at=asked.at, entered_at=clock, organisation=who.organisation, step=asked.step,
                job=asked.job, ship=asked.ship, text=asked.text))

        with store.reading(who.organisation) as connection:
            _, _, kept = newest(connection, who, workspace, incident, "write")
        now = asked.now
        if kept.simulated and now is None and kept.clock is not None:
            now = max(asked.at, kept.clock)
        return _tagged(response, step(who, workspace, incident, if_match, ahead, now,
                                      f"enter '{asked.step}' in"))

    @router.post("/{incident}/forecasts", responses=TAGGED | problems(*WRITES))
    def forecast_again(workspace: Id, incident: Id, asked: ForecastAsked, who: Who,
                       response: Response, if_match: IfMatch = None) -> IncidentShown:
        """The schedule of what is left, from now on and from what has been entered."""
        kept = read(who, workspace, incident, if_match)
        before = incident_of(incident, kept)
        clock = clock_of(kept, asked.now, datetime.now(UTC))
        log.recompute(before, before.forecasts[0])  # refused before anything is computed
        if asked.event is not None:
            before = log.learn(before, asked.event)
        with places.taken():
            forecast = forecast_from_now(worlds.get(None), before, clock)

        def ahead(found: Incident, _: datetime) -> Incident:
            return log.recompute(found if asked.event is None else log.learn(found, asked.event),
                                 forecast)

        return _tagged(response, step(who, workspace, incident, if_match, ahead,
                                      clock if kept.simulated else None, "forecast"))

    @router.post("/{incident}/closing", responses=TAGGED | problems(*WRITES))
    def close_incident(workspace: Id, incident: Id, asked: ClosingAsked, who: Who,
                       response: Response, if_match: IfMatch = None) -> IncidentShown:
        """End an activation; what is still open is told in the report."""
        return _tagged(response, step(who, workspace, incident, if_match, log.close, asked.now,
                                      "close"))

    @router.get("/{incident}/report", responses=problems(401, 404, 422, 503))
    def get_report(workspace: Id, incident: Id, who: Who) -> Report:
        """The after-action report, of an open activation as far as it has come."""
        with store.reading(who.organisation) as connection:
            _, found, kept = newest(connection, who, workspace, incident)
        return Report.model_validate(
            after_action(incident_of(found.id, kept), kept.targets).to_json())

    return router


def _shown(found: Document) -> IncidentShown:
    return IncidentShown(id=found.id, version=found.version, etag=found.etag,
                         kept=IncidentKept.model_validate_json(found.body))


def _tagged(response: Response, found: Document) -> IncidentShown:
    response.headers["ETag"] = found.etag
    return _shown(found)

"""The routes that keep nothing: links, health, names, scores, explanations."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response

import cablenet as cn
from cablenet_api import docs_page
from cablenet_api.answers import NetworkStamp, ScoreAnswer, answer_of, stamp
from cablenet_api.events import FIRST_DAY, LAST_DAY, ScoreRequest
from cablenet_api.failures import scenarios_of
from cablenet_api.places import Places
from cablenet_api.problems import KINDS
from cablenet_api.routes.callers import current_caller
from cablenet_api.routes.shapes import problems
from cablenet_api.settings import Settings
from cablenet_api.worlds import Worlds

Day = Annotated[date | None, Query(ge=FIRST_DAY, le=LAST_DAY, description="default: the map's own "
                                   "day")]


class Links(BaseModel):
    """Where everything is."""

    service: str = "cablenet"
    version: str
    links: dict[str, str]


class Health(BaseModel):
    """Whether the service answers, and which networks it keeps ready."""

    status: str = "ok"
    version: str
    networks_ready: list[str] = Field(description="days; 'default' is the map's own")


class Names(BaseModel):
    """What a request may name, as id: readable name."""

    network: NetworkStamp
    cables: dict[str, str]
    stations: dict[str, str]
    countries: dict[str, str]
    chokepoints: dict[str, str]
    named_events: list[str]
    metrics: dict[str, str]
    capacity_rules: list[str]


class Explanation(BaseModel):
    """One kind of problem explained."""

    type: str
    title: str
    status: int
    cure: str


def scoring_router(settings: Settings, worlds: Worlds, places: Places) -> APIRouter:
    """These routes of one service; with login, scores and names are for callers only."""
    router = APIRouter()
    known = [Depends(current_caller)] if settings.login != "none" else []

    @router.get("/", tags=["service"])
    def links() -> Links:
        """Links to everything else."""
        return Links(version=cn.__version__, links={
            "score": "/score", "names": "/names", "health": "/health", "docs": "/docs",
            "openapi": "/openapi.json", "layers": "/layers",
            "schemas": "/schemas",
        })

    @router.get("/health", tags=["service"])
    def health() -> Health:
        """Answers as long as the service runs; loads nothing."""
        return Health(version=cn.__version__,
                      networks_ready=[str(day or "default") for day in worlds.days])

    @router.get("/names", tags=["score"], dependencies=known,
                responses=problems(401, 422, 503))
    def names(as_of: Day = None) -> Names:
        """The names a request may use on one day."""
        return _names(worlds, as_of)

    @router.post("/score", tags=["score"], dependencies=known,
                 responses=problems(400, 401, 409, 413, 415, 422, 503))
    def score(request: ScoreRequest) -> ScoreAnswer:
        """What each failure does: per scenario and per country, with units.

        All events are checked before anything is computed; every finding comes back at once.
        """
        world = worlds.get(request.as_of)
        with places.taken():
            events = scenarios_of(world, request.events)
            for country in request.countries or ():
                world.network.country_index(country)
            scores = cn.score(world.network, events, request.metrics,
                              capacity_rule=request.capacity_rule)
            return answer_of(scores, request.countries)

    @router.get("/problems/{slug}", tags=["service"], responses=problems(404, 422))
    def problem(slug: str) -> Explanation:
        """What a kind of problem means and how to mend it."""
        if slug not in KINDS:
            raise HTTPException(404, "no such kind of problem")
        kind = KINDS[slug]
        return Explanation(type=f"/problems/{slug}", title=kind.title, status=kind.status,
                           cure=kind.cure)

    @router.get("/docs", include_in_schema=False)
    def docs(request: Request) -> HTMLResponse:
        return docs_page.response(request.app.openapi())

    @router.get("/docs.js", include_in_schema=False)
    def docs_script() -> Response:
        return Response(docs_page.SCRIPT, media_type="text/javascript")

    return router


def _names(worlds: Worlds, as_of: date | None) -> Names:
    world = worlds.get(as_of)
    net, tables = world.network, world.network.layers.tables
    try:
        named = list(world.named_events.names)
    except (cn.errors.NothingHitError, cn.errors.UnknownNameError):
        named = []  # a map of another region, or without the chokepoints that events name
    live = sorted({int(cable) for cable in net.links.cable[net.links.in_service] if cable >= 0})
    stations, chokes = tables["stations"], tables["chokepoints"]
    return Names(
        network=stamp(net),
        cables={str(net.cable_id[c]): str(net.cable_name[c]) for c in live},
        stations={str(key): f"{name} ({country})" for key, name, country in zip(
            stations["station_id"], stations["name"], stations["country"], strict=True)},
        countries=dict(zip(map(str, net.country_id), map(str, net.country_name), strict=True)),
        chokepoints={str(key): str(name) for key, name in zip(
            chokes["choke_id"], chokes["name"], strict=True)},
        named_events=named,
        metrics={name: "; ".join(f"{h.name} ({h.unit})" for h in metric.headings)
                 for name, metric in cn.METRICS.items()},
        capacity_rules=list(cn.CAPACITY_RULES),
    )

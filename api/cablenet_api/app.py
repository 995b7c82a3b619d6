"""`create_app`: one service from its settings. Nothing exists before it is called."""

from __future__ import annotations

import re
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

import cablenet as cn
from cablenet_api import problems
from cablenet_api.access.oidc import Provider, provider_at
from cablenet_api.body_guard import BodyGuard
from cablenet_api.manners.figures import Counted, Figures
from cablenet_api.manners.once import Once
from cablenet_api.manners.pace import Pace
from cablenet_api.places import Places
from cablenet_api.routes.audit import audit_router
from cablenet_api.routes.callers import caller_finder
from cablenet_api.routes.desk import desk_router
from cablenet_api.routes.examples import examples
from cablenet_api.routes.exchange import exchange_router
from cablenet_api.routes.incidents import incidents_router
from cablenet_api.routes.jobs import jobs_router
from cablenet_api.routes.layer_roots import atlas_layers
from cablenet_api.routes.maps import maps_router
from cablenet_api.routes.members import members_router
from cablenet_api.routes.overlays import overlays_router
from cablenet_api.routes.plan_changes import plan_changes_router
from cablenet_api.routes.plans import plans_router
from cablenet_api.routes.processes import processes_router
from cablenet_api.routes.readiness import readiness_router
from cablenet_api.routes.results import results_router
from cablenet_api.routes.schemas import schemas_router
from cablenet_api.routes.scoring import scoring_router
from cablenet_api.routes.workspaces import scenarios_router, workspaces_router
from cablenet_api.settings import Settings
from cablenet_api.store import Store
from cablenet_api.store.files import files_at
from cablenet_api.workspaces.maps import WorkspaceMaps
from cablenet_api.worlds import LoadNetwork, Worlds, loader_of

DESCRIPTION = """\
What a failure of submarine cables does, for planning tools. Send failures (a cable, a station, a
cut at a place, a disk, a polygon, a chokepoint, a country's refusal, a named event, or several
together) and get scores per scenario and per country, with units, and the fingerprint of the
network they belong to.
"""


def create_app(settings: Settings | None = None, *,
               load_network: LoadNetwork | None = None,
               provider: Provider | None = None) -> FastAPI:
    """A new service. Its database is opened by the first request that needs it.

    Parameters
    ----------
    settings
        limits; default: from the environment (`CABLENET_...`)
    load_network
        day -> network; default: the map that the settings name, else the shipped atlas
    provider
        who checks OIDC tokens; default: the one the settings name, if any
    """
    settings = settings or Settings()
    worlds = Worlds(load_network or loader_of(settings.map), settings.networks_kept)
    app = FastAPI(title="cablenet", version=cn.__version__, description=DESCRIPTION,
                  docs_url=None, redoc_url=None, separate_input_output_schemas=False,
                  generate_unique_id_function=_operation, license_info={"name": "Apache-2.0"})
    store = Store(settings.database)
    if provider is None and settings.oidc_issuer and settings.oidc_audience and settings.oidc_keys:
        provider = provider_at(settings.oidc_issuer, settings.oidc_audience, settings.oidc_keys)
    app.state.find_caller = caller_finder(settings, store, provider)
    app.state.settings, app.state.worlds, app.state.store = settings, worlds, store
    problems.install(app)
    figures = Figures()
    maps = WorkspaceMaps(settings.networks_kept)
    places = Places(settings.scores_at_once, settings.wait_s)
    for router in (desk_router(settings, worlds, places),
                   scoring_router(settings, worlds, places),
                   readiness_router(settings, store, figures),
                   members_router(store),
                   audit_router(store),
                   workspaces_router(store),
                   scenarios_router(store),
                   plans_router(store, worlds, places),
                   plan_changes_router(store, worlds),
                   incidents_router(store, worlds, places),
                   overlays_router(store, worlds, places),
                   processes_router(settings, store, worlds, maps, places),
                   jobs_router(store),
                   maps_router(store, places, maps),
                   exchange_router(store), schemas_router(), atlas_layers(settings, worlds),
                   results_router(store, files_at(settings.files, settings.database))):
        app.include_router(router)
    app.add_middleware(Once, store=store)  # each lies outside those above it
    app.add_middleware(BodyGuard, max_bytes=settings.max_body_bytes, max_depth=settings.max_depth)
    app.add_middleware(Pace, per_s=settings.requests_per_s, burst=settings.requests_burst)
    app.add_middleware(Counted, figures=figures)
    _describe(app)
    return app


def _operation(route: APIRoute) -> str:
    """What clients call an operation: its function's name; layers lie under several roots."""
    root = re.findall(r"{(\w+)}", route.path.partition("/layers")[0])[-1:]
    return "_".join([route.name, *root]) if route.name.startswith("layers") else route.name


def _describe(app: FastAPI) -> None:
    """Put into OpenAPI the problem type, which the routes refer to, and examples of bodies."""

    def openapi() -> dict[str, Any]:
        if not app.openapi_schema:
            made = get_openapi(title=app.title, version=app.version, description=app.description,
                               routes=app.routes, license_info=app.license_info)
            schema = problems.Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            made["components"]["schemas"] |= schema.pop("$defs") | {"Problem": schema}
            for operation, shown in examples().items():
                verb, path = operation.split(" ")
                body = made["paths"][path][verb.lower()]["requestBody"]
                body["content"]["application/json"]["examples"] = {
                    name: {"value": value} for name, value in shown.items()}
            app.openapi_schema = made
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # the hook FastAPI documents

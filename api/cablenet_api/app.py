"""`create_app`: one service from its settings. Nothing exists before it is called."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

import cablenet as cn
from cablenet_api import problems
from cablenet_api.body_guard import BodyGuard
from cablenet_api.routes import router_of
from cablenet_api.settings import Settings
from cablenet_api.worlds import LoadNetwork, Worlds, load_atlas

DESCRIPTION = """\
What a failure of submarine cables does, for planning tools. Send failures (a cable, a station, a
cut at a place, a disk, a polygon, a chokepoint, a country's refusal, a named event, or several
together) and get scores per scenario and per country, with units, and the fingerprint of the
network they belong to.
"""


def create_app(settings: Settings | None = None, *,
               load_network: LoadNetwork = load_atlas) -> FastAPI:
    """A new service.

    Parameters
    ----------
    settings
        limits; default: from the environment (`CABLENET_...`)
    load_network
        day -> network; default: the shipped atlas
    """
    settings = settings or Settings()
    worlds = Worlds(load_network, settings.networks_kept)
    app = FastAPI(title="cablenet", version=cn.__version__, description=DESCRIPTION,
                  docs_url=None, redoc_url=None, license_info={"name": "Apache-2.0"})
    app.state.settings, app.state.worlds = settings, worlds
    problems.install(app)
    app.include_router(router_of(settings, worlds))
    app.add_middleware(BodyGuard, max_bytes=settings.max_body_bytes, max_depth=settings.max_depth)
    _describe_problems(app)
    return app


def _describe_problems(app: FastAPI) -> None:
    """Put the problem type among the schemas of OpenAPI; the routes refer to it."""

    def openapi() -> dict[str, Any]:
        if not app.openapi_schema:
            made = get_openapi(title=app.title, version=app.version, description=app.description,
                               routes=app.routes, license_info=app.license_info)
            schema = problems.Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            made["components"]["schemas"] |= schema.pop("$defs") | {"Problem": schema}
            app.openapi_schema = made
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # the hook FastAPI documents

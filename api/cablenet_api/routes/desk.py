"""The planning desk: its page and files for a browser, and the answers that it asks for."""

from __future__ import annotations

import gzip
import hashlib
import time
from datetime import date
from importlib import resources
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import Scope

import cablenet as cn
from cablenet_api.desk_map import cells, map_of
from cablenet_api.events import FIRST_DAY, LAST_DAY
from cablenet_api.outages import (
    OutageAsked,
    OutageShown,
    TrafficShown,
    outage_of,
    outage_shown,
    traffic_shown,
)
from cablenet_api.places import Places
from cablenet_api.problems import RefusedError
from cablenet_api.routes.callers import current_caller
from cablenet_api.routes.shapes import problems
from cablenet_api.settings import Settings
from cablenet_api.worlds import Worlds

POLICY = ("default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; "
          "style-src 'self'; img-src 'self' data: blob:; manifest-src 'self'; base-uri 'none'; "
          "form-action 'none'; frame-ancestors 'none'")
GUARDS = {"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff",
          "Referrer-Policy": "no-referrer", "Cache-Control": "no-cache"}
VENDORED = ("maplibre-gl.mjs", "maplibre-gl-worker.mjs", "maplibre-gl.css")
TYPES = {"js": "text/javascript", "mjs": "text/javascript", "css": "text/css",
         "html": "text/html", "json": "application/json", "svg": "image/svg+xml"}
PACKED: dict[int | str, dict[str, object]] = {200: {"content": {"application/json": {}}}}
Day = Annotated[date | None, Query(ge=FIRST_DAY, le=LAST_DAY, description="default: the map's own")]
Layer = Annotated[str, Query(pattern="^[a-z_]{1,40}$", description="a table of the map")]
Row = Annotated[str, Query(max_length=200, description="id of its row; *: whole columns")]
FileName = Annotated[str, Path(pattern=r"^[a-z0-9_-]+(/[a-z0-9_-]+)?\.(js|mjs|css|json|svg)$",
                               max_length=80)]


class Cell(BaseModel):
    """Where one number of the map comes from, and how far off it may be."""

    column: str
    basis: str
    low: float | None
    high: float | None
    range_kind: str
    note: str
    sources: list[str]


class _ForBrowsers(APIRoute):
    """Matches only who asks for HTML, so that programs get the links at the same address."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        accepts = dict(scope.get("headers", ())).get(b"accept", b"")
        if scope["type"] != "http" or b"text/html" not in accepts:
            return Match.NONE, {}
        return super().matches(scope)


def desk_router(settings: Settings, worlds: Worlds, places: Places) -> APIRouter:
    """These routes of one service; files are open to all, answers with login for callers only."""
    router = APIRouter(tags=["desk"])
    known = [Depends(current_caller)] if settings.login != "none" else []
    kept: dict[str, tuple[bytes, str]] = {}

    def page(request: Request) -> Response:
        return _file(request, "index.html", kept)

    router.routes.append(_ForBrowsers("/", page, methods=["GET"], include_in_schema=False))

    @router.get("/desk/map", dependencies=known, response_class=Response,
                responses=PACKED | problems(401, 422, 503))
    def desk_map(request: Request, as_of: Day = None) -> Response:
        """Everything the desk draws of one day."""
        world = worlds.get(as_of)
        packed = world.once("map", map_of)
        return _answer(request, packed, f'"{world.network.fingerprint[:32]}"', TYPES["json"])

    @router.get("/desk/cells", dependencies=known,
                responses=problems(401, 422, 503))
    def desk_cells(layer: Layer = "cables", row: Row = "*", as_of: Day = None) -> list[Cell]:
        """Basis, range and sources of the numbers of one row of the map."""
        return [Cell(**one) for one in cells(worlds.get(as_of).network, layer, row)]

    @router.post("/desk/outage", dependencies=known,
                 responses=problems(400, 401, 409, 413, 415, 422, 503))
    def outage(asked: OutageAsked, response: Response) -> OutageShown:
        """Whom an outage hurts, at once: isolation and capacity."""
        world = worlds.get(asked.as_of)
        began, busy = time.perf_counter(), time.thread_time()
        shown = outage_shown(world, outage_of(world, asked.events))
        response.headers["Server-Timing"] = (
            f"score;dur={1e3 * (time.perf_counter() - began):.1f}, "
            f"processor;dur={1e3 * (time.thread_time() - busy):.1f}")
        return shown

    @router.post("/desk/traffic", dependencies=known,
                 responses=problems(400, 401, 409, 413, 415, 422, 503))
    def traffic(asked: OutageAsked) -> TrafficShown:
        """Whom it leaves unserved when traffic reroutes; follows when it is ready."""
        world = worlds.get(asked.as_of)
        with places.taken():
            return traffic_shown(world, outage_of(world, asked.events))

    @router.get("/desk/{name:path}", include_in_schema=False)
    def file(name: FileName, request: Request) -> Response:
        return _file(request, name, kept)

    return router


def _file(request: Request, name: str, kept: dict[str, tuple[bytes, str]]) -> Response:
    """One file of the page, packed once."""
    if name not in kept:
        content = _read(name)
        kept[name] = gzip.compress(content, 9, mtime=0), hashlib.sha256(content).hexdigest()[:32]
    packed, digest = kept[name]
    return _answer(request, packed, f'"{digest}"', TYPES[name.rsplit(".", 1)[1]])


def _read(name: str) -> bytes:
    if name in VENDORED:
        return cn.read_vendored(name)
    found = resources.files("cablenet_api") / "desk" / name
    if not found.is_file():
        raise RefusedError("not-found", "no such file")
    return found.read_bytes()


def _answer(request: Request, packed: bytes, tag: str, kind: str) -> Response:
    """Gzipped where the browser takes it, and 304 for what it has already."""
    headers = {**GUARDS, "ETag": tag, "Vary": "Accept, Accept-Encoding, Authorization"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(packed, headers={**headers, "Content-Encoding": "gzip"}, media_type=kind)
    return Response(gzip.decompress(packed), headers=headers, media_type=kind)

"""Routes of maps in a workspace: imported (our form or OFDS), shared, exported, read as layers."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import Connection
from starlette.background import BackgroundTask
from starlette.responses import FileResponse, Response

import cablenet as cn
from cablenet_api.access.roles import Deed
from cablenet_api.access.tokens import Caller
from cablenet_api.places import Places
from cablenet_api.plans.canonical import canonical
from cablenet_api.routes.callers import Who
from cablenet_api.routes.layers import Layered, layers_routes
from cablenet_api.routes.shapes import After, Id, Limit, page, problems
from cablenet_api.routes.workspaces import TAGGED, IfMatch
from cablenet_api.store.store import Store
from cablenet_api.workspaces import documents, spaces
from cablenet_api.workspaces.conditions import check_condition
from cablenet_api.workspaces.documents import Document
from cablenet_api.workspaces.maps import MAP, MapKept, WorkspaceMaps, world_of
from cablenet_api.workspaces.spaces import Space

Form = Literal["json", "ofds", "gpkg"]
MEDIA = {"json": "application/json", "ofds": "application/json",
         "gpkg": "application/geopackage+sqlite3"}


class MapShown(BaseModel):
    """One version of a map that is kept."""

    id: str
    version: int
    etag: str
    name: str
    organisation: str = Field(description="whose member wrote this version")
    person: str
    written_at: str


class MapTaken(MapShown):
    """A map that was taken in, with what its reader had to repair or leave out."""

    links_in_service: int
    report: list[str]


class MapPage(BaseModel):
    """Some maps, in the order of their ids."""

    items: list[MapShown]
    next: str | None = Field(description="send as `after` for the next page; null on the last")


def maps_router(store: Store, places: Places, maps: WorkspaceMaps) -> APIRouter:
    """These routes of one service."""
    router = APIRouter()
    prefix = "/workspaces/{workspace}/maps"

    def newest(connection: Connection, who: Caller, workspace: str, key: str,
               deed: Deed = "read") -> tuple[Space, Document]:
        space = spaces.space_of(connection, who, workspace, deed)
        return space, documents.document_of(connection, space, MAP, key)

    def found(who: Caller, workspace: str, key: str) -> Document:
        with store.reading(who.organisation) as connection:
            return newest(connection, who, workspace, key)[1]

    def layers_of_map(workspace: Id, map: Id, who: Who) -> Layered:
        document = found(who, workspace, map)
        return Layered(f"/workspaces/{workspace}/maps/{map}/layers",
                       f"cablenet: {_shown(document).name}", "A map of this workspace.",
                       lambda: maps.get(document).collections)

    @router.get(prefix, tags=["workspaces"], responses=problems(401, 404, 422, 503))
    def list_maps(workspace: Id, who: Who, after: After = "", limit: Limit = 100) -> MapPage:
        """The maps of a workspace."""
        with store.reading(who.organisation) as connection:
            space = spaces.space_of(connection, who, workspace)
            rows = documents.documents_of(connection, space, MAP, after, limit + 1)
        return MapPage(**page(rows, limit, _shown))

    @router.post(prefix, tags=["workspaces"], status_code=201, responses=problems(
        400, 401, 403, 404, 413, 415, 422, 503))
    def add_map(workspace: Id, asked: MapKept, who: Who, response: Response) -> MapTaken:
        """Take in a map, once it is found whole; every fault is told at once."""
        with store.reading(who.organisation) as connection:
            spaces.space_of(connection, who, workspace, "write")
        with places.taken():  # seconds: before the write, not in it
            world, report = world_of(asked)
        with store.writing(who.organisation) as connection:
            space = spaces.space_of(connection, who, workspace, "write")
            made = documents.add_document(connection, space, who, MAP, canonical(asked))
        response.headers["Location"] = f"/workspaces/{space.id}/maps/{made.id}"
        response.headers["ETag"] = made.etag
        return _taken(made, world.network, report)

    @router.get(f"{prefix}/{{map}}", tags=["workspaces"],
                responses=TAGGED | problems(401, 404, 422, 503))
    def get_map(workspace: Id, map: Id, who: Who, response: Response) -> MapShown:
        """Which version of a map there is; its content comes by export, or as layers."""
        document = found(who, workspace, map)
        response.headers["ETag"] = document.etag
        return _shown(document)

    @router.put(f"{prefix}/{{map}}", tags=["workspaces"], responses=TAGGED | problems(
        400, 401, 403, 404, 412, 413, 415, 422, 428, 503))
    def replace_map(workspace: Id, map: Id, asked: MapKept, who: Who, response: Response,
                    if_match: IfMatch = None) -> MapTaken:
        """Another version, made from the one that If-Match names."""
        with store.reading(who.organisation) as connection:
            check_condition(if_match, newest(connection, who, workspace, map, "write")[1])
        with places.taken():
            world, report = world_of(asked)
        with store.writing(who.organisation) as connection:
            space, old = newest(connection, who, workspace, map, "write")
            check_condition(if_match, old)
            made = documents.replace_document(connection, space, who, old, canonical(asked))
        response.headers["ETag"] = made.etag
        return _taken(made, world.network, report)

    @router.get(f"{prefix}/{{map}}/export/{{format}}", tags=["workspaces"], response_class=Response,
                responses={200: {"content": {
                    MEDIA["json"]: {"schema": {"type": "object"}},
                    MEDIA["gpkg"]: {"schema": {"type": "string", "format": "binary"}}}},
                    **problems(401, 404, 422, 503)})
    def export_map(workspace: Id, map: Id, format: Form, who: Who) -> Response:
        """The map in our own form (`json`), as Open Fibre Data Standard or as GeoPackage."""
        document = found(who, workspace, map)
        with places.taken():
            return _exported(maps.get(document).network, format, document.etag)

    router.include_router(layers_routes(f"{prefix}/{{map}}/layers", layers_of_map, 401, 404))
    return router


def _exported(network: cn.Network, form: Form, etag: str) -> Response:
    headers = {"ETag": f'{etag[:-1]}-{form}"'}
    if form == "gpkg":
        folder = tempfile.TemporaryDirectory(prefix="cablenet-")
        path = Path(folder.name) / "map.gpkg"
        try:
            cn.write_geopackage({name: frame for name, frame in cn.published_layers(
                network).items() if len(frame)}, path)
        except BaseException:
            folder.cleanup()
            raise
        return FileResponse(path, media_type=MEDIA[form], headers=headers, filename=path.name,
                            background=BackgroundTask(folder.cleanup))
    made: dict[str, Any] = (cn.layers_document(network.layers) if form == "json"
                            else cn.ofds_package(network.layers).package)
    return Response(json.dumps(made, allow_nan=False), media_type=MEDIA[form], headers=headers)


def _shown(document: Document) -> MapShown:
    return MapShown(id=document.id, version=document.version, etag=document.etag,
                    name=json.loads(document.body)["name"], organisation=document.organisation,
                    person=document.person, written_at=document.written_at)


def _taken(document: Document, network: cn.Network, report: list[str]) -> MapTaken:
    return MapTaken(**_shown(document).model_dump(), report=report,
                    links_in_service=int(network.links.in_service.sum()))

"""Routes of layers, by OGC API - Features 1.0: the same six under every root that holds layers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request
from starlette.responses import JSONResponse, Response

import cablenet as cn
from cablenet_api.layers.api_description import (
    GEOJSON,
    JSON,
    OPENAPI,
    collection_page,
    collections_page,
    conformance,
    landing,
    openapi,
)
from cablenet_api.layers.collection import Collection
from cablenet_api.layers.items import item_text, items_text
from cablenet_api.layers.query import PARAMETERS, check_names, query_of
from cablenet_api.problems import RefusedError
from cablenet_api.routes.shapes import problems

CollectionId = Annotated[str, Path(max_length=60, pattern="^[a-z0-9_-]+$",
                                   description="the name of a layer")]
FeatureId = Annotated[str, Path(max_length=200, description="the key of a feature")]
ONLY_JSON: list[dict[str, Any]] = [one for one in PARAMETERS if one["name"] == "f"]


@dataclass(frozen=True)
class Layered:
    """One root with layers below it: where it is, what it is called, and how its layers are got.

    `collections` may take seconds when it is called first.
    """

    path: str
    title: str
    description: str
    collections: Callable[[], Mapping[str, Collection]]


def layers_routes(prefix: str, find: Callable[..., Layered], *statuses: int) -> APIRouter:
    """The routes of the layers under one prefix.

    Parameters
    ----------
    find
        a dependency that refuses whoever may not see, and names the root asked for
    statuses
        what else `find` may answer with
    """
    router = APIRouter(prefix=prefix, tags=["layers"])
    found = Depends(find)

    @router.get("", **_described(JSON, ONLY_JSON, statuses))
    def layers(request: Request, source: Layered = found) -> Response:
        """Where everything about these layers is."""
        _only_json(request)
        return JSONResponse(landing(_root(request, source), _service(request), source.title,
                                    source.description))

    @router.get("/conformance", **_described(JSON, ONLY_JSON, statuses))
    def layers_conformance(request: Request, source: Layered = found) -> Response:
        """The classes of OGC API - Features that are kept to."""
        _only_json(request)
        return JSONResponse(conformance())

    @router.get("/api", **_described(OPENAPI, ONLY_JSON, statuses))
    def layers_api(request: Request, source: Layered = found) -> Response:
        """These layers alone in OpenAPI 3.0, for clients of the standard."""
        _only_json(request)
        return JSONResponse(openapi(_root(request, source), source.title, cn.__version__,
                                    list(source.collections())), media_type=OPENAPI)

    @router.get("/collections", **_described(JSON, ONLY_JSON, statuses))
    def layers_collections(request: Request, source: Layered = found) -> Response:
        """Every layer: what it holds, where and when."""
        _only_json(request)
        return JSONResponse(collections_page(_root(request, source), source.collections()))

    @router.get("/collections/{collection}", **_described(JSON, ONLY_JSON, (404, *statuses)))
    def layers_collection(request: Request, collection: CollectionId, source: Layered = found
                          ) -> Response:
        """One layer."""
        _only_json(request)
        return JSONResponse(collection_page(_root(request, source), _named(source, collection)))

    @router.get("/collections/{collection}/items",
                **_described(GEOJSON, PARAMETERS, (404, *statuses)))
    def layers_items(request: Request, collection: CollectionId, source: Layered = found
                     ) -> Response:
        """Features of a layer, in pages in the order of their ids."""
        asked = dict(request.query_params)
        query = query_of(asked, len(request.query_params.multi_items()))
        moment = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return Response(items_text(_root(request, source), _named(source, collection), query,
                                   asked, moment), media_type=GEOJSON)

    @router.get("/collections/{collection}/items/{feature:path}",
                **_described(GEOJSON, ONLY_JSON, (404, *statuses)))
    def layers_item(request: Request, collection: CollectionId, feature: FeatureId,
                    source: Layered = found) -> Response:
        """One feature of a layer."""
        _only_json(request)
        layer = _named(source, collection)
        row = layer.row_of(feature)
        if row is None:
            raise RefusedError("not-found", "no such feature")
        return Response(item_text(_root(request, source), layer, row), media_type=GEOJSON)

    return router


def _described(kind: str, parameters: list[dict[str, Any]], statuses: tuple[int, ...]
               ) -> dict[str, Any]:
    """How a route is described: its one form of answer, its parameters, its problems."""
    return {"response_model": None, "openapi_extra": {"parameters": parameters}, "responses": {
        200: {"description": "the answer", "content": {kind: {"schema": {"type": "object"}}}},
        **problems(*sorted({400, 422, 503, *statuses}))}}


def _only_json(request: Request) -> None:
    asked = dict(request.query_params)
    check_names(asked, len(request.query_params.multi_items()), {"f"})
    if asked.get("f", "json") != "json":
        raise RefusedError("bad-query", "f: json is the only form")


def _named(source: Layered, name: str) -> Collection:
    found = source.collections()
    if name not in found:
        raise RefusedError("not-found", f"no such layer; there are: {', '.join(found)}")
    return found[name]


def _service(request: Request) -> str:
    return str(request.base_url).rstrip("/")


def _root(request: Request, source: Layered) -> str:
    return _service(request) + source.path

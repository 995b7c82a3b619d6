"""What a set of layers says about itself: landing page, conformance, collections, OpenAPI 3.0."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from cablenet_api.layers.collection import Collection
from cablenet_api.layers.query import PARAMETERS

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
GREGORIAN = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"
CONFORMS = [f"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/{name}"
            for name in ("core", "oas30", "geojson")]
JSON, GEOJSON = "application/json", "application/geo+json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
Links = list[dict[str, str]]


def link(href: str, rel: str, kind: str, title: str = "") -> dict[str, str]:
    """One link."""
    return {"href": href, "rel": rel, "type": kind, **({"title": title} if title else {})}


def landing(root: str, service: str, title: str, description: str) -> dict[str, Any]:
    """The page that leads to everything else; `root` and `service` are whole addresses."""
    return {"title": title, "description": description, "links": [
        link(root, "self", JSON, "this page"),
        link(f"{root}/api", "service-desc", OPENAPI, "these layers in OpenAPI 3.0"),
        link(f"{service}/openapi.json", "service-desc",
             "application/vnd.oai.openapi+json;version=3.1", "the whole service in OpenAPI 3.1"),
        link(f"{service}/docs", "service-doc", "text/html", "the whole service, for people"),
        link(f"{root}/conformance", "conformance", JSON, "what is kept to"),
        link(f"{root}/collections", "data", JSON, "the layers")]}


def conformance() -> dict[str, Any]:
    """The classes of the standard that are kept to."""
    return {"conformsTo": CONFORMS}


def collections_page(root: str, collections: Mapping[str, Collection]) -> dict[str, Any]:
    """Every layer, in short."""
    return {"links": [link(f"{root}/collections", "self", JSON)],
            "collections": [collection_page(root, one) for one in collections.values()]}


def collection_page(root: str, collection: Collection) -> dict[str, Any]:
    """One layer: what it holds, where and when."""
    here = address_of(root, collection)
    return {
        "id": collection.name, "title": collection.title, "itemType": "feature", "crs": [CRS84],
        "extent": {"spatial": {"bbox": [list(collection.bounds)], "crs": CRS84},
                   "temporal": {"interval": [list(collection.interval)], "trs": GREGORIAN}},
        "links": [link(here, "self", JSON), link(f"{here}/items", "items", GEOJSON)]}


def address_of(root: str, collection: Collection) -> str:
    """The address of one layer."""
    return f"{root}/collections/{quote(collection.name, safe='')}"


def openapi(root: str, title: str, version: str, names: list[str]) -> dict[str, Any]:
    """These layers as an OpenAPI 3.0 document of their own: clients of the standard read that."""
    def get(what: str, key: str, kind: str, parameters: list[dict[str, Any]] | None = None,
            ) -> dict[str, Any]:
        return {"get": {"summary": what, "operationId": key, "parameters": parameters or [],
                        "responses": {
                            "200": {"description": what,
                                    "content": {kind: {"schema": {"type": "object"}}}},
                            "default": {"description": "a problem", "content": {
                                "application/problem+json": {"schema": {"type": "object"}}}}}}}

    collection = {"name": "collectionId", "in": "path", "required": True,
                  "schema": {"type": "string", "enum": names}}
    feature = {"name": "featureId", "in": "path", "required": True, "schema": {"type": "string"}}
    return {
        "openapi": "3.0.3", "info": {"title": title, "version": version},
        "servers": [{"url": root}],
        "paths": {
            "/": get("the landing page", "getLandingPage", JSON),
            "/conformance": get("what is kept to", "getConformance", JSON),
            "/collections": get("every layer", "getCollections", JSON),
            "/collections/{collectionId}": get("one layer", "describeCollection", JSON,
                                               [collection]),
            "/collections/{collectionId}/items": get("features of a layer", "getFeatures", GEOJSON,
                                                     [collection, *PARAMETERS]),
            "/collections/{collectionId}/items/{featureId}": get(
                "one feature", "getFeature", GEOJSON, [collection, feature])}}

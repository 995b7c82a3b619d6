"""Routes of results: JSON, GeoJSON, Parquet, GeoPackage, and the same layers by OGC API."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Query
from sqlalchemy import Row
from starlette.background import BackgroundTask
from starlette.responses import FileResponse, Response, StreamingResponse

from cablenet_api.jobs.queue import job_of
from cablenet_api.jobs.results import (
    chosen_layer,
    collection_of_layer,
    collections_of_job,
    ended,
    geopackage_of_job,
    tag_of,
)
from cablenet_api.layers.collection import Collection
from cablenet_api.problems import RefusedError
from cablenet_api.routes.callers import Who
from cablenet_api.routes.layers import Layered, layers_routes
from cablenet_api.routes.shapes import Id, problems
from cablenet_api.store.files import Files
from cablenet_api.store.store import Store

Form = Literal["json", "geojson", "parquet", "gpkg"]
MEDIA: dict[Form, str] = {
    "json": "application/json", "geojson": "application/geo+json",
    "parquet": "application/vnd.apache.parquet", "gpkg": "application/geopackage+sqlite3"}
AskedForm = Annotated[Form | None, Query(description="the form; default: by Accept, else json")]
AskedLayer = Annotated[str | None, Query(max_length=60, pattern="^[a-z0-9_-]+$", description=(
    "which layer, for geojson and parquet, which hold one; default: the first"))]
Accept = Annotated[str | None, Header(max_length=500)]
IfNoneMatch = Annotated[str | None, Header(max_length=1000, description="ETags at hand")]


def results_router(store: Store, files: Files) -> APIRouter:
    """These routes of one service."""
    router = APIRouter()

    def job_with_result(who: Who, job: str) -> Row[Any]:
        with store.reading(who.organisation) as connection:
            return ended(job_of(connection, who, job))

    def layers_of_job(job: Id, who: Who) -> Layered:
        found = job_with_result(who, job)
        return Layered(f"/jobs/{job}/layers", f"cablenet: {found.process}, a result",
                       "What the job has found, as layers.",
                       lambda: collections_of_job(files, found))

    @router.get("/jobs/{job}/results", response_model=None, tags=["processes"], responses={
        200: {"description": "the answer, or one of its layers", "content": {
            MEDIA["json"]: {"schema": {"type": "object"}},
            MEDIA["geojson"]: {"schema": {"type": "object"}},
            **{MEDIA[form]: {"schema": {"type": "string", "format": "binary"}}
               for form in ("parquet", "gpkg")}},
            "headers": {"ETag": {"schema": {"type": "string"}}}},
        304: {"description": "the same as at hand"},
        **problems(401, 404, 406, 409, 422, 503)})
    def get_results(job: Id, who: Who, f: AskedForm = None, layer: AskedLayer = None,
                    accept: Accept = None, if_none_match: IfNoneMatch = None) -> Response:
        """What a job has found. A GeoPackage holds every layer, GeoJSON and Parquet one."""
        found, form = job_with_result(who, job), f or accepted(accept)
        one = chosen_layer(found, layer) if form in ("geojson", "parquet") else None
        headers = {"ETag": tag_of(found, form, one), "Vary": "Accept, Authorization"}
        if if_none_match and headers["ETag"] in [tag.strip().removeprefix("W/")
                                                 for tag in if_none_match.split(",")]:
            return Response(status_code=304, headers=headers)
        if form == "json":
            return Response(found.result, media_type=MEDIA[form], headers=headers)
        if form == "gpkg":
            return _geopackage(files, found, headers)
        assert one is not None
        if form == "geojson":
            return StreamingResponse(_geojson(collection_of_layer(files, one)),
                                     media_type=MEDIA[form], headers=headers)
        return FileResponse(files.find(one.digest), media_type=MEDIA[form], headers=headers,
                            filename=f"{found.process}-{one.name}.parquet")

    router.include_router(layers_routes("/jobs/{job}/layers", layers_of_job, 401, 404, 409))
    return router


def accepted(accept: str | None) -> Form:
    """The form an Accept header likes best (RFC 9110, 12.5.1); JSON where it does not care."""
    liked: list[tuple[float, int, Form]] = []
    for place, part in enumerate((accept or "*/*").split(",")):
        kind, *parameters = (word.strip().lower() for word in part.split(";"))
        quality = next((word[2:] for word in parameters if word.startswith("q=")), "1")
        weight = float(quality) if quality.replace(".", "", 1).isdigit() else 0.0
        for form, media in MEDIA.items():
            if weight > 0 and kind in (media, "*/*", f"{media.split('/')[0]}/*"):
                liked.append((-weight, place, form))
    if not liked:
        raise RefusedError("no-such-form", f"Accept names none of: {', '.join(MEDIA.values())}")
    return min(liked, key=lambda one: one[:2])[2]


def _geojson(layer: Collection) -> Iterator[str]:
    """A whole layer as one FeatureCollection, feature by feature."""
    yield '{"type": "FeatureCollection", "features": [\n'
    for row, feature in enumerate(layer.features()):
        yield f",\n{feature}" if row else feature
    yield "\n]}\n"


def _geopackage(files: Files, job: Row[Any], headers: dict[str, str]) -> Response:
    """All layers in one file, made for this answer and gone after it."""
    folder = tempfile.TemporaryDirectory(prefix="cablenet-")
    path = Path(folder.name) / f"{job.process}.gpkg"
    try:
        geopackage_of_job(files, job, path)
    except BaseException:
        folder.cleanup()
        raise
    return FileResponse(path, media_type=MEDIA["gpkg"], headers=headers, filename=path.name,
                        background=BackgroundTask(folder.cleanup))

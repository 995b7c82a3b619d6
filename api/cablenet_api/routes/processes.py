"""Routes of processes, in the words of OGC API - Processes 1.0: list, describe, execute."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, Path
from fastapi.exceptions import RequestValidationError
from pydantic import Field, ValidationError
from starlette.responses import JSONResponse, Response

from cablenet_api.access.tokens import Caller
from cablenet_api.events import Closed
from cablenet_api.jobs.queue import add_job
from cablenet_api.journal import record
from cablenet_api.places import Places
from cablenet_api.problems import RefusedError
from cablenet_api.processes import PROCESSES, Process
from cablenet_api.processes.inputs import OnOverlay, RepairsInputs
from cablenet_api.processes.overlaid_repairs import check_aggregated, question_in
from cablenet_api.processes.ships import check_own
from cablenet_api.processes.table import compute
from cablenet_api.routes.callers import Who
from cablenet_api.routes.jobs import JobStatus, status_of
from cablenet_api.routes.shapes import problems
from cablenet_api.settings import Settings
from cablenet_api.store.store import EVERY, Store
from cablenet_api.workspaces.maps import MapNamed, WorkspaceMaps, named_map
from cablenet_api.workspaces.overlays import OverlayNamed, named_overlay, spend
from cablenet_api.workspaces.spaces import allow
from cablenet_api.worlds import Worlds

ProcessId = Annotated[str, Path(max_length=40, pattern="^[a-z-]+$",
                                description="one of GET /processes")]
Prefer = Annotated[str | None, Header(max_length=200, description="respond-async: answer with a "
                                      "job at once, also where the answer could be waited for")]


class Execution(Closed):
    """What a process is asked; GET /processes/{process} says which inputs it takes."""

    inputs: dict[str, Any] = Field(max_length=50, examples=[{"k": 2}])


def processes_router(settings: Settings, store: Store, worlds: Worlds, maps: WorkspaceMaps,
                     places: Places) -> APIRouter:
    """These routes of one service."""
    router = APIRouter(prefix="/processes", tags=["processes"])

    def ask_of(named: OverlayNamed, inputs: OnOverlay, who: Caller) -> None:
        """A question of an overlay: refused, or counted and told to its owner."""
        with store.reading(EVERY) as connection:  # a partner's row is behind the second wall
            seen = named_overlay(connection, who, named)
        if not isinstance(inputs, RepairsInputs):
            check_own(seen)
            return
        if seen.sees == "aggregated":
            check_aggregated(inputs)
        with places.taken():
            question = question_in(worlds.get(inputs.as_of), inputs)
        if seen.sees != "everything":
            with store.writing(EVERY, ends=False) as connection:
                spend(connection, who, seen.kept, [question])

    @router.get("", responses=problems(401, 503))
    def list_processes(who: Who) -> dict[str, Any]:
        """Every process, in short."""
        return {"processes": [_summary(process) for process in PROCESSES.values()], "links": []}

    @router.get("/{process}", responses=problems(401, 404, 422, 503))
    def describe(process: ProcessId, who: Who) -> dict[str, Any]:
        """One process with the schema of its inputs."""
        found = _process(process)
        schema = found.inputs.model_json_schema()
        needed = set(schema.get("required", ()))
        return {**_summary(found), "inputs": {
            name: {"title": about.get("title", name), "schema": about,
                   "minOccurs": int(name in needed)}
            for name, about in schema["properties"].items()},
            "$defs": schema.get("$defs", {}),
            "outputs": {"answer": {"schema": {"type": "object"}}}}

    @router.post("/{process}/execution", response_model=None, responses={
        200: {"description": "the answer", "content": {"application/json": {"schema": {
            "type": "object"}}}},
        201: {"description": "a job, to be asked under its Location", "model": JobStatus},
        **problems(400, 401, 403, 404, 409, 413, 415, 422, 429, 503)})
    def execute(process: ProcessId, asked: Execution, who: Who,
                prefer: Prefer = None) -> Response:
        """Compute: at once where that is quick, else, or if preferred, as a job."""
        found = _process(process)
        allow(who, "read" if found.at_once else "write")
        try:
            inputs = found.inputs.model_validate(asked.inputs)
        except ValidationError as error:
            raise RequestValidationError([
                {**one, "loc": ("body", "inputs", *one["loc"])} for one in error.errors()
            ]) from None
        named: MapNamed | None = getattr(inputs, "map", None)
        document = None
        if named is not None:
            with store.reading(who.organisation) as connection:
                document = named_map(connection, who, named)
            inputs = inputs.model_copy(update={"map": named.model_copy(
                update={"version": document.version})})  # a job keeps to the version it began with
        wants = [one.strip().lower() for one in (prefer or "").split(",")]
        if found.at_once and "respond-async" not in wants:
            with places.taken():
                day = getattr(inputs, "as_of", None)
                world = worlds.get(day) if document is None else maps.get(document, day)
                return JSONResponse(compute(found, world, inputs))
        allow(who, "write")
        if isinstance(inputs, OnOverlay) and inputs.overlay is not None:
            ask_of(inputs.overlay, inputs, who)
        with store.writing(who.organisation) as connection:
            job = add_job(connection, who, found.id, inputs.model_dump_json(),
                          settings.jobs_waiting)
            record(connection, who.organisation, who, "start job", f"job {job.id}",
                   job.inputs.encode())
        return JSONResponse(status_of(job).model_dump(mode="json"), 201, {
            "Location": f"/jobs/{job.id}", "Preference-Applied": "respond-async"})

    return router


def _process(key: str) -> Process:
    if key not in PROCESSES:
        raise RefusedError("not-found", f"no such process; known: {', '.join(PROCESSES)}")
    return PROCESSES[key]


def _summary(process: Process) -> dict[str, Any]:
    options = ["sync-execute", "async-execute"] if process.at_once else ["async-execute"]
    return {"id": process.id, "title": process.title, "description": process.description,
            "version": "1", "jobControlOptions": [*options, "dismiss"],
            "outputTransmission": ["value"], "links": [
                {"href": f"/processes/{process.id}", "rel": "self", "type": "application/json"},
                {"href": f"/processes/{process.id}/execution", "rel": "execute"}]}

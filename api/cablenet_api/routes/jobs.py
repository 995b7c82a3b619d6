"""Routes of jobs, in the words of OGC API - Processes 1.0: status, dismissal, events."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header
from pydantic import BaseModel, Field
from sqlalchemy import Row
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from cablenet_api.jobs.queue import LIVE, dismiss_job, job_of, jobs_of
from cablenet_api.journal import record
from cablenet_api.routes.callers import Who
from cablenet_api.routes.shapes import After, Id, Limit, page, problems
from cablenet_api.store.store import Store
from cablenet_api.workspaces.spaces import allow

LOOK_S, STREAM_S = 0.5, 60.0
"""How often a stream looks for news, and when it ends so that the reader comes back with its
Last-Event-ID, seconds (assumed)."""
SHORT = 160
"""Characters of a job's question in lists."""
MOST_PARSED = 20_000
"""A longer question is cut as it is: a list may hold a thousand of them."""
LastEvent = Annotated[int, Header(alias="Last-Event-ID", ge=0, le=2**31,
                                  description="only what came after this event")]


class JobStatus(BaseModel):
    """How a job stands (`statusInfo`)."""

    jobID: str  # noqa: N815  # the standard's spelling
    processID: str  # noqa: N815  # the standard's spelling
    type: Literal["process"] = "process"
    status: Literal["accepted", "running", "successful", "failed", "dismissed"]
    message: str = Field(description="why it failed, in words")
    created: str
    started: str | None
    updated: str
    progress: int = Field(description="per cent; long processes tell it as they go")
    attempts: int = Field(description="how many workers have begun it")
    asked: str = Field(description="what it was asked, in short")


class JobShown(JobStatus):
    """How a job stands, and all that it was asked."""

    inputs: dict[str, Any]


class JobsPage(BaseModel):
    """Some jobs, in the order of their ids."""

    jobs: list[JobStatus]
    next: str | None


def jobs_router(store: Store) -> APIRouter:
    """These routes of one service."""
    router = APIRouter(prefix="/jobs", tags=["processes"])

    @router.get("", responses=problems(401, 422, 503))
    def list_jobs(who: Who, after: After = "", limit: Limit = 100) -> JobsPage:
        """The jobs of the caller's organisation."""
        with store.reading(who.organisation) as connection:
            found = page(jobs_of(connection, who, after, limit + 1), limit, status_of)
        return JobsPage(jobs=found["items"], next=found["next"])

    @router.get("/{job}", responses=problems(401, 404, 422, 503))
    def get_job(job: Id, who: Who) -> JobShown:
        """How a job stands, and what it was asked."""
        with store.reading(who.organisation) as connection:
            found = job_of(connection, who, job)
        return JobShown(**status_of(found).model_dump(), inputs=json.loads(found.inputs))

    @router.delete("/{job}", responses=problems(401, 403, 404, 422, 503))
    def dismiss(job: Id, who: Who) -> JobStatus:
        """Stop a job; of one that has ended, forget the results."""
        allow(who, "write")
        with store.writing(who.organisation) as connection:
            dismissed = dismiss_job(connection, who, job)
            record(connection, who.organisation, who, "dismiss job", f"job {job}")
        return status_of(dismissed)

    @router.get("/{job}/events", response_model=None, responses={
        200: {"description": "each change as a server-sent event `status`", "content": {
            "text/event-stream": {"schema": {"type": "string"}}}},
        **problems(401, 404, 422, 503)})
    def events(job: Id, who: Who, last_event: LastEvent = 0) -> Response:
        """A stream of changes (SSE), until the job ends or a minute is over; a reader that comes
        back with Last-Event-ID misses nothing that still holds."""
        def read() -> Row[Any]:
            with store.reading(who.organisation) as connection:
                return job_of(connection, who, job)

        read()  # a job that is not there is a problem, not a stream
        return StreamingResponse(_news(read, last_event), media_type="text/event-stream",
                                 headers={"Cache-Control": "no-store"})

    return router


def status_of(job: Row[Any]) -> JobStatus:
    """A row of the queue in the standard's words."""
    return JobStatus(jobID=job.id, processID=job.process, status=job.state, message=job.message,
                     created=job.created_at, started=job.started_at, updated=job.changed_at,
                     attempts=job.attempts, progress=job.progress, asked=_in_short(job.inputs))


def _in_short(inputs: str) -> str:
    """The inputs that were given, a line of at most `SHORT` characters."""
    if len(inputs) > MOST_PARSED:
        return inputs[:SHORT - 2] + " …"
    told = ", ".join(f"{key}: {_words(value)}" for key, value in json.loads(inputs).items()
                     if value not in (None, [], {}))
    return told if len(told) <= SHORT else told[:SHORT - 2] + " …"


def _words(value: Any) -> str:
    """A value without its punctuation: what an event is, and of what."""
    if isinstance(value, dict | list):
        parts = value.values() if isinstance(value, dict) else value
        return " ".join(_words(one) for one in parts if one is not None)
    return str(value)


async def _news(read: Any, seen: int) -> AsyncIterator[str]:
    ends = asyncio.get_running_loop().time() + STREAM_S
    while asyncio.get_running_loop().time() < ends:
        job = await run_in_threadpool(read)
        if job.revision > seen:
            seen = job.revision
            yield f"id: {seen}\nevent: status\ndata: {status_of(job).model_dump_json()}\n\n"
        if job.state not in LIVE:
            return
        await asyncio.sleep(LOOK_S)

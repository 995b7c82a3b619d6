"""Routes of the audit log: read by those whose deeds it tells, exported whole to be verified."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.responses import Response, StreamingResponse

from cablenet_api import journal
from cablenet_api.access.tokens import Caller
from cablenet_api.audit import ORIGIN, Entry
from cablenet_api.routes.callers import Who
from cablenet_api.routes.shapes import Id, Limit, problems
from cablenet_api.store.store import Store
from cablenet_api.workspaces import spaces

AfterNumber = Annotated[int, Query(ge=0, le=2**31 - 1,
                                   description="the `next` of the page before")]
CHUNK = 1000
LINES: dict[int | str, dict[str, object]] = {200: {
    "description": "one entry a line, from the first: what `cablenet audit verify` takes",
    "content": {"application/x-ndjson": {"schema": {
        "type": "string", "contentMediaType": "application/json",
        "contentSchema": {"$ref": "#/components/schemas/Entry"},
        "description": "each line is an `Entry`"}}}}}


class EntryPage(BaseModel):
    """Some entries, in order."""

    items: list[Entry]
    next: int | None = Field(description="send as `after` for the next page; null on the last")


class Head(BaseModel):
    """The last entry of a log; a party signs this and keeps it (`cablenet audit checkpoint`)."""

    number: int
    hash: str


def audit_router(store: Store) -> APIRouter:
    """These routes of one service."""
    router = APIRouter(tags=["audit"])

    def log_of(who: Caller, workspace: str | None) -> str:
        """The id of the chain; of a workspace only for its parties."""
        if workspace is None:
            return who.organisation
        with store.reading(who.organisation) as connection:
            return spaces.space_of(connection, who, workspace).id

    def paged(who: Caller, workspace: str | None, after: int, limit: int) -> EntryPage:
        log = log_of(who, workspace)
        with store.reading(who.organisation) as connection:
            found = journal.entries(connection, log, after, limit + 1)
        more = len(found) > limit
        return EntryPage(items=list(found[:limit]), next=found[limit - 1].number if more else None)

    def head(who: Caller, workspace: str | None) -> Head:
        log = log_of(who, workspace)
        with store.reading(who.organisation) as connection:
            last = journal.last_entry(connection, log)
        return Head(number=last.number if last else 0, hash=last.hash if last else ORIGIN)

    def lines(who: Caller, workspace: str | None) -> Response:
        log = log_of(who, workspace)

        def told() -> Iterator[str]:
            after, more = 0, True
            while more:  # the log only grows, so pages of several moments fit together
                with store.reading(who.organisation) as connection:
                    found = journal.entries(connection, log, after, CHUNK)
                yield "".join(f"{one.model_dump_json()}\n" for one in found)
                after, more = (found[-1].number if found else after), len(found) == CHUNK

        return StreamingResponse(told(), media_type="application/x-ndjson")

    @router.get("/audit", responses=problems(401, 422, 503))
    def own_entries(who: Who, after: AfterNumber = 0, limit: Limit = 100) -> EntryPage:
        """What was done in the caller's organisation: members, tokens, jobs, overlays."""
        return paged(who, None, after, limit)

    @router.get("/audit/head", responses=problems(401, 422, 503))
    def own_head(who: Who) -> Head:
        """The last entry of that log."""
        return head(who, None)

    @router.get("/audit/export", response_class=Response,
                responses=LINES | problems(401, 422, 503))
    def own_export(who: Who) -> Response:
        """The whole of that log."""
        return lines(who, None)

    @router.get("/workspaces/{workspace}/audit", responses=problems(401, 404, 422, 503))
    def entries(workspace: Id, who: Who, after: AfterNumber = 0, limit: Limit = 100) -> EntryPage:
        """What was done in a workspace, by whichever party."""
        return paged(who, workspace, after, limit)

    @router.get("/workspaces/{workspace}/audit/head", responses=problems(401, 404, 422, 503))
    def get_head(workspace: Id, who: Who) -> Head:
        """The last entry of that log."""
        return head(who, workspace)

    @router.get("/workspaces/{workspace}/audit/export", response_class=Response,
                responses=LINES | problems(401, 404, 422, 503))
    def export(workspace: Id, who: Who) -> Response:
        """The whole of that log."""
        return lines(who, workspace)

    return router

"""Routes of workspaces and of the scenarios kept in them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header
from pydantic import BaseModel, Field
from sqlalchemy import Connection
from starlette.responses import Response

from cablenet_api.access.roles import Deed
from cablenet_api.access.tokens import Caller
from cablenet_api.events import Closed, Name
from cablenet_api.journal import record
from cablenet_api.plans.canonical import canonical
from cablenet_api.routes.callers import Who
from cablenet_api.routes.shapes import After, Id, Limit, page, problems
from cablenet_api.store.store import EVERY, Store
from cablenet_api.workspaces import documents, spaces
from cablenet_api.workspaces.conditions import check_condition
from cablenet_api.workspaces.documents import Document
from cablenet_api.workspaces.scenarios import Scenarios
from cablenet_api.workspaces.spaces import Space

KIND = "scenario"
IfMatch = Annotated[str | None, Header(max_length=1000,
                                       description="ETag of the version this write was made from")]
TAGGED: dict[int | str, dict[str, Any]] = {200: {"headers": {"ETag": {
    "schema": {"type": "string"}, "description": "send it back as If-Match when you write"}}}}


class WorkspaceAsked(Closed):
    """A new workspace."""

    name: Name


class Workspace(BaseModel):
    """A place that several organisations share."""

    id: str
    name: str


class PartyAsked(Closed):
    """The organisation to share with, by the id its members find under GET /me."""

    organisation: str = Field(pattern="^[0-9a-f]{32}$")


class PartyShown(BaseModel):
    """One organisation that shares a workspace."""

    organisation: str
    name: str


class ScenariosKept(BaseModel):
    """One version of a kept set of failures."""

    id: str
    version: int
    etag: str
    organisation: str = Field(description="whose member wrote this version")
    person: str
    written_at: str
    scenarios: Scenarios


class WorkspacePage(BaseModel):
    """Some workspaces, in the order of their ids."""

    items: list[Workspace]
    next: str | None = Field(description="send as `after` for the next page; null on the last")


class ScenariosPage(BaseModel):
    """Some kept sets of failures, in the order of their ids."""

    items: list[ScenariosKept]
    next: str | None = Field(description="send as `after` for the next page; null on the last")


def workspaces_router(store: Store) -> APIRouter:
    """The routes of workspaces themselves."""
    router = APIRouter(prefix="/workspaces", tags=["workspaces"])

    @router.get("", responses=problems(401, 422, 503))
    def list_workspaces(who: Who, after: After = "", limit: Limit = 100) -> WorkspacePage:
        """The workspaces of the caller's organisation."""
        with store.reading(who.organisation) as connection:
            found = spaces.spaces_of(connection, who, after, limit + 1)
        return WorkspacePage(**page(found, limit, _workspace))

    @router.post("", status_code=201, responses=problems(400, 401, 403, 413, 415, 422, 503))
    def add_workspace(asked: WorkspaceAsked, who: Who) -> Workspace:
        """A new workspace, of the caller's organisation alone until it is shared."""
        with store.writing(EVERY) as connection:
            made = spaces.found_space(connection, who, asked.name)
            record(connection, made.id, who, "found workspace", f"workspace {made.id}",
                   canonical(asked))
            return _workspace(made)

    @router.get("/{workspace}", responses=problems(401, 404, 422, 503))
    def get_workspace(workspace: Id, who: Who) -> Workspace:
        """One workspace."""
        with store.reading(who.organisation) as connection:
            return _workspace(spaces.space_of(connection, who, workspace))

    @router.get("/{workspace}/parties", responses=problems(401, 404, 422, 503))
    def list_parties(workspace: Id, who: Who) -> list[PartyShown]:
        """The organisations that share a workspace."""
        with store.reading(who.organisation) as connection:
            space = spaces.space_of(connection, who, workspace)
            return _parties(connection, space)

    @router.post("/{workspace}/parties",
                 responses=problems(400, 401, 403, 404, 413, 415, 422, 503))
    def share(workspace: Id, asked: PartyAsked, who: Who) -> list[PartyShown]:
        """Share a workspace with one more organisation, for good: what it has seen it has seen."""
        with store.writing(who.organisation) as connection:
            space = spaces.space_of(connection, who, workspace, "administer")
            spaces.share_with(connection, space, asked.organisation)
            record(connection, space.id, who, "share workspace",
                   f"organisation {asked.organisation}", canonical(asked))
            return _parties(connection, space)

    return router


def scenarios_router(store: Store) -> APIRouter:
    """The routes of scenarios kept in a workspace."""
    router = APIRouter(prefix="/workspaces/{workspace}/scenarios", tags=["workspaces"])

    def newest(connection: Connection, who: Caller, workspace: str, key: str,
               deed: Deed = "read") -> tuple[Space, Document]:
        space = spaces.space_of(connection, who, workspace, deed)
        return space, documents.document_of(connection, space, KIND, key)

    @router.get("", responses=problems(401, 404, 422, 503))
    def list_scenarios(workspace: Id, who: Who, after: After = "",
                       limit: Limit = 100) -> ScenariosPage:
        """The kept sets of failures, each in its newest version."""
        with store.reading(who.organisation) as connection:
            space = spaces.space_of(connection, who, workspace)
            found = documents.documents_of(connection, space, KIND, after, limit + 1)
        return ScenariosPage(**page(found, limit, _kept))

    @router.post("", status_code=201,
                 responses=problems(400, 401, 403, 404, 413, 415, 422, 503))
    def add_scenarios(workspace: Id, asked: Scenarios, who: Who,
                      response: Response) -> ScenariosKept:
        """Keep a set of failures."""
        with store.writing(who.organisation) as connection:
            space = spaces.space_of(connection, who, workspace, "write")
            made = documents.add_document(connection, space, who, KIND, canonical(asked))
        response.headers["Location"] = f"/workspaces/{space.id}/scenarios/{made.id}"
        return _tagged(response, made)

    @router.get("/{scenario}", responses=TAGGED | problems(401, 404, 422, 503))
    def get_scenarios(workspace: Id, scenario: Id, who: Who, response: Response) -> ScenariosKept:
        """One kept set of failures, in its newest version."""
        with store.reading(who.organisation) as connection:
            return _tagged(response, newest(connection, who, workspace, scenario)[1])

    @router.put("/{scenario}", responses=TAGGED | problems(400, 401, 403, 404, 412, 413, 415, 422,
                                                            428, 503))
    def replace_scenarios(workspace: Id, scenario: Id, asked: Scenarios, who: Who,
                          response: Response, if_match: IfMatch = None) -> ScenariosKept:
        """Write the next version, made from the version that If-Match names."""
        with store.writing(who.organisation) as connection:
            space, old = newest(connection, who, workspace, scenario, "write")
            check_condition(if_match, old)
            made = documents.replace_document(connection, space, who, old, canonical(asked))
        return _tagged(response, made)

    @router.delete("/{scenario}", status_code=204,
                   responses=problems(401, 403, 404, 412, 422, 428, 503))
    def erase_scenarios(workspace: Id, scenario: Id, who: Who,
                        if_match: IfMatch = None) -> Response:
        """Take a set away with all its versions."""
        with store.writing(who.organisation) as connection:
            space, old = newest(connection, who, workspace, scenario, "write")
            check_condition(if_match, old)
            documents.erase_document(connection, space, who, old)
        return Response(status_code=204)

    return router


def _workspace(space: Space) -> Workspace:
    return Workspace(id=space.id, name=space.name)


def _parties(connection: Connection, space: Space) -> list[PartyShown]:
    return [PartyShown(organisation=key, name=name)
            for key, name in spaces.parties_of(connection, space)]


def _kept(document: Document) -> ScenariosKept:
    return ScenariosKept(
        id=document.id, version=document.version, etag=document.etag,
        organisation=document.organisation, person=document.person,
        written_at=document.written_at, scenarios=Scenarios.model_validate_json(document.body))


def _tagged(response: Response, document: Document) -> ScenariosKept:
    response.headers["ETag"] = document.etag
    return _kept(document)

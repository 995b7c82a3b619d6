"""Routes of contingency plans: written together, reviewed, signed, brought into force."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import Connection
from starlette.responses import Response

from cablenet_api.access.roles import Deed
from cablenet_api.access.tokens import Caller
from cablenet_api.events import Closed, Event
from cablenet_api.places import Places
from cablenet_api.plans.calendar import calendar_of
from cablenet_api.plans.canonical import canonical, digest
from cablenet_api.plans.completeness import missing_parts
from cablenet_api.plans.document import PlanDocument
from cablenet_api.plans.exchange import ExportedVersion, packed
from cablenet_api.plans.geopackage import packed_layers, plan_layers
from cablenet_api.plans.matching import nearest_plans
from cablenet_api.plans.page import page_of
from cablenet_api.plans.printing import html_of, markdown_of, pdf_of
from cablenet_api.plans.signing import Base64
from cablenet_api.routes.callers import Who
from cablenet_api.routes.shapes import After, Id, Limit, page, problems
from cablenet_api.routes.workspaces import TAGGED, IfMatch
from cablenet_api.store.store import Store
from cablenet_api.workspaces import documents, spaces
from cablenet_api.workspaces.conditions import check_condition
from cablenet_api.workspaces.documents import Document
from cablenet_api.workspaces.plans import (
    DEED,
    KEY,
    PLAN,
    KeyKept,
    Plain,
    PlanKept,
    Step,
    VersionKept,
    annex_of,
    edited,
    keys_of,
    new_plan,
    stepped,
    version_of,
)
from cablenet_api.workspaces.spaces import Space
from cablenet_api.worlds import Worlds

Which = Literal["open", "in_force"]
Form = Literal["md", "html", "pdf", "ics", "gpkg", "export", "signed"]
MEDIA = {"md": "text/markdown; charset=utf-8", "html": "text/html; charset=utf-8",
         "pdf": "application/pdf", "ics": "text/calendar; charset=utf-8",
         "gpkg": "application/geopackage+sqlite3", "export": "application/json",
         "signed": "application/json"}
PRINTED: dict[int | str, dict[str, object]] = {
    200: {"content": {kind.split(";")[0]: {} for kind in MEDIA.values()}}}


class VersionShown(BaseModel):
    """One version with what stands between it and the next state."""

    number: int
    state: str
    digest: str = Field(description="SHA-256 of the canonical document: what is signed")
    missing: list[str] = Field(description="what review needs and the document lacks")
    unsigned: list[str] = Field(description="parties whose signature is still to come")
    kept: VersionKept


class PlanShown(BaseModel):
    """A plan: the version that is worked on, and the one in force."""

    id: str
    version: int = Field(description="counts every step; not the number of the plan's version")
    etag: str
    open: VersionShown | None
    in_force: VersionShown | None


class PlanPage(BaseModel):
    """Some plans, in the order of their ids."""

    items: list[PlanShown]
    next: str | None = Field(description="send as `after` for the next page; null on the last")


class KeyAsked(Closed):
    """The public key of the caller's organisation, as `cablenet sign --new-key` prints it."""

    public_key: Base64


class MatchShown(BaseModel):
    """A planned scenario and how much it shares with an event (0 nothing, 1 the same)."""

    plan: str
    scenario: str
    likeness: float
    shared_cables: list[str]
    only_in_event: list[str]
    only_in_plan: list[str]


class EventAsked(Closed):
    """What has happened."""

    event: Event


def plans_router(store: Store, worlds: Worlds, places: Places) -> APIRouter:
    """The routes of plans kept in a workspace."""
    router = APIRouter(prefix="/workspaces/{workspace}", tags=["plans"])

    def newest(connection: Connection, who: Caller, workspace: str, key: str,
               deed: Deed = "read") -> tuple[Space, Document, PlanKept]:
        space = spaces.space_of(connection, who, workspace, deed)
        found = documents.document_of(connection, space, PLAN, key)
        return space, found, PlanKept.model_validate_json(found.body)

    @router.get("/plans", responses=problems(401, 404, 422, 503))
    def list_plans(workspace: Id, who: Who, after: After = "", limit: Limit = 100) -> PlanPage:
        """The plans of a workspace."""
        with store.reading(who.organisation) as connection:
            space = spaces.space_of(connection, who, workspace)
            found = documents.documents_of(connection, space, PLAN, after, limit + 1)
        return PlanPage(**page(found, limit, _shown))

    @router.post("/plans", status_code=201, responses=problems(400, 401, 403, 404, 413, 415, 422,
                                                               503))
    def add_plan(workspace: Id, asked: PlanDocument, who: Who, response: Response) -> PlanShown:
        """A new plan, as a draft."""
        with store.writing(who.organisation) as connection:
            space = spaces.space_of(connection, who, workspace, "write")
            made = documents.add_document(connection, space, who, PLAN, canonical(new_plan(asked)))
        response.headers["Location"] = f"/workspaces/{space.id}/plans/{made.id}"
        return _tagged(response, made)

    @router.get("/plans/{plan}", responses=TAGGED | problems(401, 404, 422, 503))
    def get_plan(workspace: Id, plan: Id, who: Who, response: Response) -> PlanShown:
        """One plan."""
        with store.reading(who.organisation) as connection:
            return _tagged(response, newest(connection, who, workspace, plan)[1])

    @router.put("/plans/{plan}", responses=TAGGED | problems(400, 401, 403, 404, 409, 412, 413, 415,
                                                              422, 428, 503))
    def edit_plan(workspace: Id, plan: Id, asked: PlanDocument, who: Who, response: Response,
                  if_match: IfMatch = None) -> PlanShown:
        """Another content of the open version: a draft again, without signatures."""
        with store.writing(who.organisation) as connection:
            space, old, kept = newest(connection, who, workspace, plan, "write")
            check_condition(if_match, old)
            made = documents.replace_document(connection, space, who, old, canonical(
                edited(old.id, kept, asked)))
        return _tagged(response, made)

    @router.post("/plans/{plan}/steps", responses=TAGGED | problems(
        400, 401, 403, 404, 409, 412, 413, 415, 422, 428, 503))
    def take_step(workspace: Id, plan: Id, asked: Step, who: Who, response: Response,
                  if_match: IfMatch = None) -> PlanShown:
        """Submit, withdraw, object, approve, sign, compute the annex, bring into force, revise."""
        with store.reading(who.organisation) as connection:
            _, old, kept = newest(connection, who, workspace, plan, DEED[asked.step])
            check_condition(if_match, old)
        annex = None
        if isinstance(asked, Plain) and asked.step == "compute_annex":
            with places.taken():  # seconds: before the write, so that nobody waits for it
                annex = annex_of(old.id, kept, worlds.get(None))
        with store.writing(who.organisation) as connection:
            space, old, kept = newest(connection, who, workspace, plan, DEED[asked.step])
            check_condition(if_match, old)
            made = documents.replace_document(connection, space, who, old, canonical(stepped(
                old.id, kept, asked, organisation=who.organisation,
                keys=keys_of(connection, space), annex=annex, today=datetime.now(UTC).date())),
                asked.step)
        return _tagged(response, made)

    @router.get("/plans/{plan}/print/{form}", response_class=Response,
                responses=PRINTED | problems(401, 404, 409, 422, 503))
    def print_plan(workspace: Id, plan: Id, form: Form, who: Who, which: Which = "open"
                   ) -> Response:
        """A version as Markdown, HTML, PDF, calendar or GeoPackage; `export` is what `cablenet
        sign` takes, `signed` what another installation checks."""
        with store.reading(who.organisation) as connection:
            _, found, kept = newest(connection, who, workspace, plan)
        if form == "gpkg":
            version = version_of(found.id, kept, which)
            with places.taken():
                layers = plan_layers(version, worlds.get(None))
            return Response(packed_layers(layers), media_type=MEDIA[form])
        return Response(_printed(found, kept, form, which), media_type=MEDIA[form])

    @router.post("/plan-matches", responses=problems(400, 401, 404, 413, 415, 422, 503))
    def match_plans(workspace: Id, asked: EventAsked, who: Who) -> list[MatchShown]:
        """The plans in force that are nearest to what has happened."""
        with store.reading(who.organisation) as connection:
            space = spaces.space_of(connection, who, workspace)
            found = documents.documents_of(connection, space, PLAN, "", 1000)
        kept = {one.id: PlanKept.model_validate_json(one.body) for one in found}
        live = {key: one.in_force.document for key, one in kept.items() if one.in_force}
        return [MatchShown(**vars(one))
                for one in nearest_plans(worlds.get(None), asked.event, live)]

    @router.post("/keys", status_code=201, responses=problems(400, 401, 403, 404, 413, 415, 422,
                                                              503))
    def add_key(workspace: Id, asked: KeyAsked, who: Who) -> KeyKept:
        """Register the public key of the caller's organisation; the last one counts."""
        kept = KeyKept(organisation=who.organisation, public_key=asked.public_key)
        with store.writing(who.organisation) as connection:
            space = spaces.space_of(connection, who, workspace, "sign")
            documents.add_document(connection, space, who, KEY, canonical(kept))
        return kept

    @router.get("/keys", responses=problems(401, 404, 422, 503))
    def list_keys(workspace: Id, who: Who) -> list[KeyKept]:
        """The public keys by which signatures of this workspace are checked."""
        with store.reading(who.organisation) as connection:
            space = spaces.space_of(connection, who, workspace)
            keys = keys_of(connection, space)
        return [KeyKept(organisation=one, public_key=key) for one, key in sorted(keys.items())]

    return router


def _printed(found: Document, kept: PlanKept, form: Form, which: Which) -> str | bytes:
    version = version_of(found.id, kept, which)
    if form == "ics":
        return calendar_of(version.plan, version.number, version.document,
                           written=datetime.fromisoformat(found.written_at))
    if form == "export":
        return ExportedVersion(plan=version.plan, version=version.number,
                               document=version.document).model_dump_json(by_alias=True)
    if form == "signed":
        return packed(version).model_dump_json(by_alias=True)
    sheet = page_of(version)
    if form == "pdf":
        return pdf_of(sheet)
    return markdown_of(sheet) if form == "md" else html_of(sheet)


def _version(kept: VersionKept | None) -> VersionShown | None:
    if kept is None:
        return None
    signed = {one.statement.organisation for one in kept.signatures}
    return VersionShown(
        number=kept.number, state=kept.state, digest=digest(kept.document),
        missing=list(missing_parts(kept.document)), kept=kept,
        unsigned=sorted({one.organisation for one in kept.document.parties} - signed))


def _shown(found: Document) -> PlanShown:
    kept = PlanKept.model_validate_json(found.body)
    return PlanShown(id=found.id, version=found.version, etag=found.etag,
                     open=_version(kept.open), in_force=_version(kept.in_force))


def _tagged(response: Response, found: Document) -> PlanShown:
    response.headers["ETag"] = found.etag
    return _shown(found)


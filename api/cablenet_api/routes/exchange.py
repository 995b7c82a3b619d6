"""Routes of exchange: plans that were signed at another installation, taken in and checked."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.responses import Response

from cablenet_api.events import Closed
from cablenet_api.plans.document import Key
from cablenet_api.plans.exchange import SignedPlan
from cablenet_api.plans.signing import Base64
from cablenet_api.routes.callers import Who
from cablenet_api.routes.shapes import After, Id, Limit, page, problems
from cablenet_api.store.store import Store
from cablenet_api.workspaces import documents, spaces
from cablenet_api.workspaces.documents import Document
from cablenet_api.workspaces.received import RECEIVED, ReceivedKept, checked_plan, receive_plan

KnownKeys = Annotated[dict[Key, Base64], Field(max_length=20, description=(
    "organisation: its public key, as you have it from the organisation itself; a file brings keys "
    "of its own, but those prove nothing"))]


class PlanReceived(Closed):
    """A signed plan from another installation (`GET .../plans/{plan}/print/signed` there)."""

    signed: SignedPlan
    known_keys: KnownKeys = Field(default={})


class Signer(BaseModel):
    """One signature that holds."""

    organisation: str
    office: str
    signed_at: str
    public_key: str
    reservation: str | None


class ReceivedShown(BaseModel):
    """A plan that was received: all its signatures hold, by the keys that are known here."""

    id: str
    plan: str = Field(description="its id where it was written")
    version: int
    state: str = Field(description="when it was sent")
    title: str
    digest: str = Field(description="SHA-256 of the canonical document: what was signed")
    signers: list[Signer]
    received_by: str
    received_at: str


class ReceivedPage(BaseModel):
    """Some received plans, in the order of their ids."""

    items: list[ReceivedShown]
    next: str | None = Field(description="send as `after` for the next page; null on the last")


def exchange_router(store: Store) -> APIRouter:
    """These routes of one service."""
    router = APIRouter(prefix="/workspaces/{workspace}/received-plans", tags=["plans"])

    @router.post("", status_code=201, responses={
        200: {"description": "it has been received before", "model": ReceivedShown},
        **problems(400, 401, 403, 404, 409, 413, 415, 422, 503)})
    def receive(workspace: Id, asked: PlanReceived, who: Who, response: Response) -> ReceivedShown:
        """Take in a signed plan: refused unless every signature holds by a key known here. The
        signatory who sends it vouches for the keys that are named."""
        with store.writing(who.organisation) as connection:
            space = spaces.space_of(connection, who, workspace, "sign")
            made, new = receive_plan(connection, space, who, asked.signed, asked.known_keys)
        response.status_code = 201 if new else 200
        response.headers["Location"] = f"/workspaces/{space.id}/received-plans/{made.id}"
        return _shown(made)

    @router.get("", responses=problems(401, 404, 422, 503))
    def list_received(workspace: Id, who: Who, after: After = "", limit: Limit = 100
                      ) -> ReceivedPage:
        """The plans that were received, each checked again."""
        with store.reading(who.organisation) as connection:
            space = spaces.space_of(connection, who, workspace)
            found = documents.documents_of(connection, space, RECEIVED, after, limit + 1)
        return ReceivedPage(**page(found, limit, _shown))

    @router.get("/{received}", responses=problems(401, 404, 422, 503))
    def get_received(workspace: Id, received: Id, who: Who) -> ReceivedShown:
        """One received plan, checked again."""
        with store.reading(who.organisation) as connection:
            space = spaces.space_of(connection, who, workspace)
            return _shown(documents.document_of(connection, space, RECEIVED, received))

    @router.get("/{received}/file", responses=problems(401, 404, 422, 503))
    def get_received_file(workspace: Id, received: Id, who: Who) -> SignedPlan:
        """The signed plan itself, as it came: to read, to hand on, to check elsewhere."""
        with store.reading(who.organisation) as connection:
            space = spaces.space_of(connection, who, workspace)
            found = documents.document_of(connection, space, RECEIVED, received)
        return ReceivedKept.model_validate_json(found.body).signed

    return router


def _shown(found: Document) -> ReceivedShown:
    kept = ReceivedKept.model_validate_json(found.body)
    version = checked_plan(kept.signed, kept.known_keys)
    return ReceivedShown(
        id=found.id, plan=version.plan, version=version.number, state=kept.signed.state,
        title=version.document.title, digest=version.digest, received_by=found.person,
        received_at=found.written_at, signers=[
            Signer(organisation=one.statement.organisation, office=one.statement.office,
                   signed_at=one.statement.signed_at.isoformat(), public_key=one.public_key,
                   reservation=one.statement.reservation) for one in kept.signed.signatures])

"""Routes of private overlays: kept by their owner, asked of by partners at the owner's tier."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import Connection
from starlette.responses import Response

from cablenet_api.access.tokens import Caller
from cablenet_api.answers import ScoreAnswer
from cablenet_api.events import ScoreRequest
from cablenet_api.places import Places
from cablenet_api.routes.callers import Who
from cablenet_api.routes.shapes import After, Id, Limit, page, problems
from cablenet_api.routes.workspaces import TAGGED, IfMatch
from cablenet_api.store.store import EVERY, Store
from cablenet_api.workspaces import overlaid, overlays, spaces
from cablenet_api.workspaces.conditions import check_condition
from cablenet_api.workspaces.laying import laid_over
from cablenet_api.workspaces.overlays import KeptOverlay, OverlayContent, Tier
from cablenet_api.workspaces.spaces import Space
from cablenet_api.worlds import Worlds

WRITES = (400, 401, 403, 404, 412, 413, 415, 422, 428, 503)


class OverlayShown(BaseModel):
    """An overlay. Partners see whose it is and its tier; the owner all of it."""

    id: str
    organisation: str
    tier: Tier
    grain_tbps: float | None = Field(description="of answers at the aggregated tier")
    grain_days: float | None = Field(description="the same, of repair plans")
    grain_km: float | None = Field(description="of stocks that these plans count with")
    questions: int | None = Field(description="that a partner may ask at the aggregated tier")
    version: int | None = Field(description="for the owner")
    etag: str | None = Field(description="for the owner")
    content: OverlayContent | None = Field(description="for the owner")


class OverlayPage(BaseModel):
    """Some overlays, in the order of their ids."""

    items: list[OverlayShown]
    next: str | None = Field(description="send as `after` for the next page; null on the last")


class Asked(BaseModel):
    """How much one party has asked of an overlay in the last 30 days."""

    organisation: str
    questions: int
    last_asked_at: str


def overlays_router(store: Store, worlds: Worlds, places: Places) -> APIRouter:
    """The routes of overlays in a workspace."""
    router = APIRouter(prefix="/workspaces/{workspace}/overlays", tags=["overlays"])
    over = overlaid.OverlaidWorlds(worlds, 4)

    def own(connection: Connection, who: Caller, workspace: str, key: str) -> tuple[
            Space, KeptOverlay]:
        space = spaces.space_of(connection, who, workspace)
        found = overlays.own_overlay(connection, space, who, key)
        spaces.allow(who, "write")
        return space, found

    @router.get("", responses=problems(401, 404, 422, 503))
    def list_overlays(workspace: Id, who: Who, after: After = "", limit: Limit = 100
                      ) -> OverlayPage:
        """One's own overlays, and those of partners that are not hidden altogether."""
        with store.reading(EVERY) as connection:  # partners' rows are behind the second wall
            space = spaces.space_of(connection, who, workspace)
            found = overlays.overlays_of(connection, space, who, after, limit + 1)
        return OverlayPage(**page(found, limit, lambda one: _shown(one, who)))

    @router.post("", status_code=201, responses=problems(400, 401, 403, 404, 413, 415, 422, 503))
    def add_overlay(workspace: Id, asked: OverlayContent, who: Who, response: Response
                    ) -> OverlayShown:
        """Lay true capacities and depots over the shared map; nobody else ever sees them."""
        with store.reading(who.organisation) as connection:
            spaces.space_of(connection, who, workspace, "write")
        laid_over(worlds.get(None).network, who.organisation, asked)  # or 422
        with store.writing(who.organisation) as connection:
            space = spaces.space_of(connection, who, workspace, "write")
            made = overlays.add_overlay(connection, space, who, asked)
        response.headers["Location"] = f"/workspaces/{space.id}/overlays/{made.id}"
        return _tagged(response, made, who)

    @router.get("/{overlay}", responses=TAGGED | problems(401, 404, 422, 503))
    def get_overlay(workspace: Id, overlay: Id, who: Who, response: Response) -> OverlayShown:
        """One overlay, as far as the caller may see it."""
        with store.reading(EVERY) as connection:
            space = spaces.space_of(connection, who, workspace)
            return _tagged(response, overlays.seen_overlay(connection, space, who, overlay), who)

    @router.put("/{overlay}", responses=TAGGED | problems(*WRITES))
    def replace_overlay(workspace: Id, overlay: Id, asked: OverlayContent, who: Who,
                        response: Response, if_match: IfMatch = None) -> OverlayShown:
        """The next version of one's own overlay."""
        with store.reading(who.organisation) as connection:
            check_condition(if_match, own(connection, who, workspace, overlay)[1])
        laid_over(worlds.get(None).network, who.organisation, asked)
        with store.writing(who.organisation) as connection:
            space, old = own(connection, who, workspace, overlay)
            check_condition(if_match, old)
            made = overlays.replace_overlay(connection, space, who, old, asked)
        return _tagged(response, made, who)

    @router.delete("/{overlay}", status_code=204,
                   responses=problems(401, 403, 404, 412, 422, 428, 503))
    def erase_overlay(workspace: Id, overlay: Id, who: Who, if_match: IfMatch = None) -> Response:
        """Take one's own overlay away."""
        with store.writing(who.organisation) as connection:
            _, old = own(connection, who, workspace, overlay)
            check_condition(if_match, old)
            overlays.erase_overlay(connection, who, old)
        return Response(status_code=204)

    @router.get("/{overlay}/questions", responses=problems(401, 404, 422, 503))
    def list_questions(workspace: Id, overlay: Id, who: Who) -> list[Asked]:
        """Who has asked of one's own overlay, and how much; each time is in `GET /audit`."""
        with store.reading(who.organisation) as connection:
            space = spaces.space_of(connection, who, workspace)
            found = overlays.own_overlay(connection, space, who, overlay)
            return [Asked(organisation=key, questions=count, last_asked_at=last)
                    for key, count, last in overlays.questions_of(connection, found)]

    @router.post("/{overlay}/scores", responses=problems(400, 401, 403, 404, 409, 413, 415, 422,
                                                         429, 503))
    def score_with(workspace: Id, overlay: Id, asked: ScoreRequest, who: Who) -> ScoreAnswer:
        """Scores with the overlay: the owner's as they are, a partner's at the owner's tier."""
        with store.reading(EVERY) as connection:
            space = spaces.space_of(connection, who, workspace)
            found = overlays.seen_overlay(connection, space, who, overlay)
        mine = found.organisation == who.organisation
        coarse = not mine and found.content.tier == "aggregated"
        if coarse:
            overlaid.check_aggregated(asked)
        with places.taken():
            base = worlds.get(asked.as_of)
            questions = overlaid.questions_in(base, asked)
            if not mine:
                with store.writing(EVERY) as connection:
                    overlays.spend(connection, who, found, questions)
            answer = overlaid.exact(base, over.get(found, asked.as_of), asked)
        return overlaid.rounded(answer, questions, found) if coarse else answer

    return router


def _shown(found: KeptOverlay, who: Caller) -> OverlayShown:
    content = found.content
    coarse = content.tier == "aggregated"
    shown = OverlayShown(id=found.id, organisation=found.organisation, tier=content.tier,
                         grain_tbps=content.grain_tbps if coarse else None,
                         grain_days=content.grain_days if coarse else None,
                         grain_km=content.grain_km if coarse else None,
                         questions=content.questions if coarse else None,
                         version=None, etag=None, content=None)
    return shown if found.organisation != who.organisation else shown.model_copy(update={
        "version": found.version, "etag": found.etag, "content": content})


def _tagged(response: Response, found: KeptOverlay, who: Caller) -> OverlayShown:
    if found.organisation == who.organisation:
        response.headers["ETag"] = found.etag
    return _shown(found, who)

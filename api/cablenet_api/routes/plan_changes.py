"""Routes of how a plan has changed: its stages, the differences of any two, why it is stale."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

import cablenet as cn
from cablenet_api.access.tokens import Caller
from cablenet_api.plans.canonical import digest
from cablenet_api.plans.changes import differences, stale_because
from cablenet_api.plans.document import PlanDocument
from cablenet_api.problems import RefusedError
from cablenet_api.routes.callers import Who
from cablenet_api.routes.plans import Which
from cablenet_api.routes.shapes import Id, problems
from cablenet_api.store.store import Store
from cablenet_api.workspaces import documents, spaces
from cablenet_api.workspaces.documents import Document
from cablenet_api.workspaces.plans import PLAN, PlanKept, version_of
from cablenet_api.worlds import Worlds

Stage = Annotated[int | None, Query(ge=1, le=1_000_000, description=(
    "a stage of the plan's history; default: the version in force before, the open one after"))]
MOST_STAGES = 500


class StageShown(BaseModel):
    """What a plan said after one step or edit."""

    stage: int = Field(description="counts every step of the plan")
    number: int = Field(description="of the version worked on, or in force where none is open")
    state: str
    digest: str = Field(description="SHA-256 of the canonical document: equal, where only the "
                        "state has changed")
    title: str
    organisation: str
    person: str
    written_at: str


class ChangeShown(BaseModel):
    """One difference, in a sentence."""

    section: str
    kind: str
    sentence: str


def plan_changes_router(store: Store, worlds: Worlds) -> APIRouter:
    """The routes of what has become of a plan."""
    router = APIRouter(prefix="/workspaces/{workspace}/plans/{plan}", tags=["plans"])

    def written(who: Caller, workspace: str, plan: str, stages: tuple[int | None, ...]
                ) -> list[PlanKept]:
        """The plan as it stood at some stages; None: as it stands."""
        with store.reading(who.organisation) as connection:
            space = spaces.space_of(connection, who, workspace)
            found = [documents.version_of(connection, space, PLAN, plan, one) for one in stages]
        return [PlanKept.model_validate_json(one.body) for one in found]

    @router.get("/history", responses=problems(401, 404, 422, 503))
    def get_history(workspace: Id, plan: Id, who: Who) -> list[StageShown]:
        """Every stage of a plan, the newest first; of a very long history the last 500."""
        with store.reading(who.organisation) as connection:
            space = spaces.space_of(connection, who, workspace)
            found = documents.history_of(connection, space, PLAN, plan, MOST_STAGES)
        return [_stage(one) for one in found]

    @router.get("/changes", responses=problems(401, 404, 409, 422, 503))
    def get_changes(workspace: Id, plan: Id, who: Who, before: Stage = None, after: Stage = None
                    ) -> list[ChangeShown]:
        """How two stages of a plan differ, with causes."""
        old, new = written(who, workspace, plan, (before, after))
        return [ChangeShown(**vars(one)) for one in differences(
            version_of(plan, old, "in_force").document if before is None else _said(old),
            version_of(plan, new, "open").document if after is None else _said(new))]

    @router.get("/stale", responses=problems(401, 404, 409, 422, 503))
    def get_stale(workspace: Id, plan: Id, who: Who, which: Which = "in_force"
                  ) -> list[ChangeShown]:
        """Why the computed annex no longer describes today's network; empty when it does."""
        kept, = written(who, workspace, plan, (None,))
        document = version_of(plan, kept, which).document
        return [ChangeShown(**vars(one))
                for one in stale_because(document, worlds.get(None), cn.__version__)]

    return router


def _said(kept: PlanKept) -> PlanDocument:
    """What a plan says at a stage: the version worked on, else the one in force."""
    version = kept.open or kept.in_force
    if version is None:
        raise RefusedError("not-found", "the plan says nothing at this stage")
    return version.document


def _stage(found: Document) -> StageShown:
    kept = PlanKept.model_validate_json(found.body)
    version = kept.open or kept.in_force
    assert version is not None  # a plan begins with a draft, and a version never vanishes
    return StageShown(stage=found.version, number=version.number, state=version.state,
                      digest=digest(version.document), title=version.document.title,
                      organisation=found.organisation, person=found.person,
                      written_at=found.written_at)

"""Routes for those who run the service: alive, and ready."""

from __future__ import annotations

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel
from sqlalchemy import func, select, text
from starlette.responses import Response

from cablenet_api.manners.figures import Figures
from cablenet_api.routes.shapes import problems
from cablenet_api.store.store import EVERY, Store
from cablenet_api.store.tables import jobs

STATES = ("accepted", "running", "successful", "failed", "dismissed")


class Ready(BaseModel):
    """That the service can do its work."""

    status: str = "ready"


def readiness_router(store: Store, figures: Figures) -> APIRouter:
    """These routes of one service."""
    router = APIRouter(tags=["service"])

    @router.get("/healthz")
    def alive() -> dict[str, str]:
        """Answers as long as the process runs; asks nothing of anybody."""
        return {"status": "ok"}

    @router.get("/readyz", responses=problems(503))
    def ready() -> Ready:
        """Answers when the database does."""
        with store.reading(EVERY) as connection:
            connection.execute(text("SELECT 1"))
        return Ready()

    @router.get("/metrics", response_class=Response, responses={
        200: {"content": {"text/plain": {"schema": {"type": "string"}}}}, **problems(503)})
    def metrics() -> Response:
        """Figures for Prometheus: requests by route and status, jobs by state; nothing of anybody.
        """
        with store.reading(EVERY) as connection:
            rows = connection.execute(select(jobs.c.state, func.count()).group_by(jobs.c.state))
            counts = dict.fromkeys(STATES, 0) | {str(state): int(count) for state, count in rows}
        return Response(figures.page(counts), media_type=CONTENT_TYPE_LATEST)

    return router

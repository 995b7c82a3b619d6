"""Routes for those who run the service: alive, and ready."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy import text

from cablenet_api.routes.shapes import problems
from cablenet_api.store.store import EVERY, Store


class Ready(BaseModel):
    """That the service can do its work."""

    status: str = "ready"


def readiness_router(store: Store) -> APIRouter:
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

    return router

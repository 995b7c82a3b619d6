"""Routes for those who run the service: alive, and ready."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel
from sqlalchemy import func, select, text
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from cablenet_api.access.limits import limits_of_nobody
from cablenet_api.manners.figures import Figures
from cablenet_api.routes.shapes import problems
from cablenet_api.settings import Settings
from cablenet_api.store.store import EVERY, Store
from cablenet_api.store.tables import jobs

FRESH_S, HOLDS_S = 0.5, 2.0
"""When the next look at the database begins, and how long a good one is given again, seconds
(assumed: below the pause between two looks of any gateway)."""
STATES = ("accepted", "running", "successful", "failed", "dismissed")


class Ready(BaseModel):
    """That the service can do its work."""

    status: str = "ready"


class Shared:
    """One look for all who ask. A good one is given again for `HOLDS_S`; after `FRESH_S` the next
    look begins meanwhile, and when it fails nothing old is given any more.

    However many watch the service, the database is asked as if one did, and a slow answer of the
    database keeps nobody waiting who had a good one just before.
    """

    def __init__(self, look: Callable[[], None]) -> None:
        self._look, self._good_at = look, -math.inf
        self._running: asyncio.Task[None] | None = None

    async def __call__(self) -> None:
        """Return when the look is good; raise what it raises."""
        age = time.monotonic() - self._good_at
        if age < FRESH_S:
            return
        loop = asyncio.get_running_loop()
        if self._running is None or self._running.done() or self._running.get_loop() is not loop:
            self._running = loop.create_task(self._once())
            self._running.add_done_callback(_heard)
        if age >= HOLDS_S:
            await asyncio.shield(self._running)  # who leaves takes the look from nobody else

    async def _once(self) -> None:
        began = time.monotonic()
        try:
            await run_in_threadpool(self._look)
        except BaseException:
            self._good_at = -math.inf
            raise
        self._good_at = began


def _heard(task: asyncio.Task[None]) -> None:
    """Take note of a failure that nobody waits for; the next who asks looks again."""
    if not task.cancelled():
        task.exception()


def readiness_router(settings: Settings, store: Store, figures: Figures) -> APIRouter:
    """These routes of one service."""
    router = APIRouter(tags=["service"])

    @router.get("/healthz")
    async def alive() -> dict[str, str]:
        """Answers as long as the process runs; asks nothing of anybody."""
        return {"status": "ok"}

    def look() -> None:
        with store.reading(EVERY) as connection:
            connection.execute(text("SELECT 1"))

    database_answers = Shared(look)

    @router.get("/readyz", responses=problems(503))
    async def ready() -> Ready:
        """Answers when the database does, or did so less than two seconds ago."""
        await database_answers()
        return Ready()

    @router.get("/metrics", response_class=Response, responses={
        200: {"content": {"text/plain": {"schema": {"type": "string"}}}}, **problems(503)})
    def metrics() -> Response:
        """Figures for Prometheus: requests by route and status, jobs by state, names with limits
        that nobody has; nothing of anybody."""
        with store.reading(EVERY) as connection:
            rows = connection.execute(select(jobs.c.state, func.count()).group_by(jobs.c.state))
            nobody = len(limits_of_nobody(connection, settings))
            counts = dict.fromkeys(STATES, 0) | {str(state): int(count) for state, count in rows}
        return Response(figures.page(counts, nobody), media_type=CONTENT_TYPE_LATEST)

    return router

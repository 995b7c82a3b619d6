"""`/metrics`: what the service does, in Prometheus' words; nothing of whose it is."""

from __future__ import annotations

import time

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

BUCKETS_S = (0.005, 0.025, 0.1, 0.25, 1.0, 5.0, 30.0)


class Figures:
    """Counts of one service; routes are told apart by their pattern, never by ids."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter("cablenet_requests", "Answered requests",
                                ["method", "route", "status"], registry=self.registry)
        self.seconds = Histogram("cablenet_request_seconds", "Time to the last byte of an answer",
                                 ["route"], buckets=BUCKETS_S, registry=self.registry)
        self.open = Gauge("cablenet_requests_open", "Requests being answered",
                          registry=self.registry)
        self.jobs = Gauge("cablenet_jobs", "Jobs by state", ["state"], registry=self.registry)
        self.limits_of_nobody = Gauge(
            "cablenet_limits_of_nobody", "Names in CABLENET_ORGANISATION_LIMITS that no "
            "organisation has", registry=self.registry)

    def page(self, jobs: dict[str, int], limits_of_nobody: int) -> bytes:
        """All of it as text."""
        self.limits_of_nobody.set(limits_of_nobody)
        for state, count in jobs.items():
            self.jobs.labels(state).set(count)
        return generate_latest(self.registry)


class Counted:
    """ASGI middleware: counts every answer."""

    def __init__(self, app: ASGIApp, *, figures: Figures) -> None:
        self._app, self._figures = app, figures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, begun = "none", time.perf_counter()  # none: the caller left before an answer

        async def told(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = str(message["status"])
            await send(message)

        with self._figures.open.track_inprogress():
            try:
                await self._app(scope, receive, told)
            finally:
                route = getattr(scope.get("route"), "path", "none")
                method = scope["method"] if len(scope["method"]) < 8 else "other"
                self._figures.requests.labels(method, route, status).inc()
                self._figures.seconds.labels(route).observe(time.perf_counter() - begun)

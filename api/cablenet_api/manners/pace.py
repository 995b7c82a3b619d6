"""So many requests a second from one caller; more are asked to come back later (429)."""

from __future__ import annotations

import hashlib
import math
import time
from collections import OrderedDict

from starlette.types import ASGIApp, Receive, Scope, Send

from cablenet_api.problems import KINDS, problem_response

CALLERS = 10_000
"""So many callers are remembered; who was silent longest is forgotten first."""
FREE = {"/healthz", "/readyz", "/metrics"}
"""Asked by machines that watch the service, and answered whatever else goes on."""


class Pace:
    """ASGI middleware: a bucket of `burst` requests for each caller, filled at `per_s` a second.

    A caller is a token, or an address where there is none. Each server process counts by itself.
    """

    def __init__(self, app: ASGIApp, *, per_s: float, burst: int) -> None:
        self._app, self._per_s, self._burst = app, per_s, burst
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] not in FREE:
            wait_s = self.wait_s(caller_key(scope), time.monotonic())
            if wait_s > 0:
                await problem_response(
                    KINDS["too-many-requests"], f"more than {self._per_s:g} requests a second",
                    headers={"Retry-After": str(math.ceil(wait_s))})(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def wait_s(self, caller: str, now: float) -> float:
        """Take one from the caller's bucket: 0, or how long until there is one."""
        left, at = self._buckets.get(caller, (float(self._burst), now))
        left = min(left + (now - at) * self._per_s, float(self._burst))
        wait = 0.0 if left >= 1 else (1 - left) / self._per_s
        self._buckets[caller] = (left - 1 if left >= 1 else left, now)
        self._buckets.move_to_end(caller)
        while len(self._buckets) > CALLERS:
            self._buckets.popitem(last=False)
        return wait


def caller_key(scope: Scope) -> str:
    """Who asks, as far as can be told before anything is looked up; no secret is kept."""
    headers = dict(scope["headers"])
    said = headers.get(b"authorization")
    if said:
        return hashlib.sha256(said + b"\0" + headers.get(b"cablenet-organisation", b"")).hexdigest()
    client = scope.get("client")
    return client[0] if client else ""

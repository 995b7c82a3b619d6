"""Places to compute in: so many requests compute side by side, the others wait, then give up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from cablenet_api.problems import BusyError


class Places:
    """The places of one service, shared by all routes that compute within a request."""

    def __init__(self, count: int, wait_s: float) -> None:
        self._free, self._wait_s = BoundedSemaphore(count), wait_s

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Hold a place; `BusyError` when none becomes free in time."""
        if not self._free.acquire(timeout=self._wait_s):
            raise BusyError(f"no free place within {self._wait_s:g} s")
        try:
            yield
        finally:
            self._free.release()

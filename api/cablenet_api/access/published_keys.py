"""A provider's public keys: read from its address, kept, and good for a while when it is down."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from threading import Event, Lock, Thread
from types import MappingProxyType
from typing import Any
from urllib.request import urlopen

import jwt

KEPT_S = 300.0
"""Keys are read again after so long."""
REFRESH_S = 60.0
"""A provider that fails, and one asked for a `kid` that anybody can invent, is asked again at most
so often."""
HELD_S = 86_400.0
"""Keys hold for so long while the provider is silent (assumed: an outage of the provider must not
stop those who answer an outage of cables, and a withdrawn key should not be good for longer)."""
WAIT_S = 5.0
"""Longest wait of a request for keys, and longest silence of the provider within an answer."""
MOST_BYTES = 1_000_000
"""Of a provider's keys; they are a few thousand."""


@dataclass(frozen=True)
class _Known:
    """Keys by `kid`, as they were read at a time of the clock."""

    keys: Mapping[str, Any]
    read_at: float


@dataclass
class PublishedKeys:
    """The keys of a provider, from the address of its JWKS.

    A thread of its own reads them, and no request waits for it longer than `wait_s`, nor at all
    for a key that is known and fresh, nor while the provider is known to be down. A key that is not
    known may be new, so the keys are read again, but once a minute at most: a flood of made-up
    tokens is no flood to the provider, whether it answers or not, nor does it hold anybody up.
    """

    address: str
    clock: Callable[[], float] = time.monotonic
    wait_s: float = WAIT_S
    _known: _Known = field(default_factory=lambda: _Known(MappingProxyType({}), float("-inf")))
    _silent: bool = False
    _quiet_until: float = float("-inf")
    _done: Event = field(default_factory=Event)
    _lock: Lock = field(default_factory=Lock)

    def find(self, bearer: str) -> Any:
        """The key that a token's header names.

        Raises
        ------
        jwt.PyJWKClientConnectionError
            the provider is silent, and the key is not known or was read too long ago
        jwt.PyJWTError
            no token, or a key that the provider does not publish
        """
        kid: Any = jwt.get_unverified_header(bearer).get("kid")
        known = self._known
        if kid in known.keys and self.clock() - known.read_at < KEPT_S:
            return known.keys[kid]
        self._read_again()
        known, silent = self._known, self._silent
        if kid in known.keys and self.clock() - known.read_at < (HELD_S if silent else KEPT_S):
            return known.keys[kid]
        if silent:
            raise jwt.PyJWKClientConnectionError("the provider's keys cannot be read")
        raise jwt.InvalidKeyError("the provider publishes no such key")

    def _read_again(self) -> None:
        """Read the keys, where that may be now, and wait for what may come of it."""
        with self._lock:
            now = self.clock()
            if now >= self._quiet_until:
                self._quiet_until = now + REFRESH_S
                self._done = Event()
                old = now - self._known.read_at >= KEPT_S
                Thread(target=self._read, args=(now, old, self._done), daemon=True).start()
            done, wait_s = self._done, 0.0 if self._silent else self.wait_s
        if not done.wait(wait_s):
            with self._lock:
                self._silent = self._silent or not done.is_set()

    def _read(self, now: float, old: bool, done: Event) -> None:
        try:
            keys = _keys_at(self.address)
        except (OSError, HTTPException, ValueError, RecursionError, jwt.PyJWTError):
            keys = None
        with self._lock:
            self._silent = keys is None
            if keys is not None:
                self._known = _Known(keys, now)
                if old:  # as they are every five minutes: the next unknown key may ask at once
                    self._quiet_until = now
            done.set()


def _keys_at(address: str) -> Mapping[str, Any]:
    """Keys for signatures by `kid`, read within twice the longest silence."""
    ends = time.monotonic() + WAIT_S
    body = b""
    with urlopen(address, timeout=WAIT_S) as reply:  # noqa: S310  # `provider_at` looks at it
        while part := reply.read1(65_536):
            body += part
            if len(body) > MOST_BYTES or time.monotonic() > ends:
                raise ValueError("the provider's keys are too long, or come too slowly")
    found = json.loads(body)
    if not (isinstance(found, dict) and isinstance(found.get("keys"), list)):
        raise ValueError("the provider's keys are no set of keys")
    try:
        published = jwt.PyJWKSet.from_dict(found).keys
    except jwt.PyJWKSetError:  # none at all: all that there were are withdrawn
        published = []
    return MappingProxyType({one.key_id: one.key for one in published
                             if one.key_id and one.public_key_use in ("sig", None)})

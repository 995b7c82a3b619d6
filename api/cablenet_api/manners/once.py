"""Idempotency-Key: a POST sent again with its key is done once, and answered as the first time.

A key is reserved before the request runs. The transaction that writes marks the key as written, so
both are kept or neither; then the answer is kept beside it. A server that dies in between leaves a
key that was written without an answer: the request is not done again, and the caller is told to
look (409). A reserved key whose server died before anything was written is free after a minute.

(As in draft-ietf-httpapi-idempotency-key-header: 422 for a key used for another request, 409 while
the first is under way.)
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError, OperationalError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cablenet_api.manners.pace import caller_key
from cablenet_api.problems import KINDS, RefusedError, problem_response
from cablenet_api.store.keyed import now
from cablenet_api.store.store import EVERY, ONCE, Store
from cablenet_api.store.tables import once

KEY = re.compile(rb"[\x21-\x7e]{1,200}")
KEPT_H, RESERVED_S = 24, 60
LARGEST = 2_000_000
"""Bytes of an answer that is kept; of a larger one only that it was given."""
SECRET = {"/tokens"}
"""Answers that hold a secret are kept nowhere."""
TOLD = (b"content-type", b"etag", b"location", b"preference-applied")


class Once:
    """ASGI middleware, behind `BodyGuard`: bodies are whole and small by now."""

    def __init__(self, app: ASGIApp, *, store: Store) -> None:
        self._app, self._store = app, store

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        key = dict(scope["headers"]).get(b"idempotency-key") if scope["type"] == "http" else None
        if key is None or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        if KEY.fullmatch(key) is None:
            await _refused("invalid-request", "Idempotency-Key takes 1 to 200 visible ASCII "
                           "characters")(scope, receive, send)
            return
        message = await receive()
        body: bytes = message.get("body", b"")
        name = (caller_key(scope), key.decode())
        request = hashlib.sha256(b"\0".join(
            (scope["path"].encode(), scope.get("query_string", b""), body))).hexdigest()
        try:
            before = await run_in_threadpool(self._reserve, name, request)
        except OperationalError:
            await _refused("store-unavailable", "the database does not answer",
                           {"Retry-After": "5"})(scope, receive, send)
            return
        if before is not None:
            answer = await run_in_threadpool(_again, scope, before, request)
            await answer(scope, receive, send)
            return
        await self._run(scope, _first(message, receive), send, name)

    async def _run(self, scope: Scope, receive: Receive, send: Send, name: tuple[str, str]) -> None:
        """Run the request as the holder of its key, and keep the answer of what succeeded."""
        start: Message = {}
        parts: list[bytes] = []

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            elif message["type"] == "http.response.body":
                parts.append(message.get("body", b""))
            await send(message)

        mark = ONCE.set(name)
        try:
            await self._app(scope, receive, told)
        finally:
            ONCE.reset(mark)
            # without a database the key stays as the transaction left it, which is never wrong
            with contextlib.suppress(OperationalError):
                await run_in_threadpool(self._keep, name, start, b"".join(parts), scope["path"])

    def _reserve(self, name: tuple[str, str], request: str) -> Row[Any] | None:
        """Take the key; or what is known of it."""
        owner, key = name
        moment = datetime.now(UTC)
        old = (moment - timedelta(hours=KEPT_H)).isoformat(timespec="microseconds")
        dead = (moment - timedelta(seconds=RESERVED_S)).isoformat(timespec="microseconds")
        mine = (once.c.owner == owner) & (once.c.key == key)
        try:
            with self._store.writing(EVERY) as connection:
                connection.execute(delete(once).where(
                    (once.c.at < old) | (mine & (once.c.state == "reserved") & (once.c.at < dead))))
                found = connection.execute(select(once).where(mine)).one_or_none()
                if found is None:
                    connection.execute(insert(once).values(
                        owner=owner, key=key, request=request, state="reserved", at=now()))
                return found
        except IntegrityError:  # at the same moment by another server
            with self._store.reading(EVERY) as connection:
                return connection.execute(select(once).where(mine)).one_or_none()

    def _keep(self, name: tuple[str, str], start: Message, body: bytes, path: str) -> None:
        owner, key = name
        mine = (once.c.owner == owner) & (once.c.key == key)
        with self._store.writing(EVERY) as connection:
            if not 200 <= start.get("status", 0) < 300:  # refused: nothing was done, nothing kept
                connection.execute(delete(once).where(mine, once.c.state == "reserved"))
            elif path in SECRET or len(body) > LARGEST:
                connection.execute(update(once).where(mine).values(state="written"))
            else:
                headers = {one.decode(): value.decode("latin-1")
                           for one, value in start["headers"] if one.lower() in TOLD}
                connection.execute(update(once).where(mine).values(
                    state="answered", status=start["status"], headers=json.dumps(headers),
                    body=body.decode()))


def _again(scope: Scope, before: Row[Any], request: str) -> Response:
    """What was answered, for a caller who may still ask."""
    headers = Request(scope).headers
    scheme, _, bearer = headers.get("authorization", "").partition(" ")
    try:
        scope["app"].state.find_caller(Request(scope), bearer if scheme.lower() == "bearer" else "",
                                       headers.get("cablenet-organisation"))
    except RefusedError as error:
        return _refused(error.slug, str(error))
    if before.request != request:
        return _refused("key-used", "this Idempotency-Key was sent with another request")
    if before.state == "answered":
        return Response(before.body, before.status, {
            **json.loads(before.headers), "Idempotency-Replayed": "true"})
    if before.state == "reserved":
        return _refused("under-way", "the first request with this key is under way",
                        {"Retry-After": "1"})
    return _refused("done-unanswered", "the request with this key was done; its answer is not kept")


def _refused(slug: str, detail: str, headers: dict[str, str] | None = None) -> Response:
    return problem_response(KINDS[slug], detail, headers=headers)


def _first(message: Message, receive: Receive) -> Receive:
    waiting = [message]

    async def again() -> Message:
        return waiting.pop() if waiting else await receive()

    return again

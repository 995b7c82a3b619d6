"""Refuse hostile bodies before any route sees them: size, type, encoding, depth and numbers."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cablenet_api.problems import BodyError, kind_of, problem_response

_TEXT = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)', re.DOTALL)
_BRACKET = re.compile(rb"[\[\]{}]")


class BodyGuard:
    """ASGI middleware: a POST reaches the application only as small, plain, finite JSON."""

    def __init__(self, app: ASGIApp, *, max_bytes: int, max_depth: int) -> None:
        self._app, self._max_bytes, self._max_depth = app, max_bytes, max_depth

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in ("POST", "PUT", "PATCH"):
            await self._app(scope, receive, send)
            return
        try:
            check_headers(dict(scope["headers"]), self._max_bytes)
            body = await self._read(receive)
            if body is None:
                return
            check_json(body, self._max_depth)
        except BodyError as error:
            await problem_response(kind_of(error), str(error))(scope, receive, send)
            return
        await self._app(scope, _replay(body, receive), send)

    async def _read(self, receive: Receive) -> bytes | None:
        """The whole body, never more than the limit; None when the caller has gone."""
        parts, size, more = [], 0, True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            part: bytes = message.get("body", b"")
            size += len(part)
            if size > self._max_bytes:
                raise BodyError("too-large", f"more than {self._max_bytes:,} bytes")
            parts.append(part)
            more = message.get("more_body", False)
        return b"".join(parts)


def check_headers(headers: dict[bytes, bytes], max_bytes: int) -> None:
    """Refuse a wrong type, an encoded body and a length beyond the limit."""
    declared = headers.get(b"content-length", b"0").strip()
    if not declared.isdigit() or len(declared) > 18 or int(declared) > max_bytes:
        raise BodyError("too-large", f"declared as more than {max_bytes:,} bytes")
    kind, *parameters = headers.get(b"content-type", b"").decode("latin-1").lower().split(";")
    if kind.strip() != "application/json":
        raise BodyError("not-json-type", "Content-Type must be application/json")
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "charset" and value.strip().strip('"') not in ("utf-8", "utf8"):
            raise BodyError("not-json-type", "JSON is UTF-8; no other charset is taken")
    if headers.get(b"content-encoding", b"identity").strip().lower() not in (b"", b"identity"):
        raise BodyError("not-json-type", "a body with Content-Encoding is not taken")


def check_json(body: bytes, max_depth: int) -> None:
    """Refuse what is no plain JSON: also NaN, 1e999, half characters and a key given twice."""
    if not body.strip():
        raise BodyError("not-json", "the body is empty")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BodyError("not-json", f"byte {error.start} is not UTF-8") from None
    if _deeper_than(body, max_depth):
        raise BodyError("not-json", f"nested deeper than {max_depth}")
    try:
        value = json.loads(text, parse_constant=_refuse, parse_float=_finite,
                           object_pairs_hook=_each_key_once)
        if "\\u" in text:
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except json.JSONDecodeError as error:
        raise BodyError("not-json", f"{error.msg} (line {error.lineno}, column {error.colno})"
                        ) from None
    except UnicodeEncodeError:
        raise BodyError("not-json", "holds half a character (a lone surrogate)") from None
    except ValueError as error:
        raise BodyError("not-json", str(error).split(";")[0][:200]) from None


def _deeper_than(body: bytes, limit: int) -> bool:
    """Whether brackets outside texts nest deeper than the limit; no recursion."""
    depth = 0
    for bracket in _BRACKET.finditer(_TEXT.sub(b"", body)):
        depth += 1 if bracket[0] in (b"[", b"{") else -1
        if depth > limit:
            return True
    return False


def _refuse(word: str) -> float:
    raise ValueError(f"{word} is no JSON number")


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError("a number is too large")
    return value


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) != len(pairs):
        raise ValueError("a key is given twice in one object")
    return record


def _replay(body: bytes, receive: Receive) -> Receive:
    """A `receive` that hands out the body once, then whatever the server says."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return waiting.pop() if waiting else await receive()

    return again

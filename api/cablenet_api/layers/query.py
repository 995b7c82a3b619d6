"""What may be asked of a collection: a box, a time and a page (OGC API - Features 1.0, 7.15)."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from cablenet_api.problems import RefusedError

MOST, USUAL = 10_000, 1_000
"""Most features of a page, and how many where no limit is named."""
LONGEST_ID = 200
Box = tuple[float, float, float, float]
_WHOLE = re.compile(r"[0-9]{1,9}", re.ASCII)
_NUMBER = re.compile(r"[+-]?[0-9]{1,20}(\.[0-9]{0,20})?([eE][+-]?[0-9]{1,2})?", re.ASCII)

PARAMETERS: list[dict[str, Any]] = [
    {"name": "bbox", "in": "query", "required": False, "style": "form", "explode": False,
     "description": "west, south, east, north in degrees (WGS84); features that touch the box. "
                    "A box over the dateline has its west beyond its east.",
     "schema": {"type": "array", "minItems": 4, "maxItems": 6, "items": {"type": "number"}}},
    {"name": "datetime", "in": "query", "required": False, "style": "form", "explode": False,
     "description": "an instant or an interval (../END, START/..): features in service then; "
                    "those without dates always match", "schema": {"type": "string"}},
    {"name": "limit", "in": "query", "required": False, "style": "form", "explode": False,
     "description": "most features of one page",
     "schema": {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL}},
    {"name": "after", "in": "query", "required": False,
     "description": "features whose ids follow this one; the `next` link holds it",
     "schema": {"type": "string", "maxLength": LONGEST_ID}},
    {"name": "f", "in": "query", "required": False, "description": "the only form there is",
     "schema": {"type": "string", "enum": ["json"]}},
]
"""The parameters of `items`, as OpenAPI describes them."""


@dataclass(frozen=True)
class Query:
    """One question. `boxes` lie in -180..180 (None: anywhere); `first` and `last` are days."""

    boxes: tuple[Box, ...] | None = None
    first: str = ""
    last: str = ""
    limit: int = USUAL
    after: str = ""


def query_of(asked: Mapping[str, str], given: int) -> Query:
    """Read the parameters of a request.

    Parameters
    ----------
    given
        how many parameters the request has: one named twice is refused

    Raises
    ------
    RefusedError
        for a parameter that is unknown, there twice, or cannot be read (400, as the standard asks)
    """
    check_names(asked, given, {one["name"] for one in PARAMETERS})
    if asked.get("f", "json") != "json":
        raise RefusedError("bad-query", "f: json is the only form of items")
    first, last = _days(asked["datetime"]) if "datetime" in asked else ("", "")
    after = asked.get("after", "")
    if len(after) > LONGEST_ID:
        raise RefusedError("bad-query", f"after: at most {LONGEST_ID} characters")
    return Query(_boxes(asked["bbox"]) if "bbox" in asked else None, first, last,
                 _limit(asked["limit"]) if "limit" in asked else USUAL, after)


def check_names(asked: Mapping[str, str], given: int, known: set[str]) -> None:
    """Refuse a parameter that is unknown or there twice."""
    if set(asked) - known or given > len(asked):
        raise RefusedError("bad-query", "a parameter is unknown or there twice; known: "
                                        + ", ".join(sorted(known)))


def _limit(text: str) -> int:
    if not _WHOLE.fullmatch(text) or int(text) < 1:
        raise RefusedError("bad-query", "limit: a whole number from 1")
    return min(int(text), MOST)


def _boxes(text: str) -> tuple[Box, ...]:
    """The parts of a box inside -180..180: two where it lies over the dateline."""
    words = [word.strip() for word in text.split(",")]
    if len(words) not in (4, 6) or not all(_NUMBER.fullmatch(word) for word in words):
        raise RefusedError("bad-query", "bbox: four numbers (or six, with heights), by commas")
    values = [float(word) for word in words]
    west, south, east, north = (values if len(values) == 4
                                else (values[0], values[1], values[3], values[4]))
    if not (-90 <= south <= north <= 90):
        raise RefusedError("bad-query", "bbox: latitudes from -90 to 90, the south first")
    if not (abs(west) <= 540 and abs(east) <= 540):
        raise RefusedError("bad-query", "bbox: longitudes from -180 to 180")
    if east < west:
        east += 360.0 * math.ceil((west - east) / 360.0)
    found = []
    for turn in range(-3, 4):
        low, high = max(west - 360.0 * turn, -180.0), min(east - 360.0 * turn, 180.0)
        if low < high or (low == high and west == east):
            found.append((low, south, high, north))
    return tuple(found)


def _days(text: str) -> tuple[str, str]:
    """First and last day of an instant or interval; "" where it is open."""
    ends = text.split("/")
    if len(ends) > 2 or text in ("/", "../..", "", "..", "../", "/.."):
        raise RefusedError("bad-query", "datetime: an instant, or START/END with at most one open")
    days = ["" if end in ("", "..") and len(ends) == 2 else _day(end) for end in ends]
    first, last = days[0], days[-1]
    if first and last and first > last:
        raise RefusedError("bad-query", "datetime: the interval ends before it begins")
    return first, last


def _day(text: str) -> str:
    """The UTC day of an instant, as RFC 3339 writes it, or of a date."""
    try:
        if len(text) == 10:
            return date.fromisoformat(text).isoformat()
        moment = datetime.fromisoformat(text.upper())
        if moment.tzinfo is None or text[10:11].upper() != "T":
            raise ValueError("no offset")
        return moment.astimezone(UTC).date().isoformat()
    except (ValueError, OverflowError):
        raise RefusedError("bad-query", "datetime: write 2026-06-01T00:00:00Z or 2026-06-01"
                           ) from None

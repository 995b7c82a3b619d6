"""What routes share: ids in paths, pages, and the problems a route may answer with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Path, Query

from cablenet_api.problems import KINDS, MEDIA_TYPE

Id = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="32 hexadecimal digits")]
Person = Annotated[str, Path(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$",
                             description="log-in name, or `sub` of the identity provider")]
After = Annotated[str, Query(pattern="^[0-9a-f]{0,32}$",
                             description="the `next` of the page before; default: from the start")]
Limit = Annotated[int, Query(ge=1, le=1000, description="most entries of one page")]


def problems(*statuses: int) -> dict[int | str, dict[str, object]]:
    """The error answers of a route, for its description."""
    if 401 in statuses:  # the header that chooses an organisation may be malformed
        statuses = tuple(sorted({*statuses, 422}))
    reference = {"schema": {"$ref": "#/components/schemas/Problem"}}
    titles = {status: " or ".join(kind.title for kind in KINDS.values() if kind.status == status)
              for status in statuses}
    return {status: {"description": title or HTTPStatus(status).phrase,
                     "content": {MEDIA_TYPE: reference}} for status, title in titles.items()}


def page(found: Sequence[Any], limit: int, shown: Callable[[Any], Any]) -> dict[str, Any]:
    """One page of entries that were asked for one beyond the limit; `next` leads on."""
    kept = found[:limit]
    return {"items": [shown(one) for one in kept],
            "next": kept[-1].id if len(found) > limit else None}

"""If-Match: a write names the version it was made from, or is refused."""

from __future__ import annotations

import re
from typing import Protocol

from cablenet_api.problems import RefusedError

_TAG = re.compile(r'(W/)?"[\x21\x23-\x7e]*"')


class Tagged(Protocol):
    """What has an ETag."""

    @property
    def etag(self) -> str:
        """In double quotes."""


def check_condition(if_match: str | None, newest: Tagged) -> None:
    """Refuse a write without If-Match (428), or made from another version (412; RFC 9110, 13.1.1).

    `*` is refused like a missing one: it would overwrite whatever is there. Weak tags never match.
    """
    if if_match is None or if_match.strip() == "*":
        raise RefusedError("condition-required", "send If-Match with the ETag you last read")
    tags = [one.strip() for one in if_match.split(",")]
    if not all(_TAG.fullmatch(one) for one in tags):
        raise RefusedError("condition-required", "If-Match must hold ETags, in double quotes")
    if newest.etag not in tags:
        raise RefusedError("changed-meanwhile", "If-Match names another version; read it again")

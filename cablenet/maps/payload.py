"""What an interactive map shows, as plain JSON values: land, cables, stations, scenarios."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, eq=False)
class MapPayload:
    """Everything one interactive map draws; `data` holds JSON values only."""

    title: str
    data: Mapping[str, Any]

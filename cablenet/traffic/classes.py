"""The seven classes of traffic, their share of the peak and the level at which each is served.

The classes are those of the shared contingency plan (section `priority_traffic`). No operator
publishes traffic by class: every share is assumed, with a wide range, and a user's own matrix may
give any other split. A lower level goes first; classes of one level share what is left.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class TrafficClass:
    """One class: `level` 1 is served first; `share` of the peak, with its range."""

    id: str
    name: str
    level: int
    share: float
    low: float
    high: float
    confidence: Literal["sourced", "estimated", "assumed"]
    note: str


CLASSES: tuple[TrafficClass, ...] = (
    TrafficClass("emergency", "emergency services", 1, 0.001, 0.0002, 0.005, "assumed",
                 "voice and data of a few per mille of the people; mostly inside the country"),
    TrafficClass("safety", "air/sea safety", 1, 0.001, 0.0002, 0.003, "assumed",
                 "flight, ship and weather messages: small in volume, and abroad by nature"),
    TrafficClass("health", "health", 1, 0.003, 0.001, 0.010, "assumed",
                 "records and images held abroad, telemedicine"),
    TrafficClass("government", "government", 2, 0.010, 0.003, 0.030, "assumed",
                 "administration, missions abroad, research networks"),
    TrafficClass("finance", "finance/clearing", 2, 0.020, 0.005, 0.040, "assumed",
                 "payments and clearing are small; banks' private networks are most of it"),
    TrafficClass("interconnection", "interconnection of IXPs", 3, 0.300, 0.200, 0.400, "assumed",
                 "transit and peering of internet providers between exchange points"),
    TrafficClass("bulk", "bulk", 3, 0.665, 0.500, 0.790, "assumed",
                 "content and cloud providers' own networks, caches, backups: the rest"),
)
"""In the order in which they are served; a column of any array by class follows it."""

LEVELS = max(row.level for row in CLASSES)
"""How many levels of priority there are, numbered from 1."""

SHARES: tuple[float, ...] = tuple(row.share for row in CLASSES)
"""Share of each class of the peak; they sum to one."""


def class_number(text: str) -> int:
    """The number of a class given by its id or its name, any case; -1 where it is neither."""
    wanted = text.strip().casefold()
    for number, row in enumerate(CLASSES):
        if wanted in (row.id, row.name.casefold()):
            return number
    return -1

"""`RepairRules`: the switches of a repair plan: how cautious, which month, whose permits fast."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from cablenet.errors import InputError

Place = tuple[float, float]
NO_DAYS: Mapping[str, float] = MappingProxyType({})
NOBODY: Mapping[str, float | None] = MappingProxyType({})


@dataclass(frozen=True)
class RepairRules:
    """What a repair plan takes for granted.

    Attributes
    ----------
    quantile
        which share of cases permits, work and tests do not exceed: 0.5 plans by the typical
        length, 0.9 cautiously (all stages long at once)
    draw
        a seed: every job's work, test and permits are drawn from their ranges instead
    month
        1 to 12: hard seasons at sea lengthen the work; None: calm everywhere
    fast_lane
        countries that grant permits in so many days (None: the shortest of the table), the clock
        from the fault and for any ship
    sooner
        countries whose permits are there so many days earlier than they would be
    pooled
        agreements are ignored: every ship counts as under contract for every cable
    joined
        groups of maintenance agreements, by id, that serve each other's cables as their own
    ended
        maintenance agreements that are no more: their cables' ships have to be chartered
    added_ships, added_spares
        places (name: lon, lat) of one more ship each, under contract for every cable, and of one
        more depot each, with spares of every cable
    """

    quantile: float = 0.5
    draw: int | None = None
    month: int | None = None
    fast_lane: Mapping[str, float | None] = field(default_factory=lambda: NOBODY)
    sooner: Mapping[str, float] = field(default_factory=lambda: NO_DAYS)
    pooled: bool = False
    joined: tuple[frozenset[str], ...] = ()
    ended: frozenset[str] = frozenset()
    added_ships: tuple[tuple[str, Place], ...] = ()
    added_spares: tuple[tuple[str, Place], ...] = ()

    def __post_init__(self) -> None:
        if not 0.0 <= self.quantile <= 1.0:
            raise InputError(f"quantile is {self.quantile}; give a share from 0 to 1")
        if self.month is not None and not 1 <= self.month <= 12:
            raise InputError(f"month is {self.month}; give 1 to 12")
        slow = [country for country, days in self.fast_lane.items()
                if days is not None and not days >= 0]
        if slow:
            raise InputError(f"fast_lane of {', '.join(slow)} is negative; give days of 0 or more")
        late = [country for country, days in self.sooner.items() if not days >= 0]
        if late:
            raise InputError(f"sooner of {', '.join(late)} is negative; give days of 0 or more")
        for name, (lon, lat) in (*self.added_ships, *self.added_spares):
            if not (-360.0 <= lon <= 360.0 and -90.0 <= lat <= 90.0):
                raise InputError(f"'{name}' lies at {lon}, {lat}; give lon, lat in degrees")

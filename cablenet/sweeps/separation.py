"""`Separation`: is one side still joined to the other, and on which units does that rest?

The graph is the contraction that sweeps use, as plain Python sets of bits, because a search for
cut sets asks one scenario at a time and each answer decides the next question.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from cablenet.kernels.contract import NEVER, Contracted
from cablenet.metrics.rows import Power, Rows

Bits = int
"""A set of units: bit u is on where unit u is in it."""


@dataclass(eq=False)
class Separation:
    """One network under some units; `support` answers for two sides and a set of failed units."""

    pieces: Contracted
    rows: Rows
    _joins: list[tuple[int, ...]] = field(init=False)
    _at: list[list[int]] = field(init=False)
    _units: list[Bits] = field(init=False)
    _row: list[int] = field(init=False)
    _cables: _Cables | None = field(init=False)

    def __post_init__(self) -> None:
        pieces, rows = self.pieces, self.rows
        bounds, joins = pieces.indptr.tolist(), pieces.joins.tolist()
        self._joins = [tuple(joins[low:high]) for low, high in pairwise(bounds)]
        self._at = [[] for _ in range(pieces.n_places)]
        for piece, places in enumerate(self._joins):
            for place in places:
                self._at[place].append(piece)
        units = [0] * rows.n_rows
        for row, unit in zip(rows.row_of.tolist(), rows.unit.tolist(), strict=True):
            units[row] |= 1 << unit
        self._row = pieces.row.tolist()
        self._units = [units[row] for row in self._row]
        self._cables = None if rows.power is None else _Cables(rows.power, units, rows.n_rows)

    def support(self, here: Iterable[int], there: frozenset[int], failed: Bits) -> Bits | None:
        """Units such that, while none of them fails as well, the two sides stay joined.

        They are those of one path of fewest pieces, with those that feed it with power. None: the
        sides are parted.
        """
        came: dict[int, tuple[int, int]] = dict.fromkeys(here, (-1, -1))
        if not there.isdisjoint(came):
            return 0
        frontier = list(came)
        while frontier:
            following: list[int] = []
            for place in frontier:
                for piece in self._at[place]:
                    if self._units[piece] & failed or not self._is_lit(piece, failed):
                        continue
                    for other in self._joins[piece]:
                        if other not in came:
                            came[other] = (place, piece)
                            if other in there:
                                return self._units_of_path(came, other, failed)
                            following.append(other)
            frontier = following
        return None

    def _is_lit(self, piece: int, failed: Bits) -> bool:
        return self._cables is None or self._cables.is_lit(self._row[piece], failed)

    def _units_of_path(self, came: dict[int, tuple[int, int]], place: int, failed: Bits) -> Bits:
        found = 0
        while came[place][1] >= 0:
            place, piece = came[place]
            found |= self._units[piece]
            if self._cables is not None:
                found |= self._cables.feeding(self._row[piece], failed)
        return found


class _Cables:
    """Which sections are fed with power, cable by cable; answers are kept."""

    def __init__(self, power: Power, units: list[Bits], n_rows: int) -> None:
        first = n_rows - len(power.wet)
        self._section = {first + i: q for i, q in enumerate(power.wet.tolist())}
        self._ends = list(zip(power.a.tolist(), power.b.tolist(), strict=True))
        self._cable = power.cable.tolist()
        self._units = [0 if row == NEVER else units[row] for row in power.row.tolist()]
        self._at: dict[int, list[int]] = {}
        for q, (a, b) in enumerate(self._ends):
            self._at.setdefault(a, []).append(q)
            self._at.setdefault(b, []).append(q)
        feeds = set(power.feeds.tolist())
        self._feeds: list[list[int]] = [[] for _ in range(power.n_cables)]
        for end in sorted(feeds):
            self._feeds[self._cable[self._at[end][0]]].append(end)
        self._touch: list[Bits] = [0] * power.n_cables
        for cable, unit in zip(power.touch_cable.tolist(), power.touch_unit.tolist(), strict=True):
            self._touch[cable] |= 1 << unit
        self._fed: dict[tuple[int, Bits], dict[int, Bits]] = {}

    def is_lit(self, row: int, failed: Bits) -> bool:
        """Whether a section still has power; one of a cable that nothing touched has."""
        q = self._section.get(row)
        if q is None:
            return True
        touched = failed & self._touch[self._cable[q]]
        if not touched:
            return True
        fed = self._fed_ends(self._cable[q], touched)
        return self._ends[q][0] in fed or self._ends[q][1] in fed

    def feeding(self, row: int, failed: Bits) -> Bits:
        """Units on which the power of a lit section rests."""
        q = self._section.get(row)
        if q is None:
            return 0
        cable = self._cable[q]
        fed = self._fed_ends(cable, failed & self._touch[cable])
        ways = [fed[end] for end in self._ends[q] if end in fed]
        if not ways:  # never fed, and lit only while nothing touches the cable
            return int(self._touch[cable])
        return min(ways, key=lambda way: (way.bit_count(), way))

    def _fed_ends(self, cable: int, failed: Bits) -> dict[int, Bits]:
        """Ends that a feed reaches, each with the units on its way from there."""
        key = (cable, failed)
        if key not in self._fed:
            fed = dict.fromkeys(self._feeds[cable], 0)
            frontier = list(fed)
            while frontier:
                following: list[int] = []
                for end in frontier:
                    for q in self._at[end]:
                        if self._units[q] & failed:
                            continue
                        for other in self._ends[q]:
                            if other not in fed:
                                fed[other] = fed[end] | self._units[q]
                                following.append(other)
                frontier = following
            self._fed[key] = fed
        return self._fed[key]

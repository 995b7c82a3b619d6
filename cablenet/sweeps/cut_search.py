"""All minimal cut sets of two sides up to an order: every way to part them, none twice.

A set of units that parts the sides must take one unit of every path, so the search takes a path
that still stands and tries each of its units in turn: the one that fails first in the path's order,
with those before it declared standing for good. Each cut set is thus met at most once, and every
minimal one is met: follow the branch of its first unit on the path, again and again; the set
reached is a cut set inside the minimal one, so it is that one.

A branch is given up when more paths than units are left that share no unit that may still fail:
each of them needs a unit of its own.
"""

from __future__ import annotations

from collections.abc import Callable

Bits = int
Support = Callable[[Bits], Bits | None]
"""For failed units: the units of a path that still stands, or None where the sides are parted."""


def minimal_cut_sets(support: Support, order: int) -> list[Bits]:
    """Every minimal cut set of at most `order` units, by size, then by its units.

    Sides that are parted with nothing failed, or that no units can part, have none.
    """
    if support(0) is None:
        return []
    found: list[Bits] = []
    _search(support, 0, 0, order, found)
    minimal = [cut for cut in found if _is_minimal(support, cut)]
    return sorted(minimal, key=lambda cut: (cut.bit_count(), members(cut)))


def members(units: Bits) -> list[int]:
    """The units of a set, in order."""
    out = []
    while units:
        low = units & -units
        out.append(low.bit_length() - 1)
        units ^= low
    return out


def _search(support: Support, failed: Bits, standing: Bits, left: int, found: list[Bits]) -> None:
    path = support(failed)
    if path is None:
        found.append(failed)
        return
    open_units = path & ~standing
    if left == 0 or not open_units or _needs_more(support, failed, open_units, standing, left):
        return
    while open_units:
        unit = open_units & -open_units
        _search(support, failed | unit, standing, left - 1, found)
        standing |= unit
        open_units ^= unit


def _needs_more(support: Support, failed: Bits, path: Bits, standing: Bits, left: int) -> bool:
    """Whether more than `left` paths are found that share no unit that may fail."""
    for _ in range(left):
        failed |= path
        further = support(failed)
        if further is None:
            return False
        path = further & ~standing
        if not path:
            return True
    return True


def _is_minimal(support: Support, cut: Bits) -> bool:
    """Whether every unit of a cut set is needed."""
    return all(support(cut ^ (1 << unit)) is not None for unit in members(cut))

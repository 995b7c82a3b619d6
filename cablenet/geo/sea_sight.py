"""Lines of sight over the sea: does a line keep to sea cells, and which cells does it cross."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cablenet.geo.sea_grid import BASE, COLUMNS, LAND, ROWS, SEA, SMALL, SeaMask

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def cells_crossed(x0: Floats, y0: Floats, x1: Floats, y1: Floats
                  ) -> tuple[Ints, Ints, Ints, Floats]:
    """Every unit cell that the straight legs (x0, y0)-(x1, y1) cross: column, row, leg, share.

    Exact: the crossings with all grid lines are sorted along each leg, and the middle of each
    piece says in which cell the piece lies.
    """
    leg_x, t_x = _crossings(x0, x1)
    leg_y, t_y = _crossings(y0, y1)
    ends = np.arange(len(x0))
    leg = np.concatenate([ends, ends, leg_x, leg_y])
    t = np.concatenate([np.zeros(len(x0)), np.ones(len(x0)), t_x, t_y])
    order = np.lexsort((t, leg))
    leg, t = leg[order], t[order]
    same = leg[1:] == leg[:-1]
    leg, start, share = leg[1:][same], t[:-1][same], np.diff(t)[same]
    middle = start + share / 2
    column = np.floor(x0[leg] + middle * (x1 - x0)[leg]).astype(np.int64)
    row = np.floor(y0[leg] + middle * (y1 - y0)[leg]).astype(np.int64)
    long_enough = share > 1e-12
    return column[long_enough], row[long_enough], leg[long_enough], share[long_enough]


def _crossings(start: Floats, end: Floats) -> tuple[Ints, Floats]:
    """The legs and shares at which each leg crosses whole numbers."""
    low = np.ceil(np.minimum(start, end))
    high = np.floor(np.maximum(start, end))
    count = np.maximum(high - low + 1, 0).astype(np.int64)
    count[start == end] = 0
    leg = np.repeat(np.arange(len(start)), count)
    within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    return leg, (low[leg] + within - start[leg]) / (end[leg] - start[leg])


def blocked_legs(mask: SeaMask, lon: Floats, lat: Floats) -> NDArray[np.bool_]:
    """Say for each leg of a line (lon, lat) whether it leaves the sea cells."""
    x, y = (lon + 180.0) * BASE, (lat + 90.0) * BASE
    column, row, leg, _share = cells_crossed(x[:-1], y[:-1], x[1:], y[1:])
    code = mask.code[np.clip(row, 0, ROWS - 1), np.mod(column, COLUMNS)]
    blocked = np.zeros(len(lon) - 1, dtype=bool)
    blocked[leg[code == LAND]] = True
    doubtful = np.zeros_like(blocked)
    doubtful[leg[code != SEA]] = True
    which = np.flatnonzero(doubtful & ~blocked)
    if len(which):
        x, y = x * SMALL, y * SMALL
        column, row, leg, _share = cells_crossed(x[which], y[which], x[which + 1], y[which + 1])
        blocked[which[leg[~mask.is_sea(column, row)]]] = True
    return blocked


def is_clear(mask: SeaMask, lon: Floats, lat: Floats) -> bool:
    """Say whether a whole line keeps to sea cells."""
    return not blocked_legs(mask, lon, lat).any()

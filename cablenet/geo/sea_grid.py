"""The sea as a mesh of square cells: large in the open ocean, about a kilometre near stations.

Three arrays describe it (all shipped in one .npz): a base raster of 1/20 degree that says land,
sea or mixed; for every mixed cell 25 bits that say which of its 5 x 5 small cells (1/100 degree)
touch no land; and for every mixed cell whether the mesh uses its small cells. A cell counts as
sea only when no land touches it, so a line that stays in sea cells stays off the coast.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BASE = 20
"""Base cells per degree."""
SMALL = 5
"""Small cells along the side of a base cell."""
ROWS, COLUMNS = 180 * BASE, 360 * BASE
LAND, SEA, MIXED = 0, 1, 2
LARGEST = 16
"""Side of the largest mesh cell, in base cells (0.8 degrees)."""
KNIGHT_SIDE = 4
"""Squares of at least this side get knight's moves."""
NORTH, SOUTH = 78.0, -66.0
"""The mesh ends here; no cable of the atlas comes near."""

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class SeaMask:
    """Where the sea is: `code` (3600, 7200) from the south, `mixed` sorted flat cells, `bits`."""

    code: NDArray[np.uint8]
    mixed: Ints
    bits: NDArray[np.uint32]
    fine: NDArray[np.bool_]

    def is_sea(self, column: Ints, row: Ints) -> NDArray[np.bool_]:
        """Say whether small cells (column, row at 1/100 degree; columns may wrap) are sea."""
        column = np.mod(column, COLUMNS * SMALL)
        inside = (row >= 0) & (row < ROWS * SMALL)
        row = np.clip(row, 0, ROWS * SMALL - 1)
        flat = (row // SMALL) * COLUMNS + column // SMALL
        code = self.code.reshape(-1)[flat]
        sea = code == SEA
        at = np.flatnonzero(code == MIXED)
        if len(at):
            slot = np.searchsorted(self.mixed, flat[at])
            bit = (row[at] % SMALL) * SMALL + column[at] % SMALL
            sea[at] = (self.bits[slot] >> bit.astype(np.uint32)) & 1 == 1
        return np.asarray(sea & inside)


@dataclass(frozen=True, eq=False)
class SeaMesh:
    """The cells of the mesh and which touch: `side` in small cells, `a`, `b` index pairs."""

    lon: Floats
    lat: Floats
    side: NDArray[np.int32]
    a: NDArray[np.int32]
    b: NDArray[np.int32]


def build_mesh(mask: SeaMask) -> SeaMesh:
    """The cells of the connected world ocean and which touch; see `all_seas`."""
    return world_ocean(all_seas(mask))


def all_seas(mask: SeaMask) -> SeaMesh:
    """Merge sea cells into squares, add the small cells asked for, and link what touches.

    A pair is linked when its two squares share a stretch of side, or touch at a corner with sea on
    both sides of it; the straight line between their centres then stays inside sea cells. Runs of
    equal squares get knight's moves as well, so that routes are not forced to multiples of 45
    degrees. Lakes and seas that nothing joins to the ocean are in it too.
    """
    label, lon, lat, side, extra = _merge(mask.code == SEA)
    keys, small = _small_cells(mask, len(lon))
    pairs = [_label_pairs(label), extra, _small_pairs(mask, label, keys, small)]
    row, column = keys // (COLUMNS * SMALL), keys % (COLUMNS * SMALL)
    lon = np.concatenate([lon, (column + 0.5) / (BASE * SMALL) - 180.0])
    lat = np.concatenate([lat, (row + 0.5) / (BASE * SMALL) - 90.0])
    side = np.concatenate([side * SMALL, np.ones(len(keys), dtype=np.int64)])
    a, b = _unique_pairs(pairs, len(lon)).T.astype(np.int32)
    return SeaMesh(lon, lat, side.astype(np.int32), a, b)


def _merge(sea: NDArray[np.bool_]) -> tuple[NDArray[np.int32], Floats, Floats, Ints, Ints]:
    """Merge base cells into squares: label raster, centres, sides, and knight's-move pairs."""
    sea = sea.copy()
    sea[: int((SOUTH + 90) * BASE)] = False
    sea[int((NORTH + 90) * BASE):] = False
    label = np.full(sea.shape, -1, dtype=np.int32)
    lons, lats, sides, moves, count = [], [], [], [], 0
    blocks, size = [sea], 1
    while size < LARGEST:
        last = blocks[-1]
        blocks.append(last[::2, ::2] & last[1::2, ::2] & last[::2, 1::2] & last[1::2, 1::2])
        size *= 2
    free = np.ones_like(blocks[-1])
    for level in range(len(blocks) - 1, -1, -1):
        size = 2**level
        own = blocks[level] & free
        row, column = np.nonzero(own)
        number = np.full(own.shape, -1, dtype=np.int32)
        number[row, column] = count + np.arange(len(row), dtype=np.int32)
        lons.append((column + 0.5) * size / BASE - 180.0)
        lats.append((row + 0.5) * size / BASE - 90.0)
        sides.append(np.full(len(row), size))
        if size >= KNIGHT_SIDE:
            moves.append(_knight_moves(number))
        tiles = label.reshape(ROWS // size, size, COLUMNS // size, size)
        tiles[row, :, column, :] = number[row, column][:, None, None]
        count += len(row)
        if level:
            free = np.repeat(np.repeat(free & ~blocks[level], 2, axis=0), 2, axis=1)
    return label, np.concatenate(lons), np.concatenate(lats), np.concatenate(sides), \
        np.vstack(moves)


def _knight_moves(number: NDArray[np.int32]) -> Ints:
    """Pairs a knight's move apart whose two cells between are squares of the same size too."""
    found = []
    for flipped in (number, number[::-1]):
        for grid in (flipped, flipped.T):
            one = np.roll(grid, -1, axis=1) if grid is flipped else grid
            if grid is flipped:
                start, middle = grid[:-1], one[:-1]
                corner, end = one[1:], np.roll(grid, -2, axis=1)[1:]
            else:
                start, middle = grid[:, :], np.roll(grid, -1, axis=0)
                corner = np.roll(middle, -1, axis=1)
                end = np.roll(np.roll(grid, -2, axis=0), -1, axis=1)
                start, middle, corner, end = (x[:, :-1] for x in (start, middle, corner, end))
            good = (start >= 0) & (middle >= 0) & (corner >= 0) & (end >= 0)
            found.append(np.column_stack([start[good], end[good]]))
    return np.vstack(found).astype(np.int64)


def _label_pairs(label: NDArray[np.int32]) -> Ints:
    """Pairs of squares that share a side, or a corner between two sea cells."""
    right = np.roll(label, -1, axis=1)
    found = [_differing(label, right), _differing(label[:-1].T, label[1:].T)]
    for left, far, side_a, side_b in (
        (label[:-1], right[1:], right[:-1], label[1:]),
        (label[1:], right[:-1], right[1:], label[:-1]),
    ):
        good = (left != far) & (left >= 0) & (far >= 0) & (side_a >= 0) & (side_b >= 0)
        found.append(np.column_stack([left[good], far[good]]).astype(np.int64))
    return np.vstack(found)


def _differing(a: NDArray[np.int32], b: NDArray[np.int32]) -> Ints:
    """Pairs of unlike cells, given once for a stretch of rows that repeats the same pair."""
    good = (a != b) & (a >= 0) & (b >= 0)
    good[1:] &= (a[1:] != a[:-1]) | (b[1:] != b[:-1])
    return np.column_stack([a[good], b[good]]).astype(np.int64)


def _small_cells(mask: SeaMask, first: int) -> tuple[Ints, Ints]:
    """Sorted flat keys of the small sea cells the mesh uses, and their cell numbers."""
    cells, bits = mask.mixed[mask.fine], mask.bits[mask.fine]
    bit = np.arange(SMALL * SMALL, dtype=np.uint32)
    which, place = np.nonzero((bits[:, None] >> bit) & 1 == 1)
    row = (cells[which] // COLUMNS) * SMALL + place // SMALL
    column = (cells[which] % COLUMNS) * SMALL + place % SMALL
    keys = np.sort(row * (COLUMNS * SMALL) + column)
    return keys, first + np.arange(len(keys))


def _small_pairs(mask: SeaMask, label: NDArray[np.int32], keys: Ints, number: Ints) -> Ints:
    """Pairs of a small cell with the small cells and squares around it."""
    if not len(keys):
        return np.empty((0, 2), dtype=np.int64)
    width = COLUMNS * SMALL
    row, column = keys // width, keys % width

    def cell_at(down: int, right: int) -> Ints:
        r, c = row + down, np.mod(column + right, width)
        key = r * width + c
        slot = np.minimum(np.searchsorted(keys, key), len(keys) - 1)
        base = label[np.clip(r, 0, ROWS * SMALL - 1) // SMALL, c // SMALL]
        return np.where(keys[slot] == key, number[slot], base)

    around = {(d, r): cell_at(d, r) for d in (-1, 0, 1) for r in (-1, 0, 1) if d or r}
    found = []
    for (down, right), other in around.items():
        good = other >= 0
        if down and right:
            good &= (around[(down, 0)] >= 0) & (around[(0, right)] >= 0)
        found.append(np.column_stack([number[good], other[good]]))
    return np.vstack(found)


def _unique_pairs(pairs: list[Ints], count: int) -> Ints:
    both = np.vstack(pairs)
    key = np.minimum(both[:, 0], both[:, 1]) * count + np.maximum(both[:, 0], both[:, 1])
    key.sort()  # np.unique hashes first, which takes four times as long here
    key = key[np.append(True, key[1:] != key[:-1])]
    return np.column_stack([key // count, key % count])


def world_ocean(mesh: SeaMesh) -> SeaMesh:
    """Keep the largest connected part and number its cells afresh."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    ones = np.ones(len(mesh.a), dtype=np.int8)
    graph = coo_matrix((ones, (mesh.a, mesh.b)), shape=(len(mesh.lon), len(mesh.lon)))
    _count, group = connected_components(graph, directed=False)
    keep = group == np.argmax(np.bincount(group))
    number = (np.cumsum(keep) - 1).astype(np.int32)
    linked = keep[mesh.a]
    return SeaMesh(mesh.lon[keep], mesh.lat[keep], mesh.side[keep], number[mesh.a[linked]],
                   number[mesh.b[linked]])

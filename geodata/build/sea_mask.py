"""Rasterise land: which cells of the sea grid no land touches, with declared barriers burned in."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from cablenet.geo.sea_grid import BASE, COLUMNS, LAND, MIXED, ROWS, SEA, SMALL, SeaMask
from cablenet.geo.sea_sight import cells_crossed

HERE = Path(__file__).parent
WIDTH, HEIGHT = COLUMNS * SMALL, ROWS * SMALL
BAND = 300
"""Rows of small cells filled at a time."""


def build_mask(edge_layers: tuple[np.ndarray, ...], windows: np.ndarray) -> SeaMask:
    """Build the mask from coast edges; mixed cells inside `windows` (w, s, e, n) become fine."""
    touched = _touched(np.vstack([*edge_layers, _barriers()]))
    crossings = [_row_crossings(edges) for edges in edge_layers]
    code = np.full((ROWS, COLUMNS), SEA, dtype=np.uint8)
    cells, patterns = [], []
    weight = (1 << np.arange(SMALL * SMALL, dtype=np.uint32)).reshape(SMALL, SMALL)
    for first in range(0, HEIGHT, BAND):
        sea = np.ones((BAND, WIDTH), dtype=bool)
        for crossing in crossings:
            sea &= _outside(crossing, first)
        low, high = np.searchsorted(touched, [first * WIDTH, (first + BAND) * WIDTH])
        sea.reshape(-1)[touched[low:high] - first * WIDTH] = False
        grouped = sea.reshape(BAND // SMALL, SMALL, COLUMNS, SMALL).transpose(0, 2, 1, 3)
        count = grouped.sum(axis=(2, 3))
        base = first // SMALL
        part = code[base:base + BAND // SMALL]
        part[count == 0] = LAND
        row, column = np.nonzero((count > 0) & (count < SMALL * SMALL))
        part[row, column] = MIXED
        cells.append((base + row) * COLUMNS + column)
        patterns.append((grouped[row, column] * weight).sum(axis=(1, 2)).astype(np.uint32))
    mixed = np.concatenate(cells)
    return SeaMask(code, mixed, np.concatenate(patterns), _in_windows(mixed, windows))


def _in_windows(mixed: np.ndarray, windows: np.ndarray) -> np.ndarray:
    wanted = np.zeros((ROWS, COLUMNS), dtype=bool)
    for west, south, east, north in windows:
        rows = np.arange(int((south + 90) * BASE), int((north + 90) * BASE) + 1)
        columns = np.arange(int(np.floor((west + 180) * BASE)),
                            int(np.floor((east + 180) * BASE)) + 1) % COLUMNS
        wanted[np.ix_(np.clip(rows, 0, ROWS - 1), columns)] = True
    return wanted.reshape(-1)[mixed]


def _barriers() -> np.ndarray:
    """Declared lines that no cable crosses though they are sea (causeways, reefs, canals)."""
    edges = []
    with (HERE / "barriers.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            points = np.array([[float(v) for v in pair.split()] for pair in row["line"].split(";")])
            edges.append(np.hstack([points[:-1], points[1:]]))
    return np.vstack(edges)


def _touched(edges: np.ndarray) -> np.ndarray:
    """Sorted flat keys of the small cells that an edge crosses."""
    x, y = (edges[:, [0, 2]] + 180) * BASE * SMALL, (edges[:, [1, 3]] + 90) * BASE * SMALL
    column, row, _leg, _share = cells_crossed(x[:, 0], y[:, 0], x[:, 1], y[:, 1])
    keep = (row >= 0) & (row < HEIGHT)
    return np.unique(row[keep] * WIDTH + np.mod(column[keep], WIDTH))


def _row_crossings(edges: np.ndarray) -> np.ndarray:
    """Sorted flat keys of the cell centres just right of which an edge crosses their row."""
    x, y = (edges[:, [0, 2]] + 180) * BASE * SMALL, (edges[:, [1, 3]] + 90) * BASE * SMALL
    low = np.ceil(y.min(axis=1) - 0.5).astype(np.int64)
    high = np.ceil(y.max(axis=1) - 0.5).astype(np.int64)
    count = np.maximum(high - low, 0)
    edge = np.repeat(np.arange(len(edges)), count)
    row = low[edge] + np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    t = (row + 0.5 - y[edge, 0]) / (y[edge, 1] - y[edge, 0])
    column = np.ceil(x[edge, 0] + t * (x[edge, 1] - x[edge, 0]) - 0.5).astype(np.int64)
    keep = (row >= 0) & (row < HEIGHT) & (column < WIDTH)
    return np.sort(row[keep] * WIDTH + np.maximum(column[keep], 0))


def _outside(crossing: np.ndarray, first: int) -> np.ndarray:
    """Even-odd fill of a band of rows: true where a cell centre lies outside all rings."""
    low, high = np.searchsorted(crossing, [first * WIDTH, (first + BAND) * WIDTH])
    flips = np.zeros(BAND * WIDTH, dtype=np.uint8)
    np.bitwise_xor.at(flips, crossing[low:high] - first * WIDTH, 1)
    return np.bitwise_xor.accumulate(flips.reshape(BAND, WIDTH), axis=1) == 0

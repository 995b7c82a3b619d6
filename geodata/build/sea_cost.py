"""What a kilometre of cable costs where: clearance from the coast, depth, and waters avoided."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import shapely
from scipy.io import netcdf_file
from scipy.spatial import cKDTree

from cablenet.geo.geodesic import EARTH_RADIUS_KM
from cablenet.geo.sea_grid import LAND, SEA, SeaMask
from cablenet.geo.sea_router import unit_vectors

HERE = Path(__file__).parent
ROWS, COLUMNS = 1800, 3600
DEPTH_BOUNDS_M = (50.0, 200.0, 1000.0)
DEPTH_FACTORS = (0.30, 0.22, 0.08, 0.0)
"""Anchors and trawls reach the shelf, so cables leave it where they can (assumed weights)."""
COAST_FACTOR, COAST_KM = 0.5, 35.0
FAR_KM = 255.0


def read_depth(path: Path) -> np.ndarray:
    """ETOPO5 as depth in metres (positive down), rows from the south, columns from -180, 5'."""
    with netcdf_file(path, "r", mmap=False) as file:
        height = np.array(file.variables["ROSE"].data, dtype=np.float32)
    return -np.roll(height, height.shape[1] // 2, axis=1)


def depth_at(depth: np.ndarray, lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """Depth by bilinear interpolation of the 5' nodes; at least 1 m (a cable lies in water)."""
    rows, columns = depth.shape
    y = np.clip((lat + 90.0) * 12.0, 0, rows - 1.001)
    x = np.mod((lon + 180.0) * 12.0, columns)
    row, column = y.astype(int), x.astype(int) % columns
    v, u = y - row, x - np.floor(x)
    right = (column + 1) % columns
    found = (depth[row, column] * (1 - u) * (1 - v) + depth[row, right] * u * (1 - v)
             + depth[row + 1, column] * (1 - u) * v + depth[row + 1, right] * u * v)
    return np.maximum(found, 1.0)


def clearance_km(mask: SeaMask) -> np.ndarray:
    """Distance to the nearest coast at 1/10 degree, 0 on land, at most `FAR_KM`."""
    coarse = mask.code.reshape(ROWS, 2, COLUMNS, 2)
    land = (coarse != SEA).any(axis=(1, 3))
    inner = (coarse == LAND).all(axis=(1, 3))
    shore_row, shore_column = np.nonzero(land & ~_eroded(inner))
    lon, lat = _centres()
    tree = cKDTree(unit_vectors(lon[shore_column], lat[shore_row]))
    row, column = np.nonzero(~land & (np.abs(lat) < 80)[:, None])
    chord, _i = tree.query(unit_vectors(lon[column], lat[row]),
                           distance_upper_bound=FAR_KM / EARTH_RADIUS_KM, workers=2)
    found = np.zeros((ROWS, COLUMNS))
    found[row, column] = np.minimum(chord * EARTH_RADIUS_KM, FAR_KM)
    found[np.abs(lat) >= 80] = FAR_KM
    return found


def _eroded(grid: np.ndarray) -> np.ndarray:
    """Cells all of whose eight neighbours are set too."""
    found = grid.copy()
    for down in (-1, 0, 1):
        for right in (-1, 0, 1):
            found &= np.roll(np.roll(grid, down, axis=0), right, axis=1)
    return found


def _centres() -> tuple[np.ndarray, np.ndarray]:
    return (np.arange(COLUMNS) + 0.5) / 10 - 180, (np.arange(ROWS) + 0.5) / 10 - 90


def cost_factor(depth: np.ndarray, clearance: np.ndarray) -> np.ndarray:
    """The factor raster in fiftieths (uint8, 1/10 degree)."""
    lon, lat = _centres()
    grid_lon, grid_lat = np.meshgrid(lon, lat)
    factor = 1 + COAST_FACTOR * np.exp(-clearance / COAST_KM)
    metres = depth_at(depth, grid_lon.ravel(), grid_lat.ravel()).reshape(ROWS, COLUMNS)
    factor += np.array(DEPTH_FACTORS)[np.digitize(metres, DEPTH_BOUNDS_M)]
    with (HERE / "avoid.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            points = [[float(v) for v in pair.split()] for pair in row["polygon"].split(";")]
            polygon = shapely.Polygon(points)
            west, south, east, north = polygon.bounds
            rows = np.flatnonzero((lat >= south) & (lat <= north))
            columns = np.flatnonzero((lon >= west) & (lon <= east))
            box = np.ix_(rows, columns)
            inside = shapely.contains_xy(polygon, grid_lon[box], grid_lat[box])
            factor[box] = np.where(inside, factor[box] * float(row["factor"]), factor[box])
    return np.minimum(np.round(factor * 50), 255).astype(np.uint8)


def shipped_depth(depth: np.ndarray) -> np.ndarray:
    """Depth for the shipped grid: 1/4 degree (720, 1440), in tens of metres, 0 on land, int16."""
    rows = (depth[:-1] + depth[1:]) / 2
    cells = (rows + np.roll(rows, -1, axis=1)) / 2
    coarse = cells.reshape(720, 3, 1440, 3).mean(axis=(1, 3))
    return np.where(coarse <= 0, 0, np.maximum(np.round(coarse / 10), 1)).astype(np.int16)

"""What a kilometre of sea bed costs in danger: faults a year, and company of existing cables."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from cablenet.geo.geodesic import EARTH_RADIUS_KM, GEOD, KM_PER_DEGREE
from cablenet.geo.sea_router import sample, sphere_km, unit_vectors
from cablenet.hazards.background import KNOWN
from cablenet.hazards.earthquakes import reach_km
from cablenet.hazards.tables import HazardTables
from cablenet.network import Network

Floats = NDArray[np.float64]
ROWS, COLUMNS = 1800, 3600
DEPTH_BOUNDS_M = (200.0, 1000.0)
STEP_DEGREES = 0.05
"""Lines are judged at points at most so far apart (about 5 km)."""


@dataclass(frozen=True, eq=False)
class Danger:
    """Rasters of a tenth of a degree from the south-west, and what they were scaled by.

    `faults` is expected faults per km and year; `near` is true within `keep_km` of a cable in
    service, whose points are `cables` (lon, lat); `depth_m` is 0 on land.
    """

    faults: Floats
    near: NDArray[np.bool_]
    depth_m: Floats
    cables: Floats
    keep_km: float


def danger(net: Network, tables: HazardTables, depth_m: Floats, keep_km: float) -> Danger:
    """Rasters for a network: the fault rates of the hazard tables, per kilometre of sea bed.

    Faults that come alone go by depth class and region. An earthquake of the catalogue adds
    ``rate x break x (1 - d / r) / r`` per km at distance d within its reach r, so that a line
    through its epicentre gets the break probability of the fault model; on slopes that may fail
    (`slope_top_m` to `slope_foot_m`) the same with trigger and slope break. As in the fault
    model both are scaled on the cables in service: in all to `rate_overall`, events of nature to
    at most `natural_events_share` of the natural faults. Flows that run out beyond the footprint,
    cyclones and anchor drags are not in it.

    Parameters
    ----------
    depth_m
        any world raster of depths, rows from the south, 0 on land
    keep_km
        a cable this near is company
    """
    lon, lat = (np.arange(COLUMNS) + 0.5) / 10 - 180.0, (np.arange(ROWS) + 0.5) / 10 - 90.0
    depth = sample(depth_m, *(part.ravel() for part in np.meshgrid(lon, lat))).reshape(
        ROWS, COLUMNS)
    alone = _alone(tables, depth, lon, lat)
    shocks = _shocks(tables, depth, lon, lat)
    points, km = existing_points(net)
    overall = tables.number("rate_overall") / 1000.0
    share = tables.number("natural_events_share") * tables.number("cause_natural")
    if len(points):
        total = overall * km.sum()
        alone *= total / float(sample(alone, *points.T) @ km)
        found = float(sample(shocks, *points.T) @ km)
        shocks *= min(1.0, share * total / found) if found > 0 else 1.0
    return Danger(alone * (1.0 - share) + shocks, _near(points, keep_km), depth, points, keep_km)


def judged_points(line: shapely.LineString) -> tuple[Floats, Floats]:
    """Middle points (n, 2) of short steps of a line, and the length of each step in km."""
    return step_points(np.array([line], object))


def step_points(lines: NDArray[np.object_]) -> tuple[Floats, Floats]:
    """The same for many lines, one after the other."""
    xy, line = shapely.get_coordinates(shapely.segmentize(lines, STEP_DEGREES), return_index=True)
    if len(xy) < 2:
        return np.zeros((0, 2)), np.zeros(0)
    same = line[1:] == line[:-1]
    a, b = xy[:-1][same], xy[1:][same]
    km = np.asarray(GEOD.inv(a[:, 0], a[:, 1], b[:, 0], b[:, 1])[2], float) / 1000.0
    middle = (a + b) / 2
    middle[:, 0] = (middle[:, 0] + 180.0) % 360.0 - 180.0
    return middle, km


def existing_points(net: Network) -> tuple[Floats, Floats]:
    """Points along the wet sections in service, and the km that each stands for."""
    wet = net.of_kind("wet") & net.links.in_service
    return step_points(net.links.geometry[wet])


def _alone(tables: HazardTables, depth: Floats, lon: Floats, lat: Floats) -> Floats:
    """Faults per km and year by depth class and region, before they are scaled."""
    rates = np.array([tables.number(f"rate_{name}") for name in KNOWN]) / 1000.0
    found = rates[np.digitize(depth, DEPTH_BOUNDS_M)]
    done = np.zeros(depth.shape, bool)
    for box in tables["regions"].to_dict("records"):
        window = np.ix_((lat >= box["south"]) & (lat <= box["north"]),
                        (lon >= box["west"]) & (lon <= box["east"]))
        mine = (depth[window] >= box["deeper_than_m"]) & ~done[window]
        found[window] = np.where(mine, found[window] * box["factor"], found[window])
        done[window] |= mine
    return np.asarray(found)


def _shocks(tables: HazardTables, depth: Floats, lon: Floats, lat: Floats) -> Floats:
    """Faults per km and year by earthquakes of the catalogue and the slopes they set off."""
    quakes = tables["earthquakes"]
    magnitude = quakes["magnitude"].to_numpy(float)
    radius = reach_km(magnitude, tables)
    rate = 1.0 / tables.number("earthquake_years")
    trigger = np.minimum(1.0, tables.number("slope_trigger") * 10 ** (
        tables.number("slope_trigger_growth") * (magnitude - 6.5)))
    top, foot = tables.number("slope_top_m"), tables.number("slope_foot_m")
    shaken, slid = tables.number("earthquake_break"), tables.number("slope_break")
    found = np.zeros(depth.shape)
    for x, y, reach, slope in zip(quakes["lon"], quakes["lat"], radius, trigger, strict=True):
        tall = reach / KM_PER_DEGREE + 0.1
        wide = tall / max(np.cos(np.radians(min(abs(y) + tall, 85.0))), 0.1)
        rows = np.flatnonzero(np.abs(lat - y) <= tall)
        columns = np.flatnonzero(np.abs((lon - x + 180.0) % 360.0 - 180.0) <= wide)
        window = np.ix_(rows, columns)
        away = sphere_km(np.array(x), np.array(y), lon[columns][None, :], lat[rows][:, None])
        fall = np.maximum(1.0 - away / reach, 0.0) / reach
        here = depth[window]
        sloping = (here >= top) & (here <= foot)
        found[window] += rate * fall * (shaken + sloping * slope * slid)
    return found


def _near(points: Floats, keep_km: float) -> NDArray[np.bool_]:
    """Raster cells whose centre lies within `keep_km` of a point."""
    near = np.zeros((ROWS, COLUMNS), bool)
    if not len(points):
        return near
    row = np.clip(((points[:, 1] + 90.0) * 10).astype(int), 0, ROWS - 1)
    column = np.floor((points[:, 0] + 180.0) * 10).astype(int) % COLUMNS
    cells = np.unique(row * COLUMNS + column)
    row, column = cells // COLUMNS, cells % COLUMNS
    lat = (row + 0.5) / 10 - 90.0
    tall = int(np.ceil(keep_km / KM_PER_DEGREE * 10))
    for down in range(-tall, tall + 1):
        to = np.clip(row + down, 0, ROWS - 1)
        squeeze = np.maximum(np.cos(np.radians(lat)), 0.05)
        room = np.maximum(keep_km**2 - (down / 10 * KM_PER_DEGREE) ** 2, 0.0) ** 0.5
        wide = np.floor(room / (KM_PER_DEGREE * squeeze) * 10).astype(int)
        for right in range(-int(wide.max()), int(wide.max()) + 1):
            mine = np.abs(right) <= wide
            near[to[mine], (column[mine] + right) % COLUMNS] = True
    return near


def shared_km(points: Floats, km: Floats, cables: Floats, keep_km: float) -> float:
    """Length of a line (judged points and their km) within `keep_km` of existing cables."""
    if not len(cables) or not len(points):
        return 0.0
    from scipy.spatial import cKDTree

    chord = 2.0 * np.sin(keep_km / EARTH_RADIUS_KM / 2.0)
    tree = cKDTree(unit_vectors(cables[:, 0], cables[:, 1]))
    away, _ = tree.query(unit_vectors(points[:, 0], points[:, 1]), distance_upper_bound=chord)
    return float(km[np.isfinite(away)].sum())

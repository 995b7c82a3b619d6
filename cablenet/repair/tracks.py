"""The voyages of a schedule as lines over the sea, by way of the depots where spares are loaded."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pyproj
import shapely
from numpy.typing import NDArray

from cablenet.geo import dateline
from cablenet.repair.case import RepairCase
from cablenet.repair.rules import Place
from cablenet.repair.sea_legs import Distances

Floats = NDArray[np.float64]


def tracks_of(case: RepairCase, schedule: pd.DataFrame) -> Mapping[str, Any]:
    """The line of each job's voyage, by job, from where the ship was before; cut at 180 degrees.

    Along the sea router's ways, or great circles where there is none.
    """
    at: dict[str, Place] = {ship.id: (ship.lon, ship.lat) for ship in case.ships}
    depot: dict[str, Place] = {one.id: (one.lon, one.lat) for one in case.depots}
    lines = {}
    for row in schedule.sort_values(["ship_id", "start_h"]).to_dict("records"):
        ship, call = str(row["ship_id"]), str(row["depot_id"])
        stops = [at[ship], *([depot[call]] if call else []), (row["lon"], row["lat"])]
        lines[str(row["job_id"])] = _line(case.far, stops)
        at[ship] = stops[-1]
    return lines


def _line(far: Distances, stops: list[Place]) -> Any:
    parts = [_leg(far, start, end) for start, end in pairwise(stops)]
    xy = np.vstack(parts)
    if len(xy) < 2 or (xy == xy[0]).all():
        xy = np.vstack([xy[:1], xy[:1] + 1e-4])
    xy[:, 0] = np.unwrap(xy[:, 0], period=360.0)
    return dateline.cut(dateline.unwrap(shapely.LineString(xy)))


def _leg(far: Distances, start: Place, end: Place) -> Floats:
    if start == end:
        return np.array([start, end], float)
    way = far.line(end, start)
    if way is not None:
        return np.vstack([[start], way, [end]])
    inner = pyproj.Geod(ellps="WGS84").npts(*start, *end, 30)
    return np.array([start, *inner, end], float)

"""Earthquakes of a catalogue, and the slope failures that some of them set off."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from cablenet.hazards.events import Events, join_events, make_events
from cablenet.hazards.pieces import Pieces, chord, ground_km, unit_xyz
from cablenet.hazards.tables import HazardTables
from cablenet.hazards.timeline import CAUSES

Floats = NDArray[np.float64]
QUADRANTS = 4
"""A flow runs down one side: a slope failure is drawn as one of four, each a quarter as often."""
AFTER_H = 0.1
"""A slope gives way within minutes of the shaking; so much later a section on it fails."""


def reach_km(magnitude: Floats, tables: HazardTables) -> Floats:
    """Radius of the footprint: the subsurface rupture length of Wells and Coppersmith (1994).

    A rupture may run from the epicentre to either side, so all of its length can lie one way.
    """
    return np.asarray(10 ** (tables.number("earthquake_reach_a")
                             + tables.number("earthquake_reach_b") * magnitude))


def earthquakes(pieces: Pieces, tables: HazardTables, *, shaking: bool = True,
                slopes: bool = True) -> Events:
    """Each catalogued earthquake as an event that comes once in the years of the catalogue.

    A link breaks at its piece nearest to the epicentre with a probability that falls straight to
    0 at the footprint's edge. Some earthquakes set off a slope failure, more of the large ones:
    that is a separate event with the same shaking, and with hits on the slope (between
    `slope_top_m` and `slope_foot_m`, or steep) and in the deep water below it, out to
    `slope_run_km` beyond the footprint, in one quadrant, as much later as the flow takes.
    """
    quakes = tables["earthquakes"]
    if not len(quakes) or not len(pieces):
        return join_events([])
    magnitude = quakes["magnitude"].to_numpy(float)
    radius = reach_km(magnitude, tables)
    near = _near(quakes, pieces, radius + (tables.number("slope_run_km") if slopes else 0.0))
    near["radius"] = radius[near["event"]]
    rate = np.full(len(quakes), 1.0 / tables.number("earthquake_years"))
    names = _names(quakes)
    direct = near[near["away"] <= near["radius"]] if shaking else near[:0]
    direct = direct.assign(probability=tables.number("earthquake_break")
                           * (1.0 - direct["away"] / direct["radius"]))
    if not slopes:
        return _made(names, "earthquake", rate, direct.assign(delay=0.0, cause="earthquake"))
    flows = _flows(near, pieces, tables)
    trigger = np.minimum(1.0, tables.number("slope_trigger") * 10 ** (
        tables.number("slope_trigger_growth") * (magnitude - 6.5)))
    starts = np.zeros(len(quakes), bool)
    starts[flows["event"].unique()] = True
    trigger = np.where(starts, trigger, 0.0)
    quiet = _made(names, "earthquake", rate * (1.0 - trigger),
                  direct.assign(delay=0.0, cause="earthquake"))
    parts = [quiet] if shaking else []
    for quadrant in range(QUADRANTS):
        mine = flows[flows["quadrant"].isin([-1, quadrant])]
        both = pd.concat([direct.assign(delay=0.0, cause="earthquake")[_HIT],
                          mine.assign(cause="slope_failure")[_HIT]], ignore_index=True)
        both = both[both["event"].isin(mine["event"])]
        titles = [f"{name}, slope failure {'NESW'[quadrant]}" for name in names]
        parts.append(_made(titles, "slope_failure", rate * trigger / QUADRANTS, both))
    return join_events(parts)


_HIT = ["event", "link", "km", "probability", "delay", "cause"]


def _near(quakes: pd.DataFrame, pieces: Pieces, reach: Floats) -> pd.DataFrame:
    """Every (earthquake, piece) within reach: distance, and place."""
    tree = cKDTree(pieces.unit_xyz)
    at = unit_xyz(quakes["lon"].to_numpy(float), quakes["lat"].to_numpy(float))
    found = [np.asarray(rows, np.int64) for rows in tree.query_ball_point(
        at, np.array([chord(km) for km in reach]))]
    event = np.repeat(np.arange(len(quakes)), [len(rows) for rows in found])
    piece = np.concatenate(found)
    away = ground_km(np.linalg.norm(at[event] - tree.data[piece], axis=1))
    return pd.DataFrame({"event": event, "piece": piece, "link": pieces.link[piece],
                         "km": pieces.km_middle[piece], "away": away})


def _flows(near: pd.DataFrame, pieces: Pieces, tables: HazardTables) -> pd.DataFrame:
    """Hits of slope failures; `quadrant` -1 on the slope itself, else the side of the run."""
    depth, steep = pieces.depth_m[near["piece"]], pieces.steep[near["piece"]]
    foot = tables.number("slope_foot_m")
    slope = (depth >= tables.number("slope_top_m")) & (
        (depth <= foot) | (steep >= tables.number("slope_steep")))
    inside = (near["away"] <= near["radius"]).to_numpy()
    strength, run = tables.number("slope_break"), tables.number("slope_run_km")
    source = near[inside & slope]
    source = source.assign(probability=strength * (1.0 - source["away"] / source["radius"]),
                           delay=AFTER_H, quadrant=-1)
    # downslope: deeper water beyond the slope, only after earthquakes that have a slope to fail
    below = (depth >= 1000.0) & near["event"].isin(source["event"]).to_numpy() & ~(inside & slope)
    runout = near[below]
    gone = np.maximum(runout["away"] - runout["radius"], 0.0)
    runout = runout.assign(
        probability=strength * np.maximum(1.0 - gone / run, 0.0),
        delay=AFTER_H + runout["away"] / tables.number("slope_speed_km_h"),
        quadrant=_quadrant(runout, pieces, tables["earthquakes"]))
    return pd.concat([source, runout], ignore_index=True)


def _quadrant(rows: pd.DataFrame, pieces: Pieces, quakes: pd.DataFrame) -> NDArray[np.int64]:
    """0 north, 1 east, 2 south, 3 west of the epicentre."""
    lon = quakes["lon"].to_numpy(float)[rows["event"]]
    lat = quakes["lat"].to_numpy(float)[rows["event"]]
    east = ((pieces.lon[rows["piece"]] - lon + 180.0) % 360.0 - 180.0) * np.cos(np.radians(lat))
    north = pieces.lat[rows["piece"]] - lat
    bearing = np.degrees(np.arctan2(east, north)) % 360.0
    return np.asarray((bearing + 45.0) // 90.0, np.int64) % QUADRANTS


def _made(names: list[str], kind: str, rate: Floats, hits: pd.DataFrame) -> Events:
    causes = np.array([CAUSES.index(cause) for cause in hits["cause"]], np.int16)
    return make_events(names, kind, rate, hits["event"].to_numpy(np.int64),
                       hits["link"].to_numpy(np.int64), hits["probability"].to_numpy(float),
                       hits["km"].to_numpy(float), delay_h=hits["delay"].to_numpy(float),
                       cause=causes)


def _names(quakes: pd.DataFrame) -> list[str]:
    day = quakes["day"] if "day" in quakes.columns else [""] * len(quakes)
    return [f"M{magnitude:.1f} at {lon:.2f}, {lat:.2f}{' of ' + str(when) if when else ''}"
            for magnitude, lon, lat, when in zip(
                quakes["magnitude"], quakes["lon"], quakes["lat"], day, strict=True)]

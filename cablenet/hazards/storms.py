"""Cyclones: tracks of a best-track file or straight synthetic ones, and the cables below."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from cablenet.errors import InputError, Problem
from cablenet.geo.geodesic import GEOD
from cablenet.hazards.events import Events, join_events, make_events
from cablenet.hazards.pieces import (
    CLASS_LIMITS_M,
    Pieces,
    chord,
    ground_km,
    nearest_per_link,
    unit_xyz,
)
from cablenet.hazards.tables import HazardTables

Floats = NDArray[np.float64]
TRACKS_A_BASIN = 100
POINT_KM = 20.0
TRACK_COLUMNS = ("track_id", "lon", "lat", "wind_kt", "time")
_NAMES = {  # IBTrACS v4 first, then the columns that regional extracts of it use
    "track_id": ("SID", "CS_ID", "track_id"), "lon": ("LON", "lon"), "lat": ("LAT", "lat"),
    "wind_kt": ("USA_WIND", "WMO_WIND", "MSWS", "wind_kt"),
    "time": ("ISO_TIME", "DATETIME", "time"),
}


def read_tracks(path: Path | str) -> pd.DataFrame:
    """Cyclone tracks of a CSV file with the columns of IBTrACS (its row of units is skipped).

    Returns
    -------
    one row a position: `track_id`, `lon`, `lat`, `wind_kt` (NaN where not observed), `time`

    Raises
    ------
    InputError
        naming the columns that are missing
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"{path}: is not a file; name a CSV file of cyclone tracks")
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: is not a readable CSV file: {error}") from error
    chosen = {name: next((c for c in known if c in table.columns), "")
              for name, known in _NAMES.items()}
    problems = [Problem(path.name, "", known[0], "is missing", f"give one of {', '.join(known)}")
                for name, known in _NAMES.items() if not chosen[name]]
    if problems:
        raise InputError(problems)
    frame = pd.DataFrame({name: table[chosen[name]].str.strip() for name in TRACK_COLUMNS})
    for name in ("lon", "lat", "wind_kt"):
        frame[name] = pd.to_numeric(frame[name], errors="coerce")
    frame["time"] = pd.to_datetime(frame["time"], errors="coerce", format="ISO8601")
    if len(frame) and frame.iloc[0][["lon", "lat", "time"]].isna().all():
        frame = frame.iloc[1:]  # the row of units
    problems = [Problem(path.name, f"line {row + 2}", name, "is not what it should be",
                        "give degrees, and times as YYYY-MM-DD hh:mm:ss")
                for name in ("lon", "lat", "time") for row in frame.index[frame[name].isna()]]
    if problems:
        raise InputError(problems)
    if not len(frame):
        raise InputError(f"{path}: holds no position with lon, lat and time")
    return frame.sort_values(["track_id", "time"], kind="stable").reset_index(drop=True)


def cyclones(pieces: Pieces, tables: HazardTables, seed: int = 0,
             tracks: pd.DataFrame | None = None) -> Events:
    """Each track as an event; a shallow section under it breaks with a probability that falls
    straight to 0 at `cyclone_radius_km`.

    Observed tracks count where the wind is that of a hurricane, and come again once in the years
    that the file covers. Without tracks, straight ones are drawn in each basin.
    """
    names, rate, track, lon, lat = (
        _synthetic(tables["cyclone_basins"], seed) if tracks is None
        else _observed(tracks, tables.number("cyclone_wind_kt")))
    shallow = pieces.taken(pieces.depth_m < CLASS_LIMITS_M[0])
    if not len(shallow) or not len(track):
        return join_events([])
    reach = tables.number("cyclone_radius_km")
    found = cKDTree(unit_xyz(lon, lat)).sparse_distance_matrix(
        cKDTree(shallow.unit_xyz), chord(reach), output_type="ndarray")
    event, piece = track[found["i"]].astype(np.int64), found["j"].astype(np.int64)
    away = ground_km(found["v"])
    rows = nearest_per_link(event, shallow.link[piece], away)
    event, piece, away = event[rows], piece[rows], away[rows]
    chance = tables.number("cyclone_break") * np.clip(1.0 - away / reach, 0.0, 1.0)
    return make_events(names, "cyclone", rate, event, shallow.link[piece], chance,
                       shallow.km_middle[piece])


Tracks = tuple[list[str], Floats, NDArray[np.int64], Floats, Floats]


def _synthetic(basins: pd.DataFrame, seed: int) -> Tracks:
    """Straight tracks: genesis even over a box, heading normal, one length a basin."""
    rng = np.random.default_rng([seed, 1])
    steps = int(np.ceil(basins["length_km"].max() / POINT_KM)) + 1
    names: list[str] = []
    rates, lons, lats, owners = [], [], [], []
    for basin in basins.to_dict("records"):
        n = TRACKS_A_BASIN
        lon = basin["west"] + rng.random(n) * (basin["east"] - basin["west"])
        lat = basin["south"] + rng.random(n) * (basin["north"] - basin["south"])
        heading = basin["heading_deg"] + basin["spread_deg"] * rng.standard_normal(n)
        along = np.minimum(np.arange(steps) * POINT_KM, basin["length_km"])
        shape = (n, steps)
        start = [np.broadcast_to(v[:, None], shape).ravel() for v in (lon, lat, heading)]
        x, y, _ = GEOD.fwd(start[0], start[1], start[2],
                           np.broadcast_to(along * 1000.0, shape).ravel())
        owners.append(np.repeat(np.arange(n) + len(names), steps))
        lons.append(np.asarray(x))
        lats.append(np.asarray(y))
        names += [f"{basin['name']} track {i + 1}" for i in range(n)]
        rates.append(np.full(n, basin["rate_per_year"] / n))
    return (names, np.concatenate(rates), np.concatenate(owners), np.concatenate(lons),
            np.concatenate(lats))


def _observed(tracks: pd.DataFrame, wind_kt: float) -> Tracks:
    missing = [name for name in TRACK_COLUMNS if name not in tracks.columns]
    if missing:
        raise InputError([Problem("tracks", "", name, "is missing", "use `read_tracks`")
                          for name in missing])
    years = tracks["time"].dt.year
    covered = int(years.max() - years.min()) + 1
    strong = tracks[tracks["wind_kt"] >= wind_kt]
    owner, ids = pd.factorize(strong["track_id"])
    points = [_between(strong[owner == i]) for i in range(len(ids))]
    track = np.repeat(np.arange(len(ids)), [len(part) for part in points])
    place = np.concatenate(points) if points else np.zeros((0, 2))
    return ([str(name) for name in ids], np.full(len(ids), 1.0 / covered), track, place[:, 0],
            place[:, 1])


def _between(rows: pd.DataFrame) -> Floats:
    """Positions of one track with more between them, at most `POINT_KM` apart."""
    lon = np.unwrap(rows["lon"].to_numpy(float), period=360.0)
    lat = rows["lat"].to_numpy(float)
    km = np.hypot(np.diff(lon) * np.cos(np.radians(lat[:-1])), np.diff(lat)) * 111.2
    along = np.concatenate([[0.0], np.cumsum(km)])
    if along[-1] == 0.0:
        return np.column_stack([lon[:1], lat[:1]])
    keep = np.concatenate([[True], km > 0])
    at = np.linspace(0.0, along[-1], int(np.ceil(along[-1] / POINT_KM)) + 1)
    return np.column_stack([np.interp(at, along[keep], lon[keep]),
                            np.interp(at, along[keep], lat[keep])])

"""Anchor drags: an anchor crosses several cables of a shallow sea along one straight track."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import shapely
from numpy.typing import NDArray

from cablenet.geo.geodesic import GEOD
from cablenet.hazards.events import Events, join_events, make_events
from cablenet.hazards.pieces import CLASS_LIMITS_M, Pieces
from cablenet.hazards.tables import HazardTables

Floats = NDArray[np.float64]
TRACKS = 4000


def anchor_drags(pieces: Pieces, anchoring: Floats, tables: HazardTables, seed: int = 0) -> Events:
    """Tracks of random heading and length through places where anchors catch cables.

    Parameters
    ----------
    anchoring
        (P,) expected anchoring faults a year of each piece; tracks start where these are many

    Only tracks that cross two links or more are kept. They come so often that `drag_share` of all
    anchoring faults are theirs. Land does not stop a track; deep water does, as only shallow
    pieces can be hit.
    """
    shallow = pieces.depth_m < CLASS_LIMITS_M[0]
    mine, weight = pieces.taken(shallow), anchoring[shallow]
    if not len(mine) or weight.sum() <= 0:
        return join_events([])
    rng = np.random.default_rng([seed, 2])
    start = np.searchsorted(np.cumsum(weight), rng.random(TRACKS) * weight.sum())
    start = np.minimum(start, len(mine) - 1)
    tracks = _tracks(mine, start, rng, tables.number("drag_length_km"))
    lines = _lines(_near_zero(mine.ends))
    tree = shapely.STRtree(lines)
    hits = [tree.query(_lines(tracks + np.array([turn, 0.0])), predicate="intersects")
            for turn in (0.0, -360.0, 360.0)]  # cables may be drawn on the dateline's other side
    track, piece = np.concatenate(hits, axis=1)
    links = np.unique(np.column_stack([track, mine.link[piece]]), axis=0)[:, 0]
    kept = np.flatnonzero(np.bincount(links, minlength=TRACKS) >= 2)
    inside = np.isin(track, kept)
    track, piece = track[inside], piece[inside]
    if not len(track):
        return join_events([])
    share = _share_along(lines[piece], tracks[track])
    km = mine.km_from[piece] + share * mine.km[piece]
    chance = np.full(len(track), tables.number("drag_break"))
    names = [f"anchor drag {i + 1}" for i in range(TRACKS)]
    made = make_events(names, "anchor_drag", np.ones(TRACKS), track, mine.link[piece], chance, km)
    wanted = tables.number("drag_share") * float(anchoring.sum())
    return replace(made, rate_per_year=np.full(
        len(made), wanted / float(made.probability.sum())))


def _tracks(pieces: Pieces, start: NDArray[np.int64], rng: np.random.Generator,
            mean_km: float) -> Floats:
    """(T, 2, 2) ends of one track a start: begun before the middle of its piece."""
    n = len(start)
    lon, lat = pieces.lon[start], pieces.lat[start]
    length = -mean_km * np.log1p(-rng.random(n)) * 1000.0
    before = rng.random(n) * length
    heading = rng.random(n) * 360.0
    x0, y0, _ = GEOD.fwd(lon, lat, heading + 180.0, before)
    x1, y1, _ = GEOD.fwd(lon, lat, heading, length - before)
    x0, x1 = (lon + (np.asarray(x) - lon + 180.0) % 360.0 - 180.0 for x in (x0, x1))
    return np.stack([np.column_stack([x0, y0]), np.column_stack([x1, y1])], axis=1)


def _near_zero(ends: Floats) -> Floats:
    """Ends of pieces moved by whole turns so that their first lies within 180."""
    moved = ends.copy()
    moved[..., 0] -= 360.0 * np.floor((ends[:, :1, 0] + 180.0) / 360.0)
    return moved


def _lines(ends: Floats) -> NDArray[np.object_]:
    return np.asarray(shapely.linestrings(ends), dtype=object)


def _share_along(lines: NDArray[np.object_], tracks: Floats) -> Floats:
    """How far along each line its track crosses it, from 0 to 1."""
    moved = tracks.copy()
    moved[..., 0] += 360.0 * np.round((shapely.bounds(lines)[:, :1] - tracks[:, :1, 0]) / 360.0)
    crossing = shapely.intersection(lines, _lines(moved))
    return np.asarray(np.nan_to_num(shapely.line_locate_point(
        lines, shapely.point_on_surface(crossing), normalized=True), nan=0.5))

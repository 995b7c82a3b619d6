"""Runs along each segment: water depth by class, and whose waters they are."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sea_cost import depth_at

from cablenet.geo.geodesic import densify, wrap_lon

STEP_KM = 5.0
CLASS_BOUNDS_M = (200.0, 1000.0)


def sampled(segments: pd.DataFrame) -> pd.DataFrame:
    """Pieces of at most `STEP_KM` of every segment, with the place in the middle of each.

    Columns: segment_id, wet, km_from, km_to, lon (in -180..180), lat.
    """
    parts, names, wet = [], [], []
    for row in segments.itertuples():
        xy, km = densify(row.geometry, STEP_KM)
        middle = (xy[:-1] + xy[1:]) / 2
        parts.append(np.column_stack([km[:-1], km[1:], middle]))
        names += [row.segment_id] * len(middle)
        wet += [row.kind == "wet"] * len(middle)
    frame = pd.DataFrame(np.vstack(parts), columns=["km_from", "km_to", "lon", "lat"])
    frame["lon"] = np.vectorize(wrap_lon)(frame.lon)
    frame.insert(0, "segment_id", names)
    frame.insert(1, "wet", wet)
    return frame


def depth_profile(samples: pd.DataFrame, depth: np.ndarray) -> pd.DataFrame:
    """Runs of one depth class (to 200 m, to 1000 m, deeper) of wet segments, with mean depth."""
    wet = samples[samples.wet]
    metres = depth_at(depth, wet.lon.to_numpy(), wet.lat.to_numpy())
    frame, run = runs(wet, np.digitize(metres, CLASS_BOUNDS_M))
    span = (wet.km_to - wet.km_from).to_numpy()
    mean = np.bincount(run, metres * span) / np.maximum(np.bincount(run, span), 1e-9)
    frame["depth_m"] = np.maximum(np.round(mean), 1.0)
    return frame.drop(columns="value")


def runs(samples: pd.DataFrame, value: np.ndarray) -> tuple[pd.DataFrame, np.ndarray]:
    """Merge neighbouring pieces of one segment with the same value; also the run of each piece."""
    names = samples.segment_id.to_numpy()
    new = np.concatenate([[True], (names[1:] != names[:-1]) | (value[1:] != value[:-1])])
    run = np.cumsum(new) - 1
    start = np.flatnonzero(new)
    end = np.concatenate([start[1:], [len(names)]]) - 1
    frame = pd.DataFrame({
        "segment_id": names[start],
        "km_from": np.round(samples.km_from.to_numpy()[start], 3),
        "km_to": np.round(samples.km_to.to_numpy()[end], 3),
        "value": value[start],
    })
    return frame, run

"""Where the sea bed has to be visited: faults as rows that a repair job can be made from."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from cablenet.geo import geodesic
from cablenet.network import Network
from cablenet.scenarios.scenario_set import FAULT_COLUMNS


def faults_at(net: Network, scenario: Sequence[int], link: Sequence[int], km: Sequence[float],
              cause: str) -> pd.DataFrame:
    """One fault per (scenario, link, km from the link's start): place, depth, jurisdiction.

    Depth and jurisdiction come from the runs along the segment; null where the map has none.
    """
    places = [geodesic.point_at_km(net.links.geometry[i], at)
              for i, at in zip(link, km, strict=True)]
    segment = net.links.id[np.asarray(link, np.int64)]
    frame = pd.DataFrame({
        "scenario": np.asarray(scenario, np.int64), "segment_id": segment,
        "link": np.asarray(link, np.int64), "km_from_a": np.round(np.asarray(km, float), 3),
        "lon": [lon for lon, _ in places], "lat": [lat for _, lat in places],
        "start": None, "cause": cause,
    })
    layers = net.layers.tables
    frame["depth_m"] = _run_value(layers["depth_profile"], frame, "depth_m").astype(float)
    frame["jurisdiction_id"] = _run_value(layers["segment_jurisdictions"], frame,
                                          "jurisdiction_id").astype(object)
    return frame[list(FAULT_COLUMNS)]


def _run_value(runs: pd.DataFrame, faults: pd.DataFrame, column: str) -> pd.Series:
    """The value of the run that holds each fault (the last run's beyond its end)."""
    if not len(runs) or not len(faults):
        return pd.Series([None] * len(faults), index=faults.index, dtype=object)
    mine = runs[runs["segment_id"].isin(faults["segment_id"])]
    by_segment = {key: rows.sort_values("km_from") for key, rows in mine.groupby("segment_id")}
    out: list[object] = []
    for segment, km in zip(faults["segment_id"], faults["km_from_a"], strict=True):
        rows = by_segment.get(segment)
        if rows is None:
            out.append(None)
            continue
        at = int(np.searchsorted(rows["km_from"].to_numpy(float), km, side="right")) - 1
        out.append(rows[column].iloc[max(at, 0)])
    return pd.Series(out, index=faults.index, dtype=object)

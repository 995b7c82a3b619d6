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
    blank = pd.Series([None] * len(faults), index=faults.index, dtype=object)
    mine = runs[runs["segment_id"].isin(faults["segment_id"])]
    if not len(mine):
        return blank
    asked = faults[["segment_id", "km_from_a"]].astype({"segment_id": object}).reset_index()
    known = mine[["segment_id", "km_from", column]].astype({"segment_id": object})
    found = pd.merge_asof(
        asked.sort_values("km_from_a", kind="stable"), known.sort_values("km_from", kind="stable"),
        left_on="km_from_a", right_on="km_from", by="segment_id")
    values = found.set_index("index")[column].astype(object)
    return values.where(values.notna(), None).reindex(faults.index)

"""The links of a network: cable sections, backhaul, border crossings, fixed links, candidates."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from cablenet.errors import InputError, Problem
from cablenet.geo import dateline, geodesic
from cablenet.layers import Layers
from cablenet.network import LINK_KINDS, Links, Nodes, freeze_part

ROAD_FACTOR = 1.3
"""Assumed: a land route is 1.3 times as long as the geodesic, where no length is given."""
IN_SERVICE = ("live", "partial")
LINK_TABLES = ("cables", "segments", "backhaul", "border_crossings", "fixed_links")


def build_links(
    layers: Layers, nodes: Nodes, index: dict[str, int], cable_id: list[str],
    day: date | None, candidates: pd.DataFrame | None,
) -> tuple[Links, tuple[str, ...]]:
    """Sections first (by id), then backhaul, border crossings, fixed links, then candidates."""
    parts = [
        _sections(layers, day),
        _land_links(layers.tables["backhaul"], "backhaul_id", "station_id", "gateway_id", day,
                    "backhaul"),
        _land_links(layers.tables["border_crossings"], "crossing_id", "from_id", "to_id", day),
        _land_links(layers.tables["fixed_links"], "fixed_link_id", "from_id", "to_id", day,
                    "fixed_link"),
        _proposed(candidates, index, layers),
    ]
    frame = pd.concat([part for part in parts if len(part)], ignore_index=True)
    a, b = (np.array([index[key] for key in frame[end]], np.int64)
            for end in ("from_id", "to_id"))
    geometry = frame["geometry"].to_numpy(object).copy()
    straight = pd.isna(frame["geometry"]).to_numpy()
    geometry[straight] = _straight(nodes, a[straight], b[straight])
    length = geodesic.line_lengths_km(geometry)
    given = frame["length_km"].to_numpy(float)
    length = np.where(straight, np.where(np.isnan(given), length * ROAD_FACTOR, given), length)
    number = {key: i for i, key in enumerate(cable_id)}
    links = Links(
        id=frame["link_id"].to_numpy(object),
        kind=frame["kind"].map(LINK_KINDS.index).to_numpy(np.int8),
        a=a, b=b,
        cable=frame["cable_id"].map(lambda key: number.get(key, -1)).to_numpy(np.int64),
        in_service=frame["in_service"].to_numpy(bool),
        length_km=length,
        design_tbps=frame["design_capacity_tbps"].to_numpy(float),
        lit_tbps=frame["lit_capacity_tbps"].to_numpy(float),
        sigma_km=frame["position_sigma_km"].to_numpy(float),
        geometry=geometry,
    )
    notes = []
    assumed = int((straight & np.isnan(given)).sum())
    if assumed:
        notes.append(f"{assumed} land links have no length: assumed {ROAD_FACTOR} x the geodesic")
    return freeze_part(links), tuple(notes)


def _sections(layers: Layers, day: date | None) -> pd.DataFrame:
    """Cable sections, in service when both the cable and the section are."""
    segments = layers.tables["segments"]
    cables = layers.tables["cables"].set_index("cable_id")
    mine = cables.loc[segments["cable_id"]].reset_index(drop=True)
    on = in_service(mine, day) & _within(segments, day)
    return pd.DataFrame({
        "link_id": segments["segment_id"], "kind": segments["kind"],
        "from_id": segments["from_id"], "to_id": segments["to_id"],
        "cable_id": segments["cable_id"], "in_service": on, "length_km": np.nan,
        "design_capacity_tbps": segments["design_capacity_tbps"].fillna(
            mine["design_capacity_tbps"]),
        "lit_capacity_tbps": segments["lit_capacity_tbps"].fillna(mine["lit_capacity_tbps"]),
        "position_sigma_km": segments["position_sigma_km"],
        "geometry": pd.Series([dateline.unwrap(line) for line in segments.geometry], dtype=object),
    })


def in_service(cables: pd.DataFrame, day: date | None) -> NDArray[np.bool_]:
    """Which cables are in service: by dated interval on a day, by status without one."""
    if day is None:
        return cables["status"].isin(IN_SERVICE).to_numpy(bool)
    unbuilt = cables["status"].isin(("building", "planned")) & cables["in_service_from"].isna()
    ended = (cables["status"] == "retired") & cables["in_service_to"].isna()
    return _within(cables, day) & ~unbuilt.to_numpy(bool) & ~ended.to_numpy(bool)


def _within(frame: pd.DataFrame, day: date | None) -> NDArray[np.bool_]:
    """Rows whose dated interval holds the day (no day: those that have not ended)."""
    if day is None:
        return frame["in_service_to"].isna().to_numpy(bool)
    text = day.isoformat()
    started = frame["in_service_from"].isna() | (frame["in_service_from"] <= text)
    ended = frame["in_service_to"].notna() & (frame["in_service_to"] <= text)
    return (started & ~ended).to_numpy(bool)


def _land_links(frame: pd.DataFrame, key: str, start: str, end: str, day: date | None,
                kind: str | None = None) -> pd.DataFrame:
    dated = "in_service_from" in frame
    return pd.DataFrame({
        "link_id": frame[key], "kind": frame["kind"] if kind is None else kind,
        "from_id": frame[start], "to_id": frame[end], "cable_id": "",
        "in_service": _within(frame, day) if dated else np.ones(len(frame), bool),
        "length_km": frame["length_km"], "design_capacity_tbps": frame["design_capacity_tbps"],
        "lit_capacity_tbps": frame["lit_capacity_tbps"], "position_sigma_km": np.nan,
        "geometry": None,
    })


def _proposed(candidates: pd.DataFrame | None, index: dict[str, int],
              layers: Layers) -> pd.DataFrame:
    """Proposed links: one new cable each, never in service until a plan is applied."""
    if candidates is None or not len(candidates):
        return pd.DataFrame()
    lost = [Problem("candidates", str(row.candidate_id), end, f"'{getattr(row, end)}' is no node",
                    "name a station of the map")
            for row in candidates.itertuples() for end in ("from_id", "to_id")
            if getattr(row, end) not in index]
    ids = candidates["candidate_id"].astype(str)
    taken = {key for name in LINK_TABLES for key in layers.tables[name].iloc[:, 0]}
    lost += [Problem("candidates", key, "candidate_id", what, "give it an id of its own")
             for rows, what in ((ids.isin(taken), "is already an id of the map"),
                                (ids.duplicated(), "appears more than once"))
             for key in ids[rows]]
    if lost:
        raise InputError(lost)

    def column(name: str) -> Any:
        return candidates[name].to_numpy() if name in candidates else np.nan

    return pd.DataFrame({
        "link_id": candidates["candidate_id"].to_numpy(), "kind": "wet",
        "from_id": candidates["from_id"].to_numpy(), "to_id": candidates["to_id"].to_numpy(),
        "cable_id": candidates["candidate_id"].to_numpy(), "in_service": False,
        "length_km": np.nan, "design_capacity_tbps": column("design_capacity_tbps"),
        "lit_capacity_tbps": column("lit_capacity_tbps"), "position_sigma_km": np.nan,
        "geometry": pd.Series([dateline.unwrap(line) for line in candidates["geometry"]],
                              dtype=object),
    })


def _straight(nodes: Nodes, a: NDArray[np.int64], b: NDArray[np.int64]) -> NDArray[np.object_]:
    """Straight drawings of land links, the short way round."""
    lon_a = nodes.lon[a]
    lon_b = lon_a + (nodes.lon[b] - lon_a + 180.0) % 360.0 - 180.0
    ends = np.stack([np.column_stack([lon_a, nodes.lat[a]]),
                     np.column_stack([lon_b, nodes.lat[b]])], axis=1)
    return np.asarray(shapely.linestrings(ends), object)

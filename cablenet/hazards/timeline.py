"""`Timeline`: one block of drawn years; only outages that overlap in time coincide."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cablenet.errors import InputError, MismatchError
from cablenet.geo import geodesic
from cablenet.network import Network, frozen

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
HOURS_A_YEAR = 8766.0
"""A mean Julian year: 365.25 days."""
BACKGROUND = ("fishing", "anchoring", "other_human", "natural", "abrasion", "component", "unknown")
"""Causes of faults that come alone."""
CAUSES = (*BACKGROUND, "earthquake", "slope_failure", "cyclone", "anchor_drag", "solar_storm")
"""What `cause` counts: independent faults first, then those of events that hit several links."""
FAULT_COLUMNS = ("segment_id", "link", "km_from_a", "lon", "lat", "depth_m", "jurisdiction_id",
                 "start", "cause", "start_h", "end_h", "event")


@dataclass(frozen=True, eq=False)
class States:
    """S states of a block: stretches of time in which no outage starts or ends.

    They follow one another without a gap from hour 0 to the end of the block, so their hours add
    up to the block's. Outage k covers states `first[k]` to `last[k] - 1`.
    """

    start_h: Floats
    hours: Floats
    first: Ints
    last: Ints

    def __len__(self) -> int:
        return len(self.start_h)

    @property
    def year(self) -> Ints:
        """(S,) the year of the block, from 0, in which each state starts."""
        return (self.start_h / HOURS_A_YEAR).astype(np.int64)


@dataclass(frozen=True, eq=False)
class Timeline:
    """K outages of a block of drawn years, sorted by start.

    Attributes
    ----------
    block, years
        which block, and how many whole years it holds
    link
        (K,) the link that is out
    km_from_a
        (K,) where along it the fault lies, km from its start
    start_h, end_h
        (K,) hours from the block's start, within it. A start of 0 was carried over from before
        the block: a block starts as a world that has had faults all along
    cause
        (K,) number of the cause in `CAUSES`
    event
        (K,) -1 where the fault came alone; else a number that all faults of one event of this
        block share. Divided by the number of events of the model, the rest says which it was
    """

    block: int
    years: int
    link: NDArray[np.int32]
    km_from_a: NDArray[np.float32]
    start_h: Floats
    end_h: Floats
    cause: NDArray[np.int16]
    event: Ints
    network_fingerprint: str = ""

    def __len__(self) -> int:
        return len(self.link)

    def __repr__(self) -> str:
        joint = int((self.event >= 0).sum())
        return (f"<Timeline: block {self.block}, {self.years} years, {len(self)} outages, "
                f"{joint} of them in events>")

    @property
    def hours(self) -> float:
        """Length of the block."""
        return self.years * HOURS_A_YEAR

    def states(self, whole_years: bool = False) -> States:
        """Cut the block wherever an outage starts or ends.

        With `whole_years` also at every turn of the year, so that each state lies in one year.
        """
        turns = (np.arange(self.years + 1) * HOURS_A_YEAR if whole_years
                 else np.array([0.0, self.hours]))
        cuts = np.concatenate([self.start_h, np.sort(self.end_h), turns])
        cuts.sort(kind="stable")  # three sorted runs: merged, not sorted afresh
        cuts = cuts[np.concatenate([[True], cuts[1:] > cuts[:-1]])]
        return States(frozen(cuts[:-1]), frozen(np.diff(cuts)),
                      frozen(np.searchsorted(cuts, self.start_h)),
                      frozen(np.searchsorted(cuts, self.end_h)))

    def alive(self, links: int, states: States, start: int = 0,
              stop: int | None = None) -> NDArray[np.bool_]:
        """(B, links) true where no outage covers the link, for states start..stop.

        For looking into a block; a whole block of the atlas would not fit into memory.
        """
        stop = len(states) if stop is None else min(stop, len(states))
        there = (states.first < stop) & (states.last > start)
        count = np.zeros((max(stop - start, 0) + 1, links), np.int32)
        np.add.at(count, (np.maximum(states.first[there], start) - start, self.link[there]), 1)
        np.add.at(count, (np.minimum(states.last[there], stop) - start, self.link[there]), -1)
        return np.asarray(np.cumsum(count[:-1], axis=0) == 0)

    def to_faults(self, net: Network) -> pd.DataFrame:
        """One row per outage with its place on the sea bed, as repair jobs need it.

        Columns as in a scenario's faults, without the scenario, and the hours and the event.
        Depth and jurisdiction are null where the map has none.
        """
        if self.network_fingerprint and self.network_fingerprint != net.fingerprint:
            raise MismatchError("these years were drawn for another network (its fingerprint "
                                "differs); draw them again from a model of this one")
        lon, lat = np.zeros(len(self)), np.zeros(len(self))
        depth = np.full(len(self), np.nan)
        waters = np.full(len(self), None, object)
        depths = _runs(net.layers.tables["depth_profile"], "depth_m")
        claims = _runs(net.layers.tables["segment_jurisdictions"], "jurisdiction_id")
        order = np.argsort(self.link, kind="stable")
        where = np.flatnonzero(np.diff(self.link[order])) + 1
        for rows in np.split(order, where) if len(order) else ():
            link, km = int(self.link[rows[0]]), self.km_from_a[rows].astype(float)
            line = net.links.geometry[link]
            along, xy = geodesic.vertex_km(line), np.array(line.coords)
            lon[rows] = (np.interp(km, along, xy[:, 0]) + 180.0) % 360.0 - 180.0
            lat[rows] = np.interp(km, along, xy[:, 1])
            for runs, out in ((depths, depth), (claims, waters)):
                if (found := runs.get(str(net.links.id[link]))) is not None:
                    nth = np.searchsorted(found[0], km, side="right") - 1
                    out[rows] = found[1][np.maximum(nth, 0)]
        return pd.DataFrame({
            "segment_id": net.links.id[self.link], "link": self.link.astype(np.int64),
            "km_from_a": np.round(self.km_from_a.astype(float), 3), "lon": lon, "lat": lat,
            "depth_m": depth, "jurisdiction_id": waters, "start": None,
            "cause": np.array(CAUSES, object)[self.cause], "start_h": self.start_h,
            "end_h": self.end_h, "event": self.event,
        }, columns=list(FAULT_COLUMNS))


def timeline(block: int, years: int, link: NDArray[np.int32], km_from_a: NDArray[np.float32],
             start_h: Floats, end_h: Floats, *, cause: NDArray[np.int16], event: Ints,
             network_fingerprint: str = "") -> Timeline:
    """Sort outages by start, drop those outside the block and clip the others to it."""
    if years < 1:
        raise InputError(f"cannot draw {years} years; ask for at least 1")
    end = years * HOURS_A_YEAR
    inside = np.flatnonzero((start_h < end) & (end_h > 0.0) & (end_h > start_h))
    rows = inside[np.argsort(start_h[inside], kind="stable")]
    return Timeline(
        block, years, frozen(link[rows].astype(np.int32)),
        frozen(km_from_a[rows].astype(np.float32)), frozen(np.maximum(start_h[rows], 0.0)),
        frozen(np.minimum(end_h[rows], end)), frozen(cause[rows].astype(np.int16)),
        frozen(event[rows].astype(np.int64)), network_fingerprint)


def _runs(table: pd.DataFrame, column: str) -> dict[str, tuple[Floats, NDArray[np.object_]]]:
    """Start and value of the runs along each segment."""
    if not len(table):
        return {}
    table = table.sort_values(["segment_id", "km_from"], kind="stable")
    return {str(key): (part["km_from"].to_numpy(float), part[column].to_numpy())
            for key, part in table.groupby("segment_id", sort=False)}

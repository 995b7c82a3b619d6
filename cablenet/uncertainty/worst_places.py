"""`worst_places`: the places whose loss hurts most, and how sure that is on drawn lines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cablenet.errors import InputError, UnknownNameError
from cablenet.metrics.isolation import countries_cut, isolated_gateways
from cablenet.network import Network
from cablenet.planning.attack import alive_after
from cablenet.scenarios.areas import disk
from cablenet.scenarios.scenario_set import concat
from cablenet.scenarios.units import Units, units_of
from cablenet.uncertainty.drawing import draws as drawn_scores
from cablenet.uncertainty.uncertain import Uncertain

Floats = NDArray[np.float64]
METRICS = {"isolated": "isolated_countries", "people": "isolated_people"}
SHORTLIST = 4
"""Places asked again on drawn lines, for each place that is told."""


@dataclass(frozen=True, eq=False)
class WorstPlaces:
    """The worst places of a map and of its drawn routes.

    Attributes
    ----------
    uncertain
        every place of the shortlist over all draws
    count, radius_km, metric
        what was asked
    places
        how many places the map has
    """

    uncertain: Uncertain
    count: int
    radius_km: float
    metric: str
    places: int

    def __repr__(self) -> str:
        return (f"<WorstPlaces: {self.count} of {self.places:,} places of {self.radius_km:g} km, "
                f"{len(self.uncertain)} draws of the routes>\n{self.to_frame()}")

    def to_frame(self) -> pd.DataFrame:
        """One row a place, the worst on the map first: its value, the median and the 5th and 95th
        percentile over the draws, and the share of draws in which it is among the worst."""
        column = METRICS[self.metric]
        frame = self.uncertain.to_frame(worst=self.count)
        frame = frame[frame["column"] == column].drop(columns="column")
        return frame.rename(columns={
            "scenario": "place", "among_worst": f"in_worst_{self.count}"}).sort_values(
            "value", ascending=False, kind="stable").head(self.count).reset_index(drop=True)

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return {"places": self.places, "count": self.count, "radius_km": self.radius_km,
                "metric": self.metric, "draws": len(self.uncertain),
                "seed": self.uncertain.seed, "worst": self.to_frame().to_dict("records")}


def worst_places(net: Network, count: int = 10, *, metric: str = "people", radius_km: float = 25.0,
                 draws: int = 50, seed: int = 1, units: Units | None = None,
                 progress: Callable[[str, int, int], None] | None = None) -> WorstPlaces:
    """The places whose loss alone hurts most, on the map and on drawn routes.

    Modelled lines are not surveys. The places of the map (every maximal set that one disk can hit)
    are ranked; the worst `SHORTLIST` times `count` of them, as disks about fixed centres, are asked
    again on routes drawn by their `position_sigma_km`. A place that is harmless on the map and
    outside that list is not seen to come in.

    Parameters
    ----------
    metric
        people (behind gateways that reach no hub abroad) or isolated (countries)
    draws
        2 or more
    units
        places at hand, since finding them takes half a minute on a map of the world

    Raises
    ------
    InputError, UnknownNameError
        a count below 1, fewer than two draws, a metric that does not exist
    """
    if count < 1:
        raise InputError(f"count = {count}: ask for at least one place")
    if metric not in METRICS:
        raise UnknownNameError("metric of worst places", metric, METRICS)
    places = units_of(net, "place", radius_km=radius_km) if units is None else units
    value = _values(net, places, metric)
    order = np.argsort(-value, kind="stable")[:SHORTLIST * count]
    chosen = order[value[order] > 0]
    if not len(chosen):
        raise InputError(f"no place of {radius_km:g} km isolates anybody; try a larger radius")
    centres = [tuple(map(float, str(places.id[u]).removeprefix("place:").split(",")))
               for u in chosen.tolist()]
    events = concat([disk(net, lon, lat, radius_km, name=str(places.name[u]))
                     for (lon, lat), u in zip(centres, chosen.tolist(), strict=True)])
    found = drawn_scores(net, events, ["isolated"], draws=draws, seed=seed, what=["routes"],
                         progress=progress)
    return WorstPlaces(found, count, radius_km, metric, len(places))


def _values(net: Network, places: Units, metric: str) -> Floats:
    """(U,) what each place does alone, beyond what is isolated already."""
    gates, base = net.gateways, isolated_gateways(net, net.links.in_service[None, :])
    out = np.zeros(len(places))
    for u in range(len(places)):
        cut = isolated_gateways(net, alive_after(net, places, [u])[None, :])
        if metric == "people":
            out[u] = gates.people[cut[0] & ~base[0]].sum()
        else:
            out[u] = (countries_cut(net, cut)[0] & ~countries_cut(net, base)[0]).sum()
    return out

"""`own_table`: candidates that a user gave, as rows of a table, with their lines and costs."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from cablenet.errors import InputError
from cablenet.geo.sea_router import SeaRouter
from cablenet.layers import Layers
from cablenet.planning.candidate_table import CANDIDATE_KINDS, CandidateTable, places_of
from cablenet.planning.candidates import completed
from cablenet.planning.more_candidates import DESIGN_TBPS, LIT_TBPS


def own_table(layers: Layers, router: SeaRouter, given: gpd.GeoDataFrame) -> CandidateTable:
    """The table of a user's candidates, in their order.

    Parameters
    ----------
    given
        as `read_candidates` gives it; lines and costs that it leaves open are drawn and modelled

    Raises
    ------
    InputError
        naming each row whose end is no node of the map, or whose cost is not above 0
    """
    frame = completed(given, layers, router.route)
    ranges = [name for name in ("cost_low_musd", "cost_high_musd") if name in given.columns]
    frame = frame.assign(**{name: given[name].to_numpy() for name in ranges})
    cost = frame[["cost_low_musd", "cost_musd", "cost_high_musd"]].to_numpy(float).T
    bad = frame.loc[~(cost[1] > 0), "candidate_id"].tolist()
    if bad:
        raise InputError(f"candidates: {', '.join(map(str, bad))}: cost_musd must lie above 0")
    places = places_of(layers)
    number = {str(key): i for i, key in enumerate(places.id)}
    a, b = (np.array([number[str(key)] for key in frame[column]], np.int64)
            for column in ("from_id", "to_id"))
    count = len(frame)

    def filled(column: str, assumed: float) -> NDArray[np.float64]:
        values = frame.get(column)
        return (np.full(count, assumed) if values is None
                else values.astype(float).fillna(assumed).to_numpy(float))

    return CandidateTable(
        layers, router, places, np.full(count, CANDIDATE_KINDS.index("cable"), np.int8), a, b,
        np.full(count, "", object), frame["length_km"].to_numpy(float), cost,
        filled("design_capacity_tbps", DESIGN_TBPS), filled("lit_capacity_tbps", LIT_TBPS), (),
        frame["candidate_id"].astype(str).to_numpy(object), np.array([*frame.geometry], object))

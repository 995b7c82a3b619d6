"""`SpareStock`: the spare cable of simulated years, used up by repairs and reordered at once.

Every cable has spares of its own at the bases of its ships (assumed: systems differ); `plan_spares`
asks at which depots they would lie best.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cablenet.errors import InputError
from cablenet.network import Network
from cablenet.repair.durations import LEAST_REPAIRS, RESTOCK, SPARE_SHARE, spare_km
from cablenet.repair.queue_kernel import DepotCalls

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class SpareStock:
    """How much spare cable lies ready.

    Attributes
    ----------
    share
        of a cable's length (default 0.02: 1 to 3 %, estimated from memory), and never less than two
        repairs at its deepest place take (assumed); infinite: spares without end
    restock_days
        from an order to its arrival (default 180: 90 to 365, assumed)

    Raises
    ------
    InputError
        either is below 0, or no number
    """

    share: float = SPARE_SHARE.typical
    restock_days: float = RESTOCK.typical

    def __post_init__(self) -> None:
        for name, value in (("share", self.share), ("restock_days", self.restock_days)):
            if not value >= 0:
                raise InputError(f"{name} of spares is {value}; give 0 or more")

    def of_cables(self, net: Network) -> Floats:
        """(C,) km in stock of each cable."""
        wet = net.of_kind("wet") & (net.links.cable >= 0)
        length = np.bincount(net.links.cable[wet], net.links.length_km[wet],
                             minlength=len(net.cable_id))
        least = [LEAST_REPAIRS * spare_km(depth) for depth in _deepest_m(net)]
        return np.asarray(np.maximum(self.share * length, least), np.float64)

    def calls(self, net: Network, faults: pd.DataFrame, ships: int, places: int
              ) -> DepotCalls | None:
        """What the repairs of these faults take from stock; None: no end of it.

        Faults on land legs and of no cable take nothing.
        """
        if math.isinf(self.share):
            return None
        cable = net.links.cable[faults["link"].to_numpy(np.int64)]
        need = np.array([spare_km(float(depth), str(cause)) for depth, cause in zip(
            faults["depth_m"].to_numpy(float), faults["cause"].to_numpy(object), strict=True)])
        none = np.full(len(faults), -1)
        return DepotCalls(none, np.zeros((ships, 1)), np.zeros((1, places)), 0.0,
                          np.maximum(cable, 0).astype(np.int64), np.where(cable >= 0, need, 0.0),
                          self.of_cables(net), 24.0 * self.restock_days)


HELD = SpareStock()


def _deepest_m(net: Network) -> Floats:
    """(C,) the deepest run of each cable; NaN where the map has no depths."""
    runs = net.layers.tables["depth_profile"]
    segments = net.layers.tables["segments"].set_index("segment_id")["cable_id"]
    deepest = runs["depth_m"].abs().groupby(runs["segment_id"].map(segments)).max()
    return np.asarray(deepest.reindex([str(key) for key in net.cable_id]).to_numpy(float),
                      np.float64)

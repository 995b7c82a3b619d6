"""Faults that come alone: how often a piece of cable fails, by depth, cause and region."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cablenet.hazards.pieces import DEPTH_CLASSES, Pieces
from cablenet.hazards.tables import HazardTables
from cablenet.hazards.timeline import BACKGROUND

Floats = NDArray[np.float64]
KNOWN = DEPTH_CLASSES[:3]


@dataclass(frozen=True, eq=False)
class Background:
    """Faults a year of P pieces, by cause: `rate[piece] * mix[depth class, cause]`.

    `mix` is (4, causes), each row adding up to 1 before hazards of events take their part.
    """

    rate: Floats
    mix: Floats
    depth_class: NDArray[np.int64]

    def by_cause(self) -> Floats:
        """(causes,) expected faults a year."""
        per_class = np.bincount(self.depth_class, self.rate, minlength=len(DEPTH_CLASSES))
        return np.asarray(per_class @ self.mix)


def background(pieces: Pieces, tables: HazardTables,
               rate_per_1000km_year: float | None = None) -> Background:
    """Spread the expected faults over the pieces.

    The depth rates and the regional factors say where faults fall; their sum is then set to
    `rate_per_1000km_year` (default: `rate_overall`, the world's faults over the world's km) times
    the km in service, so that a map of the whole world has the world's 150 to 200 faults a year.
    """
    rates = [tables.number(f"rate_{name}") for name in KNOWN]
    overall = tables.number("rate_overall")
    weight = np.array([*rates, overall])[pieces.depth_class] * pieces.km
    weight *= region_factor(pieces, tables["regions"])
    wanted = overall if rate_per_1000km_year is None else rate_per_1000km_year
    total = weight.sum()
    scale = wanted * pieces.km.sum() / 1000.0 / total if total > 0 else 0.0
    return Background(weight * scale, cause_mix(tables), pieces.depth_class)


def region_factor(pieces: Pieces, regions: pd.DataFrame) -> Floats:
    """(P,) factor of the first region that holds each piece, 1 outside all of them."""
    factor = np.full(len(pieces), np.nan)
    depth = np.nan_to_num(pieces.depth_m, nan=0.0)
    for box in regions.to_dict("records"):
        inside = ((pieces.lon >= box["west"]) & (pieces.lon <= box["east"])
                  & (pieces.lat >= box["south"]) & (pieces.lat <= box["north"])
                  & (depth >= box["deeper_than_m"]) & np.isnan(factor))
        factor[inside] = box["factor"]
    return np.asarray(np.nan_to_num(factor, nan=1.0))


def cause_mix(tables: HazardTables) -> Floats:
    """(4, causes) share of each cause among the faults of a depth class.

    The declared table of where each cause strikes is fitted to the known shares by cause and by
    depth by iterative proportional fitting (Deming and Stephan 1940). Where the depth is unknown
    the shares are those of all depths.
    """
    declared = tables["cause_depth"].set_index("cause").reindex(list(BACKGROUND))
    seed = declared[list(KNOWN)].to_numpy(float)
    causes = np.array([tables.number(f"cause_{name}") for name in BACKGROUND])
    depths = np.array([tables.number(f"faults_{name}") for name in KNOWN])
    causes, depths = causes / causes.sum(), depths / depths.sum()
    table = np.nan_to_num(seed)
    for _ in range(200):
        table = table * (causes / np.maximum(table.sum(axis=1), 1e-300))[:, None]
        table = table * (depths / np.maximum(table.sum(axis=0), 1e-300))
    return np.vstack([(table / table.sum(axis=0)).T, causes])

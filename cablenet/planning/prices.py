"""What a proposed cable costs when nobody has quoted it: a stated model with its range."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Price:
    """A unit price with its range and where it comes from."""

    low: float
    typical: float
    high: float
    unit: str
    basis: str
    sources: tuple[str, ...]

    def ends(self) -> Floats:
        """(3,) low, typical and high."""
        return np.array([self.low, self.typical, self.high])


CABLE_PER_KM = Price(0.017, 0.030, 0.050, "million USD per km", "estimated",
                     ("TGECON", "OCI2017"))
"""All-in price of a repeatered system; the benchmarks spread by a factor of six."""
LANDING_STATION = Price(3.0, 5.0, 20.0, "million USD each", "estimated", ("CU190215", "MEM"))
"""A new landing station: USD 4.8 million at the Sunshine Coast; the high end is from memory."""
BRANCH_PER_KM = Price(0.040, 0.045, 0.065, "million USD per km", "estimated", ("CU190215",))
"""A branch to an existing system: the 550 km of the Sunshine Coast branch, A$ 35 million."""
BRANCHING_UNIT = Price(0.5, 1.5, 5.0, "million USD each", "assumed", ("MEM",))
"""A branching unit, from memory."""
TRUNK_OPENED = Price(1.0, 1.75, 3.0, "million USD each", "assumed", ("FIGOLI", "WOODAFR"))
"""Assumed: opening a trunk to joint in a unit takes a ship as long as a repair does."""
LAND_PER_KM = Price(0.015, 0.030, 0.060, "million USD per km", "assumed", ("MEM",))
"""Assumed: trenched fibre from a new station to its gateway; from memory, it varies widely."""
UPGRADE_PER_TBPS = Price(0.10, 0.25, 0.60, "million USD per Tbps", "assumed", ("MEM",))
"""Assumed: terminals at both ends of 2.5 waves of 400 Gbps, about USD 50,000 each, from memory."""
PRICES = {"cable": CABLE_PER_KM, "landing station": LANDING_STATION, "branch": BRANCH_PER_KM,
          "branching unit": BRANCHING_UNIT, "trunk opened": TRUNK_OPENED, "land": LAND_PER_KM,
          "upgrade": UPGRADE_PER_TBPS}


def cable_cost_musd(length_km: float, landings: int = 2) -> tuple[float, float, float]:
    """Low, typical and high cost of a cable of this length with new stations at its landings."""
    low, typical, high = cable_costs_musd(np.array([length_km]), landings)[:, 0].tolist()
    return low, typical, high


def cable_costs_musd(length_km: Floats, landings: int = 2) -> Floats:
    """(3, K) low, typical and high cost of K cables, a new station at each landing."""
    return np.asarray(np.outer(CABLE_PER_KM.ends(), length_km)
                      + landings * LANDING_STATION.ends()[:, None])


def branch_costs_musd(length_km: Floats) -> Floats:
    """(3, K) costs of K branches: the branch, its unit, the trunk opened for it, one landing."""
    once = BRANCHING_UNIT.ends() + TRUNK_OPENED.ends() + LANDING_STATION.ends()
    return np.asarray(np.outer(BRANCH_PER_KM.ends(), length_km) + once[:, None])


def upgrade_costs_musd(added_tbps: Floats) -> Floats:
    """(3, K) costs of lighting more of K systems."""
    return np.asarray(np.outer(UPGRADE_PER_TBPS.ends(), added_tbps))


BUILD_YEARS = Price(1.5, 2.0, 3.0, "years", "assumed", ("MEM",))
"""Assumed, from memory: permits, survey, making and laying of a short system."""
KM_PER_MORE_YEAR = 5000.0
"""Assumed: a year more for each so many km, for repeaters and for the ship."""


def build_years(length_km: Floats) -> Floats:
    """(K,) years from the decision until a cable of this length is in service (typical)."""
    return np.asarray(BUILD_YEARS.typical + length_km / KM_PER_MORE_YEAR)

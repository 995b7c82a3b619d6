"""What a proposed cable costs when nobody has quoted it: a stated model with its range."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Price:
    """A unit price with its range and where it comes from."""

    low: float
    typical: float
    high: float
    unit: str
    basis: str
    sources: tuple[str, ...]


CABLE_PER_KM = Price(0.017, 0.030, 0.050, "million USD per km", "estimated",
                     ("TGECON", "OCI2017"))
"""All-in price of a repeatered system; the benchmarks spread by a factor of six."""
LANDING_STATION = Price(3.0, 5.0, 20.0, "million USD each", "estimated", ("CU190215", "MEM"))
"""A new landing station: USD 4.8 million at the Sunshine Coast; the high end is from memory."""


def cable_cost_musd(length_km: float, landings: int = 2) -> tuple[float, float, float]:
    """Low, typical and high cost of a cable of this length with new stations at its landings."""
    low, typical, high = (
        length_km * per_km + landings * station
        for per_km, station in (
            (CABLE_PER_KM.low, LANDING_STATION.low),
            (CABLE_PER_KM.typical, LANDING_STATION.typical),
            (CABLE_PER_KM.high, LANDING_STATION.high),
        )
    )
    return low, typical, high

"""`BasingPlan`: ports for the ships of an agreement, by three models, beside today's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from cablenet.solvers import Certificate


@dataclass(frozen=True, eq=False)
class BasingPlan:
    """Ports for the ships of an agreement, by three models, beside today's.

    Attributes
    ----------
    today, by_median, by_coverage, by_simulation
        ports by name, one for each ship
    certificate
        of the p-median: objective and bound in fault-hours at sea, summed over the drawn faults
    covered
        share of faults within reach of today's ports and of the best for coverage, proved
    saved_days, saved_half_width
        days of outage a year that the simulated choice saves beside today, on fresh years, and half
        of the 95 % interval
    places
        name to (lon, lat) of every port named
    """

    agreement: str
    today: tuple[str, ...]
    by_median: tuple[str, ...]
    by_coverage: tuple[str, ...]
    by_simulation: tuple[str, ...]
    certificate: Certificate
    sailing_h: tuple[float, float]
    covered: tuple[float, float]
    saved_days: float
    saved_half_width: float
    years: int
    places: Mapping[str, tuple[float, float]]

    def __repr__(self) -> str:
        return (f"<BasingPlan of {self.agreement}: {', '.join(self.by_simulation)}: "
                f"{self.saved_days:,.0f} +- {self.saved_half_width:,.0f} days of outage a year "
                "less than today>")

    def to_frame(self) -> pd.DataFrame:
        """One row a model: the ports it chooses."""
        rows = {"today": self.today, "p-median": self.by_median, "coverage": self.by_coverage,
                "simulation": self.by_simulation}
        return pd.DataFrame([{"model": name, "ports": ", ".join(ports)}
                             for name, ports in rows.items()])

    def to_json(self) -> dict[str, Any]:
        """The plan as plain values, the certificate's keys on top."""
        return {
            **self.certificate.to_json(),
            "objective_unit": "hours at sea, summed over drawn faults",
            "agreement": self.agreement, "today": list(self.today),
            "p_median": list(self.by_median), "coverage": list(self.by_coverage),
            "simulation": list(self.by_simulation),
            "mean_hours_at_sea_today": self.sailing_h[0],
            "mean_hours_at_sea_p_median": self.sailing_h[1],
            "share_covered_today": self.covered[0], "share_covered_best": self.covered[1],
            "outage_days_saved_per_year": self.saved_days,
            "half_width": self.saved_half_width, "years": self.years,
        }

    def to_geo(self) -> gpd.GeoDataFrame:
        """One point a port that any model chooses: how many ships each lays there."""
        models = {"today": self.today, "p_median": self.by_median,
                  "coverage": self.by_coverage, "simulation": self.by_simulation}
        rows = [{"port": name, **{f"ships_{model}": ports.count(name)
                                  for model, ports in models.items()}}
                for name in sorted({name for ports in models.values() for name in ports})]
        where = [shapely.Point(self.places[str(row["port"])]) for row in rows]
        return gpd.GeoDataFrame(rows, geometry=where, crs="EPSG:4326")

"""`SurvivalPlan`: the cables to build, the reason for each, the proof, and the walk through it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from cablenet.errors import PlanError
from cablenet.network import Network
from cablenet.planning.survival_check import Isolations
from cablenet.solvers import Certificate

Walk = tuple[str, Isolations | None, Isolations]


@dataclass(frozen=True, eq=False)
class SurvivalPlan:
    """Cables that keep some promises at least cost.

    Attributes
    ----------
    network
        the map with the new cables drawn and in service
    before
        the map without them
    promises
        what is kept, in words
    cables
        one row per new cable, with geometry: ends, length, cost with its range, and its reason
    walked
        one row per promise: how many losses were walked through, and how many (country, loss)
        pairs end in isolation before (NaN: not counted) and after; after is always 0
    left_out
        countries that no candidate saves, each with the rule that says why
    cost_musd
        sum of the model's costs, each rounded up to a thousand USD; the drawn lines in `cables`
        are priced by their own length
    next_best
        (cost, ids) of further plans
    certificate
        of the cost; `checked`: the walk, which knows no solver
    """

    network: Network
    before: Network
    promises: tuple[str, ...]
    cables: gpd.GeoDataFrame
    walked: pd.DataFrame
    left_out: tuple[str, ...]
    cost_musd: float
    next_best: tuple[tuple[float, tuple[str, ...]], ...]
    certificate: Certificate
    rounds: int
    cuts: int

    @property
    def chosen(self) -> tuple[str, ...]:
        """Ids of the cables to build."""
        return tuple(map(str, self.cables["candidate_id"]))

    def __repr__(self) -> str:
        head = (f"<SurvivalPlan: {len(self.cables)} cables for {self.cost_musd:,.1f} million USD "
                f"({self.certificate.status}); {'; '.join(self.promises)}>")
        lines = [f"  {row['name']}: {row['cost_musd']:,.1f} million USD, {row['reason']}"
                 for row in self.cables.to_dict("records")]
        return "\n".join([head, *lines, *(f"  left out: {rule}" for rule in self.left_out)])

    def _repr_html_(self) -> str:
        return str(self.to_frame().to_html(index=False))

    def with_next_best(self, plans: Sequence[tuple[float, tuple[str, ...]]]) -> SurvivalPlan:
        """The same with further plans beside it."""
        return replace(self, next_best=tuple(plans))

    def to_frame(self) -> pd.DataFrame:
        """The new cables, one row each."""
        return pd.DataFrame(self.cables.drop(columns="geometry"))

    def to_geo(self) -> gpd.GeoDataFrame:
        """The new cables with their lines."""
        return self.cables.copy()

    def to_json(self) -> dict[str, Any]:
        """The plan as plain values, the certificate's keys on top."""
        return {
            **self.certificate.to_json(), "objective_unit": "million USD",
            "cost_musd": self.cost_musd, "promises": list(self.promises),
            "chosen": list(self.chosen), "cables": self.to_frame().to_dict("records"),
            "walked": self.walked.to_dict("records"), "left_out": list(self.left_out),
            "next_best": [{"cost_musd": cost, "chosen": list(ids)}
                          for cost, ids in self.next_best],
        }


def plan_of(cables: gpd.GeoDataFrame, net: Network, before: Network, promises: Sequence[str],
            walks: Sequence[Walk], left_out: Sequence[str], *, cost_musd: float,
            bound_musd: float, seconds: float, rounds: int, cuts: int) -> SurvivalPlan:
    """Write a choice down; a walk that still finds an isolation is no plan."""
    walked = pd.DataFrame([
        {"promise": name, "losses_walked": after.scenarios,
         "isolations_before": np.nan if prior is None else sum(prior.count.values()),
         "isolations_after": sum(after.count.values())} for name, prior, after in walks])
    if walked["isolations_after"].any():
        raise PlanError("the plan failed its own check: a promise is broken on the map")
    gap = abs(cost_musd - bound_musd) / max(1.0, cost_musd)
    status: Literal["optimal", "feasible"] = (
        "optimal" if bound_musd >= cost_musd - 1e-9 else "feasible")
    return SurvivalPlan(
        net, before, tuple(promises), cables, walked, tuple(left_out), cost_musd, (),
        Certificate(status, cost_musd, bound_musd, gap, seconds, 0, float("nan"), checked=True),
        rounds, cuts)

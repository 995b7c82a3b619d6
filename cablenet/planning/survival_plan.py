"""`SurvivalPlan`: the cables to build, the reason for each, the proof, and the walk through it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cablenet.errors import PlanError
from cablenet.network import Network
from cablenet.planning.counted import counted
from cablenet.planning.survival_check import Isolations
from cablenet.solvers import Certificate


@dataclass(frozen=True, eq=False)
class Walk:
    """One promise walked through: on `net` with the plan in it, `bare` without the declared hub
    mesh, and `before` the plan (None: not counted)."""

    promise: str
    after: Isolations
    bare: Isolations
    net: Network
    before: Isolations | None


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
        pairs end in isolation before (NaN: not counted) and after; after is always 0. Without the
        declared hub mesh, which joins hubs over land or sea, the same plan may keep less:
        `isolations_without_mesh`, who then falls to a loss (`fall_without_mesh`) and who reaches
        no hub abroad even with nothing lost (`apart_without_mesh`)
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
        head = (f"<SurvivalPlan: {counted(len(self.cables), 'cables')} for "
                f"{self.cost_musd:,.1f} million USD ({self.certificate.status}); "
                f"{'; '.join(self.promises)}>")
        lines = [f"  {row['name']}: {row['cost_musd']:,.1f} million USD, {row['reason']}"
                 for row in self.cables.to_dict("records")]
        bare = [f"  without the declared hub mesh: {what} {row[column]}"
                for row in self.walked.to_dict("records") for column, what in (
                    ("fall_without_mesh", f"under '{row['promise']}' these fall:"),
                    ("apart_without_mesh", "these reach no hub abroad with nothing lost:"))
                if row[column]]
        return "\n".join([head, *lines, *(f"  left out: {rule}" for rule in self.left_out), *bare])

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

    def plot(self, ax: Any = None, *, window: Any = None) -> Any:
        """The map as it is, muted, with the new cables in red and a dot at each of their ends.

        `window` is what to show (`cablenet.maps.projection.Window`): the world where left out.
        """
        from cablenet.maps.plans import draw_plan  # a picture asked of its numbers

        return draw_plan(self.network, self.new_links, ax, window=window, title=self.title)

    def explore(self) -> Any:
        """An interactive map of the network with the plan in it; the picker fails the new cables
        one by one, so each is found and shows whom its loss hits: nobody the promise names."""
        from cablenet.maps import explore  # a picture asked of its numbers
        from cablenet.scenarios.losses import cable_losses
        from cablenet.scoring import score

        scores = (score(self.network, cable_losses(self.network, self.chosen),
                        metrics=["isolated"]) if self.chosen else None)
        return explore(self.network, scores, title=self.title)

    @property
    def title(self) -> str:
        """The plan in a line."""
        many = "cable" if len(self.cables) == 1 else "cables"
        return (f"{len(self.cables)} new {many} for {self.cost_musd:,.0f} million USD; "
                f"{'; '.join(self.promises)}")

    @property
    def new_links(self) -> NDArray[np.int64]:
        """The links of `network` that the plan adds."""
        net = self.network
        numbers = [net.cable_index(key) for key in self.chosen]
        return np.flatnonzero(np.isin(net.links.cable, numbers) & net.links.in_service)

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
        {"promise": walk.promise, "losses_walked": walk.after.scenarios,
         "isolations_before": np.nan if walk.before is None else sum(walk.before.count.values()),
         "isolations_after": sum(walk.after.count.values()),
         "isolations_without_mesh": sum(walk.bare.count.values()),
         "fall_without_mesh": _codes(walk, nothing_lost=False),
         "apart_without_mesh": _codes(walk, nothing_lost=True)} for walk in walks])
    if walked["isolations_after"].any():
        raise PlanError("the plan failed its own check: a promise is broken on the map")
    gap = abs(cost_musd - bound_musd) / max(1.0, cost_musd)
    status: Literal["optimal", "feasible"] = (
        "optimal" if bound_musd >= cost_musd - 1e-9 else "feasible")
    return SurvivalPlan(
        net, before, tuple(promises), cables, walked, tuple(left_out), cost_musd, (),
        Certificate(status, cost_musd, bound_musd, gap, seconds, 0, float("nan"), checked=True),
        rounds, cuts)


def _codes(walk: Walk, *, nothing_lost: bool) -> str:
    """Who is isolated without the mesh: with nothing lost, or only by a loss."""
    return ", ".join(sorted(str(walk.net.country_id[c]) for c, rows in walk.bare.found.items()
                            if (rows[0] == ()) == nothing_lost))

"""`DemandPlan`: what to build so that demand is served through failures, why, and the proof."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cablenet.network import Network
from cablenet.planning.built import lines_of, with_built
from cablenet.planning.counted import counted
from cablenet.solvers import Certificate

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class DemandPlan:
    """A choice of candidates that keeps shares of demand, or loses least under a budget.

    Attributes
    ----------
    network
        the network the plan was made for, with its candidates numbered
    chosen
        ids of the cables to build
    promises
        what is kept, in words
    cables
        one row per chosen cable: ends, length, cost and the failure it answers
    answers
        one row per promise, failure and country that falls short today: Tbps promised, Tbps short
        before, and whether the plan keeps it
    losses
        one row per failure that loses something of what is served today: events a year, Tbps
        lost before and after at most by the model (NaN: it was not asked), and before and after by
        the flow optimum on the network with the plan in it and the failures made again (NaN: not
        swept)
    left_out
        what no candidate can keep, each with the rule that says why
    loss_before, loss_after
        weighted loss by the model, Tbps-days a year: no more than that is lost; NaN where no loss
        was asked for
    swept_before, swept_after
        the same by the flow optimum over the whole sweep, NaN where it was not swept
    next_best
        (objective, ids) of further plans
    certificate
        of the objective: million USD, or Tbps-days a year where the loss is least under a budget
    """

    network: Network
    chosen: tuple[str, ...]
    cost_musd: float
    budget_musd: float | None
    promises: tuple[str, ...]
    cables: pd.DataFrame
    answers: pd.DataFrame
    losses: pd.DataFrame
    left_out: tuple[str, ...]
    loss_before: float
    loss_after: float
    swept_before: float
    swept_after: float
    next_best: tuple[tuple[float, tuple[str, ...]], ...]
    certificate: Certificate
    rounds: int
    cuts: int

    @property
    def objective_unit(self) -> str:
        """What the certificate counts."""
        return "million USD" if np.isnan(self.loss_after) else "Tbps-days a year"

    def __repr__(self) -> str:
        budget = "" if self.budget_musd is None else f" of {self.budget_musd:g}"
        word = ("proved" if self.certificate.status == "optimal"
                else f"gap {self.certificate.gap:.1%}")
        what = "; ".join(self.promises) or "least loss"
        lost = ("" if np.isnan(self.loss_after) else
                f"; loses {self.loss_after:.4g} instead of {self.loss_before:.4g} Tbps-days a year")
        head = (f"<DemandPlan: {counted(len(self.chosen), 'cables')} for "
                f"{self.cost_musd:,.1f}{budget} million USD ({word}); {what}{lost}>")
        lines = [f"  {row['name']}: {row['cost_musd']:,.1f} million USD, {row['reason']}"
                 for row in self.cables.to_dict("records")]
        return "\n".join([head, *lines, *(f"  left out: {rule}" for rule in self.left_out)])

    def _repr_html_(self) -> str:
        return str(self.cables.to_html(index=False))

    def applied_to(self, net: Network) -> Network:
        """The same links with the chosen cables in service; links are matched by id."""
        return with_built(net, self.chosen)

    def to_frame(self) -> pd.DataFrame:
        """The chosen cables, one row each."""
        return self.cables.copy()

    def to_geo(self) -> gpd.GeoDataFrame:
        """The chosen cables as lines cut at +-180."""
        return lines_of(self.network, self.chosen, self.cables)

    def plot(self, ax: Any = None, *, window: Any = None) -> Any:
        """The map as it is, muted, with the new cables in red."""
        from cablenet.maps.plans import draw_plan  # a picture asked of its numbers

        net = self.applied_to(self.network)
        numbers = [net.cable_index(key) for key in self.chosen]
        return draw_plan(net, np.flatnonzero(np.isin(net.links.cable, numbers)), ax,
                         window=window, title=repr(self).split("\n")[0][1:])

    def to_json(self) -> dict[str, Any]:
        """The plan as plain values, the certificate's keys on top."""
        def told(value: float) -> float | None:
            return None if np.isnan(value) else value

        return {
            **self.certificate.to_json(), "objective_unit": self.objective_unit,
            "cost_musd": self.cost_musd, "budget_musd": self.budget_musd,
            "promises": list(self.promises), "chosen": list(self.chosen),
            "cables": self.cables.to_dict("records"), "answers": self.answers.to_dict("records"),
            "losses": [{key: told(value) if isinstance(value, float) else value
                        for key, value in row.items()} for row in self.losses.to_dict("records")],
            "left_out": list(self.left_out), "loss_before": told(self.loss_before),
            "loss_after": told(self.loss_after), "swept_before": told(self.swept_before),
            "swept_after": told(self.swept_after), "rounds": self.rounds, "cuts": self.cuts,
            "next_best": [{"objective": value, "chosen": list(ids)}
                          for value, ids in self.next_best],
        }

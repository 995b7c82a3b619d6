"""`RedundancyPlan`: the cables to build, why each of them, and the proof."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd

from cablenet.network import Network
from cablenet.planning.built import lines_of, with_built
from cablenet.planning.counted import counted
from cablenet.planning.cut_generation import Choice
from cablenet.solvers import Certificate

MOST_TOLD = 20
"""Failures without an answer that the text names; the table has them all."""


@dataclass(frozen=True, eq=False)
class RedundancyPlan:
    """A choice of candidate cables.

    Attributes
    ----------
    network
        the network the plan was made for
    chosen
        ids of the cables to build
    countries
        the countries the promise was made to
    cables
        one row per chosen cable: cost, ends, and the reason it is there
    answers
        one row per country and failure that isolates it today: kept, beyond the budget, or
        answered by no candidate
    certificate
        of the objective: million USD without a budget, people kept (summed over failures) with one
    cost_certificate
        of the cost; with a budget: the cheapest way to the same protection
    """

    network: Network
    chosen: tuple[str, ...]
    cost_musd: float
    budget_musd: float | None
    countries: tuple[str, ...]
    cables: pd.DataFrame
    answers: pd.DataFrame
    certificate: Certificate
    cost_certificate: Certificate

    def __repr__(self) -> str:
        budget = "" if self.budget_musd is None else f" of {self.budget_musd:g}"
        done = int((self.answers["outcome"] == "kept").sum())
        head = (f"<RedundancyPlan: {counted(len(self.chosen), 'cables')} for "
                f"{self.cost_musd:,.1f}{budget} million USD; {done} of "
                f"{counted(len(self.answers), 'isolations')} answered ({self.certificate.status})>")
        lines = [f"  {row['name']}: {row['cost_musd']:,.1f} million USD, {row['reason']}"
                 for row in self.cables.to_dict("records")]
        bare = self.answers[self.answers["outcome"] != "kept"]
        left = [f"  not answered: {row['country']} through '{row['failure']}' ({row['outcome']})"
                for row in bare.head(MOST_TOLD).to_dict("records")]
        if len(bare) > MOST_TOLD:
            left.append(f"  and {len(bare) - MOST_TOLD:,} more not answered: see `answers`")
        return "\n".join([head, *lines, *left])

    def _repr_html_(self) -> str:
        return str(self.cables.to_html(index=False))

    @property
    def is_optimal(self) -> bool:
        """Whether both the objective and the cost are proven."""
        return self.certificate.status == "optimal" == self.cost_certificate.status

    def applied_to(self, net: Network) -> Network:
        """The same links with the chosen cables in service; links are matched by id."""
        return with_built(net, self.chosen)

    def to_frame(self) -> pd.DataFrame:
        """The chosen cables, one row each."""
        return self.cables.copy()

    def to_geo(self) -> gpd.GeoDataFrame:
        """The chosen cables as lines cut at +-180."""
        return lines_of(self.network, self.chosen, self.cables)

    def to_json(self) -> dict[str, Any]:
        """The plan as plain values, the certificate's keys on top."""
        return {
            **self.certificate.to_json(),
            "objective_unit": "million USD" if self.budget_musd is None
            else "people kept connected, summed over failures",
            "cost_musd": self.cost_musd, "budget_musd": self.budget_musd,
            "countries": list(self.countries), "chosen": list(self.chosen),
            "cost_certificate": self.cost_certificate.to_json(),
            "cables": self.cables.to_dict("records"), "answers": self.answers.to_dict("records"),
        }


def certificate_of(choice: Choice, scale: float, seed: int, limit: float) -> Certificate:
    """The certificate of a choice whose integers count `scale` to the unit; already checked."""
    objective, bound = choice.objective / scale, choice.bound / scale
    return Certificate(choice.status, objective, bound,
                       abs(objective - bound) / max(1.0, abs(objective)), choice.seconds, seed,
                       limit, checked=True)

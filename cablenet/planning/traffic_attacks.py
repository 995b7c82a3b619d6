"""`WorstTraffic`: sets of units that fail together, and the traffic that is then not served."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd

from cablenet.errors import PlanError
from cablenet.network import Network
from cablenet.planning.attack import links_lost, units_in_words
from cablenet.planning.counted import counted
from cablenet.scenarios.joint_units import joint_units
from cablenet.scenarios.scenario_set import ScenarioSet, concat
from cablenet.solvers import Certificate

SAME_TBPS = 1e-6
"""Attacks are told apart to a millionth of a Tbps."""


@dataclass(frozen=True, eq=False)
class TrafficAttack:
    """Units that fail together, and what is then not served at the flow optimum.

    `by_country`: unserved Tbps beyond the intact network, of every country that loses some, most
    first.
    """

    kinds: tuple[str, ...]
    ids: tuple[str, ...]
    names: tuple[str, ...]
    unserved_tbps: float
    by_country: dict[str, float]

    def __len__(self) -> int:
        return len(self.ids)

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return {"objective": self.unserved_tbps, "kinds": list(self.kinds),
                "elements": list(self.ids), "names": list(self.names),
                "unserved_tbps_by_country": self.by_country}


@dataclass(frozen=True, eq=False)
class WorstTraffic:
    """The worst that at most k units can do to traffic.

    Attributes
    ----------
    attacks
        different sets of units, the worst first
    certificate
        of the worst, Tbps; `checked`: its flow and prices prove it without the solver
    sets, programs
        how many sets there are, and how many of them took a linear program
    """

    network: Network
    unit: str
    k: int
    asked: str
    radius_km: float
    attacks: tuple[TrafficAttack, ...]
    certificate: Certificate
    sets: int
    programs: int

    def __repr__(self) -> str:
        worst, closed = self.attacks[0], self.certificate.status == "optimal"
        word = "proved" if closed else f"found; at most {self.certificate.bound:,.3f}"
        head = (f"<WorstTraffic: {len(worst)} of at most {counted(self.k, 'units')} ({self.unit}) "
                f"leave {worst.unserved_tbps:,.3f} Tbps of {self.asked} unserved ({word})>")
        return "\n".join([head, *(f"  {name}" for name in worst.names)])

    @property
    def attack(self) -> TrafficAttack:
        """The worst."""
        return self.attacks[0]

    @property
    def common(self) -> tuple[str, ...]:
        """Ids of the units in every worst attack.

        Raises
        ------
        PlanError
            the worst is not proved, or all attacks listed do as much, so that others may too
        """
        top = self.attack.unserved_tbps
        equal = [one for one in self.attacks if one.unserved_tbps >= top - SAME_TBPS]
        if self.certificate.status != "optimal" or len(equal) == len(self.attacks):
            raise PlanError("what all worst attacks share is not known: the worst is not proved, "
                            "or more of them may be equal; allow more time or more next_best")
        shared = set.intersection(*(set(one.ids) for one in equal))
        return tuple(one for one in self.attack.ids if one in shared)

    def scenarios(self, net: Network | None = None) -> ScenarioSet:
        """The attacks as scenarios, of this network or another one."""
        net = self.network if net is None else net
        return concat([joint_units(net, " + ".join(one.names), list(zip(
            one.kinds, one.ids, strict=True)), radius_km=self.radius_km) for one in self.attacks])

    def to_frame(self) -> pd.DataFrame:
        """One row an attack, the worst first: Tbps, units, and who loses most."""
        return pd.DataFrame([
            {"rank": rank, "unserved_tbps": round(one.unserved_tbps, 6),
             "units": " + ".join(one.names), "ids": " + ".join(one.ids), "hit_most": ", ".join(
                 f"{code} {tbps:.2f}" for code, tbps in list(one.by_country.items())[:4])}
            for rank, one in enumerate(self.attacks, start=1)])

    def to_geo(self) -> gpd.GeoDataFrame:
        """The links that the worst attack takes away."""
        return links_lost(self.network, self.scenarios()[0])

    @property
    def title(self) -> str:
        """The worst in a line."""
        word = "proved" if self.certificate.status == "optimal" else "found"
        return (f"The worst {units_in_words(self.unit, self.radius_km, self.k)} for traffic of "
                f"{self.asked}: {self.attack.unserved_tbps:,.2f} Tbps unserved ({word})")

    def plot(self, ax: Any = None, *, window: Any = None) -> Any:
        """The worst attack on the muted map, each unit in its colour."""
        from cablenet.maps import draw_attack  # a picture asked of its numbers: a call upwards

        worst = self.attack
        return draw_attack(self.network, list(zip(worst.kinds, worst.ids, worst.names,
                                                  strict=True)),
                           ax, radius_km=self.radius_km, window=window, title=self.title)

    def explore(self, title: str = "") -> Any:
        """An interactive map of the attacks."""
        from cablenet.maps import explore  # a picture asked of its numbers: a call upwards
        from cablenet.scoring import score

        return explore(self.network, score(self.network, self.scenarios(), metrics=["isolated"]),
                       title=title or self.title)

    def to_json(self) -> dict[str, Any]:
        """As plain values, the certificate's keys on top."""
        return {
            **self.certificate.to_json(), "objective_unit": "Tbps", "k": self.k, "unit": self.unit,
            "metric": "unserved_tbps", "asked": self.asked, "radius_km": self.radius_km,
            "sets": self.sets, "programs": self.programs,
            **{key: value for key, value in self.attack.to_json().items() if key != "objective"},
            "next_best": [one.to_json() for one in self.attacks[1:]],
        }

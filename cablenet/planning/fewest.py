"""`fewest_to_isolate`: the fewest units whose loss isolates each country, proved one by one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from cablenet.errors import PlanError
from cablenet.metrics.isolation import countries_cut, isolated_gateways
from cablenet.network import Network
from cablenet.planning.asked import Asked
from cablenet.planning.attack import alive_after
from cablenet.planning.attack_case import lost_when_all_fail, with_goals
from cablenet.planning.attack_graph import AttackGraph, attack_graph, narrowed
from cablenet.planning.attack_model import AttackModel
from cablenet.planning.attack_question import Question, question_of
from cablenet.planning.counted import counted
from cablenet.scenarios.units import Units
from cablenet.solvers import Certificate

Progress = Callable[[str, int, int], None]
TIME_LIMIT = 20.0


@dataclass(frozen=True, eq=False)
class FewestToIsolate:
    """One smallest set of units for every country that some number of them isolates.

    Attributes
    ----------
    countries
        (K,) ISO codes, in the order of the network
    sets
        (K,) numbers of the units of each set, into `units`
    certificates
        (K,) the objective is the size of the set; `checked`: the kernel found the country isolated
    never
        countries joined today that no number of these units isolates
    already
        countries isolated with nothing failed
    """

    network: Network
    units: Units
    countries: tuple[str, ...]
    sets: tuple[tuple[int, ...], ...]
    certificates: tuple[Certificate, ...]
    never: tuple[str, ...]
    already: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.countries)

    def __repr__(self) -> str:
        proved = sum(one.status == "optimal" for one in self.certificates)
        return (f"<FewestToIsolate: {counted(len(self), 'countries')} ({proved} proved), unit "
                f"{self.units.kind}; {len(self.never)} that no number isolates>\n"
                f"{self.to_frame().head(10)}")

    def _repr_html_(self) -> str:
        return str(self.to_frame().to_html(index=False))

    def to_frame(self) -> pd.DataFrame:
        """One row a country, the weakest first."""
        net, units = self.network, self.units
        frame = pd.DataFrame([
            {"country": code, "name": net.country_name[net.country_index(code)],
             "fewest": len(one), "at_least": int(proof.bound), "status": proof.status,
             "names": " + ".join(str(units.name[u]) for u in one),
             "ids": " + ".join(str(units.id[u]) for u in one)}
            for code, one, proof in zip(self.countries, self.sets, self.certificates,
                                        strict=True)],
            columns=["country", "name", "fewest", "at_least", "status", "names", "ids"])
        return frame.sort_values(["fewest", "country"]).reset_index(drop=True)

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        units = self.units
        return {"unit": units.kind, "never": list(self.never), "already": list(self.already),
                "countries": {
                    code: {**proof.to_json(), "elements": [str(units.id[u]) for u in one]}
                    for code, one, proof in zip(self.countries, self.sets, self.certificates,
                                                strict=True)}}


def fewest_to_isolate(net: Network, unit: str | Units = "cable", *,
                      countries: Sequence[str] | None = None, radius_km: float = 25.0,
                      seed: int = 1, time_limit: float = TIME_LIMIT,
                      progress: Progress | None = None) -> FewestToIsolate:
    """The fewest units that isolate each country: a minimum label cut, solved exactly.

    Minimise the sum of x[u] such that every gateway of the country reaches no hub abroad; sets,
    variables and conditions as of `attack_model`, for one country at a time.

    Parameters
    ----------
    unit
        as of `worst_case`
    countries
        ISO codes or names (default: all)
    time_limit
        deterministic time of each country; where it ends first, the set is the best found and
        `at_least` what is proved

    Raises
    ------
    UnknownNameError
        a unit or country that does not exist
    PlanError
        a set failed its check by the kernel
    """
    units = Asked(net, unit, "isolated", None, None, None, None, radius_km, seed, time_limit).units
    question = question_of(net)
    wanted = (np.unique(net.gateways.country).tolist() if countries is None
              else sorted({net.country_index(country) for country in countries}))
    goals = {goal.country: goal for goal in question.goals}
    able = lost_when_all_fail(net, units, range(len(units)), question)
    open_to = {goal.country for goal in able.goals}
    asked = [country for country in wanted if country in open_to]
    graph = attack_graph(net, units, with_goals(question, [goals[c] for c in asked]))
    sets, proofs = [], []
    for done, country in enumerate(asked):
        if progress:
            progress(str(net.country_id[country]), done, len(asked))
        one, proof = _fewest(net, units, graph, with_goals(question, [goals[country]]), seed,
                             time_limit)
        sets.append(one)
        proofs.append(proof)
    return FewestToIsolate(
        net, units, tuple(str(net.country_id[c]) for c in asked), tuple(sets), tuple(proofs),
        tuple(str(net.country_id[c]) for c in wanted if c in goals and c not in open_to),
        tuple(str(net.country_id[c]) for c in wanted
              if c not in goals and c in net.gateways.country))


def _fewest(net: Network, units: Units, graph: AttackGraph, question: Question, seed: int,
            limit: float) -> tuple[tuple[int, ...], Certificate]:
    """The fewest units that win the one goal of the question."""
    model = AttackModel(narrowed(graph, question), question, None)
    model.program.require(model.won[0] == 1)
    model.program.minimise(model.spent)
    answer = model.program.solve(seed=seed, deterministic_limit=limit)
    if answer.status in ("optimal", "feasible"):
        found = model.units_of(answer.values)
        least = int(np.ceil(answer.bound - 1e-6))
    else:
        found, least = graph.usable, 1
    found = _needed(net, units, question.goals[0].country, found)
    least = max(1, min(least, len(found)))
    closed = answer.status == "optimal" and least == len(found)
    return found, Certificate("optimal" if closed else "feasible", float(len(found)), float(least),
                              (len(found) - least) / len(found), answer.seconds, seed, limit,
                              checked=True)


def _needed(net: Network, units: Units, country: int, found: Sequence[int]) -> tuple[int, ...]:
    """The units of a set that it needs to isolate the country; the kernel is asked each time."""
    if not _is_isolated(net, units, country, found):
        raise PlanError(f"{net.country_id[country]} is not isolated by its cut set: the set failed "
                        "its own check")
    kept = list(found)
    for unit in sorted(found, reverse=True):
        fewer = [u for u in kept if u != unit]
        if _is_isolated(net, units, country, fewer):
            kept = fewer
    return tuple(kept)


def _is_isolated(net: Network, units: Units, country: int, failed: Sequence[int]) -> bool:
    cut = isolated_gateways(net, alive_after(net, units, failed)[None, :])
    return bool(countries_cut(net, cut)[0, country])


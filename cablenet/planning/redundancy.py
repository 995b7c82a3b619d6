"""`plan_redundancy`: which of the candidate cables to build so that no failure isolates."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from cablenet.errors import InfeasibleError, InputError, PlanError
from cablenet.metrics.isolation import countries_cut, isolated_gateways
from cablenet.network import Network
from cablenet.planning.candidates import Proposals, proposals
from cablenet.planning.check_redundancy import check_plan
from cablenet.planning.cut_generation import Choice, best_within_budget, cheapest
from cablenet.planning.needs import (
    Failures,
    Need,
    failures_to_answer,
    find_needs,
    isolated_countries,
    with_all_built,
)
from cablenet.planning.redundancy_plan import RedundancyPlan, certificate_of
from cablenet.scenarios.scenario_set import Recipe, ScenarioSet

Pair = tuple[int, int]
KUSD_PER_MUSD = 1000
PEOPLE_UNIT = 1000


def plan_redundancy(
    net: Network,
    sweep: ScenarioSet | Recipe | None = None,
    *,
    countries: Sequence[str] | None = None,
    budget_musd: float | None = None,
    seed: int = 1,
    time_limit_s: float = 60.0,
) -> RedundancyPlan:
    """Choose among the candidate cables of a network, exactly.

    Without a budget: the cheapest candidates after which every named country survives every
    failure, that is, at least one of its gateways still reaches a hub abroad. New cables can fail
    too. With a budget: the most people kept connected, summed over the failures of today, and
    among the ways to that the cheapest.

    Parameters
    ----------
    net
        built with candidates, or with planned systems that are not in service yet
    sweep
        the failures to answer (default: every single cable, new ones included)
    countries
        ISO codes or names (default: every country that reaches a hub abroad today)
    budget_musd
        million USD that may be spent
    seed, time_limit_s
        for the solver; the limit is deterministic time (about seconds) for each of its rounds

    Returns
    -------
    RedundancyPlan
        checked by code that knows no solver; costs are counted in whole thousands of USD and
        people in whole thousands

    Raises
    ------
    InfeasibleError
        not even all candidates together keep the promise; `conflict` names country and failure
    InputError
        a network without candidates, or a budget below zero
    """
    options = proposals(net)
    if not len(options):
        raise InputError("the network has no candidate cables; build it with "
                         "build_network(layers, candidates=default_candidates(...))")
    if budget_musd is not None and not budget_musd >= 0:
        raise InputError(f"budget_musd is {budget_musd}; give a number from 0 on")
    full = with_all_built(net, options)
    failures = failures_to_answer(net, full, sweep)
    wanted = _wanted(net, countries)
    today = _pairs(isolated_countries(net, net.links.in_service, failures), wanted)
    never = set(_pairs(isolated_countries(net, full.links.in_service, failures), wanted))
    if budget_musd is None:
        if never:
            raise _infeasible(net, failures, sorted(never))
        return _cheapest(net, options, failures, today, wanted, seed, time_limit_s)
    connected = _connected_today(net, wanted)
    today = [pair for pair in today if pair[0] in connected and failures.todays[pair[1]]]
    return _within(net, options, failures, today, never & set(today), wanted, budget_musd, seed,
                   time_limit_s)


def _cheapest(net: Network, options: Proposals, failures: Failures, today: list[Pair],
              wanted: list[int], seed: int, limit: float) -> RedundancyPlan:
    needs = find_needs(net, options, failures, today)
    choice = cheapest(_whole_costs(options), needs, seed=seed, limit=limit)
    return _plan(net, options, failures, choice, choice, needs, today, set(), wanted, None, seed,
                 limit)


def _within(net: Network, options: Proposals, failures: Failures, today: list[Pair],
            never: set[Pair], wanted: list[int], budget_musd: float, seed: int,
            limit: float) -> RedundancyPlan:
    needs = find_needs(net, options, failures, [pair for pair in today if pair not in never])
    people = _people(net)
    weights = [max(1, sum(int(people[country]) for country, _ in need.pairs)) for need in needs]
    choice, spent = best_within_budget(
        _whole_costs(options), needs, weights, math.floor(round(budget_musd * KUSD_PER_MUSD, 6)),
        seed=seed, limit=limit)
    return _plan(net, options, failures, choice, spent, needs, today, never, wanted, budget_musd,
                 seed, limit)


def _plan(net: Network, options: Proposals, failures: Failures, choice: Choice, spent: Choice,
          needs: list[Need], today: list[Pair], never: set[Pair], wanted: list[int],
          budget_musd: float | None, seed: int, limit: float) -> RedundancyPlan:
    """Write the plan down and have it checked."""
    built = sorted(choice.built)
    kept = {pair for need in needs if need.is_met(choice.built) for pair in need.pairs}
    links = [int(link) for k in built for link in options.links[k]]
    costs = [float(options.cost_musd[k]) for k in built]
    rows = (range(len(failures.names)) if budget_musd is None
            else sorted({row for _, row in kept}))
    promised = ({(country, row) for country in wanted for row in rows} if budget_musd is None
                else kept)
    problems = check_plan(net, links, failures.failed, kept=promised, rows=rows, costs=costs,
                          cost_musd=float(options.cost_musd[built].sum()), budget_musd=budget_musd)
    if problems:
        raise PlanError("the plan failed its own check: " + "; ".join(problems[:5]))
    scale = KUSD_PER_MUSD if budget_musd is None else 1.0 / PEOPLE_UNIT
    return RedundancyPlan(
        network=net,
        chosen=tuple(str(net.cable_id[options.cable[k]]) for k in built),
        cost_musd=float(options.cost_musd[built].sum()),
        budget_musd=budget_musd,
        countries=tuple(str(net.country_id[country]) for country in wanted),
        cables=_cables_frame(net, options, built, needs, choice, failures),
        answers=_answers_frame(net, failures, today, kept, never),
        certificate=certificate_of(choice, scale, seed, limit),
        cost_certificate=certificate_of(spent, KUSD_PER_MUSD, seed, limit),
    )


def _cables_frame(net: Network, options: Proposals, built: list[int], needs: list[Need],
                  choice: Choice, failures: Failures) -> pd.DataFrame:
    """One row per chosen cable with the reason it is there: what would isolate without it."""
    rows = []
    for k in built:
        links = options.links[k]
        without = choice.built - {k}
        answered = sorted({pair for need in needs if need.is_met(choice.built)
                           and not need.is_met(without) for pair in need.pairs},
                          key=lambda pair: (pair[1], pair[0]))
        ends = net.nodes.id[np.concatenate([net.links.a[links], net.links.b[links]])]
        rows.append({
            "cable_id": net.cable_id[options.cable[k]],
            "name": net.cable_name[options.cable[k]],
            "from_id": ends[0], "to_id": ends[-1],
            "length_km": round(float(options.length_km[k]), 1),
            "cost_musd": round(float(options.cost_musd[k]), 3),
            "cost_basis": "price model" if options.modelled[k] else "given",
            "countries": ", ".join(sorted({str(net.country_id[c]) for c, _ in answered})),
            "answers": len(answered),
            "reason": _reason(net, failures, answered),
        })
    columns = ["cable_id", "name", "from_id", "to_id", "length_km", "cost_musd", "cost_basis",
               "countries", "answers", "reason"]
    return pd.DataFrame(rows, columns=columns)


def _reason(net: Network, failures: Failures, answered: list[Pair]) -> str:
    if not answered:
        return "shares its work with the other cables of the plan"
    country, row = answered[0]
    more = f" (and {len(answered) - 1} more)" if len(answered) > 1 else ""
    return f"keeps {net.country_name[country]} connected when {failures.names[row]} is lost{more}"


def _answers_frame(net: Network, failures: Failures, today: list[Pair], kept: set[Pair],
                   never: set[Pair]) -> pd.DataFrame:
    """One row per country and failure that isolates it today, and what the plan does about it."""
    people = np.bincount(net.gateways.country, net.gateways.people,
                         minlength=len(net.country_id))
    return pd.DataFrame(
        [{"country": net.country_id[country], "failure": failures.names[row],
          "people": float(people[country]),
          "outcome": "kept" if (country, row) in kept
          else "no candidate answers it" if (country, row) in never else "beyond the budget"}
         for country, row in sorted(today, key=lambda pair: (pair[1], pair[0]))],
        columns=["country", "failure", "people", "outcome"])


def _wanted(net: Network, countries: Sequence[str] | None) -> list[int]:
    every = np.unique(net.gateways.country).tolist()
    if countries is None:
        return sorted(_connected_today(net, every))
    named = sorted({net.country_index(country) for country in countries})
    bare = [str(net.country_id[country]) for country in named if country not in every]
    if bare:
        raise InputError(f"no gateway in {', '.join(bare)}: nothing there could stay connected")
    return named


def _connected_today(net: Network, countries: list[int]) -> set[int]:
    cut = countries_cut(net, isolated_gateways(net, net.links.in_service[None, :]))[0]
    return {country for country in countries if not cut[country]}


def _pairs(isolated: np.ndarray, wanted: list[int]) -> list[Pair]:
    rows, columns = np.nonzero(isolated[:, wanted])
    return [(wanted[column], int(row)) for row, column in zip(rows, columns, strict=True)]


def _people(net: Network) -> np.ndarray:
    """People of each country in whole thousands."""
    people = np.bincount(net.gateways.country, net.gateways.people, minlength=len(net.country_id))
    return np.round(people / PEOPLE_UNIT).astype(np.int64)


def _whole_costs(options: Proposals) -> list[int]:
    """Costs in whole thousands of USD, rounded up so that a budget is never passed."""
    return [math.ceil(round(cost * KUSD_PER_MUSD, 6)) for cost in options.cost_musd.tolist()]


def _infeasible(net: Network, failures: Failures, never: list[Pair]) -> InfeasibleError:
    conflict = [f"{net.country_id[country]}: {failures.names[row]}" for country, row in never]
    named = sorted({str(net.country_id[country]) for country, _ in never})
    return InfeasibleError(
        f"no candidates, not even all together, keep {', '.join(named)} connected through "
        f"{len(never)} of the failures, the first being '{conflict[0]}'; add candidates that "
        "land there, name fewer countries, or give a budget", conflict)

"""`plan_demand`: what to build so that shares of demand survive, or least is lost for a budget."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cablenet.errors import InfeasibleError, InputError, NoPlanFoundError, PlanError
from cablenet.hazards.model import FaultModel
from cablenet.metrics.traffic_rules import TrafficRules
from cablenet.network import Network
from cablenet.planning.candidates import proposals
from cablenet.planning.demand_case import SMALL_TBPS, DemandCase
from cablenet.planning.demand_check import WITHIN_TBPS, losses
from cablenet.planning.demand_loss import LossSearch
from cablenet.planning.demand_maker import DemandMaker
from cablenet.planning.demand_plan import DemandPlan
from cablenet.planning.demand_promise import DemandPromise
from cablenet.planning.demand_search import DemandSearch, Progress
from cablenet.planning.demand_setup import (
    UNKNOWN_RATE_PER_YEAR,
    Today,
    look,
    loss_question,
    promise_question,
    weights,
)
from cablenet.planning.limits import allowed, landing_in
from cablenet.planning.needs import Failures, failures_to_answer
from cablenet.scenarios import losses as loss_scenarios
from cablenet.scenarios.scenario_set import Recipe, ScenarioSet

Floats = NDArray[np.float64]
MEAN_REPAIR_H = 480.0
"""Assumed where no fault model is given: twenty days."""


def plan_demand(
    net: Network,
    promises: DemandPromise | Sequence[DemandPromise] = (),
    *,
    sweep: ScenarioSet | Recipe | None = None,
    budget_musd: float | None = None,
    model: FaultModel | Callable[[Network], FaultModel] | None = None,
    unknown_rate_per_year: float = UNKNOWN_RATE_PER_YEAR,
    rules: TrafficRules | None = None,
    capacity_rule: str | None = None,
    must_land: Sequence[str] = (),
    never_joined: Sequence[tuple[str, str]] = (),
    ready_by: int | None = None,
    leave_out_impossible: bool = False,
    next_best: int = 0,
    gap: float = 0.0,
    time_limit_s: float = 300.0,
    sweep_again: bool = True,
    progress: Progress | None = None,
) -> DemandPlan:
    """Choose among the candidates of a network by the demand that is still served.

    Without a budget: the cheapest candidates that keep every promise. With a budget: those that
    lower the expected loss most (rate x duration x Tbps of today's traffic unserved, summed over
    the failures) and keep every promise; `promises` may then be empty.

    Parameters
    ----------
    net
        built with candidates, or with planned systems that are not in service yet
    sweep
        the failures (default: any one cable or station). They are made again with every candidate
        in service, so that what is built fails too
    budget_musd
        million USD that may be spent
    model
        how often cables fail and for how long, made for this network with every candidate in
        service, or a function that makes it of that network (`cablenet.fault_model`); without it,
        and for all failures without a rate, `unknown_rate_per_year` holds
    must_land
        countries: at least one new cable lands in each
    never_joined
        pairs of countries; no new cable lands in both
    ready_by
        only cables that can be in service by the end of this year, if they are begun on the day
        of the map (`prices.build_years`, assumed)
    leave_out_impossible
        plan for the rest where no candidate keeps a promise; without it that is an error
    next_best
        further plans, each without at least one cable of every plan before it
    gap
        end the search when the plan is proved to lie this close to the best, 0.01 for 1 %
    time_limit_s
        seconds on the clock for the search of each plan
    sweep_again
        solve the failures of the network with the plan in it once more by the flow optimum

    Raises
    ------
    InfeasibleError
        promises no candidates keep, or not within the budget; `conflict` names a smallest set
    NoPlanFoundError
        the time ran out without a plan; with the bound
    InputError
        a network without candidates, no promise and no budget, a name nobody knows
    """
    return demand_plans(
        net, promises, [budget_musd], sweep=sweep, model=model,
        unknown_rate_per_year=unknown_rate_per_year, rules=rules, capacity_rule=capacity_rule,
        must_land=must_land, never_joined=never_joined, ready_by=ready_by,
        leave_out_impossible=leave_out_impossible, next_best=next_best, gap=gap,
        time_limit_s=time_limit_s, sweep_again=sweep_again, progress=progress)[0]


def demand_plans(
    net: Network,
    promises: DemandPromise | Sequence[DemandPromise],
    budgets_musd: Sequence[float | None],
    *,
    sweep: ScenarioSet | Recipe | None = None,
    model: FaultModel | Callable[[Network], FaultModel] | None = None,
    unknown_rate_per_year: float = UNKNOWN_RATE_PER_YEAR,
    rules: TrafficRules | None = None,
    capacity_rule: str | None = None,
    must_land: Sequence[str] = (),
    never_joined: Sequence[tuple[str, str]] = (),
    ready_by: int | None = None,
    leave_out_impossible: bool = False,
    next_best: int = 0,
    gap: float = 0.0,
    time_limit_s: float = 300.0,
    sweep_again: bool = True,
    progress: Progress | None = None,
) -> list[DemandPlan]:
    """The plan of each budget, as `plan_demand`: what one search learns serves the next.

    The searches share `time_limit_s`: each gets its part of what is left.
    """
    begun = time.monotonic()
    asked = (promises,) if isinstance(promises, DemandPromise) else tuple(promises)
    for budget in budgets_musd:
        _check(asked, budget, unknown_rate_per_year, time_limit_s)
    options = proposals(net)
    if not len(options):
        raise InputError("the network has no candidate cables; build it with "
                         "build_network(layers, candidates=...)")
    options = allowed(net, options, never_joined, ready_by)
    must = {country: landing_in(net, options, country) for country in must_land}
    case = DemandCase(net, options, rules, capacity_rule)
    if callable(model):
        model = model(case.full)
    failures, rate = _failures(net, case.full, sweep, model)
    now = look(case, failures)
    told = [promise_question(now, promise) for promise in asked]
    left_out = [f"{question.name}: {rule}" for question, some in told for rule in some]
    questions = [question for question, _ in told]
    hours = model.durations.mean_h if model is not None else MEAN_REPAIR_H
    weight = weights(failures, rate, hours, unknown_rate_per_year)
    counted = budgets_musd[0] is not None
    if counted:
        questions.append(loss_question(now, weight))
    search = (LossSearch if counted else DemandSearch)(
        options.cost_musd, questions, begun + time_limit_s, progress, tuple(must.values()))
    if isinstance(search, LossSearch) and len(budgets_musd) > 1:
        search.prepare(gap)
    recipe = default_sweep(net).recipe if sweep is None else (
        sweep if isinstance(sweep, Recipe) else sweep.recipe)
    plans = []
    for number, budget in enumerate(budgets_musd):
        start, end = time.monotonic(), begun + time_limit_s
        search.asking.deadline = start + (end - start) / (len(budgets_musd) - number)
        make = DemandMaker(now, search, asked, budget, leave_out_impossible, left_out, gap,
                           time_limit_s, must)
        plan = _best_plans(make, next_best, begun if number == 0 else start)
        plans.append(swept(plan, now, recipe, weight, rules, capacity_rule, progress)
                     if sweep_again else plan)
    return plans


def _best_plans(make: DemandMaker, next_best: int, begun: float) -> DemandPlan:
    """The best plan, and what follows it."""
    found = make.best(())
    plan = make.plan(found, time.monotonic() - begun)
    others: list[tuple[float, tuple[str, ...]]] = []
    refused = [found.built]
    for _ in range(next_best if found.built else 0):
        make.search.asking.deadline = time.monotonic() + make.limit
        try:
            other = make.best(refused)
        except (InfeasibleError, NoPlanFoundError):
            break
        others.append((other.objective, make.ids(other.built)))
        refused.append(other.built)
    return replace(plan, next_best=tuple(others))


def _check(promises: Sequence[DemandPromise], budget_musd: float | None, rate: float,
           time_limit_s: float) -> None:
    if budget_musd is None and not promises:
        raise InputError("say what to keep (a promise), or what may be spent (budget_musd)")
    if budget_musd is not None and math.isnan(budget_musd):
        raise InputError("budget_musd is not a number; give million USD")
    if budget_musd is not None and budget_musd < 0:
        raise InfeasibleError(f"a budget of {budget_musd:g} million USD is below 0: no plan keeps "
                              "it, not even to build nothing", [f"budget_musd = {budget_musd:g}"])
    if not (math.isfinite(rate) and rate >= 0):
        raise InputError(f"unknown_rate_per_year is {rate:g}; give events a year from 0 on")
    if not time_limit_s > 0:
        raise InputError(f"time_limit_s is {time_limit_s:g}; give seconds above 0")


def _failures(net: Network, full: Network, sweep: ScenarioSet | Recipe | None,
              model: FaultModel | None) -> tuple[Failures, Floats]:
    """The failures with (S,) events a year, NaN where nobody gives a rate."""
    recipe = default_sweep(net) if sweep is None else sweep
    failures = failures_to_answer(net, full, recipe)
    later = (recipe if isinstance(recipe, Recipe) else recipe.recipe).regenerate(full)
    known = dict(zip(later.names, later.rate_per_year.tolist(), strict=True))
    rate = np.array([known.get(name, np.nan) for name in failures.names])
    if model is not None:
        if model.links != len(net.links):
            raise InputError("the fault model was made for another network; make it with "
                             "fault_model(network with every candidate in service)")
        alone = loss_scenarios.cable_losses(full)
        faults = model.faults_per_year
        by_name = {name: float(faults[net.links_of_cable(net.cable_index(name))].sum())
                   for name in alone.names if name in set(net.cable_name.tolist())}
        rate = np.array([by_name.get(name, old) if np.isnan(old) else old
                         for name, old in zip(failures.names, rate, strict=True)])
    return failures, rate


def default_sweep(net: Network) -> ScenarioSet:
    """Any one cable, any one station."""
    return loss_scenarios.cable_losses(net) + loss_scenarios.station_losses(net)


def swept(plan: DemandPlan, now: Today, recipe: Recipe, weight: Floats,
          rules: TrafficRules | None = None, capacity_rule: str | None = None,
          progress: Progress | None = None) -> DemandPlan:
    """The plan with every failure solved by the flow optimum before and after, made again each.

    Raises
    ------
    PlanError
        more is lost than the model said
    """
    case, net = now.case, now.case.net
    demand = case.case.demand
    pairs = zip(net.demands.from_gateway[demand].tolist(), net.demands.to_gateway[demand].tolist(),
                strict=True)
    served = {pair: amount for pair, amount in zip(pairs, now.served_tbps.tolist(), strict=True)
              if amount > 0}
    found: list[dict[str, float]] = []
    for word, which in (("before", net), ("after", plan.applied_to(net))):
        scenarios = recipe.regenerate(which)
        total = losses(which, scenarios, served, rules, capacity_rule,
                       progress and partial(progress, f"sweep {word}")).sum(axis=1)
        found.append(dict(zip(scenarios.names, total.tolist(), strict=True)))
    days = dict(zip(now.failures.names, weight.tolist(), strict=True))
    model = plan.losses.set_index("failure")
    names = [name for name in dict.fromkeys([*found[0], *found[1]])
             if max(one.get(name, 0.0) for one in found) > SMALL_TBPS or name in model.index]
    frame = pd.DataFrame({
        "failure": names, "days_a_year": [round(days.get(name, 0.0), 6) for name in names],
        "before_tbps": model["before_tbps"].reindex(names).to_numpy(float),
        "after_tbps": model["after_tbps"].reindex(names).to_numpy(float),
        "before_swept_tbps": [round(found[0].get(name, 0.0), 6) for name in names],
        "after_swept_tbps": [round(found[1].get(name, 0.0), 6) for name in names]})
    said = frame["after_tbps"].fillna(math.inf)
    worse = frame[frame["after_swept_tbps"] > said + WITHIN_TBPS * 10]
    if len(worse):
        raise PlanError("the plan failed its own check: swept again, more is lost than the model "
                        f"said after {worse['failure'].iloc[0]}")
    before, after = (sum(value * days.get(name, 0.0) for name, value in one.items())
                     for one in found)
    return replace(plan, losses=frame, swept_before=before, swept_after=after)

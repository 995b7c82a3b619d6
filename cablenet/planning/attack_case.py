"""`AttackCase`: one network, kind of unit and question, made ready once and attacked many times."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence, Set
from dataclasses import dataclass, replace

import numpy as np

from cablenet.errors import NoPlanFoundError
from cablenet.kernels.contract import components
from cablenet.network import Network
from cablenet.planning.attack import alive_after
from cablenet.planning.attack_graph import AttackGraph, attack_graph, narrowed
from cablenet.planning.attack_model import AttackModel, Budget
from cablenet.planning.attack_question import Goal, Question, value_of
from cablenet.scenarios.units import Units
from cablenet.solvers import Solution

FEW = 20
"""Goals of hub countries are probed one by one when they are no more than these."""
PROBE = 5.0
"""Deterministic time of one probe; what it leaves open stays in the model."""


@dataclass(frozen=True, eq=False)
class AttackCase:
    """What all attacks of at most `most` units share.

    Attributes
    ----------
    question
        as it was asked; `winnable` holds only the goals that `most` units may win
    least
        per winnable goal, a number of units that it is proved to need
    barred
        units that cannot fail
    cost, limit
        a second budget: (U,) what each unit costs, and how much may be spent
    """

    net: Network
    units: Units
    question: Question
    winnable: Question
    least: tuple[int, ...]
    graph: AttackGraph
    most: int
    barred: frozenset[int]
    cost: tuple[int, ...] | None = None
    limit: int = 0

    def model(self, k: int) -> AttackModel:
        """The program for at most k units, with its objective left open."""
        question = with_goals(self.winnable, [
            goal for goal, least in zip(self.winnable.goals, self.least, strict=True)
            if least <= k])
        return AttackModel(narrowed(self.graph, question), question,
                           Budget(k, self.cost, self.limit))

    def value(self, failed: Collection[int]) -> int:
        """What the failure of these units is worth, counted by the kernels."""
        return value_of(self.net, self.question,
                        alive_after(self.net, self.units, sorted(failed)))

    def without(self, units: Collection[int]) -> AttackCase:
        """The same case where some more units cannot fail.

        What a goal was proved to need, it needs all the more: nothing is probed again.
        """
        barred = self.barred | set(units)
        able = [u for u in range(len(self.units)) if u not in barred]
        winnable = lost_when_all_fail(self.net, self.units, able, self.winnable)
        least = dict(zip(self.winnable.goals, self.least, strict=True))
        graph = attack_graph(self.net, self.units, winnable, barred=barred, cost=self.cost)
        return replace(self, winnable=winnable, graph=graph, barred=barred,
                       least=tuple(least[goal] for goal in winnable.goals))

    def worst(self, k: int, *, seed: int, limit: float,
              never_all: Sequence[Collection[int]] = (),
              never: Collection[int] = ()) -> tuple[tuple[int, ...], Solution]:
        """The worst attack with no unit of `never` and no set of `never_all` as a whole.

        Raises
        ------
        NoPlanFoundError
            the limit came before any attack; with the best bound
        """
        if not self.graph.usable or min(self.least, default=k + 1) > k:
            return (), Solution("optimal", {}, 0.0, 0.0, 0.0)
        model = self.model(k)
        for units in never_all:
            model.never_all(units)
        for unit in sorted(never):
            model.never(unit)
        model.program.maximise(model.value)
        answer = model.program.solve(seed=seed, deterministic_limit=limit)
        if answer.status not in ("optimal", "feasible"):
            most = sum(goal.weight for goal in self.winnable.goals)
            bound = min(float(most), answer.bound) if np.isfinite(answer.bound) else float(most)
            raise NoPlanFoundError(
                f"the limit of {limit:g} came before any attack of {k} units was found; proved: "
                f"none does more than {bound:,.0f} {self.question.unit_of_value}; allow more time",
                bound)
        return model.units_of(answer.values), answer


def attack_case(net: Network, units: Units, question: Question, most: int, *,
                barred: Set[int] = frozenset(), cost: tuple[int, ...] | None = None,
                limit: int = 0) -> AttackCase:
    """Make a case ready: goals that no attack can win are dropped, the graph is contracted."""
    able = [u for u in range(len(units)) if u not in barred]
    hopeful = lost_when_all_fail(net, units, able, question)
    many = max((layer for goal in hopeful.goals for layer, _ in goal.askers), default=0,
               key=lambda layer: sum(goal.askers[0][0] == layer for goal in hopeful.goals))
    few = [goal for goal in hopeful.goals if goal.askers[0][0] != many]
    least = {goal: _least(net, units, with_goals(hopeful, [goal]), most, barred)
             for goal in (few if len(few) <= FEW else ())}
    winnable = with_goals(hopeful, [g for g in hopeful.goals if least.get(g, 1) <= most])
    graph = attack_graph(net, units, winnable, barred=barred, cost=cost)
    return AttackCase(net, units, question, winnable,
                      tuple(least.get(goal, 1) for goal in winnable.goals), graph, most,
                      frozenset(barred), cost, limit)


def with_goals(question: Question, goals: Sequence[Goal]) -> Question:
    """The question with some of its goals."""
    return replace(question, goals=tuple(goals))


def lost_when_all_fail(net: Network, units: Units, able: Sequence[int],
                       question: Question) -> Question:
    """Only the goals that are won when everything that can fail does."""
    live = np.flatnonzero(alive_after(net, units, able))
    part = components(len(net.nodes), net.links.a[live], net.links.b[live])[1]
    fed = [set(part[nodes].tolist()) for nodes in question.sources]
    return with_goals(question, [
        goal for goal in question.goals
        if all(int(part[node]) not in fed[layer] for layer, node in goal.askers)])


def _least(net: Network, units: Units, question: Question, most: int, barred: Set[int]) -> int:
    """A number of units proved to be needed for the question's one goal; at most `most` + 1.

    A layer of its own for each hub country is most of a model, and few attacks reach that far.
    """
    graph = attack_graph(net, units, question, barred=barred, rounds=0)
    model = AttackModel(graph, question, Budget(most))
    model.program.require(model.won[0] == 1)
    model.program.minimise(model.spent)
    answer = model.program.solve(deterministic_limit=PROBE)
    if answer.status == "infeasible":
        return most + 1
    return max(1, math.ceil(answer.bound - 1e-6)) if math.isfinite(answer.bound) else 1

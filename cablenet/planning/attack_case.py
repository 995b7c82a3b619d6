"""`AttackCase`: one network, kind of unit and question, made ready once and attacked many times."""

from __future__ import annotations

from collections.abc import Collection, Sequence, Set
from dataclasses import dataclass, replace

import numpy as np

from cablenet.errors import NoPlanFoundError
from cablenet.kernels.contract import components
from cablenet.network import Network
from cablenet.planning.attack import alive_after
from cablenet.planning.attack_graph import AttackGraph, attack_graph
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
    barred
        units that cannot fail
    cost, limit
        a second budget: (U,) what each unit costs, and how much may be spent
    """

    net: Network
    units: Units
    question: Question
    winnable: Question
    graph: AttackGraph
    most: int
    barred: frozenset[int]
    cost: tuple[int, ...] | None = None
    limit: int = 0

    def model(self, k: int | None) -> AttackModel:
        """The program for at most k units, with its objective left open; None: no budget."""
        budget = None if k is None else Budget(k, self.cost, self.limit)
        return AttackModel(self.graph, self.winnable, budget)

    def value(self, failed: Collection[int]) -> int:
        """What the failure of these units is worth, counted by the kernels."""
        return value_of(self.net, self.question,
                        alive_after(self.net, self.units, sorted(failed)))

    def without(self, units: Collection[int]) -> AttackCase:
        """The same case where some more units cannot fail."""
        return attack_case(self.net, self.units, self.question, self.most,
                           barred=self.barred | set(units), cost=self.cost, limit=self.limit)

    def worst(self, k: int, *, seed: int, limit: float, hint: Collection[int] = (),
              never_all: Sequence[Collection[int]] = ()) -> tuple[tuple[int, ...], Solution]:
        """The worst attack that holds none of the sets of `never_all` as a whole.

        Raises
        ------
        NoPlanFoundError
            the limit came before any attack; with the best bound
        """
        if not self.winnable.goals or not self.graph.usable:
            return (), Solution("optimal", {}, 0.0, 0.0, 0.0)
        model = self.model(k)
        for units in never_all:
            model.never_all(units)
        if hint:
            model.hint(hint)
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
    beyond = [goal for goal in few if len(few) <= FEW
              and _needs_more(net, units, with_goals(hopeful, [goal]), most, barred)]
    winnable = with_goals(hopeful, [goal for goal in hopeful.goals if goal not in beyond])
    graph = attack_graph(net, units, winnable, barred=barred, cost=cost)
    return AttackCase(net, units, question, winnable, graph, most, frozenset(barred), cost, limit)


def with_goals(question: Question, goals: Sequence[Goal]) -> Question:
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


def _needs_more(net: Network, units: Units, question: Question, most: int,
                barred: Set[int]) -> bool:
    """Whether it is proved that no `most` units win the question's goals.

    A layer of its own for each hub country is most of a model, and few attacks reach that far.
    """
    graph = attack_graph(net, units, question, barred=barred)
    model = AttackModel(graph, question, Budget(most))
    for won in model.won:
        model.program.require(won == 1)
    return model.program.solve(deterministic_limit=PROBE).status == "infeasible"

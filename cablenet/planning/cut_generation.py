"""The exact choice: a master program over candidates, tightened by cuts until every need is met.

Sets: candidates K, needs Q. Variables: z[k] = 1 if candidate k is built; with a budget also
y[q] = 1 if need q is met. For every set P of parts of need q that holds START and not GOAL, at
least one candidate leading out of P must be built: sum of z over the candidates leaving P >= y[q]
(1 where the promise is absolute). There are very many such sets, so they are added when a
solution breaks them: first the parts START reaches, and the parts that reach GOAL.

* cheapest: minimise sum cost[k] z[k], every need met.
* budget: maximise sum weight[q] y[q] with sum cost[k] z[k] <= budget; then, at that protection,
  minimise the cost.

Each round's optimum bounds the true one, since cuts only remove solutions that break a need; when
the round's solution meets what it claims to meet, it is optimal.
"""

from __future__ import annotations

import math
from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from typing import Literal

from cablenet.planning.needs import GOAL, START, Need
from cablenet.solvers import IntegerProgram, Solution

ROUNDS = 1000


@dataclass(frozen=True)
class Choice:
    """The candidates chosen, what is proven about them, and the solver's time."""

    built: frozenset[int]
    status: Literal["optimal", "feasible"]
    objective: int
    bound: int
    seconds: float


@dataclass
class _Work:
    """What the rounds of one solve share: integer data, and the cuts found so far."""

    costs: Sequence[int]
    needs: Sequence[Need]
    weights: Sequence[int]
    budget: int | None
    seed: int
    limit: float
    seconds: float = 0.0
    cuts: list[dict[frozenset[int], None]] = field(default_factory=list)

    def add_cuts(self, q: int, built: Set[int]) -> bool:
        """Cuts that `built` breaks for need q; false where the need is met."""
        need = self.needs[q]
        ahead = need.reached(built, START)
        if GOAL in ahead:
            return False
        self.cuts[q][need.cut_round(ahead)] = None
        self.cuts[q][need.cut_round(need.reached(built, GOAL))] = None
        return True

    def cost(self, built: Set[int]) -> int:
        return sum(self.costs[k] for k in built)

    def protection(self, built: Set[int]) -> int:
        return sum(weight for need, weight in zip(self.needs, self.weights, strict=True)
                   if need.is_met(built))


def cheapest(costs: Sequence[int], needs: Sequence[Need], *, seed: int, limit: float) -> Choice:
    """The cheapest candidates that meet every need; each need must be meetable."""
    work = _start(costs, needs, [1] * len(needs), None, seed, limit)
    fallback = _pruned(work, frozenset(range(len(costs))))
    bound = 0
    for _ in range(ROUNDS):
        answer = _solve_master(work, floor=None, meet_all=True)
        if answer.status not in ("optimal", "feasible"):
            break
        bound = max(bound, _whole(answer.bound))
        built = _built(answer, len(costs))
        broken = [q for q in range(len(needs)) if work.add_cuts(q, built)]
        if not broken:
            status: Literal["optimal", "feasible"] = (
                "optimal" if bound >= work.cost(built) else "feasible")
            return Choice(built, status, work.cost(built), bound, work.seconds)
        if answer.status != "optimal":
            break
    return Choice(fallback, "feasible", work.cost(fallback), bound, work.seconds)


def best_within_budget(costs: Sequence[int], needs: Sequence[Need], weights: Sequence[int],
                       budget: int, *, seed: int, limit: float) -> tuple[Choice, Choice]:
    """Most weight of needs met within the budget, then the cheapest way to that much.

    Returns
    -------
    The choice as judged by protection, and the same as judged by cost.
    """
    work = _start(costs, needs, weights, budget, seed, limit)
    first = _rounds(work, floor=None, bound=sum(weights))
    second = _rounds(work, floor=first.objective, bound=0, start=first.built)
    protection = Choice(second.built, first.status, work.protection(second.built), first.bound,
                        first.seconds)
    return protection, second


def _rounds(work: _Work, *, floor: int | None, bound: int,
            start: frozenset[int] = frozenset()) -> Choice:
    """Rounds of master and cuts: by protection (floor None) or by cost at a protection floor."""
    before, best = work.seconds, start
    value = work.protection if floor is None else work.cost
    for _ in range(ROUNDS):
        answer = _solve_master(work, floor=floor, meet_all=False)
        if answer.status not in ("optimal", "feasible"):
            break
        built = _built(answer, len(work.costs))
        claimed = [q for q in range(len(work.needs)) if answer.values[f"y{q}"]]
        broken = [q for q in claimed if work.add_cuts(q, built)]
        if floor is None:
            bound = min(bound, -_whole(-answer.bound))
            if work.protection(built) > work.protection(best):
                best = built
        else:
            bound = max(bound, _whole(answer.bound))
            if not broken and work.cost(built) < work.cost(best):
                best = built
        if not broken or answer.status != "optimal":
            break
    status: Literal["optimal", "feasible"] = "optimal" if value(best) == bound else "feasible"
    return Choice(best, status, value(best), bound, work.seconds - before)


def _start(costs: Sequence[int], needs: Sequence[Need], weights: Sequence[int],
           budget: int | None, seed: int, limit: float) -> _Work:
    work = _Work(costs, needs, weights, budget, seed, limit, cuts=[{} for _ in needs])
    for q in range(len(needs)):
        work.add_cuts(q, frozenset())
    return work


def _solve_master(work: _Work, *, floor: int | None, meet_all: bool) -> Solution:
    """One master program: binary candidates, the cuts so far, and the objective of the stage."""
    program = IntegerProgram()
    z = [program.flag(f"z{k}") for k in range(len(work.costs))]
    spent = sum(cost * flag for cost, flag in zip(work.costs, z, strict=True))
    if meet_all:
        for ways in sorted({tuple(sorted(cut)) for cuts in work.cuts for cut in cuts}):
            program.require(sum(z[k] for k in ways) >= 1)
        program.minimise(spent)
    else:
        y = [program.flag(f"y{q}") for q in range(len(work.needs))]
        for q, cuts in enumerate(work.cuts):
            for cut in cuts:
                program.require(sum(z[k] for k in sorted(cut)) >= y[q])
        program.require(spent <= (work.budget or 0))
        met = sum(weight * flag for weight, flag in zip(work.weights, y, strict=True))
        if floor is None:
            program.maximise(met)
        else:
            program.require(met >= floor)
            program.minimise(spent)
    answer = program.solve(seed=work.seed, deterministic_limit=work.limit)
    work.seconds += answer.seconds
    return answer


def _pruned(work: _Work, built: frozenset[int]) -> frozenset[int]:
    """Drop candidates, dearest first, while every need stays met: a plan for when time runs out."""
    for k in sorted(built, key=lambda k: (-work.costs[k], k)):
        less = built - {k}
        if all(need.is_met(less) for need in work.needs):
            built = less
    return built


def _built(answer: Solution, count: int) -> frozenset[int]:
    return frozenset(k for k in range(count) if answer.values[f"z{k}"])


def _whole(bound: float) -> int:
    """The least integer objective that a lower bound allows."""
    return math.ceil(bound - 1e-6)

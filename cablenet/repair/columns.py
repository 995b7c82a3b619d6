"""Column generation: a proven lower bound on the weighted completion, and the routes worth a look.

Master: minimise sum c[r] x[r] with, for every job, sum of a[j, r] x[r] >= 1 over routes r that
visit it a[j, r] times, and for every kind of ships, sum of x[r] <= n[k]. For whole prices p[j] >= 0
any plan costs at least L = sum p[j] + sum n[k] min(0, m[k]); m[k] is no more than the least of
c[r] - sum a[j, r] p[j] over the routes of kind k (priced as ng-routes). In a plan that costs U or
less no ship sails a route of more than min(0, m[k]) + U - L: all such routes can be listed when the
gap is small, and the best plan is among them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from cablenet.kernels.route_pricing import gain_left, grow, price_ship, to_come
from cablenet.kernels.route_search import Arrays
from cablenet.repair.problem import BASE, Dispatch
from cablenet.repair.routes import Column
from cablenet.repair.search import loop_arrays, nearness
from cablenet.solvers import LinearProgram

Ints = NDArray[np.int64]
SCALE = 16
"""Prices are whole sixteenths of the cost."""
REMEMBERED = 7
"""Jobs in the memory of a job: by test, more slows the pricing more than it lifts the bound."""
LABELS = 1 << 21
SMOOTH = 0.7
NEW_EACH = 12
"""Routes of each kind taken up in a round."""


@dataclass(eq=False)
class Master:
    """The linear program over the routes known so far, and the best prices seen."""

    problem: Dispatch
    kinds: list[list[int]]
    data: Arrays
    program: LinearProgram
    known: set[tuple[int, tuple[int, ...]]] = field(default_factory=set)
    bound: int = -(1 << 60)
    price: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    least: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    gain: Ints = field(default_factory=lambda: np.zeros(0, np.int64))

    def add(self, kind: int, route: tuple[int, ...]) -> None:
        """A route, if it is new."""
        if (kind, route) in self.known:
            return
        self.known.add((kind, route))
        jobs, visits = np.unique(np.array(route), return_counts=True)
        self.program.add_column(self.problem.cost(self.kinds[kind][0], route),
                                [*jobs.tolist(), self.problem.n_jobs + kind],
                                [*(-visits).tolist(), 1.0])


def lower_bound(problem: Dispatch, kinds: list[list[int]],
                routes: set[tuple[int, tuple[int, ...]]], upper: int, rounds: int) -> Master:
    """The bound after at most so many rounds of pricing; `routes` (kind, jobs) start the master.

    Prices are smoothed (Wentges): those tried lie between the master's and the best so far.
    """
    master = Master(problem, kinds, loop_arrays(problem), LinearProgram())
    for _ in range(problem.n_jobs):
        master.program.add_row(-1.0)
    for ships in kinds:
        master.program.add_row(float(len(ships)))
    for kind, route in sorted(routes):
        master.add(kind, route)
    hours = last_hour(problem)
    near = nearness(problem)[:, :REMEMBERED].copy()
    slot = np.full((problem.n_jobs, problem.n_jobs), -1, np.int64)
    for job in range(problem.n_jobs):
        slot[job, near[job]] = np.arange(near.shape[1])
    smooth = SMOOTH
    for _ in range(rounds):
        _, prices, value = master.program.solve()
        target = prices[:problem.n_jobs] * SCALE
        mixed = (smooth * master.price + (1 - smooth) * target if len(master.price)
                 else target)
        price = np.maximum(0, np.round(mixed)).astype(np.int64)
        gain = gain_left(master.data, price, SCALE, hours)
        least = np.zeros(len(kinds), np.int64)
        fresh = 0
        for kind, ships in enumerate(kinds):
            at, before, cost, made = price_ship(master.data, ships[0], price, SCALE, gain, near,
                                                slot, LABELS)
            if made < 0:
                return master
            if not made:
                continue
            least[kind] = min(0, int(cost[:made].min()))
            for route in _routes(at, before, cost, made):
                reduced = (problem.cost(ships[0], route)
                           - prices[list(route)].sum() + prices[problem.n_jobs + kind])
                if reduced < -1e-6 and (kind, route) not in master.known:
                    master.add(kind, route)
                    fresh += 1
        total = int(price.sum()) + int(sum(len(ships) * low for ships, low in zip(
            kinds, least.tolist(), strict=True)))
        if total > master.bound:
            master.bound, master.price, master.least, master.gain = total, price, least, gain
        if -(-master.bound // SCALE) >= upper or value * SCALE - master.bound < 1.0:
            break
        if not fresh:
            if smooth == 0.0:
                break
            smooth = 0.0
        else:
            smooth = SMOOTH
    return master


def _routes(at: Ints, before: Ints, cost: Ints, made: int) -> list[tuple[int, ...]]:
    """The cheapest routes of a pricing, one for each last job, fewest cost first."""
    order = np.argsort(cost[:made], kind="stable")
    order = order[cost[order] < 0]
    _, first = np.unique(at[order], return_index=True)
    out = []
    for label in order[np.sort(first)[:NEW_EACH]].tolist():
        route = []
        while label >= 0:
            route.append(int(at[label]))
            label = int(before[label])
        out.append(tuple(reversed(route)))
    return out


def last_hour(problem: Dispatch) -> int:
    """An hour by which any ship that never idles is done with all jobs, whatever the order."""
    able = problem.able
    ready = int(np.where(able, np.maximum(problem.ready_h, problem.permit_h), 0).max())
    both = able[:, :, None] & able[:, None, :]
    leg = np.where(both, problem.leg_h, 0).max(axis=(0, 1))
    base = np.where(able, problem.base_h, 0).max(axis=0)
    return ready + int((np.maximum(leg, base) + problem.work_h).sum()) + 1


def list_routes(master: Master, upper: int, table_hours: int, most: int) -> list[Column] | None:
    """Every best order of a set of jobs that a plan of cost `upper` or less may hold, or None."""
    problem, slack = master.problem, upper * SCALE - master.bound
    columns: list[Column] = []
    for kind, ships in enumerate(master.kinds):
        found = _list_kind(master, ships[0], int(master.least[kind]) + slack, table_hours,
                           most - len(columns))
        if found is None:
            return None
        for route in found:
            sail = sum(problem.sail_h(ships[0], at, job)
                       for at, job in zip((BASE, *route), route, strict=False))
            columns.append(Column(kind, route, problem.cost(ships[0], route), sail))
    return columns


def _list_kind(master: Master, ship: int, slack: int, table_hours: int,
               most: int) -> list[tuple[int, ...]] | None:
    """The routes of one ship of reduced cost up to `slack`."""
    problem = master.problem
    rest = to_come(master.data, ship, master.price, SCALE, master.gain, table_hours)
    words = problem.n_jobs // 62 + 1
    at, free, cost = np.array([-1]), np.array([0]), np.array([0])
    members = np.zeros((1, words), np.int64)
    routes: list[tuple[int, ...]] = [()]
    best: dict[bytes, tuple[int, tuple[int, ...]]] = {}
    total = 0
    while len(at):
        origin, to, when, spent, made = grow(master.data, ship, master.price, SCALE, master.gain,
                                             rest, slack, at, free, cost, members, max(1, most))
        if made < 0:
            return None
        origin, to, when, spent = origin[:made], to[:made], when[:made], spent[:made]
        grown = members[origin]
        grown[np.arange(made), to // 62] |= np.int64(1) << (to % 62)
        order = np.lexsort((spent, when, to, *grown.T))
        keep = _undominated(grown[order], to[order], spent[order])
        order = order[keep]
        at, free, cost, members = to[order], when[order], spent[order], grown[order]
        routes = [(*routes[o], int(j)) for o, j in zip(origin[order], at, strict=True)]
        total += len(at)
        if total > most:
            return None
        for key, value, route in zip(members, cost.tolist(), routes, strict=True):
            word = key.tobytes()
            if value <= slack and (word not in best or (value, route) < best[word]):
                best[word] = value, route
    return [route for _, route in best.values()]


def _undominated(members: Ints, at: Ints, cost: Ints) -> NDArray[np.bool_]:
    """Of labels sorted by jobs, last job, hour, cost: those cheaper than all earlier ones alike."""
    keep = np.ones(len(at), bool)
    if len(at) < 2:
        return keep
    same = (members[1:] == members[:-1]).all(axis=1) & (at[1:] == at[:-1])
    group = np.concatenate([[0], np.cumsum(~same)])
    start = np.flatnonzero(np.concatenate([[True], ~same]))
    # a running minimum within each group: costs shifted so that groups never mix
    span = int(cost.max() - cost.min()) + 1
    shifted = cost - group * span
    running = np.minimum.accumulate(shifted)
    keep[1:] = shifted[1:] < running[:-1]
    keep[start] = True
    return keep

"""Column generation: a proven lower bound on the weighted completion, and the routes it needs.

Master: minimise sum c[r] x[r] with, for every job, sum of a[j, r] x[r] >= 1 over routes r that
visit it a[j, r] times; for every kind of ships, sum of x[r] <= n[k]; and for every cut of three
jobs, sum of h[c, r] x[r] <= 1, where h is half the visits to them, whole. For whole prices
p[j] >= 0 and tolls t[c] >= 0 any plan costs at least
L = sum p[j] - sum t[c] + sum n[k] min(0, m[k]), where m[k] is no more than the least of
c[r] - sum a[j, r] p[j] + sum h[c, r] t[c] over the routes of kind k.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from cablenet.kernels.route_pricing import price_ship, to_come
from cablenet.kernels.route_search import Arrays
from cablenet.repair.problem import Dispatch
from cablenet.repair.route_cuts import Cut, times_paid
from cablenet.repair.routes import Routes
from cablenet.repair.search import loop_arrays, nearness
from cablenet.solvers import LinearProgram

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Route = tuple[int, ...]
SCALE = 16
"""Prices are whole sixteenths of the cost."""
REMEMBERED = 7
"""Jobs in the memory of a job: by test, more slows the pricing more than it lifts the bound."""
GRID_H = 8
"""Hours to which the outlook of a pricing is rounded down."""
LABELS, LAX_LABELS = 1 << 20, 1 << 19
SMOOTH = 0.7
NEW_EACH = 12
"""Routes of each kind taken up in a round."""
NEARLY = 64
"""Pricing stops when it can close no more than so small a part of the gap."""


@dataclass(frozen=True, eq=False)
class Prices:
    """Whole prices (J,) and tolls (C,), the bound they prove, and `least`: min(0, m[k]) (K,)."""

    price: Ints
    toll: Ints
    bound: int
    least: Ints


@dataclass(eq=False)
class Master:
    """The linear program over the routes known so far, and the best prices seen."""

    problem: Dispatch
    kinds: list[list[int]]
    data: Arrays
    near: Ints
    end_h: int
    best: Prices
    program: LinearProgram = field(default_factory=LinearProgram)
    routes: list[tuple[int, Route]] = field(default_factory=list)
    known: set[tuple[int, Route]] = field(default_factory=set)
    cuts: list[Cut] = field(default_factory=list)
    labels: int = 0

    def add(self, kind: int, route: Route) -> bool:
        """Take up a route; false if it is known."""
        if (kind, route) in self.known:
            return False
        visits = self.visits([route])
        jobs, paid = np.flatnonzero(visits), times_paid(self.cuts, visits)[:, 0]
        tolled = np.flatnonzero(paid)
        first = self.problem.n_jobs + len(self.kinds)
        self.program.add_column(
            self.problem.cost(self.kinds[kind][0], route),
            [*jobs.tolist(), self.problem.n_jobs + kind, *(first + tolled).tolist()],
            [*(-visits[jobs, 0]).tolist(), 1.0, *paid[tolled].tolist()])
        self.known.add((kind, route))
        self.routes.append((kind, route))
        return True

    def add_cuts(self, cuts: list[Cut]) -> None:
        """Take up cuts, each with no toll yet."""
        for row in times_paid(cuts, self.visits([route for _, route in self.routes])):
            columns = np.flatnonzero(row)
            self.program.add_row(1.0, columns.tolist(), row[columns].tolist())
        self.cuts += cuts
        best = self.best
        self.best = Prices(best.price, np.pad(best.toll, (0, len(cuts))), best.bound, best.least)

    def visits(self, routes: list[Route]) -> Ints:
        """(J, R) how often each route serves each job."""
        out = np.zeros((self.problem.n_jobs, len(routes)), np.int64)
        for number, route in enumerate(routes):
            np.add.at(out[:, number], list(route), 1)
        return out

    def members(self, live: Ints) -> Ints:
        """(J, W) the cuts each job is of, 62 bits to a word, by their place in `live`."""
        out = np.zeros((self.problem.n_jobs, len(live) // 62 + 1), np.int64)
        for place, number in enumerate(live.tolist()):
            out[list(self.cuts[number]), place // 62] |= np.int64(1) << (place % 62)
        return out

    def worth_h(self, price: Ints) -> int:
        """The hour from which no job is worth its price to any ship."""
        weight = self.problem.weight
        if (weight == 0).any():
            return self.end_h
        return min(self.end_h, int((price // (SCALE * weight)).max()) + 2)


def start_master(problem: Dispatch, kinds: list[list[int]], plan: Routes,
                 others: Iterable[tuple[int, Route]]) -> Master:
    """A master over a plan, all routes one job away from it, and others (ship, jobs).

    Its first prices are what the plan would save without each job.
    """
    saved = np.zeros(problem.n_jobs, np.int64)
    for ship, route in enumerate(plan):
        for place, job in enumerate(route):
            saved[job] = problem.cost(ship, route) - problem.cost(
                ship, route[:place] + route[place + 1:])
    nothing = Prices(SCALE * saved, np.zeros(0, np.int64), -(1 << 60), np.zeros(0, np.int64))
    master = Master(problem, kinds, loop_arrays(problem),
                    nearness(problem)[:, :REMEMBERED].copy(), last_hour(problem), nothing)
    for _ in range(problem.n_jobs):
        master.program.add_row(-1.0)
    for ships in kinds:
        master.program.add_row(float(len(ships)))
    kind_of = {ship: kind for kind, ships in enumerate(kinds) for ship in ships}
    for ship, route in sorted({*others, *enumerate(plan), *_beside(problem, plan)}):
        if route:
            master.add(kind_of[ship], route)
    return master


def _beside(problem: Dispatch, plan: Routes) -> Iterable[tuple[int, Route]]:
    """The routes of a plan with one job less, or one more in its best place."""
    for ship, route in enumerate(plan):
        for place in range(len(route)):
            yield ship, route[:place] + route[place + 1:]
        for job in np.flatnonzero(problem.able[ship]).tolist():
            if job not in route:
                yield ship, min((problem.cost(ship, longer), longer) for longer in (
                    (*route[:place], job, *route[place:]) for place in range(len(route) + 1)))[1]


def raise_bound(master: Master, upper: int, most_labels: int) -> Floats:
    """Price routes until the bound is the master's value, or `upper` is proven, or labels run out.

    Prices are smoothed (Wentges): those tried lie between the master's and the best so far.

    Returns
    -------
    (R,) the last fractions of the routes known then
    """
    problem, smooth = master.problem, SMOOTH
    ships = np.array([len(alike) for alike in master.kinds])
    while True:
        values, dual, value = master.program.solve()
        job_dual, kind_dual, toll_dual = np.split(
            dual, [problem.n_jobs, problem.n_jobs + len(master.kinds)])
        price = _between(smooth, master.best.price, job_dual)
        toll = _between(smooth, master.best.toll, toll_dual)
        fresh = 0
        for lax in (True, False):
            least, routes = _price_kinds(master, price, toll, lax, (job_dual, kind_dual, toll_dual))
            fresh = sum(master.add(kind, route) for kind, route in routes)
            if fresh:
                break
        bound = int(price.sum() - toll.sum() + ships @ least)
        if bound > master.best.bound:
            master.best = Prices(price, toll, bound, least)
        best = master.best.bound
        if (-(-best // SCALE) >= upper or master.labels > most_labels
                or value * SCALE - best < max(1.0, (upper * SCALE - best) / NEARLY)
                or (not fresh and smooth == 0.0)):
            return values
        smooth = SMOOTH if fresh else 0.0


def _between(smooth: float, best: Ints, dual: Floats) -> Ints:
    mixed = smooth * best + (1.0 - smooth) * SCALE * dual
    return np.maximum(0, np.round(mixed)).astype(np.int64)


def _price_kinds(master: Master, price: Ints, toll: Ints, lax: bool,
                 dual: tuple[Floats, Floats, Floats]) -> tuple[Ints, list[tuple[int, Route]]]:
    """(K,) bounds on the least reduced cost of each kind, and routes that the master lacks.

    The outlook from the base bounds every route. Where labels give way to any that is no later and
    no dearer (`lax`) most routes are found, but only without that the pricing is exact.
    """
    live = np.flatnonzero(toll)
    members, tolls = master.members(live), toll[live]
    near, hours = master.near, master.worth_h(price)
    slot = np.full((len(near), len(near)), -1, np.int64)
    np.put_along_axis(slot, near, np.arange(near.shape[1])[None, :], axis=1)
    least, better = np.zeros(len(master.kinds), np.int64), []
    for kind, (ship, *_) in enumerate(master.kinds):
        rest, least[kind] = to_come(master.data, ship, price, SCALE, hours, GRID_H)
        if least[kind] == 0:
            continue
        at, before, cost, made = price_ship(
            master.data, ship, price, SCALE, rest, GRID_H, near, slot, members, tolls, lax,
            LAX_LABELS if lax else LABELS)
        master.labels += made if made >= 0 else LABELS
        if made < 0:
            continue
        if not lax:
            least[kind] = min(0, int(cost[:made].min(initial=0)))
        routes = _routes(at, before, cost, made)
        visits = master.visits(routes)
        reduced = (np.array([master.problem.cost(ship, route) for route in routes])
                   - dual[0] @ visits + dual[1][kind]
                   + dual[2] @ times_paid(master.cuts, visits))
        better += [(kind, route) for route, low in zip(routes, reduced, strict=True) if low < -1e-6]
    return least, better


def _routes(at: Ints, before: Ints, cost: Ints, made: int) -> list[Route]:
    """The cheapest routes of a pricing, one for each last job, fewest cost first."""
    order = np.flatnonzero(cost[:made] < 0)
    order = order[np.argsort(cost[order], kind="stable")]
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

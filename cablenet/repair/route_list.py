"""All routes that a plan within the gap may hold, grown job by job.

In a plan that costs U or less no ship sails a route of more than min(0, m[k]) + U - L (the names
are those of `columns`): such routes can be listed when the gap is small, and the best plan is among
them. Of two routes over the same jobs that end at the same job, one that is neither earlier nor
cheaper is dropped, and of each set of jobs the best order is kept.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cablenet.kernels.route_pricing import grow, to_come
from cablenet.repair.columns import SCALE, Master
from cablenet.repair.problem import BASE
from cablenet.repair.routes import Column

Ints = NDArray[np.int64]
Layer = tuple[Ints, Ints, Ints, Ints]
"""Of the routes of one length: the route each grew from, last job, reduced cost, jobs as bits."""
GRID_H = 4


def list_routes(master: Master, upper: int, most: int) -> list[Column] | None:
    """The best order of every set of jobs that a plan of cost `upper` or less may hold.

    None where more than `most` routes had to be grown. `regret` of the columns holds their cost.
    """
    problem = master.problem
    slack = upper * SCALE - master.best.bound
    columns: list[Column] = []
    for kind, (ship, *_) in enumerate(master.kinds):
        layers = _grown(master, ship, int(master.best.least[kind]) + slack, most)
        if layers is None:
            return None
        most -= sum(len(layer[0]) for layer in layers)
        for route in _best_orders(layers, int(master.best.least[kind]) + slack):
            sail = sum(problem.sail_h(ship, at, job)
                       for at, job in zip((BASE, *route), route, strict=False))
            columns.append(Column(kind, route, problem.cost(ship, route), sail))
    return columns


def _grown(master: Master, ship: int, slack: int, most: int) -> list[Layer] | None:
    """The routes of one ship that may still end with a reduced cost up to `slack`, by length."""
    problem, best = master.problem, master.best
    live = np.flatnonzero(best.toll)
    members, tolls = master.members(live), best.toll[live]
    rest, _ = to_come(master.data, ship, best.price, SCALE, master.worth_h(best.price), GRID_H)
    at, free, cost = np.array([-1]), np.array([0]), np.array([0])
    served = np.zeros((1, problem.n_jobs // 62 + 1), np.int64)
    layers: list[Layer] = []
    while len(at):
        origin, to, when, spent, made = grow(
            master.data, ship, best.price, SCALE, rest, GRID_H, members, tolls, slack, at, free,
            cost, served, max(1, most))
        if made < 0:
            return None
        grown = served[origin[:made]]
        grown[np.arange(made), to[:made] // 62] |= np.int64(1) << (to[:made] % 62)
        order = np.lexsort((spent[:made], when[:made], to[:made], *grown.T))
        order = order[_undominated(grown[order], to[order], spent[order])]
        at, free, cost, served = to[order], when[order], spent[order], grown[order]
        layers.append((origin[order], at, cost, served))
        most -= len(order)
        if most < 0:
            return None
    return layers


def _undominated(served: Ints, at: Ints, cost: Ints) -> NDArray[np.bool_]:
    """Of routes sorted by jobs, last job, hour, cost: those cheaper than all earlier ones alike."""
    keep = np.ones(len(at), bool)
    if len(at) < 2:
        return keep
    same = (served[1:] == served[:-1]).all(axis=1) & (at[1:] == at[:-1])
    group = np.concatenate([[0], np.cumsum(~same)])
    # a running minimum within each group: costs shifted so that groups never mix
    span = int(cost.max() - cost.min()) + 1
    shifted = cost - group * span
    running = np.minimum.accumulate(shifted)
    keep[1:] = ~same | (shifted[1:] < running[:-1])
    return keep


def _best_orders(layers: list[Layer], slack: int) -> list[tuple[int, ...]]:
    """The cheapest order of each set of jobs whose reduced cost is up to `slack`."""
    out: list[tuple[int, ...]] = []
    for depth, (_, _, cost, served) in enumerate(layers):
        order = np.flatnonzero(cost <= slack)
        order = order[np.lexsort((cost[order], *served[order].T))]
        first = np.ones(len(order), bool)
        first[1:] = (served[order[1:]] != served[order[:-1]]).any(axis=1)
        label = order[first]
        routes = np.zeros((len(label), depth + 1), np.int64)
        for place in range(depth, -1, -1):
            routes[:, place] = layers[place][1][label]
            label = layers[place][0][label]
        out += map(tuple, routes.tolist())
    return out

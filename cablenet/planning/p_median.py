"""`p_median`: the p sites that are nearest to all clients together, proved.

Sets: clients i, sites j. Data: weight[i], distance[i, j] in whole units. Variables: y[j] = 1 if
site j is open. Minimise the sum over clients of weight x distance to the nearest open site, with p
sites open (S. L. Hakimi 1964).

1. *Bound.* Lagrangian relaxation of "every client is served" (G. Cornuéjols, M. Fisher,
   G. Nemhauser 1977): with prices u, no choice costs less than sum u + the p smallest of
   rho[j] = sum over i of min(0, weight[i] distance[i, j] - u[i]). Subgradient steps.
2. *Choice.* The sites of the best bounds, improved by swaps of one site (M. Teitz, P. Bart 1968).
3. *Fixing.* A site whose opening (closing) alone would lift the bound to the cost known cannot be
   in (missing from) a cheaper choice.
4. *Proof.* What is left is the radius form (A. García, M. Labbé, A. Marín 2011) by CP-SAT:
   far[i, k] says that no site within the k-th distance of client i is open, and costs the step to
   the next.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from cablenet.errors import InputError, PlanError
from cablenet.solvers import Certificate, IntegerProgram

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

STEPS, PATIENCE, LEAST_STEP = 2000, 30, 1e-4
TIME_LIMIT = 120.0
"""Deterministic time of the last step: about seconds, and the same on every machine."""


@dataclass(frozen=True, eq=False)
class PMedian:
    """Open `sites` (p,), the site that serves each client (I,), and the certificate of the cost."""

    sites: Ints
    nearest: Ints
    certificate: Certificate


def p_median(distance: Ints, p: int, *, weight: Ints | None = None, seed: int = 1,
             time_limit: float = TIME_LIMIT) -> PMedian:
    """Choose p sites with the least weighted distance to the clients.

    Parameters
    ----------
    distance
        (I, J) whole numbers, zero or more
    weight
        (I,) whole numbers above zero; default 1

    Raises
    ------
    InputError
        numbers that are not whole or below zero, or p outside 1..J
    """
    begun = time.monotonic()
    cost = _cost(distance, p, weight)
    dual = _lagrange(cost, p)
    sites = _swapped(cost, dual.sites)
    value = int(cost[:, sites].min(axis=1).sum())
    bound = int(np.ceil(dual.bound - 1e-6))
    if bound < value:
        found, proved = _radius(cost, p, dual, value, seed, time_limit)
        sites = sites if found is None else found
        value = int(cost[:, sites].min(axis=1).sum())
        bound = max(bound, min(proved, value))
    sites = np.sort(sites)
    _check(cost, p, sites, value)
    bound = min(bound, value)
    gap = (value - bound) / max(1.0, value)
    return PMedian(sites, sites[cost[:, sites].argmin(axis=1)], Certificate(
        "optimal" if bound == value else "feasible", float(value), float(bound), gap,
        time.monotonic() - begun, seed, time_limit, checked=True))


def _cost(distance: Ints, p: int, weight: Ints | None) -> Ints:
    given = np.asarray(distance)
    if given.ndim != 2 or not given.size:
        raise InputError("distances are a table of clients by sites, with at least one of each")
    if not np.issubdtype(given.dtype, np.integer) or (given < 0).any():
        raise InputError("distances are whole numbers, zero or more; scale and round them first")
    if not 1 <= p <= given.shape[1]:
        raise InputError(f"p = {p}, but there are {given.shape[1]} sites")
    if weight is None:
        return given.astype(np.int64)
    if len(weight) != len(given) or (np.asarray(weight) <= 0).any():
        raise InputError("weights are whole numbers above zero, one for each client")
    return np.asarray(given.astype(np.int64) * np.asarray(weight, np.int64)[:, None])


@dataclass(frozen=True, eq=False)
class _Dual:
    """The best bound, its (J,) reduced costs `rho`, and the sites of the best choice on the way."""

    bound: float
    rho: Floats
    sites: Ints


def _lagrange(cost: Ints, p: int) -> _Dual:
    real = cost.astype(np.float64)
    price = np.partition(real, min(1, real.shape[1] - 1), axis=1)[:, min(1, real.shape[1] - 1)]
    best, rho_best = -np.inf, np.zeros(real.shape[1])
    sites, value = np.arange(p), np.inf
    step, waited = 2.0, 0
    for _ in range(STEPS):
        saved = np.minimum(real - price[:, None], 0.0)
        rho = saved.sum(axis=0)
        chosen = np.argpartition(rho, p - 1)[:p]
        bound = float(price.sum() + rho[chosen].sum())
        worth = float(real[:, chosen].min(axis=1).sum())
        if worth < value:
            sites, value = chosen, worth
            better = _swapped(cost, chosen)
            if cost[:, better].min(axis=1).sum() < value:
                sites, value = better, float(cost[:, better].min(axis=1).sum())
        if bound > best + 1e-9:
            best, rho_best, waited = bound, rho, 0
        else:
            waited += 1
        if waited == PATIENCE:
            step, waited = step / 2, 0
        slack = 1.0 - (saved[:, chosen] < 0).sum(axis=1)
        norm = float(slack @ slack)
        if norm == 0 or step < LEAST_STEP or np.ceil(best - 1e-6) >= value:
            break
        price = price + step * max(value - bound, 1.0) / norm * slack
    return _Dual(best, rho_best, sites)


def _swapped(cost: Ints, sites: Ints) -> Ints:
    """Swap one open site for another while that is cheaper, always the best swap."""
    sites = np.array(sites)
    clients = np.arange(len(cost))
    while True:
        own = cost[:, sites]
        server = own.argmin(axis=1)
        first = own[clients, server]
        second = (np.partition(own, 1, axis=1)[:, 1] if len(sites) > 1
                  else np.full(len(cost), cost.max() + 1))
        gain = np.maximum(first[:, None] - cost, 0).sum(axis=0)
        lost = np.empty((len(sites), cost.shape[1]), np.int64)
        for place in range(len(sites)):
            mine = np.flatnonzero(server == place)
            there = np.minimum(cost[mine], second[mine, None]) - first[mine, None]
            gained = np.maximum(first[mine, None] - cost[mine], 0)
            lost[place] = (there + gained).sum(axis=0)
        change = lost - gain[None, :]
        best = np.unravel_index(int(change.argmin()), change.shape)
        if change[best] >= 0:
            return sites
        sites[best[0]] = best[1]


def _radius(cost: Ints, p: int, dual: _Dual, value: int, seed: int,
            limit: float) -> tuple[Ints | None, int]:
    """A choice cheaper than `value`, or None, and the bound proved."""
    rho = np.sort(dual.rho)
    edge, after = rho[p - 1], rho[p] if p < len(rho) else np.inf
    chosen = dual.rho <= edge
    goal = value - 1 + 1e-6
    open_to = np.flatnonzero(chosen | (dual.bound + dual.rho - edge <= goal))
    always = np.flatnonzero(chosen & (dual.bound + after - dual.rho > goal))
    if len(always) > p:
        return None, value
    program = IntegerProgram()
    flag = {int(j): program.flag(f"y{j}") for j in open_to}
    program.require(sum(flag.values()) == p)
    for j in always.tolist():
        program.require(flag[j] == 1)
    base, terms = 0, []
    for i, row in enumerate(cost):
        order = open_to[np.argsort(row[open_to], kind="stable")]
        most = int(row[always].min()) if len(always) else int(row[order[-1]])
        steps = np.append(np.unique(row[order[row[order] < most]]), most).tolist()
        base += steps[0]
        near, at = [], 0
        for k, (here, there) in enumerate(pairwise(steps)):
            while row[order[at]] <= here:
                near.append(flag[int(order[at])])
                at += 1
            far = program.flag(f"far{i}:{k}")
            program.either([far, *near])
            terms.append((there - here) * far)
    program.require(sum(terms) <= value - 1 - base)
    program.minimise(sum(terms))
    answer = program.solve(seed=seed, deterministic_limit=limit)
    if answer.status == "infeasible":
        return None, value
    proved = base + int(np.ceil(answer.bound - 1e-6)) if np.isfinite(answer.bound) else 0
    if answer.status == "unknown":
        return None, proved
    return np.array([j for j in flag if answer.values[f"y{j}"]], np.int64), proved


def _check(cost: Ints, p: int, sites: Ints, value: int) -> None:
    """Recompute the cost client by client, without solver or tables."""
    total = 0
    for row in cost.tolist():
        total += min(row[j] for j in sites.tolist())
    if total != value or len(set(sites.tolist())) != p:
        raise PlanError(f"the choice failed its own check: {total} against {value}")

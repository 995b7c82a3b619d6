"""The slow twin of the flow optimum: linear programs over arc flows, aggregated by source, HiGHS.

It shares no code with the optimum. Levels are maximised one after another under equality of all
earlier ones; then, level by level, the least share of the demands still free is raised, and those
that can go no further (each tried by a program of its own) are fixed; at last delay is minimised.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, sparse

Floats = NDArray[np.float64]


class ArcTwin:
    """min/max of linear functions of what is served, over all flows."""

    def __init__(self, nodes: int, tail: Any, head: Any, room: Floats, delay: Floats,
                 source: Any, target: Any, tbps: Floats) -> None:
        self.tbps, self.delay = tbps, delay
        arcs, levels = len(tail), tbps.shape[1]
        origins, origin = np.unique(source, return_inverse=True)
        self.flows = len(origins) * arcs
        self.size = self.flows + tbps.size
        incidence = sparse.coo_array(
            (np.r_[np.ones(arcs), -np.ones(arcs)],
             (np.r_[head, tail], np.tile(np.arange(arcs), 2))),
            shape=(nodes, arcs)).tocsr()
        flow = sparse.block_diag([incidence] * len(origins))
        column = np.arange(tbps.size)
        demand = column // levels
        arrives = sparse.coo_array(
            (-np.ones(tbps.size), (origin[demand] * nodes + target[demand], column)),
            shape=(len(origins) * nodes, tbps.size))
        whole = sparse.hstack([flow, arrives]).tocsr()
        keep = np.ones(len(origins) * nodes, bool)
        keep[np.arange(len(origins)) * nodes + origins] = False
        self.balance = whole[keep]
        self.room_rows = sparse.hstack(
            [sparse.identity(arcs)] * len(origins)
            + [sparse.csr_array((arcs, tbps.size))]).tocsr()
        self.room = room

    def minimise(self, flow_cost: Floats, served_cost: Floats, low: Floats, high: Floats,
                 rows: list[tuple[Floats, float]]) -> tuple[float, Floats]:
        """Least cost with served amounts within [low, high] and rows @ served >= bound."""
        extra = [sparse.csr_array(np.r_[np.zeros(self.flows), -row][None, :]) for row, _ in rows]
        cost = np.r_[np.tile(flow_cost, self.flows // len(flow_cost)), served_cost.ravel()]
        result = optimize.linprog(
            cost, A_ub=sparse.vstack([self.room_rows, *extra]),
            b_ub=np.r_[self.room, [-bound for _, bound in rows]],
            A_eq=self.balance, b_eq=np.zeros(self.balance.shape[0]),
            bounds=np.c_[np.r_[np.zeros(self.flows), low.ravel()],
                         np.r_[np.full(self.flows, np.inf), high.ravel()]], method="highs")
        assert result.status == 0, result.message
        return result.fun, result.x[self.flows:].reshape(self.tbps.shape)

    def optimum(self) -> tuple[Floats, float]:
        """(D, P) served, and the least total delay."""
        zero, still = np.zeros_like(self.tbps), np.zeros(len(self.delay))
        levels = self.tbps.shape[1]
        totals: list[tuple[Floats, float]] = []
        for level in range(levels):
            gain = zero.copy()
            gain[:, level] = 1.0
            best = -self.minimise(still, -gain, zero, self.tbps, totals)[0]
            totals.append((gain.ravel(), best - 1e-9))
        low, high = zero.copy(), self.tbps.copy()
        for level in range(levels):
            free = np.flatnonzero(self.tbps[:, level] > 0)
            while len(free):
                share = self._least_share(low, high, totals, free, level)
                low[free, level] = np.maximum(share - 1e-9, 0) * self.tbps[free, level]
                held = []
                for demand in free:
                    gain = zero.copy()
                    gain[demand, level] = 1.0
                    most = -self.minimise(still, -gain, low, high, totals)[0]
                    if most <= share * self.tbps[demand, level] + 3e-7:
                        held.append(demand)
                assert held
                high[held, level] = low[held, level] + 1e-9
                free = np.setdiff1d(free, held)
        delay, served = self.minimise(self.delay, zero, low, high, totals)
        return served, delay

    def _least_share(self, low: Floats, high: Floats, totals: list[tuple[Floats, float]],
                     free: Any, level: int) -> float:
        """The largest z <= 1 with served >= z x asked for all free demands."""
        rows = sparse.lil_array((len(free), self.size + 1))
        for place, demand in enumerate(free):
            rows[place, self.flows + demand * self.tbps.shape[1] + level] = -1.0
            rows[place, self.size] = self.tbps[demand, level]
        fixed = sparse.csr_array(np.array([
            np.r_[np.zeros(self.flows), -row, 0.0] for row, _ in totals]))
        wide = sparse.hstack([self.room_rows, sparse.csr_array((len(self.room), 1))])
        result = optimize.linprog(
            np.r_[np.zeros(self.size), -1.0], A_ub=sparse.vstack([wide, rows.tocsr(), fixed]),
            b_ub=np.r_[self.room, np.zeros(len(free)), [-bound for _, bound in totals]],
            A_eq=sparse.hstack([self.balance, sparse.csr_array((self.balance.shape[0], 1))]),
            b_eq=np.zeros(self.balance.shape[0]),
            bounds=np.c_[np.r_[np.zeros(self.flows), low.ravel(), 0.0],
                         np.r_[np.full(self.flows, np.inf), high.ravel(), 1.0]], method="highs")
        assert result.status == 0, result.message
        return float(-result.fun)

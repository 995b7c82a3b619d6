"""Column generation over detours: the least-cost flow that serves what can be served.

Demands of one aim (one target) share a *standing tree*: all of them follow it unless told
otherwise. A column is a *detour* of one aim: at an arc's tail, some Gbps leave the tree, take that
arc, and follow the tree from its head. Every flow of the aim is the tree's flow plus detours, so
nothing is lost; and since a detour serves every demand that passes its tail, a few hundred columns
do what tens of thousands of single demand paths would.

Minimise  sum delay x flow + sum weight[level] x unserved,  in ms x Gbps, subject to
 * room: on each arc, tree flow + detours - unserved <= room (+ overflow at a cost);
 * no negative flow: on each tree arc of each aim, tree flow + detours - unserved >= 0;
 * unserved of each demand and level between 0 and what is asked.

Rows enter when broken. Columns are priced by shortest paths under delay + price: when no demand
has a cheaper path than its own potential, the answer is the optimum over all paths, since every
cheaper path holds an arc whose detour has a negative reduced cost. Rows, columns and the basis stay
for the next outage, which only changes limits.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from cablenet.solvers import LinearProgram
from cablenet.traffic.problem import FlowProblem, Outage
from cablenet.traffic.standing import GBPS, Flow, Standing, chain_matrix
from cablenet.traffic.trees import TreeFinder, Trees, chains

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

Key = tuple[int, int]
"""A demand and a level."""
Fixed = dict[Key, float]
"""What some demands leave unserved at a level, Gbps."""

TOLERANCE = 1e-7
ROUNDING = 1e-5
"""How far an amount set from outside may give way, Gbps: it was itself read from a solver."""
OVERFLOW = 5e3
"""First cost of a Gbps beyond an arc's room, ms; raised while any overflow remains."""


class Detours:
    """The program of one problem, ready to be solved for one outage after another."""

    overflow_ms = OVERFLOW

    def __init__(self, problem: FlowProblem, finder: TreeFinder, standing: Standing,
                 weight: Floats) -> None:
        self.problem, self._finder, self.weight = problem, finder, weight
        self._aim = problem.aims[2]
        self._arc, self._last_price = standing.arc, standing.price
        self._lp = LinearProgram()
        nodes, aims = problem.n_nodes, len(standing.arc)
        self._asked = problem.tbps * GBPS
        self._tree_of = standing.arc.ravel()
        self._chain = chain_matrix(problem, standing.arc)
        cut = (standing.arc[self._aim, problem.source] < 0)
        entering = np.zeros((aims, nodes))
        np.add.at(entering, (self._aim, problem.source), np.where(cut, 0.0, self._asked.sum(1)))
        self._never = cut
        self._most = 2.0 * entering.sum(axis=1)  # bounds programs whose rows are still to come
        self._tree_gbps = np.asarray(self._chain.T @ entering.ravel())
        on_tree = self._tree_of >= 0
        self._load = np.bincount(self._tree_of[on_tree], self._tree_gbps[on_tree],
                                 minlength=len(problem.tail)).astype(float)
        self._delay0 = self._potential(problem.delay_ms, None)
        self._base_cost = float((np.where(entering > 0, self._delay0, 0.0) * entering).sum())
        self._room_row: dict[int, int] = {}
        self._flow_row: dict[int, int] = {}
        self._overflow: dict[int, int] = {}
        self._overflow_cost = self.overflow_ms
        self._on_arc: dict[int, dict[int, float]] = defaultdict(dict)
        self._on_tree: dict[int, dict[int, float]] = defaultdict(dict)
        self._detour: dict[tuple[int, int], int] = {}
        self._unserved: dict[tuple[int, int], int] = {}
        self._arcs_of: list[tuple[Ints, Floats]] = []
        self._tree_arcs_of: list[tuple[Ints, Floats]] = []
        self._outage = Outage(problem.room_tbps, np.zeros(len(problem.tail), bool))
        self._fixed: Fixed = {}
        for arc in np.flatnonzero((self._load > problem.room_tbps * GBPS)
                                  | (standing.price > TOLERANCE)):
            self._add_room_row(int(arc))
        for aim, arc in standing.detours:
            self._add_detour(int(aim), int(arc))

    @property
    def size(self) -> int:
        """Rows of the program: it grows from outage to outage."""
        return self._lp.shape[0]

    def _potential(self, weight: Floats, relief: Floats | None) -> Floats:
        """(R, N) cost along the standing tree; nodes off the tree have none (inf)."""
        on_tree = self._tree_of >= 0
        step = np.where(on_tree, weight[self._tree_of], 0.0)
        if relief is not None:
            step = step - relief
        cost = np.asarray(self._chain @ step).reshape(self._arc.shape)
        off = ~on_tree.reshape(self._arc.shape)
        off[np.arange(len(off)), self.problem.aims[0]] = False
        cost[off] = np.inf
        return cost

    # -- rows and columns -------------------------------------------------------------------

    def _add_room_row(self, arc: int) -> None:
        if arc in self._room_row:
            return
        users = self._on_arc[arc]
        row = self._lp.add_row(self._outage.room_tbps[arc] * GBPS - self._load[arc],
                               users.keys(), users.values())
        self._room_row[arc] = row
        self._overflow[arc] = self._column(self._overflow_cost, {row: -1.0}, {}, {})

    def _add_flow_row(self, place: int) -> None:
        users = self._on_tree[place]
        self._flow_row[place] = self._lp.add_row(
            self._tree_gbps[place], users.keys(), [-factor for factor in users.values()])

    def _column(self, cost: float, rows: dict[int, float], arcs: dict[int, float],
                places: dict[int, float], upper: float = float("inf")) -> int:
        """A column with its effect on rows, on arcs, and on the tree arcs of its aim."""
        rows = dict(rows)
        for arc, factor in arcs.items():
            if arc in self._room_row:
                rows[self._room_row[arc]] = factor
        for place, factor in places.items():
            if place in self._flow_row:
                rows[self._flow_row[place]] = -factor
        number = self._lp.add_column(cost, rows.keys(), rows.values(), upper)
        for arc, factor in arcs.items():
            self._on_arc[arc][number] = factor
        for place, factor in places.items():
            self._on_tree[place][number] = factor
        self._arcs_of.append((np.array(list(arcs), np.int64), np.array(list(arcs.values()))))
        self._tree_arcs_of.append((np.array(list(places), np.int64),
                                   np.array(list(places.values()))))
        return number

    def _places(self, aim: int, node: int) -> Ints:
        """Tree arcs, as aim x N + node, from a node to the aim's target."""
        start = aim * self.problem.n_nodes + node
        return np.asarray(
            self._chain.indices[self._chain.indptr[start]:self._chain.indptr[start + 1]], np.int64)

    def _add_detour(self, aim: int, arc: int) -> None:
        tail, head = int(self.problem.tail[arc]), int(self.problem.head[arc])
        places = dict.fromkeys(self._places(aim, head).tolist(), 1.0)
        for place in self._places(aim, tail).tolist():
            if places.pop(place, 0.0) == 0.0:
                places[place] = -1.0
        arcs = {arc: 1.0}
        for place, factor in places.items():
            step = int(self._tree_of[place])
            arcs[step] = arcs.get(step, 0.0) + factor
        cost = (self.problem.delay_ms[arc] + self._delay0[aim, head] - self._delay0[aim, tail])
        self._detour[aim, arc] = self._column(cost, {}, arcs, places, self._most[aim])

    def _add_unserved(self, demand: int, level: int) -> None:
        aim, source = int(self._aim[demand]), int(self.problem.source[demand])
        places = dict.fromkeys(self._places(aim, source).tolist(), -1.0)
        arcs = {int(self._tree_of[place]): -1.0 for place in places}
        self._unserved[demand, level] = self._column(
            self.weight[level] - self._delay0[aim, source], {}, arcs, places,
            upper=min(self._fixed.get((demand, level), np.inf) + ROUNDING,
                      self._asked[demand, level]))

    # -- one outage -------------------------------------------------------------------------

    def solve(self, outage: Outage, fixed: Fixed | None = None) -> Flow:
        """The optimum under an outage; `fixed` sets what some (demand, level) leave unserved, Gbps.

        Raises
        ------
        ArithmeticError
            if the fixed amounts cannot be had, or a program does not solve
        """
        self._open(outage, fixed or {})
        try:
            return self._generate(outage)[0]
        finally:
            self._close(outage)

    def _open(self, outage: Outage, fixed: Fixed) -> None:
        """Set the limits of this outage, and make columns for what it changes."""
        self._outage = outage
        room = outage.room_tbps * GBPS
        moved = np.flatnonzero(room != self.problem.room_tbps * GBPS)
        for arc in moved.tolist():
            if arc in self._room_row:
                self._lp.limit(self._room_row[arc], room[arc] - self._load[arc])
            elif self._load[arc] > room[arc] + TOLERANCE:
                self._add_room_row(arc)
        weight = np.where(outage.lost, np.inf, self.problem.delay_ms + self._last_price)
        trees = self._finder.find(weight)
        cut = np.flatnonzero(~np.isfinite(trees.cost[self._aim, self.problem.source])
                             & ~self._never)
        self._fixed = {(int(demand), level): float(self._asked[demand, level])
                       for demand in cut for level in range(self.problem.levels)}
        self._fixed |= {key: amount for key, amount in fixed.items() if not self._never[key[0]]}
        for (demand, level), amount in self._fixed.items():
            if (demand, level) not in self._unserved:
                if amount == 0.0:
                    continue
                self._add_unserved(demand, level)
            self._lp.bounds(self._unserved[demand, level], amount,
                            min(amount + ROUNDING, self._asked[demand, level]))
        if outage.lost.any():
            now = self._potential(weight, None)
            self._add_priced(trees, now, np.zeros_like(weight), only_negative=False)

    def _close(self, outage: Outage) -> None:
        """Back to the intact limits."""
        room = self.problem.room_tbps * GBPS
        for arc in np.flatnonzero(outage.room_tbps != self.problem.room_tbps).tolist():
            if arc in self._room_row:
                self._lp.limit(self._room_row[arc], room[arc] - self._load[arc])
        for demand, level in self._fixed:
            if (demand, level) in self._unserved:
                self._lp.bounds(self._unserved[demand, level], 0.0, self._asked[demand, level])
        self._overflow_costs(self.overflow_ms)
        self._fixed = {}
        self._outage = Outage(self.problem.room_tbps, np.zeros_like(outage.lost))

    def _generate(self, outage: Outage) -> tuple[Flow, Floats, Floats]:
        """Solve, add what is broken or cheaper, until nothing is: flow, values, row prices."""
        room = outage.room_tbps * GBPS
        while True:
            value, row_price, objective = self._lp.solve()
            price, relief = self._prices(row_price)
            grown = self._add_broken(value, room)
            weight = self.problem.delay_ms + price
            trees = self._finder.find(np.where(outage.lost, np.inf, weight))
            potential = self._potential(weight, relief)
            grown |= self._add_priced(trees, potential, weight)
            grown |= self._add_dear(trees, potential)
            if grown:
                continue
            if np.all(value[list(self._overflow.values())] <= TOLERANCE):
                break
            if self._overflow_cost > 1e3 * self.weight.max():
                raise ArithmeticError("no flow keeps within the room of all arcs")
            self._overflow_costs(10.0 * self._overflow_cost)
        never = float((self._asked[self._never] * self.weight).sum())
        return (Flow(self._by_aim(value), self._left(value), price,
                     self._base_cost + objective + never), value, row_price)

    def _overflow_costs(self, cost: float) -> None:
        """What a Gbps beyond an arc's room costs, the same on all arcs."""
        if cost != self._overflow_cost:
            self._overflow_cost = cost
            for column in self._overflow.values():
                self._lp.cost(column, cost)

    def _add_broken(self, value: Floats, room: Floats) -> bool:
        """Rows for arcs over their room and for standing flows below nothing."""
        load, tree = self._flows(value)
        arcs = [arc for arc in np.flatnonzero(load > room + TOLERANCE).tolist()
                if arc not in self._room_row]
        places = [place for place in np.flatnonzero(tree < -TOLERANCE).tolist()
                  if place not in self._flow_row]
        for arc in arcs:
            self._add_room_row(arc)
        for place in places:
            self._add_flow_row(place)
        return bool(arcs or places)

    def _add_priced(self, trees: Trees, potential: Floats, weight: Floats,
                    only_negative: bool = True) -> bool:
        """Detours on the cheapest paths of demands that have one cheaper than their potential."""
        source, aim = self.problem.source, self._aim
        best, now = trees.cost[aim, source], potential[aim, source]
        with np.errstate(invalid="ignore"):
            cheaper = np.flatnonzero((best < now - 1e-7 * np.maximum(1.0, best))
                                     & np.isfinite(best) & ~self._never)
        starts = np.unique(np.stack([aim[cheaper], source[cheaper]]), axis=1)
        indptr, path = chains(self.problem, trees.arc, starts[0], starts[1])
        pairs = np.unique(np.stack([np.repeat(starts[0], np.diff(indptr)), path]), axis=1)
        tail, head = self.problem.tail[pairs[1]], self.problem.head[pairs[1]]
        leaves = self._arc[pairs[0], tail] != pairs[1]
        leaves &= (self._arc[pairs[0], tail] >= 0)
        if only_negative:
            with np.errstate(invalid="ignore"):
                reduced = weight[pairs[1]] + potential[pairs[0], head] - potential[pairs[0], tail]
            leaves &= reduced < -1e-9
        added = False
        for one, arc in pairs[:, leaves].T.tolist():
            if (one, arc) not in self._detour:
                self._add_detour(one, arc)
                added = True
        return added

    def _add_dear(self, trees: Trees, potential: Floats) -> bool:
        """Unserved columns where serving costs more than a level weighs."""
        least = np.minimum(trees.cost[self._aim, self.problem.source],
                           potential[self._aim, self.problem.source])
        added = False
        for level, weight in enumerate(self.weight):
            dear = np.flatnonzero((least > weight * (1 + 1e-9)) & ~self._never
                                  & (self._asked[:, level] > 0))
            for demand in dear.tolist():
                if (demand, level) not in self._unserved:
                    self._add_unserved(demand, level)
                    added = True
        return added

    # -- reading the answer -----------------------------------------------------------------

    def _prices(self, row_price: Floats) -> tuple[Floats, Floats]:
        price, relief = np.zeros(len(self._load)), np.zeros(self._tree_gbps.size)
        price[list(self._room_row)] = row_price[list(self._room_row.values())]
        relief[list(self._flow_row)] = row_price[list(self._flow_row.values())]
        return price, relief

    def _flows(self, value: Floats) -> tuple[Floats, Floats]:
        """(A,) load and (R x N,) flow on the standing tree arcs."""
        load, tree = self._load.copy(), self._tree_gbps.copy()
        for column in np.flatnonzero(value > 0.0).tolist():
            arcs, factor = self._arcs_of[column]
            load[arcs] += factor * value[column]
            places, factor = self._tree_arcs_of[column]
            tree[places] += factor * value[column]
        return load, tree

    def _by_aim(self, value: Floats) -> sparse.csr_array:
        """(R, A) Gbps: what is left on the trees, and the arcs of the detours."""
        tree = self._flows(value)[1]
        place = np.flatnonzero((self._tree_of >= 0) & (tree > 1e-9))
        detour = np.array([(aim, arc, value[column]) for (aim, arc), column in
                           self._detour.items() if value[column] > 1e-9]).reshape(-1, 3)
        rows = np.concatenate([place // self.problem.n_nodes, detour[:, 0].astype(np.int64)])
        columns = np.concatenate([self._tree_of[place], detour[:, 1].astype(np.int64)])
        return sparse.csr_array((np.concatenate([tree[place], detour[:, 2]]), (rows, columns)),
                                shape=(len(self._arc), len(self._load)))

    def _left(self, value: Floats) -> Floats:
        """(D, P) Gbps unserved."""
        left = np.where(self._never[:, None], self._asked, 0.0)
        for (demand, level), column in self._unserved.items():
            left[demand, level] = value[column]
        return left

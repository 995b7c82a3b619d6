"""`TrafficBounds`: what is known of every set of at most k units before any is looked at by itself.

Patches are laid one upon the other (`cablenet.traffic.patch`): a *state* is a set of at most k - 2
units and a flow that carries what is still connected without them. In each state every further unit
is patched, and every two of these patches are laid side by side (`cablenet.traffic.beside`). A set
of k units has k (k - 1) / 2 such states; the least of what they say holds. Where nothing overflows
it is the exact answer. A single unit that no patch settles has its optimum as its state.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import cached_property
from math import comb

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from cablenet.kernels.combinations import rank_of, ranks_of
from cablenet.metrics.rows import Rows, dead_units
from cablenet.planning.traffic_attacks import SAME_TBPS
from cablenet.sweeps.unserved import UnservedMeasure
from cablenet.traffic.beside import overflow_of_pairs
from cablenet.traffic.patch import Patch, Patcher
from cablenet.traffic.problem import Outage

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

NOTHING_TBPS = 1e-9


class TrafficBounds:
    """(S,) `low` and `high` Tbps of all sets of at most k of U units, small sets first.

    Parameters
    ----------
    counts
        (D,) Tbps of each demand that count when it is cut off
    most
        Tbps that no set exceeds
    deadline
        by `time.monotonic`; what is not reached until then stays at `most`
    tell
        called with the number of states done and their number
    """

    def __init__(self, measure: UnservedMeasure, count: int, k: int, counts: Floats, most: float,
                 deadline: float, tell: Callable[[int, int], None]) -> None:
        self.measure, self.count, self.k, self.counts = measure, count, k, counts
        sizes = [comb(count, size) for size in range(1, k + 1)]
        self._start = np.concatenate([[0], np.cumsum(sizes)])
        self.low = np.full(self._start[-1], -np.inf)
        self.high = np.full(self._start[-1], most)
        self._deadline, self._tell, self._done = deadline, tell, 0
        self._states = sum(comb(count, size) for size in range(max(k - 1, 1)))

    def find(self) -> None:
        """Fill `low` and `high`."""
        patcher = self.measure.patcher
        if patcher is None:
            return
        self._apart = _apart(self.measure.rows, self.count)
        self._visit((), patcher, {})

    @cached_property
    def _lost(self) -> Flags:
        """(U, A) arcs that each unit takes away."""
        return np.array([self.outage([unit]).lost for unit in range(self.count)])

    def outage(self, units: list[int] | tuple[int, ...]) -> Outage:
        """The state in which these units have failed."""
        measure = self.measure
        if len(units) > 1 and measure.rows.power is not None:  # together they may turn cables dark
            return measure.case.outage(measure.lost_by(units))
        links = np.zeros(len(measure.case.net.links), bool)
        links[self._lost_alone[list(units)].indices] = True
        return measure.case.outage(links)

    @cached_property
    def _lost_alone(self) -> sp.csr_array:
        """(U, L) links that each unit takes away."""
        dead = dead_units(np.arange(self.count)[:, None], self.count)
        return self.measure.lost_links(dead, self.count)

    def row(self, units: tuple[int, ...]) -> int:
        """The place of an ascending set."""
        return int(self._start[len(units) - 1] + rank_of(self.count, list(units)))

    def _visit(self, units: tuple[int, ...], patcher: Patcher, known: Mapping[int, Patch]) -> None:
        """The state without these units, and those that lie beyond it."""
        if time.monotonic() > self._deadline:
            return
        others = [unit for unit in range(self.count) if unit not in units]
        patches, outages = [], []
        for unit in others:
            outages.append(self.outage([*units, unit]))
            patch = known.get(unit) or patcher.patch(outages[-1])
            patches.append(patch if patcher.tells(patch) else _unknown(patch))
        beyond = patcher.beyond_tbps
        cut = np.array([self.counts[patch.cut & ~patcher.cut_before].sum() for patch in patches])
        least = float(self.counts[patcher.cut_before].sum()) + beyond
        stuck = np.array([patch.most_tbps for patch in patches])
        rows = np.array(others)
        self._note(units, rows[:, None], least + cut, stuck, beyond == 0)
        self._done += 1
        self._tell(self._done, self._states)
        if self.k == 1:
            return
        over = overflow_of_pairs(patcher, patches, self._lost[rows])
        over[~self._apart[np.ix_(rows, rows)]] = np.inf
        if len(units) == self.k - 2:
            b, c = np.triu_indices(len(rows), 1)
            self._note(units, np.stack([rows[b], rows[c]], axis=1), least + cut[b] + cut[c],
                       stuck[b] + stuck[c] + over[b, c], beyond == 0)
            return
        for place, unit in enumerate(others if len(units) < self.k - 2 else ()):
            if units and unit < units[-1]:
                continue
            if patches[place].settled and not patcher.short:
                free = {other: _both(patches[place], patches[j]) for j, other in enumerate(others)
                        if over[place, j] <= NOTHING_TBPS}
                self._visit((*units, unit), patcher.after(patches[place], outages[place]), free)
            elif not units:
                self._visit((unit,), self.measure.alone(unit), {})

    def _note(self, units: tuple[int, ...], more: Ints, least: Floats, over: Floats,
              exact: bool) -> None:
        """Sets of `units` and `more` (M, j) leave `least` + at most `over`; where nothing is over,
        just that."""
        sets = np.sort(np.column_stack([np.tile(np.array(units, np.int64), (len(more), 1)), more]),
                       axis=1)
        if sets.shape[1] > self.k:
            return
        row = self._start[sets.shape[1] - 1] + ranks_of(self.count, sets)
        self.high[row] = np.minimum(self.high[row], least + over)
        sure = (over <= SAME_TBPS) & exact
        self.low[row[sure]] = least[sure]


def _unknown(patch: Patch) -> Patch:
    return Patch(patch.cut, np.inf, np.inf, patch.cell[:0], patch.change_tbps[:0])


def _both(one: Patch, other: Patch) -> Patch:
    """A patch that holds beside another, upon that other."""
    return Patch(one.cut | other.cut, other.stuck_tbps, other.most_tbps, other.cell,
                 other.change_tbps)


def _apart(rows: Rows, count: int) -> Flags:
    """(U, U) units that share no cable which can go dark: together they lose what each loses."""
    shared = np.zeros((count, count), bool)
    if rows.power is not None:
        for cable in range(rows.power.n_cables):
            here = rows.power.touch_unit[rows.power.touch_cable == cable]
            shared[np.ix_(here, here)] = True
    return ~shared

"""`unserved` in sweeps: settled by patches where they fit, bracketed or exact where they do not.

A patch that carries everything shows what a failure leaves unserved without a program
(`cablenet.traffic.patch`). Two patches that use different room and touch no flow of each other's
may be laid side by side, so most pairs are settled by their singles. Where a patch does not carry
all, the unserved total lies between what is cut off and that plus what is stuck; scenarios whose
bracket is wider than the tolerance are solved exactly, each from the same start, so the answer does
not depend on what was solved before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from cablenet.metrics.flow_case import FlowCase, flow_case
from cablenet.metrics.rows import Rows, dead_units, rows_of
from cablenet.metrics.values import Heading, Options
from cablenet.network import Network
from cablenet.scenarios.units import Units
from cablenet.sweeps.combination_sweep import CombinationSweep
from cablenet.sweeps.measured import CountryTally, Measured
from cablenet.traffic.beside import overflow_of_pairs
from cablenet.traffic.fairness import find_ties, shared_equally
from cablenet.traffic.optimum import FlowSolver, Optimum
from cablenet.traffic.patch import SETTLED_TBPS, Patcher, short
from cablenet.traffic.problem import Outage
from cablenet.traffic.proof import elsewhere
from cablenet.traffic.standing import Standing

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Words = NDArray[np.uint64]

HEADINGS = (
    Heading("unserved_tbps", "Tbps", False,
            "peak demand not carried at the optimum; where it was not solved, the most it can be"),
    Heading("unserved_low_tbps", "Tbps", False, "proven: at least this is unserved"),
    Heading("unserved_high_tbps", "Tbps", False, "proven: no more than this is unserved"),
    Heading("program", "1 = solved by linear programs", False,
            "0 where a patch or its bracket was enough"),
)
COUNTRY_HEADINGS = (
    Heading("unserved_tbps", "Tbps", False,
            "of the country's demand; where it was not solved, the most it can be"),
)
MOST_UNITS = 1500
"""Beyond this many units, patches are not compared in pairs beforehand."""


@dataclass(frozen=True, eq=False)
class Singles:
    """Single failures of U units.

    Attributes
    ----------
    beside
        (U, U) patches that can be laid side by side, each settling its failure
    level
        (U, P) newly cut demand by level, Tbps
    country
        (U, C) the same by country
    lost
        (U, L) links lost
    settled
        (U,) whether a patch settles the unit's failure alone
    """

    beside: Flags
    level: Floats
    country: Floats
    lost: sp.csr_array
    settled: Flags


@dataclass(frozen=True, eq=False)
class UnservedMeasure:
    """Unserved demand of scenarios given by the units that fail."""

    case: FlowCase
    rows: Rows
    standing: Standing
    intact: Optimum
    tolerance: float
    singles: Singles | None

    @property
    def headings(self) -> tuple[Heading, ...]:
        return HEADINGS

    @property
    def country_headings(self) -> tuple[Heading, ...]:
        return COUNTRY_HEADINGS

    @property
    def scenario_s(self) -> float:
        """About 15 ms a patch; most pairs need none, and some scenarios need seconds."""
        return 0.02 if self.singles is not None else 0.1

    def __getstate__(self) -> dict[str, Any]:
        """Without what each process makes for itself."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)

    @cached_property
    def patcher(self) -> Patcher | None:
        """Patches of the intact optimum; None where they settle nothing."""
        plain = not self.case.rules.restore and Patcher.fits(self.intact)
        return Patcher(self.intact) if plain else None

    @cached_property
    def _solver(self) -> FlowSolver:
        return FlowSolver(self.case.problem, self.standing)

    @cached_property
    def _of_row(self) -> sp.csr_array:
        row = self.rows.of_links(len(self.case.net.links))
        lost = np.flatnonzero(row >= 0)
        return sp.csr_array((np.ones(len(lost), np.int64), (row[lost], lost)),
                            shape=(self.rows.n_rows, len(self.case.net.links)))

    def lost_links(self, dead: Words, size: int) -> sp.csr_array:
        """(S, L) links lost in each scenario, from (U, W) one bit a scenario: the unit is out."""
        return sp.csr_array((self.rows.failed(dead, size) @ self._of_row) > 0)

    def lost_by(self, units: Sequence[int]) -> Flags:
        """(L,) links lost where these units have failed."""
        out = np.zeros(len(self.case.net.links), bool)
        dead = dead_units(np.array([units], np.int64), self.rows.n_units)
        out[self.lost_links(dead, 1).indices] = True
        return out

    def measure(self, failed: Ints) -> Measured:
        """See `Measure.measure`."""
        size = len(failed)
        links = self.lost_links(dead_units(failed, self.rows.n_units), size)
        low, high, program = np.zeros(size), np.zeros(size), np.zeros(size)
        country = np.zeros((size, len(self.case.net.country_id)))
        for place in range(size):
            lost = np.zeros(len(self.case.net.links), bool)
            lost[links.indices[links.indptr[place]:links.indptr[place + 1]]] = True
            units = failed[place][failed[place] >= 0]
            low[place], high[place], program[place], country[place] = self._one(units, lost)
        harmful = high > float(self.intact.unserved_tbps.sum()) + 1e-9
        return Measured(
            {"unserved_tbps": high, "unserved_low_tbps": low, "unserved_high_tbps": high,
             "program": program}, {"unserved_tbps": CountryTally.of(country)}, harmful)

    def _one(self, units: Ints, lost: Flags) -> tuple[float, float, float, Floats]:
        """Least and most unserved, 1 where a program was solved, most by country."""
        if len(units) == 2 and self.singles is not None and self.singles.beside[*units]:
            both = self.singles.lost[units]
            if len(np.unique(both.indices)) == int(lost.sum()):
                total = self._base + float(self.singles.level[units].sum())
                return total, total, 0.0, self._base_country + self.singles.country[units].sum(0)
        outage = self.case.outage(lost)
        enough = self.tolerance * float(self._asked.sum())
        patch = self.patcher.patch(outage, enough) if self.patcher is not None else None
        if patch is not None and patch.settled:
            return self._told(np.where(patch.cut, self._asked, 0.0), 0.0)
        if patch is not None and patch.most_tbps <= enough:
            low, _, _, cut = self._told(np.where(patch.cut, self._asked, 0.0), 0.0)
            asked = self.by_country(self._asked)
            most = np.where(asked > 0, np.minimum(cut + patch.most_tbps, asked), 0.0)
            return low, low + patch.most_tbps, 0.0, most
        left = self._after_one(units, outage)
        if left is not None:
            return self._told(left, 0.0)
        return self._told(self._solved(outage).unserved_tbps.sum(axis=1).round(9), 1.0)

    def optimum(self, lost: Flags) -> Optimum:
        """The flow optimum with these links (L,) lost."""
        return self._solved(self.case.outage(lost))

    def _solved(self, outage: Outage) -> Optimum:
        self._solver.reset()  # the answer must not depend on what was solved before
        return self._solver.solve(outage)

    def _told(self, left: Floats, program: float) -> tuple[float, float, float, Floats]:
        """An exact answer, from (D,) what is unserved."""
        total = float(left.sum())
        return total, total, program, self.by_country(left)

    @cached_property
    def _asked(self) -> Floats:
        """(D,) demand of all levels."""
        return np.asarray(self.case.problem.tbps.sum(axis=1), np.float64)

    def left_by_patch(self, lost: Flags, near: Sequence[Patcher] = ()) -> Floats | None:
        """(D,) unserved where links (L,) are lost, exactly; None where only a program would tell.

        Patches of the intact optimum are tried first, then of single failures within the loss, then
        of `near`: optima of other losses within this one.
        """
        if self.patcher is None:
            return None
        outage = self.case.outage(lost)
        found = self._by_patch(self.patcher, outage)
        if found is None and self.singles is not None:
            found = self._after_one(np.flatnonzero(self.singles.lost @ ~lost == 0), outage)
        for patcher in near if found is None else ():
            found = self._by_patch(patcher, outage)
            if found is not None:
                break
        return found

    def _after_one(self, units: Ints, outage: Outage) -> Floats | None:
        """(D,) unserved, where the optimum of one of the units alone can be patched."""
        if self.singles is None or self.patcher is None:
            return None
        for unit in units[~self.singles.settled[units]].tolist():
            left = self._by_patch(self.alone(unit), outage)
            if left is not None:
                return left
        return None

    def _by_patch(self, patcher: Patcher, outage: Outage) -> Floats | None:
        """(D,) unserved, where the optimum of a smaller loss can be patched; else None.

        Served amounts that are best with less lost and can still be had are best with more lost.
        Where something is newly cut off, what it leaves behind might help those who go without;
        that it does not is shown by the prices of the optimum.
        """
        patch = patcher.patch(outage)
        if not patch.settled:
            return None
        newly = patch.cut & ~patcher.cut_before
        left = np.where(newly[:, None], self.case.problem.tbps, patcher.intact.unserved_tbps)
        if newly.any() and short(patcher.intact) and not self._still_best(
                patcher.intact, outage, left):
            return None
        return np.asarray(left.sum(axis=1).round(9), np.float64)

    def _still_best(self, alone: Optimum, outage: Outage, left: Floats) -> bool:
        """Whether the prices of an optimum show that this is the optimum where more is lost."""
        problem = self.case.problem
        proofs = elsewhere(problem, outage, self._solver.finder, alone.proofs, left)
        return all(proof.holds for proof in proofs) and shared_equally(
            problem, find_ties(problem, outage, proofs[-1], left), left)

    def alone(self, unit: int) -> Patcher:
        """Patches of the optimum with one unit lost."""
        if unit not in self._patchers:
            assert self.singles is not None
            lost = np.zeros(len(self.case.net.links), bool)
            lost[self.singles.lost[[unit]].indices] = True
            self._patchers[unit] = Patcher(self.optimum(lost))
        return self._patchers[unit]

    @cached_property
    def _patchers(self) -> dict[int, Patcher]:
        """Of units that no patch settles alone, made when first needed."""
        return {}

    @cached_property
    def _base(self) -> float:
        return float(self.intact.unserved_tbps.sum())

    @cached_property
    def _base_country(self) -> Floats:
        return self.by_country(self.intact.unserved_tbps.sum(axis=1))

    def by_country(self, values: Floats) -> Floats:
        """(C,) of (D,) amounts of each demand."""
        return np.asarray(np.bincount(self.case.country, values,
                                      minlength=len(self.case.net.country_id)))


def unserved_measure(net: Network, units: Units, order: int,
                     options: Options) -> UnservedMeasure:
    """Compile `unserved` for sweeps over these units; see `Options.tolerance`."""
    case = flow_case(net, options.traffic, options.capacity_rule)
    solver = FlowSolver(case.problem)
    made = UnservedMeasure(case, rows_of(net, units), solver.standing, solver.intact,
                           options.tolerance,
                           None)
    if order < 2 or len(units) > MOST_UNITS or made.patcher is None:
        return made
    return replace(made, singles=_singles(made, made.patcher, len(units)))


def _singles(measure: UnservedMeasure, patcher: Patcher, count: int) -> Singles:
    """Patch every unit alone, and find which patches can be laid side by side."""
    case = measure.case
    problem, net = case.problem, case.net
    dead = dead_units(np.arange(count)[:, None], measure.rows.n_units)
    lost = sp.csr_array((measure.rows.failed(dead, count) @ measure._of_row) > 0)
    asked = problem.tbps.sum(axis=1)
    level, country = np.zeros((count, problem.levels)), np.zeros((count, len(net.country_id)))
    settled, arcs_lost = np.zeros(count, bool), np.zeros((count, len(problem.tail)), bool)
    patches = []
    base = patcher.cut(np.zeros(len(problem.tail), bool))
    for unit in range(count):
        failed = np.zeros(len(net.links), bool)
        failed[lost.indices[lost.indptr[unit]:lost.indptr[unit + 1]]] = True
        outage = case.outage(failed)
        patch = patcher.patch(outage)
        newly = patch.cut & ~base
        level[unit] = problem.tbps[newly].sum(axis=0)
        country[unit] = measure.by_country(np.where(newly, asked, 0.0))
        settled[unit], arcs_lost[unit] = patch.settled, outage.lost
        patches.append(patch)
    beside = overflow_of_pairs(patcher, patches, arcs_lost) <= SETTLED_TBPS / 10
    return Singles(beside, level, country, lost, settled)


def solved_exactly(job: CombinationSweep, named: Sequence[Sequence[str]]) -> list[dict[str, Any]]:
    """Scenarios of a sweep, given by the ids of their units, each settled or solved exactly.

    Returns
    -------
    rows of `scenario`, `unserved_tbps` and `program`, in the given order
    """
    measure = next(one for one in job.measures if isinstance(one, UnservedMeasure))
    number = {str(name): i for i, name in enumerate(job.unit_id)}
    order = max((len(units) for units in named), default=1)
    failed = np.full((len(named), order), -1)
    for row, units in enumerate(named):
        failed[row, :len(units)] = [number[str(unit)] for unit in units]
    seen = replace(measure, tolerance=0.0).measure(failed).scenario
    return [{"scenario": " + ".join(units), "unserved_tbps": float(seen["unserved_tbps"][row]),
             "program": int(seen["program"][row])} for row, units in enumerate(named)]

"""`keep_ready`: a network kept ready for one failure after another, for somebody who waits.

`score` builds what it needs and lets it go, which suits thousands of failures at once. Here the
intact flows are found once, and each failure then costs what it changes: the same values, sooner.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from cablenet.errors import MissingCapacityError
from cablenet.flow_answer import FlowAnswer
from cablenet.metrics import METRICS, MetricValues, Options
from cablenet.metrics.capacity import GBPS, capacities, country_flows
from cablenet.metrics.flow_case import FlowCase, flow_case
from cablenet.metrics.largest_flow import LargestFlow
from cablenet.network import Network
from cablenet.scenarios.scenario_set import ScenarioSet
from cablenet.scoring import Scores
from cablenet.solvers import UNLIMITED
from cablenet.traffic.optimum import FlowSolver

ASSUMED_RULE = "by-length"
"""What fills capacities on a map that has none, unless another rule is named (assumed)."""


@dataclass(frozen=True, eq=False)
class Ready:
    """One network with its intact flows; made by `keep_ready`.

    Not for several threads at once: the solvers inside keep what they found last.

    Attributes
    ----------
    capacity_rule
        the rule that fills capacities, None where the map has them all
    """

    network: Network
    capacity_rule: str | None

    def scores(self, failures: ScenarioSet) -> Scores:
        """`isolated` and `capacity_loss` of failures, equal to `score`'s.

        Raises
        ------
        MismatchError
            failures of another network
        """
        failures.check_network(self.network)
        options = Options(self.capacity_rule)
        parts = {"isolated": METRICS["isolated"].measure(self.network, failures, options),
                 "capacity_loss": self._capacity(failures)}
        return Scores(self.network, failures, tuple(parts), parts)

    def traffic(self, failures: ScenarioSet, row: int = 0) -> FlowAnswer:
        """`flow_optimum` of one failure; the first call solves the intact network too.

        The same failure gives the same answer, whatever was asked before it.
        """
        failures.check_network(self.network)
        case, solver = self._traffic
        solver.reset()
        failed = np.zeros(len(self.network.links), bool)
        failed[failures.links_lost(row)] = True
        return FlowAnswer(case, solver.intact, solver.solve(case.outage(failed)))

    def solve_intact(self) -> None:
        """Solve the intact network now, so that the first `traffic` need not."""
        self._traffic  # noqa: B018 - computed once, and kept

    def intact_tbps(self) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """(C,) largest flow of each country with nothing failed; infinite where nothing limits."""
        out = np.full(len(self.network.country_id), np.inf)
        for country, flow in self._flows.items():
            if flow.base < UNLIMITED:
                out[country] = flow.base / GBPS
        return out

    def _capacity(self, failures: ScenarioSet) -> MetricValues:
        base = self.intact_tbps()
        loss = np.zeros((len(failures), len(base)))
        for row in range(len(failures)):
            lost = np.asarray(failures.links_lost(row), np.int64)
            found: dict[int, float] = {}  # countries may share a flow problem
            for country, flow in self._flows.items():
                if 0 < flow.base < UNLIMITED:
                    if id(flow) not in found:
                        found[id(flow)] = (flow.base - flow.value(lost)) / GBPS
                    loss[row, country] = found[id(flow)]
        share = np.divide(loss, base, out=np.zeros_like(loss), where=base > 0)
        return MetricValues(
            scenario={"capacity_loss_tbps": loss.sum(axis=1),
                      "capacity_loss_worst_share": share.max(axis=1, initial=0.0)},
            country={"capacity_loss_tbps": loss, "capacity_loss_share": share})

    @cached_property
    def _flows(self) -> dict[int, LargestFlow]:
        every = np.arange(len(self.network.links))
        return country_flows(self.network, every, len(every), self.capacity_rule)

    @cached_property
    def _traffic(self) -> tuple[FlowCase, FlowSolver]:
        case = flow_case(self.network, None, self.capacity_rule)
        return case, FlowSolver(case.problem)


def keep_ready(net: Network, *, capacity_rule: str | None = None) -> Ready:
    """Keep a network ready for one failure after another.

    Parameters
    ----------
    capacity_rule
        how to fill capacities; default: the map's own, and `ASSUMED_RULE` on a map that lacks some

    Raises
    ------
    UnknownNameError
        no such rule
    """
    try:
        capacities(net, capacity_rule)
    except MissingCapacityError:
        return Ready(net, ASSUMED_RULE)
    return Ready(net, capacity_rule)

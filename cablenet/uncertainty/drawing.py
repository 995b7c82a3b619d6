"""`draws`: the same scenarios scored on networks whose unknown numbers were drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from cablenet.errors import InputError
from cablenet.metrics.traffic_rules import TrafficRules
from cablenet.network import Network
from cablenet.scenarios.scenario_set import Recipe, ScenarioSet, as_set
from cablenet.scoring import Scores, score
from cablenet.uncertainty.failures import Failures, failures_of, without_depths
from cablenet.uncertainty.uncertain import Uncertain
from cablenet.uncertainty.unknowns import KINDS, Unknowns, unknowns_of

Floats = NDArray[np.float64]
Progress = Callable[[str, int, int], None]
CHEAP_METRICS = ("isolated", "capacity_loss")


@dataclass(frozen=True, eq=False)
class Asked:
    """What is scored on every drawn network."""

    unknowns: Unknowns
    failures: Failures
    metrics: tuple[str, ...]
    capacity_rule: str | None
    traffic: TrafficRules | None
    alone: dict[str, Asked] = field(default_factory=dict, repr=False)

    def again(self, quantile: Floats, scenario: str | None) -> Floats:
        """`values` of all scenarios, or of one given by name."""
        if scenario is None:
            return self.values(quantile)
        if scenario not in self.alone:
            net = self.unknowns.network
            one = failures_of(net, self.failures.scenarios[scenario], self.failures.can_move)
            self.alone[scenario] = replace(self, failures=one)
        return self.alone[scenario].values(quantile)

    def values(self, quantile: Floats) -> Floats:
        """(S, H) headlines under (K,) quantiles; NaN leaves an unknown as it is on the map."""
        net = self.unknowns.drawn(quantile)
        moved = net.links.geometry is not self.unknowns.network.links.geometry
        events = self.failures.on(net) if moved else self.failures.scenarios
        events = replace(events, network_fingerprint=net.fingerprint)
        return self.scores(net, events).to_frame().to_numpy(float)

    def scores(self, net: Network, events: ScenarioSet) -> Scores:
        """The scores on one network."""
        return score(net, events, self.metrics, capacity_rule=self.capacity_rule,
                     traffic=self.traffic)


def draws(
    net: Network,
    scenarios: ScenarioSet | Recipe,
    metrics: Sequence[str] | None = None,
    *,
    draws: int = 100,
    seed: int = 1,
    what: Sequence[str] = KINDS,
    capacity_rule: str | None = None,
    traffic: TrafficRules | None = None,
    progress: Progress | None = None,
) -> Uncertain:
    """Score scenarios on networks whose numbers are drawn within their ranges.

    Lit capacities are drawn by cable and crossing, demand by country, shares by class (and scaled
    to sum to one), the place of each line sideways by its standard error. All are independent.
    A factor is triangular on the log, its peak at the map's value. Failures that were made from
    places are made again on the moved lines.

    Parameters
    ----------
    metrics
        names from `cablenet.METRICS`; default: `isolated` and `capacity_loss`, which cost a
        fraction of a second a draw; `unserved` and `cost` cost seconds a scenario and draw
    draws
        how many, 2 or more
    seed
        the same seed gives the same draws, whatever else is asked
    what
        kinds of unknowns: 'lit', 'demand', 'classes', 'routes'

    Raises
    ------
    InputError
        fewer than two draws, or a range in the map's provenance that is none
    UnknownNameError
        a kind or a metric that does not exist
    MismatchError
        scenarios that their own recipe does not make, so that they cannot follow moved routes
    """
    if draws < 2:
        raise InputError(f"{draws} draws say nothing about a range; take 2 or more (100 is usual)")
    events = as_set(net, scenarios)
    bare = without_depths(net)
    unknowns = unknowns_of(bare, what)
    failures = failures_of(bare, events, "routes" in what)
    asked = Asked(unknowns, failures, tuple(metrics or CHEAP_METRICS), capacity_rule, traffic)
    middle = asked.scores(net, events)
    quantile = unknowns.quantiles(draws, seed)
    values = np.empty((draws, *middle.to_frame().shape))
    for i in range(draws):
        values[i] = asked.values(quantile[i])
        if progress is not None:
            progress("draws", i + 1, draws)
    return Uncertain(middle, unknowns.name, unknowns.kind, quantile, values, seed, asked.again)

"""What a metric is and what it returns: arrays by scenario, by country and by gateway."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cablenet.metrics.traffic_rules import TrafficRules
from cablenet.network import Network
from cablenet.scenarios.scenario_set import ScenarioSet

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Heading:
    """One column of a score: its unit, whether more failure can only raise it, and its meaning."""

    name: str
    unit: str
    monotone: bool
    meaning: str
    larger_is_worse: bool = True


@dataclass(frozen=True, eq=False)
class MetricValues:
    """Values by heading: `scenario` (S,), `country` (S, C), `gateway` (S, G)."""

    scenario: Mapping[str, Array]
    country: Mapping[str, Array] = field(default_factory=dict)
    gateway: Mapping[str, Array] = field(default_factory=dict)


@dataclass(frozen=True)
class Options:
    """What metrics may be told: the capacity rule for maps without capacities, traffic
    rules, and in sweeps the share of all demand by which a bracket of `unserved` may stay wide."""

    capacity_rule: str | None = None
    traffic: TrafficRules = field(default_factory=TrafficRules)
    tolerance: float = 0.0
    seen: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)
    """What metrics of one call hand on, so that a flow is solved once for all of them."""


Measure = Callable[[Network, ScenarioSet, Options], MetricValues]


@dataclass(frozen=True)
class Metric:
    """A named score: its headings, larger meaning worse in all of them, and how it is measured.

    `country_headings` describe the values per country, whose names may differ.
    """

    name: str
    headings: tuple[Heading, ...]
    measure: Measure
    country_headings: tuple[Heading, ...] = ()

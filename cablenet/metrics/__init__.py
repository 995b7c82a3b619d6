"""The table of scores: a new one is one file here and one line in `METRICS`."""

from __future__ import annotations

from cablenet.metrics import capacity, cost, isolation, latency, margin, unserved
from cablenet.metrics.values import Heading, Metric, MetricValues, Options

METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (isolation.METRIC, capacity.METRIC, latency.METRIC, margin.METRIC,
                   unserved.METRIC, cost.METRIC)
}
CAPACITY_RULES = capacity.CAPACITY_RULES

__all__ = ["CAPACITY_RULES", "METRICS", "Heading", "Metric", "MetricValues", "Options"]

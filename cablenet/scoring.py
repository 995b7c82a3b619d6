"""`score`: scenarios in, `Scores` out: a row per scenario, values per country and gateway."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from cablenet.errors import UnknownNameError
from cablenet.geo import dateline
from cablenet.hazards.durations import RepairDurations
from cablenet.metrics import METRICS, Heading, MetricValues, Options
from cablenet.metrics.traffic_rules import TrafficRules
from cablenet.network import Network
from cablenet.scenarios.scenario_set import Recipe, ScenarioSet, as_set, concat

Progress = Callable[[str, int, int], None]
DEFAULT_METRICS = ("isolated",)


def score(
    net: Network,
    scenarios: ScenarioSet | Recipe,
    metrics: Sequence[str] | None = None,
    *,
    capacity_rule: str | None = None,
    traffic: TrafficRules | None = None,
    progress: Progress | None = None,
) -> Scores:
    """Score every scenario.

    Parameters
    ----------
    scenarios
        a set made for `net`, or a recipe, which is made again on `net` (what was built since
        the recipe was written can then fail too)
    metrics
        names from `cablenet.METRICS`; default: `isolated`, which needs no capacities
    capacity_rule
        for maps without capacities: a name from `cablenet.CAPACITY_RULES`
    traffic
        limits of rerouting for `unserved`: headroom, backup, refusals, restoration
    progress
        called with (metric, done, all) as metrics finish

    Raises
    ------
    UnknownNameError
        a metric that does not exist
    MismatchError
        scenarios of another network
    MissingCapacityError
        a flow score on a map without capacities, and no rule
    """
    chosen = tuple(metrics or DEFAULT_METRICS)
    for name in chosen:
        if name not in METRICS:
            raise UnknownNameError("metric", name, METRICS)
    events = as_set(net, scenarios)
    options = Options(capacity_rule, traffic or TrafficRules())
    parts: dict[str, MetricValues] = {}
    for done, name in enumerate(chosen):
        if progress:
            progress(name, done, len(chosen))
        parts[name] = METRICS[name].measure(net, events, options)
    if progress:
        progress("", len(chosen), len(chosen))
    return Scores(net, events, chosen, parts)


@dataclass(frozen=True, eq=False)
class Scores:
    """Scenarios x metrics, and the same per country and gateway.

    Columns carry their unit in the name; larger is worse in every one of them, except where its
    heading says otherwise.
    """

    network: Network
    scenarios: ScenarioSet
    metrics: tuple[str, ...]
    parts: Mapping[str, MetricValues]

    def __len__(self) -> int:
        return len(self.scenarios)

    def __repr__(self) -> str:
        return (f"<Scores: {len(self)} scenarios x {', '.join(self.metrics)} "
                f"on '{self.network.name}'>\n{self.worst(5).to_string()}")

    def _repr_html_(self) -> str:
        return str(self.worst(10).to_html())

    @property
    def headings(self) -> tuple[Heading, ...]:
        """The columns of `to_frame`, with unit and meaning."""
        return tuple(h for name in self.metrics for h in METRICS[name].headings
                     if h.name in self.parts[name].scenario)

    @property
    def country_headings(self) -> tuple[Heading, ...]:
        """The columns of `by_country`, with unit and meaning."""
        return tuple(h for name in self.metrics for h in METRICS[name].country_headings
                     if h.name in self.parts[name].country)

    def to_frame(self) -> pd.DataFrame:
        """One row per scenario, indexed by its name."""
        columns = {heading: values for name in self.metrics
                   for heading, values in self.parts[name].scenario.items()}
        index = pd.Index(self.scenarios.names, name="scenario")
        return pd.DataFrame(columns, index=index)

    def worst(self, n: int = 10, by: str | None = None) -> pd.DataFrame:
        """The n worst scenarios by one column (default: the first), ties by the other columns."""
        frame = self.to_frame()
        first = by or frame.columns[0]
        if first not in frame.columns:
            raise UnknownNameError("column", first, frame.columns)
        order = [first, *[column for column in frame.columns if column != first]]
        return frame.sort_values(order, ascending=False, kind="stable").head(n)

    def by_country(self, scenario: str | int | None = None) -> pd.DataFrame:
        """Values per country: of one scenario, or long over all (scenario, country)."""
        tables = {heading: values for name in self.metrics
                  for heading, values in self.parts[name].country.items()}
        codes = self.network.country_id
        if scenario is not None:
            row = self._row(scenario)
            return pd.DataFrame({key: value[row] for key, value in tables.items()},
                                index=pd.Index(codes, name="country"))
        index = pd.MultiIndex.from_product([self.scenarios.names, codes],
                                           names=["scenario", "country"])
        return pd.DataFrame({key: value.ravel() for key, value in tables.items()}, index=index)

    def by_gateway(self, scenario: str | int) -> pd.DataFrame:
        """Values per gateway of one scenario."""
        row = self._row(scenario)
        net = self.network
        nodes = net.gateways.node
        frame = pd.DataFrame({"name": net.nodes.name[nodes], "country": net.nodes.country[nodes]},
                             index=pd.Index(net.nodes.id[nodes], name="gateway"))
        for name in self.metrics:
            for heading, values in self.parts[name].gateway.items():
                frame[heading] = values[row]
        return frame

    def _row(self, scenario: str | int) -> int:
        if isinstance(scenario, int):
            return scenario
        if scenario not in self.scenarios.names:
            raise UnknownNameError("scenario", scenario, self.scenarios.names)
        return self.scenarios.names.index(scenario)

    def expected(self, durations: RepairDurations | None = None) -> pd.DataFrame:
        """Expected events and loss a year, over scenarios whose rate is known.

        With repair durations also `loss_x_hours_per_year`: rate x mean duration x loss, in
        `unit_per_year`, such as people x hours isolated a year. That is exact where outages do
        not meet; drawn years also hold those that do.
        """
        rate = self.scenarios.rate_per_year
        known = np.isfinite(rate)
        frame = self.to_frame()[known]
        weighted = frame.mul(rate[known], axis=0).sum(axis=0)
        table = pd.DataFrame({"loss_x_events_per_year": weighted,
                              "events_per_year": float(rate[known].sum())})
        if durations is None:
            return table
        units = {heading.name: heading.unit for heading in self.headings}
        return table.assign(
            loss_x_hours_per_year=weighted * durations.mean_h,
            unit_per_year=[f"{units.get(name, '')} x hours".strip() for name in table.index])

    def to_geo(self) -> gpd.GeoDataFrame:
        """One feature per scenario: the links it takes away, cut at +-180, with its scores."""
        shapes = [dateline.cut_together([self.network.links.geometry[i]
                                         for i in self.scenarios.links_lost(row)])
                  for row in range(len(self))]
        return gpd.GeoDataFrame(self.to_frame().reset_index(), geometry=shapes, crs="EPSG:4326")

    def explore(self, title: str = "") -> Any:
        """An interactive map with these scenarios to pick from; needs no internet."""
        from cablenet.maps import explore  # the one call upwards: a picture asked of its numbers

        return explore(self.network, self, title=title)

    def plot(self, n: int = 15, by: str | None = None) -> Any:
        """A bar chart of the n worst scenarios; returns the matplotlib axes."""
        import matplotlib.pyplot as plt

        table = self.worst(n, by)
        column = by or str(table.columns[0])
        unit = next((h.unit for h in self.headings if h.name == column), "")
        axes = plt.figure(figsize=(8, 0.35 * len(table) + 1.2), layout="constrained").add_subplot()
        axes.barh(table.index[::-1], table[column].iloc[::-1], color="#b2453c")
        axes.set_xlabel(f"{column} ({unit})" if unit else column)
        axes.spines[["top", "right"]].set_visible(False)
        return axes


def compare(before: Scores, after: Scores) -> pd.DataFrame:
    """Two scores side by side, scenario by scenario.

    Scenarios that only one side has (new cables can fail too) show nothing on the other. Columns
    are (heading, before / after / change); positive change is worse.
    """
    left, right = before.to_frame(), after.to_frame()
    shared = [column for column in left.columns if column in right.columns]
    joined = left[shared].add_suffix("|before").join(
        right[shared].add_suffix("|after"), how="outer")
    parts = {}
    for column in shared:
        parts[column, "before"] = joined[f"{column}|before"]
        parts[column, "after"] = joined[f"{column}|after"]
        parts[column, "change"] = parts[column, "after"] - parts[column, "before"]
    return pd.DataFrame(parts)


def join(scores: Sequence[Scores]) -> Scores:
    """Scores of one network as one, in order; metrics that only some of them have are left out."""
    first = scores[0]
    shared = tuple(name for name in first.metrics if all(name in s.metrics for s in scores))

    def stacked(part: str, name: str) -> dict[str, Any]:
        tables = [getattr(one.parts[name], part) for one in scores]
        return {key: np.concatenate([table[key] for table in tables]) for key in tables[0]}

    return Scores(
        first.network, concat([one.scenarios for one in scores]), shared,
        {name: MetricValues(stacked("scenario", name), stacked("country", name),
                            stacked("gateway", name)) for name in shared})

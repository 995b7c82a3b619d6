"""Named events as a sweep: a scenario set scored in chunks, with any metric."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from cablenet.metrics import METRICS, Options
from cablenet.network import Network
from cablenet.scenarios.scenario_set import ScenarioSet
from cablenet.sweeps.job import METHOD, Part, Tally

if TYPE_CHECKING:
    import pyarrow as pa

CHUNK = 16


@dataclass(frozen=True, eq=False)
class EventSweep:
    """Every scenario of a set, by every metric asked for; all rows are kept, harmless ones too."""

    net: Network
    events: ScenarioSet
    metrics: tuple[str, ...]
    options: Options
    recipe: Mapping[str, Any]

    @property
    def chunks(self) -> int:
        """How many chunks there are."""
        return -(-len(self.events) // CHUNK)

    @property
    def describe(self) -> Mapping[str, Any]:
        """What is scored, as plain JSON; the recipe makes the events again on another network."""
        return {**self.recipe, "method": METHOD, "scenarios": len(self.events),
                "recipe": [list(part) for part in self.events.recipe.parts]}

    @cached_property
    def fingerprint(self) -> str:
        """Hash of what decides the answer."""
        text = json.dumps(self.describe, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()

    def size(self, chunk: int) -> int:
        """Scenarios in a chunk."""
        return min(len(self.events), (chunk + 1) * CHUNK) - chunk * CHUNK

    def run(self, chunk: int) -> Part:
        """Score a chunk."""
        import pyarrow as pa

        start = chunk * CHUNK
        some = self.events[list(range(start, start + self.size(chunk)))]
        columns: dict[str, Any] = {
            "scenario": pa.array(np.arange(start, start + len(some))),
            "name": pa.array(list(some.names), pa.string()),
            "rate_per_year": pa.array(some.rate_per_year)}
        tally: dict[str, Any] = {"count": np.array([len(some)])}
        for name in self.metrics:
            values = METRICS[name].measure(self.net, some, self.options)
            columns |= {key: pa.array(value) for key, value in values.scenario.items()}
            worse = {h.name for h in METRICS[name].country_headings if h.larger_is_worse}
            for key, table in ((k, v) for k, v in values.country.items() if k in worse):
                finite = np.where(np.isfinite(table), table, 0.0)
                tally[f"harmed:{key}"] = (finite > 0).sum(axis=0)
                tally[f"worst:{key}"] = finite.max(axis=0, initial=0.0)
        return Part(pa.table(columns), tally)

    def merge(self, tallies: Iterable[Tally]) -> Mapping[str, pa.Table]:
        """Per country: how many events harm it, and the worst value."""
        import pyarrow as pa

        sums: dict[str, Any] = {}
        for tally in tallies:
            for key, values in tally.items():
                join = np.maximum if key.startswith("worst:") else np.add
                sums[key] = join(sums[key], values) if key in sums else values
        sums.pop("count", None)
        return {"countries": pa.table({
            "country": pa.array(self.net.country_id.tolist(), pa.string()),
            **{f"{key.split(':')[1]}_{'worst' if key.startswith('worst') else 'scenarios'}":
               pa.array(values) for key, values in sums.items()}})}

"""Named events: several cuts, areas and losses that happen together, from plain records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from cablenet.errors import InputError, NothingHitError, Problem, UnknownNameError
from cablenet.network import Network
from cablenet.scenarios.scenario_set import (
    ScenarioSet,
    concat,
    recipe,
    scenario_set,
    source_named,
)

Part = Mapping[str, Any]
SINGLE = ("cut", "disk", "area", "corridor", "chokepoint", "denial", "joint_loss")


def together(net: Network, name: str, parts: Sequence[Part], *,
             rate_per_year: float | None = None, skip_empty: bool = False) -> ScenarioSet:
    """One scenario of several parts at once.

    Each part is a record `{"kind": ..., ...}` whose other entries are the arguments of that
    source: cut, disk, area, corridor, chokepoint, denial or joint_loss. A part that hits nothing is
    an error, unless `skip_empty` allows it while another part hits.
    """
    sets = []
    for part in parts:
        try:
            sets.append(_part(net, name, part))
        except (NothingHitError, UnknownNameError):
            if not skip_empty:
                raise
    if not sets:
        raise NothingHitError(f"'{name}' has no parts that hit anything in service")
    lost = np.unique(np.concatenate([one.links_lost(0) for one in sets]))
    faults = pd.concat([one.faults for one in sets], ignore_index=True)
    faults = faults.drop_duplicates(["link", "km_from_a"]).reset_index(drop=True)
    rate = None if rate_per_year is None else np.array([rate_per_year], float)
    return scenario_set(net, [name], [lost],
                        recipe("together", name=name, parts=[dict(part) for part in parts],
                               rate_per_year=rate_per_year, skip_empty=skip_empty),
                        rate_per_year=rate, faults=faults)


def events_from_records(net: Network, events: Sequence[Mapping[str, Any]]) -> ScenarioSet:
    """One scenario per record `{"name", "parts", "rate_per_year"?}`.

    Parts and events that hit nothing in service on the network's day, or name what this map does
    not have, are left out: a strait without cables yet is no failure. All missing is an error.
    """
    sets = []
    for event in events:
        try:
            sets.append(together(net, event["name"], event["parts"], skip_empty=True,
                                 rate_per_year=event.get("rate_per_year")))
        except NothingHitError:
            continue
    if not sets:
        raise NothingHitError("none of the named events hits anything in service on this day")
    joined = concat(sets)
    return ScenarioSet(joined.names, joined.failed, joined.rate_per_year, joined.faults,
                       recipe("named_events", events=[dict(event) for event in events]),
                       joined.network_fingerprint)


def _part(net: Network, name: str, part: Part) -> ScenarioSet:
    kind = str(part.get("kind"))
    if kind not in SINGLE:
        raise InputError([Problem("event", name, "kind", f"'{kind}' is no kind of failure",
                                  f"use one of {', '.join(SINGLE)}")])
    arguments = {key: value for key, value in part.items() if key != "kind"}
    if kind in ("joint_loss", "area", "corridor"):
        arguments.setdefault("name", name)
    return source_named(kind)(net, **arguments)

"""The same failures asked of moved routes: what a disk or an area hits in each draw, row by row."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from cablenet.errors import MismatchError, NothingHitError
from cablenet.layers import empty_table
from cablenet.network import Network
from cablenet.scenarios.scenario_set import ScenarioSet, source_named

Ints = NDArray[np.int64]
Params = Mapping[str, Any]
Parts = Sequence[Sequence[str]]

FIXED = ("cable_losses", "station_losses", "all_losses", "joint_loss", "denial")
"""Sources that name what they take: where it lies does not matter."""
LISTS = {"named_events": "events", "areas": "areas"}
"""Sources that make one scenario of each record of a list: each record is a part of its own."""


@dataclass(frozen=True, eq=False)
class _Leaf:
    """One part of a recipe: its scenarios on the map, and whether moved routes change them."""

    source: str
    params: Params
    names: tuple[str, ...]
    failed: sp.csr_array
    moves: bool


@dataclass(frozen=True, eq=False)
class Failures:
    """A set of scenarios, and how to ask them of moved routes (`leaves` empty: no need to)."""

    scenarios: ScenarioSet
    leaves: tuple[_Leaf, ...]
    row: Ints

    @property
    def can_move(self) -> bool:
        """Whether any scenario depends on where a line lies."""
        return bool(self.leaves)

    def on(self, net: Network) -> ScenarioSet:
        """The scenarios on a network whose routes have moved: same names, same order.

        A scenario that hits nothing any more loses nothing.
        """
        if not self.can_move:
            return self.scenarios
        stack = [_again(leaf, net) if leaf.moves else leaf.failed for leaf in self.leaves]
        failed = sp.csr_array(sp.vstack(stack, format="csr")[self.row])
        return replace(self.scenarios, failed=failed, network_fingerprint=net.fingerprint)


def failures_of(net: Network, scenarios: ScenarioSet, routes: bool) -> Failures:
    """Scenarios of a network, ready to be asked again.

    Raises
    ------
    MismatchError
        when the recipe does not make these scenarios, so that they cannot follow moved routes
    """
    none = np.zeros(0, np.int64)
    if not (routes and _any_moves(scenarios.recipe.parts)):
        return Failures(scenarios, (), none)
    leaves: list[_Leaf] = []
    made = _collect(net, scenarios.recipe.parts, leaves)
    if tuple(name for name, _ in made) != scenarios.names:
        raise MismatchError("the recipe of these scenarios does not make them again, so they "
                            "cannot follow moved routes; leave 'routes' out of `what`")
    return _used(scenarios, leaves, np.array([row for _, row in made], np.int64))


def _used(scenarios: ScenarioSet, leaves: list[_Leaf], row: Ints) -> Failures:
    """Only the parts that a picked scenario comes from."""
    size = np.array([len(leaf.names) for leaf in leaves])
    owner = np.repeat(np.arange(len(leaves)), size)
    kept = np.unique(owner[row])
    number = np.cumsum(np.isin(owner, kept)) - 1
    return Failures(scenarios, tuple(leaves[i] for i in kept.tolist()),
                    number[row].astype(np.int64))


def without_depths(net: Network) -> Network:
    """The same network without the tables that only say how deep, and whose, a fault is.

    Looking faults up in them takes most of the time of an area, and no score needs it.
    """
    tables = {**net.layers.tables, **{name: empty_table(name) for name in (
        "depth_profile", "segment_jurisdictions")}}
    return replace(net, layers=replace(net.layers, tables=MappingProxyType(tables)))


def _any_moves(parts: Parts) -> bool:
    return any(_moves(source, json.loads(text)) for source, text in parts)


def _moves(source: str, params: Params) -> bool:
    """Whether moved routes can change what a part of a recipe takes."""
    if source == "pick":
        return _any_moves(params["parts"])
    if source == "together":
        return any(part.get("kind") not in FIXED for part in params["parts"])
    if source == "named_events":
        return any(_moves("together", event) for event in params["events"])
    return source not in FIXED


def _collect(net: Network, parts: Parts, leaves: list[_Leaf]) -> list[tuple[str, int]]:
    """The scenarios of a recipe as (name, row among all rows of `leaves`); adds the leaves."""
    out: list[tuple[str, int]] = []
    for source, text in parts:
        params = json.loads(text)
        if source == "pick":
            rows: dict[str, list[int]] = {}
            for name, row in _collect(net, params["parts"], leaves):
                rows.setdefault(name, []).append(row)
            out += [(name, rows[name][nth])
                    for name, nth in zip(params["names"], params["earlier"], strict=True)]
            continue
        for one in _split(source, params):
            begin = sum(len(leaf.names) for leaf in leaves)
            try:
                made = source_named(source)(net, **one)
            except NothingHitError:
                continue  # left out of the whole as well
            moves = _moves(source, one)
            if source == "together":  # a part that is missed now is no part of it
                one = {**one, "skip_empty": True}
            leaves.append(_Leaf(source, one, made.names, made.failed, moves))
            out += [(name, begin + i) for i, name in enumerate(made.names)]
    return out


def _split(source: str, params: Params) -> list[Params]:
    """One set of parameters for each record of a list, or the parameters as they are."""
    if source not in LISTS:
        return [params]
    return [{**params, LISTS[source]: [record]} for record in params[LISTS[source]]]


def _again(leaf: _Leaf, net: Network) -> sp.csr_array:
    """The rows of one part on another network; empty where a scenario hits nothing."""
    nothing = sp.csr_array((1, leaf.failed.shape[1]), dtype=bool)
    try:
        made = source_named(leaf.source)(net, **leaf.params)
    except NothingHitError:
        return sp.csr_array(leaf.failed.shape, dtype=bool)
    rows: dict[str, list[int]] = {}
    for row, name in enumerate(made.names):
        rows.setdefault(name, []).append(row)
    last = len(made.names)
    taken = [rows[name].pop(0) if rows.get(name) else last for name in leaf.names]
    return sp.csr_array(sp.vstack([made.failed, nothing], format="csr")[taken])

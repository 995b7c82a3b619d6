"""An outside check of a redundancy plan: no solver, no needs, only the network and the failures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from cablenet.network import Network

Flags = NDArray[np.bool_]
Pair = tuple[int, int]


def isolated_pairs(net: Network, in_service: Flags, failed: sp.csr_array,
                   countries: Sequence[int], rows: Iterable[int]) -> set[Pair]:
    """The (country, failure) pairs in which no gateway of the country reaches a hub abroad.

    For each failure the surviving links are walked from every hub with plain sets and lists; none
    of the planner's own code. Failures that take away the same links in service are walked once.
    """
    gates = net.gateways
    home = {int(node): int(c) for node, c in zip(gates.node, gates.country, strict=True)}
    hubs = {int(gates.node[g]): int(gates.country[g]) for g in net.hubs}
    out: set[Pair] = set()
    wanted = set(countries)
    beside: dict[int, list[tuple[int, int]]] = {}
    for link in np.flatnonzero(in_service).tolist():
        a, b = int(net.links.a[link]), int(net.links.b[link])
        beside.setdefault(a, []).append((b, link))
        beside.setdefault(b, []).append((a, link))
    known: dict[frozenset[int], set[int]] = {}
    for row in rows:
        struck = failed.indices[failed.indptr[row]:failed.indptr[row + 1]]
        lost = frozenset(struck[in_service[struck]].tolist())
        if lost in known:
            out |= {(country, row) for country in wanted - known[lost]}
            continue
        connected: set[int] = set()
        seen: set[int] = set()
        for hub in hubs:
            if hub in seen:
                continue
            island = _walk(beside, hub, lost)
            seen |= island
            abroad = {hubs[node] for node in island if node in hubs}
            connected |= {home[node] for node in island if node in home
                          and abroad - {home[node]}}
        known[lost] = connected
        out |= {(country, row) for country in wanted - connected}
    return out


def check_plan(net: Network, links: Sequence[int], failed: sp.csr_array, *,
               kept: set[Pair], rows: Iterable[int], costs: Sequence[float],
               cost_musd: float, budget_musd: float | None) -> list[str]:
    """What is wrong with a plan: a broken promise, a wrong sum, a budget passed; [] when right.

    Parameters
    ----------
    links
        the links the plan puts in service
    kept
        (country, failure) pairs the plan says it answers
    rows
        the failures to walk through: those of `kept`
    costs, cost_musd
        the cost of each chosen cable, and the sum the plan claims
    """
    problems = []
    proposed = net.links.in_service[list(links)]
    if proposed.any():
        problems.append("a chosen link is in service already")
    service = net.links.in_service.copy()
    service[list(links)] = True
    countries = sorted({country for country, _ in kept})
    for country, row in sorted(isolated_pairs(net, service, failed, countries, rows) & kept):
        problems.append(f"{net.country_id[country]} is isolated by failure {row}")
    if abs(sum(costs) - cost_musd) > 1e-6 * max(1.0, cost_musd):
        problems.append(f"the chosen cables cost {sum(costs):g}, not {cost_musd:g} million USD")
    if budget_musd is not None and sum(costs) > budget_musd + 1e-6:
        problems.append(f"{sum(costs):g} million USD is over the budget of {budget_musd:g}")
    return problems


def _walk(beside: dict[int, list[tuple[int, int]]], start: int,
          lost: frozenset[int]) -> set[int]:
    found, queue = {start}, [start]
    while queue:
        for node, link in beside.get(queue.pop(), ()):
            if node not in found and link not in lost:
                found.add(node)
                queue.append(node)
    return found

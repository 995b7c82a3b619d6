"""Needs: every (country, failure) that a plan must answer, boiled down to a small graph.

Once a failure has struck, what is left of today's network falls apart into connected parts. Only
two things matter then: which parts hold a gateway of the country (the start), which hold a hub
abroad (the goal), and which candidates join which parts. Many failures leave the same picture, so
they become one need.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from cablenet.metrics.isolation import countries_cut, isolated_gateways
from cablenet.network import Network
from cablenet.planning.candidates import Proposals
from cablenet.scenarios import losses
from cablenet.scenarios.scenario_set import Recipe, ScenarioSet

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Edge = tuple[int, int, int]
BATCH = 4096
START, GOAL = 0, 1


@dataclass(frozen=True, eq=False)
class Failures:
    """S failures over the L links, the candidates' own losses among them.

    `todays` is true for failures that can strike without any candidate being built.
    """

    names: tuple[str, ...]
    failed: sp.csr_array
    todays: Flags


@dataclass(frozen=True)
class Need:
    """One picture that failures leave: parts joined by candidates, START to GOAL wanted.

    `edges` are (part, part, candidate); `pairs` are the (country, failure) it stands for.
    """

    edges: tuple[Edge, ...]
    pairs: tuple[tuple[int, int], ...]

    def reached(self, built: Set[int], end: int = START) -> set[int]:
        """The parts that one end reaches over the candidates built."""
        found, grew = {end}, True
        while grew:
            before = len(found)
            for a, b, candidate in self.edges:
                if candidate in built and (a in found or b in found):
                    found |= {a, b}
            grew = len(found) > before
        return found

    def is_met(self, built: Set[int]) -> bool:
        """Whether the candidates built join START to GOAL."""
        return GOAL in self.reached(built)

    def cut_round(self, parts: set[int]) -> frozenset[int]:
        """The candidates that lead out of a set of parts: one of them must be built."""
        return frozenset(k for a, b, k in self.edges if (a in parts) != (b in parts))


def with_all_built(net: Network, options: Proposals) -> Network:
    """The network with every candidate in service: what could fail if all were built."""
    service = net.links.in_service.copy()
    for links in options.links:
        service[links] = True
    return net.with_service(service, note="every candidate in service")


def failures_to_answer(net: Network, built: Network,
                       sweep: ScenarioSet | Recipe | None) -> Failures:
    """The failures a plan is judged by: every single cable, or those of a sweep.

    The recipe is made again with every candidate in service, so that what is built can fail too.
    A failure of today keeps what it takes away today (a cut finds the nearest cable: a candidate
    that lies nearer is taken as well, not instead).
    """
    if sweep is None:
        today, later = losses.cable_losses(net), losses.cable_losses(built)
    elif isinstance(sweep, Recipe):
        today, later = sweep.regenerate(net), sweep.regenerate(built)
    else:
        sweep.check_network(net)
        today, later = sweep, sweep.recipe.regenerate(built)
    row_later = {name: row for row, name in enumerate(later.names)}
    known = set(today.names)
    new = [row for row, name in enumerate(later.names) if name not in known]
    order = [row_later.get(name, -1) for name in today.names]
    empty = sp.csr_array((1, later.failed.shape[1]), dtype=bool)
    padded = sp.csr_array(sp.vstack([later.failed, empty], format="csr"))
    both = (today.failed.astype(np.int8) + padded[order].astype(np.int8)).astype(bool)
    return Failures(
        (*today.names, *(later.names[row] for row in new)),
        sp.csr_array(sp.vstack([both, later.failed[new]], format="csr")),
        np.arange(len(today.names) + len(new)) < len(today.names),
    )


def isolated_countries(net: Network, in_service: Flags, failures: Failures) -> Flags:
    """(S, C): countries all of whose gateways reach no hub abroad once each failure has struck."""
    out = np.zeros((len(failures.names), len(net.country_id)), bool)
    for start in range(0, len(out), BATCH):
        rows = failures.failed[start:start + BATCH].toarray().astype(bool)
        alive = in_service & ~rows
        out[start:start + BATCH] = countries_cut(net, isolated_gateways(net, alive))
    return out


def find_needs(net: Network, options: Proposals, failures: Failures,
               pairs: Sequence[tuple[int, int]]) -> list[Need]:
    """The needs behind some (country, failure) pairs, each distinct picture once."""
    seen: dict[tuple[Edge, ...], list[tuple[int, int]]] = {}
    order = sorted(pairs, key=lambda pair: (pair[1], pair[0]))
    last, part, alive = -1, np.array([], np.int64), np.array([], bool)
    for country, failure in order:
        if failure != last:
            alive = ~failures.failed[[failure]].toarray()[0].astype(bool)
            part, last = _parts(net, alive & net.links.in_service), failure
        edges = tuple(_edges(net, options, country, part, alive))
        seen.setdefault(edges, []).append((country, failure))
    return [Need(edges, tuple(members)) for edges, members in seen.items()]


def _parts(net: Network, alive: Flags) -> Ints:
    """(N,) the connected part of each node."""
    live = np.flatnonzero(alive)
    graph = sp.coo_array((np.ones(len(live)), (net.links.a[live], net.links.b[live])),
                         shape=(len(net.nodes), len(net.nodes)))
    return np.asarray(connected_components(graph, directed=False)[1], np.int64)


def _edges(net: Network, options: Proposals, country: int, part: Ints,
           alive: Flags) -> Iterator[Edge]:
    """Candidate links as edges between parts, numbered in order of appearance from 2 on."""
    gates = net.gateways
    mine = gates.node[gates.country == country]
    hubs = gates.node[net.hubs[gates.country[net.hubs] != country]]
    number = {int(label): GOAL for label in part[hubs]}
    number |= {int(label): START for label in part[mine]}
    others: dict[int, int] = {}
    for k, links in enumerate(options.links):
        for link in links[alive[links]].tolist():
            ends = int(part[net.links.a[link]]), int(part[net.links.b[link]])
            if ends[0] != ends[1]:
                a, b = (number[end] if end in number else others.setdefault(end, 2 + len(others))
                        for end in ends)
                if a != b:
                    yield a, b, k

"""`FlowCase`: a network and its traffic rules as a flow problem, and failures as outages of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cablenet.metrics.capacity import capacities
from cablenet.metrics.traffic_rules import TrafficRules
from cablenet.network import Network
from cablenet.traffic.classes import CLASSES
from cablenet.traffic.problem import FlowProblem, Outage

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

NO_LIMIT_TBPS = 1e6
"""Room of links whose map gives none (land of maps without backhaul capacities)."""
LEAST_MS = 0.01
"""Round trip of links without length, so that none is free."""
TIE_BREAK = 1e-6
"""Two sections of equal length are told apart by this share of their delay, from the hash of
their ids, so that the answer does not depend on the order of links."""


@dataclass(frozen=True, eq=False)
class FlowCase:
    """Links in service as arcs both ways, and demands between gateways by level.

    Attributes
    ----------
    link
        (A,) the network's link of each arc, -1 where it is none (backup without cable); arcs of
        links come first, all a to b, then all b to a
    demand
        (D,) the network's demand of each demand of the problem
    delay_ms
        (A,) round trip of each arc, without the tie-break that the problem's delays hold
    class_share
        (D, 7) share of each class in its level of the demand
    """

    net: Network
    rules: TrafficRules
    problem: FlowProblem
    link: Ints
    demand: Ints
    delay_ms: Floats
    class_share: Floats

    @property
    def country(self) -> Ints:
        """(D,) the country whose inhabitants ask."""
        return self.net.gateways.country[self.net.demands.from_gateway[self.demand]]

    def outage(self, failed: Flags) -> Outage:
        """The state in which these links (L,) of the network have failed."""
        lost = np.zeros(len(self.link), bool)
        wired = self.link >= 0
        lost[wired] = failed[self.link[wired]]
        room = self.problem.room_tbps.copy()
        for rule in self.rules.restore:
            if failed[self._sections(rule.when)].any():
                helped = np.isin(self.link, self._sections(rule.on))
                design = np.nan_to_num(self.net.links.design_tbps[self.link[helped]], nan=0.0)
                room[helped] = np.maximum(room[helped],
                                          np.minimum(room[helped] + rule.tbps, design))
        room[lost] = 0.0
        return Outage(room, lost)

    def _sections(self, cable: str) -> Ints:
        return self.net.links_of_cable(self.net.cable_index(cable))

    def by_class(self, level_tbps: Floats) -> Floats:
        """(D, 7) amounts by class from (D, P) amounts by level: classes of a level share alike."""
        level = np.array([row.level - 1 for row in CLASSES])
        return np.asarray(level_tbps[:, level] * self.class_share)


def flow_case(net: Network, rules: TrafficRules | None = None,
              capacity_rule: str | None = None) -> FlowCase:
    """Make the flow problem of a network.

    Raises
    ------
    MissingCapacityError
        sections without a lit capacity and no rule named
    UnknownNameError
        a rule that names a cable or country the network does not know
    """
    rules = rules or TrafficRules()
    for rule in rules.restore:
        net.cable_index(rule.when), net.cable_index(rule.on)
    links, gates, demands = net.links, net.gateways, net.demands
    on = np.flatnonzero(links.in_service)
    room = np.minimum(capacities(net, capacity_rule)[on] * (1.0 - rules.headroom), NO_LIMIT_TBPS)
    delay = np.maximum(2.0 * links.latency_ms[on], LEAST_MS)
    told_apart = delay * (1.0 + TIE_BREAK * _salt(links.id[on]))
    sky = _sky(net, rules)
    source, target = gates.node[demands.from_gateway], gates.node[demands.to_gateway]
    asked = np.flatnonzero((source != target) & (demands.tbps > 0))
    levels = demands.level_tbps[asked]
    tail = np.concatenate([links.a[on], links.b[on], sky.tail])
    head = np.concatenate([links.b[on], links.a[on], sky.head])
    refusal, refused = _refusals(net, rules, asked, tail, head)
    problem = FlowProblem(
        sky.n_nodes, tail, head, np.concatenate([room, room, sky.room]),
        np.concatenate([told_apart, told_apart, sky.delay]), source[asked], target[asked],
        levels, refusal, refused)
    per_class = demands.class_tbps[asked]
    whole = levels[:, [row.level - 1 for row in CLASSES]]
    share = np.divide(per_class, whole, out=np.zeros_like(per_class), where=whole > 0)
    link = np.concatenate([on, on, np.full(len(sky.tail), -1)])
    return FlowCase(net, rules, problem, link, asked,
                    np.concatenate([delay, delay, sky.delay]), share)


@dataclass(frozen=True, eq=False)
class _Sky:
    n_nodes: int
    tail: Ints
    head: Ints
    room: Floats
    delay: Floats


def _sky(net: Network, rules: TrafficRules) -> _Sky:
    """Backup without cable: gateway to the country's dish, dish to the sky, sky to every hub."""
    gates, count = net.gateways, len(net.nodes)
    tails: list[Ints] = [np.zeros(0, np.int64)]
    heads: list[Ints] = [np.zeros(0, np.int64)]
    rooms, delays = [np.zeros(0)], [np.zeros(0)]

    def join(tail: Ints, head: Ints, room: float, delay: float) -> None:
        tails.append(tail)
        heads.append(head)
        rooms.append(np.full(len(tail), room))
        delays.append(np.full(len(tail), delay))

    used = [backup for backup in rules.backup if backup.tbps > 0]
    sky = count + len(used)
    for i, backup in enumerate(used):
        own = gates.node[gates.country == net.country_index(backup.country)]
        dish = np.full(len(own), count + i)
        join(own, dish, NO_LIMIT_TBPS, LEAST_MS)
        join(dish[:1], np.array([sky]), backup.tbps, backup.delay_ms)
    if used:
        hubs = gates.node[np.unique(net.demands.to_gateway)]
        join(np.full(len(hubs), sky), hubs, NO_LIMIT_TBPS, LEAST_MS)
    return _Sky(count + (len(used) + 1 if used else 0), np.concatenate(tails),
                np.concatenate(heads), np.concatenate(rooms), np.concatenate(delays))


def _refusals(net: Network, rules: TrafficRules, asked: Ints, tail: Ints,
              head: Ints) -> tuple[Ints, Flags]:
    """Which arcs each demand may not use: those at nodes of a carrier that refuses it."""
    demands, gates = net.demands, net.gateways
    ends = np.stack([gates.country[demands.from_gateway[asked]],
                     gates.country[demands.to_gateway[asked]]])
    if not rules.refuse:
        return np.zeros(len(asked), np.int64), np.zeros((1, len(tail)), bool)
    says = np.zeros((len(rules.refuse), len(asked)), bool)
    closed = np.zeros((len(rules.refuse), len(tail)), bool)
    place = np.concatenate([net.nodes.country, np.full(tail.max(initial=0) + 1, "", object)])
    for i, rule in enumerate(rules.refuse):
        carrier, customer = net.country_index(rule.carrier), net.country_index(rule.customer)
        says[i] = np.any(ends == customer, axis=0) & ~np.any(ends == carrier, axis=0)
        code = net.country_id[carrier]
        closed[i] = (place[tail] == code) | (place[head] == code)
    patterns, row = np.unique(says, axis=1, return_inverse=True)
    refused = (patterns.T.astype(np.int64) @ closed.astype(np.int64)) > 0
    return row.ravel().astype(np.int64) + 1, np.vstack([np.zeros((1, len(tail)), bool), refused])


def _salt(ids: NDArray[np.object_]) -> Floats:
    """A number in 0..1 from the hash of each id."""
    return np.array([int.from_bytes(hashlib.sha256(str(one).encode()).digest()[:4], "big")
                     for one in ids], np.float64) / 2**32

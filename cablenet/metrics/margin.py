"""`margin`: how many more cables, or stations, must fail until a country is isolated."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from cablenet.metrics.isolation import countries_cut, isolated_gateways
from cablenet.metrics.values import Heading, Metric, MetricValues, Options
from cablenet.network import NODE_KINDS, Network
from cablenet.scenarios.scenario_set import ScenarioSet
from cablenet.solvers import UNLIMITED, FlowNetwork

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
WHOLE = 5040
"""What one unit costs in the flows: the parts 1/2 to 1/10 of it are whole numbers."""
HEADINGS = (
    Heading("countries_within_one_cable", "countries", True,
            "countries isolated, or that one more cable would isolate, of those joined today"),
    Heading("countries_within_one_station", "countries", True,
            "countries isolated, or that one more station would isolate, of those joined today"),
)
COUNTRY_HEADINGS = (
    Heading("margin_cables", "cables", True,
            "how many more cables must fail until isolation; smaller is worse, 0 is isolated, "
            "infinite: no number of them does it", larger_is_worse=False),
    Heading("margin_stations", "stations", True,
            "how many more stations must fail until isolation; smaller is worse, 0 is isolated, "
            "infinite: no number of them does it", larger_is_worse=False),
)


def measure(net: Network, scenarios: ScenarioSet, options: Options) -> MetricValues:
    """Fewest further cables, and stations, that cut each country from all hubs abroad.

    0 means isolated, infinity that no number of cables does it (a land border leads to a hub).
    A margin is found afresh only where the scenario takes away a link the intact answer rests on
    (`_Cut.used`); elsewhere that flow still stands and the margin cannot have fallen.
    """
    cables = _margins(net, scenarios, "cable")
    stations = _margins(net, scenarios, "station")
    joined = ~countries_cut(net, isolated_gateways(net, net.links.in_service[None, :]))[0]
    return MetricValues(
        scenario={
            "countries_within_one_cable": ((cables <= 1) & joined).sum(axis=1).astype(float),
            "countries_within_one_station": ((stations <= 1) & joined).sum(axis=1).astype(float),
        },
        country={"margin_cables": cables, "margin_stations": stations},
    )


def country_margins(net: Network, unit: str = "cable") -> NDArray[np.float64]:
    """(C,) the margin of every country with nothing failed."""
    out = np.full(len(net.country_id), np.inf)
    cut = _Cut(net, unit, net.links.in_service)
    for country in _asked(net):
        out[country] = cut.solve(country)
    return out


def _margins(net: Network, scenarios: ScenarioSet, unit: str) -> NDArray[np.float64]:
    out = np.full((len(scenarios), len(net.country_id)), np.inf)
    intact = _Cut(net, unit, net.links.in_service)
    afresh: dict[int, list[int]] = {}
    for country in _asked(net):
        out[:, country] = intact.solve(country)
        for row in np.flatnonzero(scenarios.failed @ intact.used.astype(np.int64)).tolist():
            afresh.setdefault(row, []).append(country)
    for row, countries in afresh.items():
        alive = net.links.in_service.copy()
        alive[scenarios.links_lost(row)] = False
        cut = _Cut(net, unit, alive)
        for country in countries:
            out[row, country] = cut.solve(country)
    return out


def _asked(net: Network) -> list[int]:
    """Countries with a gateway of their own and a hub abroad: of others no margin is told."""
    gates = net.gateways
    return [country for country in np.unique(gates.country).tolist()
            if (gates.country[net.hubs] != country).any()]


class _Cut:
    """Minimum vertex cuts between each country's gateways and all hubs abroad, on the links alive.

    Unit 'cable': every connected piece of a cable is one node of capacity 1, joined to the places
    it touches, so a cable in one piece is cut at cost 1 and the cut is exact. A cable in several
    pieces pays a part of 1 for each, which bounds the answer from below, and the cables that the
    cut names bound it from above; while the two differ, a split cable of the cut is taken in one
    case and kept in another. Unit 'station': links are links and every station has capacity 1,
    since a lost station takes the sections that end there with it (power is not considered).
    """

    def __init__(self, net: Network, unit: str, alive: Flags) -> None:
        gates, hubs = net.gateways, net.gateways.node[net.hubs]
        self._net, self._links = net, np.flatnonzero(alive)
        n = len(net.nodes)
        piece, cable_of, self._split = _pieces(net, alive)
        if unit == "station":
            piece, cable_of, self._split = np.full(len(alive), -1), cable_of[:0], self._split[:0]
        self._cable_of = cable_of
        source = 2 * (n + len(cable_of))
        self._ends = (source, source + 1)
        tails, heads = _arcs(net, self._links, piece, len(cable_of))
        self._link_arcs = len(tails)
        inner = np.concatenate([np.arange(n), 2 * n + np.arange(len(cable_of))])
        outer = inner + np.concatenate([np.full(n, n), np.full(len(cable_of), len(cable_of))])
        self._flow = FlowNetwork(
            np.concatenate([tails, inner, np.full(len(gates), source), n + hubs]),
            np.concatenate([heads, outer, gates.node, np.full(len(hubs), source + 1)]),
        )
        station = net.nodes.kind == NODE_KINDS.index("station")
        node_cost = np.where(station & (unit == "station"), WHOLE, UNLIMITED)
        shares = np.bincount(cable_of, minlength=len(net.cable_id))[cable_of]
        self._capacity = np.concatenate([
            np.full(len(tails), UNLIMITED), node_cost, WHOLE // np.maximum(shares, 1),
            np.zeros(len(gates) + len(hubs), np.int64),  # opened for one country at a time
        ])
        self._pieces_at = len(tails) + n
        self._busy: Flags = np.zeros(len(net.links), bool)

    def solve(self, country: int) -> float:
        """The fewest units; infinity when no number of them does it. Notes what it rests on."""
        gates = self._net.gateways
        ends = np.concatenate([gates.country == country,
                               gates.country[self._net.hubs] != country])
        self._capacity[-len(ends):] = np.where(ends, UNLIMITED, 0)
        self._busy[:] = False
        best = float("inf")
        open_cases: list[tuple[frozenset[int], frozenset[int]]] = [(frozenset(), frozenset())]
        while open_cases:
            taken, kept = open_cases.pop()
            value, crossed = self._cut(taken, kept)
            least = len(taken) + -(-value // WHOLE)
            if value >= UNLIMITED or least >= best:
                continue
            split = sorted(set(crossed) & set(self._split.tolist()))
            best = min(best, len(taken) + len(set(crossed)) if split else least)
            if least < best:
                open_cases.append((taken, kept | {split[0]}))
                open_cases.append((taken | {split[0]}, kept))
        return best

    @property
    def used(self) -> Flags:
        """(L,) links whose loss may change the last answer of `solve`.

        Those on which the flows of all its cases run, with all other sections of the same cables.
        While these stand, so do the flows, and each flow still proves the bound of its case.
        """
        cables = self._net.links.cable[self._busy]
        return self._busy | np.isin(self._net.links.cable, cables[cables >= 0])

    def _cut(self, taken: frozenset[int], kept: frozenset[int]) -> tuple[int, list[int]]:
        """The least cut with some split cables taken away and some not allowed to be cut.

        Returns its value (in parts of `WHOLE`) and the cable of each piece it cuts.
        """
        capacity = self._capacity.copy()
        pieces = capacity[self._pieces_at:self._pieces_at + len(self._cable_of)]
        pieces[np.isin(self._cable_of, list(taken))] = 0
        pieces[np.isin(self._cable_of, list(kept))] = UNLIMITED
        value = min(self._flow.max_flow(capacity, *self._ends), UNLIMITED)
        busy = self._flow.flows()[:self._link_arcs].reshape(4, len(self._links)) > 0
        self._busy[self._links[busy.any(axis=0)]] = True
        if not len(self._split) or value >= UNLIMITED:
            return value, []
        near = np.zeros(self._ends[1] + 1, bool)
        near[self._flow.source_side()] = True
        count, first = len(self._cable_of), 2 * len(self._net.nodes)
        crossed = near[first:first + count] & ~near[first + count:first + 2 * count]
        return value, self._cable_of[crossed & (pieces > 0)].tolist()


def _arcs(net: Network, links: Ints, piece: Ints, n_pieces: int) -> tuple[Ints, Ints]:
    """Arcs of each link both ways; a link of a piece leads from each end into the piece and out.

    Places are split (in: i, out: n + i), and so are pieces (in: 2n + p, out: 2n + P + p). Four
    arcs a link: a to piece, piece to b, b to piece, piece to a; without a piece: a to b and b to a
    (each given twice, which changes no cut).
    """
    n = len(net.nodes)
    a, b, p = net.links.a[links], net.links.b[links], piece[links]
    inside = p >= 0
    enter, leave = 2 * n + p, 2 * n + n_pieces + p
    tails = [n + a, np.where(inside, leave, n + a), n + b, np.where(inside, leave, n + b)]
    heads = [np.where(inside, enter, b), b, np.where(inside, enter, a), a]
    return np.concatenate(tails), np.concatenate(heads)


def _pieces(net: Network, alive: Flags) -> tuple[Ints, Ints, Ints]:
    """The connected piece of its cable that each live link belongs to.

    Returns
    -------
    piece (L,) or -1, the cable of each piece, and the cables that are in several pieces
    """
    links = net.links
    piece = np.full(len(links), -1)
    mine = np.flatnonzero((links.cable >= 0) & alive)
    a = links.cable[mine] * len(net.nodes) + links.a[mine]
    b = links.cable[mine] * len(net.nodes) + links.b[mine]
    keys, ends = np.unique(np.concatenate([a, b]), return_inverse=True)
    joined = coo_array((np.ones(len(mine)), (ends[:len(mine)], ends[len(mine):])),
                       shape=(len(keys), len(keys)))
    count, label = connected_components(joined, directed=False)
    piece[mine] = label[ends[:len(mine)]]
    cable_of = np.zeros(count, np.int64)
    cable_of[piece[mine]] = links.cable[mine]
    cables, times = np.unique(cable_of, return_counts=True)
    return piece, cable_of, cables[times > 1]


METRIC = Metric("margin", HEADINGS, measure, COUNTRY_HEADINGS)

"""The graphs that peers of `bench sweep` get: the map's own, and the one we contract it to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cablenet.bench.sweep_peers import Labels, cut_of_labels, label_makers
from cablenet.metrics.reachability import Reachability
from cablenet.network import Network
from cablenet.scenarios.units import Units

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Words = NDArray[np.uint64]


@dataclass(frozen=True, eq=False)
class MapGraph:
    """All nodes and the links in service; `intact` (G,) gateways cut off with nothing failed."""

    net: Network
    link: Ints
    intact: Flags

    @staticmethod
    def of(net: Network) -> MapGraph:
        """The graph of a network."""
        link = np.flatnonzero(net.links.in_service)
        bare = MapGraph(net, link, np.zeros(len(net.gateways), bool))
        return MapGraph(net, link, bare.cut(bare.makers()["scipy"](np.empty(0, np.int64))))

    def makers(self) -> dict[str, Labels]:
        """Every peer, holding this graph."""
        return label_makers(len(self.net.nodes), self.net.links.a[self.link],
                            self.net.links.b[self.link])

    def lost(self, units: Units, failed: Ints) -> list[Ints]:
        """Places in `link` that go with each scenario of (S, k) failing units."""
        return [np.flatnonzero(np.isin(self.link, np.concatenate(
            [units.members(unit) for unit in row]))) for row in failed.tolist()]

    def cut(self, label: Ints) -> Flags:
        """(G,) gateways that reach no hub abroad because of the failure."""
        return cut_of_labels(self.net, label) & ~self.intact


@dataclass(frozen=True, eq=False)
class StarGraph:
    """The contracted graph: a node for every place and every piece, an edge where they touch."""

    compiled: Reachability

    def makers(self) -> dict[str, Labels]:
        """Every peer, holding this graph."""
        pieces = self.compiled.pieces
        return label_makers(pieces.n_places + len(pieces), pieces.n_places + pieces.owner,
                            pieces.joins)

    def lost(self, dead: Words, size: int) -> list[Ints]:
        """Edges that go with each of `size` scenarios, from (U, W) which units have failed."""
        pieces = self.compiled.pieces
        failed = self.compiled.rows.failed(dead, size)
        row = pieces.row[pieces.owner]
        return [np.flatnonzero(np.isin(row, failed.indices[start:stop]))
                for start, stop in zip(failed.indptr[:-1], failed.indptr[1:], strict=True)]

    def cut(self, label: Ints) -> Flags:
        """(K,) askers that reach none of their hubs."""
        askers = self.compiled.askers
        hubs = [set(label[nodes].tolist()) for nodes in askers.hubs]
        return np.array([part not in hubs[k] for part, k in zip(
            label[askers.node].tolist(), askers.sources.tolist(), strict=True)], bool)


def gateways_cut(compiled: Reachability, bits: Flags) -> Flags:
    """(S, G) which gateways are cut off, from (S, K) which askers are."""
    of = compiled.asker_of
    if not bits.shape[1]:
        return np.zeros((len(bits), len(of)), bool)
    return np.where(of >= 0, bits[:, np.maximum(of, 0)], False)

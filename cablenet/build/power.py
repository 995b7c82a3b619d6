"""Which landings feed which cable with power, and which cables need it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from cablenet.layers import Layers
from cablenet.network import Links

Ints = NDArray[np.int64]


def build_feeds(layers: Layers, links: Links, index: dict[str, int],
                cable_id: list[str]) -> tuple[Ints, NDArray[np.bool_], tuple[str, ...]]:
    """Feeding landings as (cable, node) pairs, and which cables go dark without one.

    A part of a powered cable that no declared feed reaches even with nothing failed must be fed
    from somewhere, or it would not be in service: all its landings are then taken to feed it.

    Returns
    -------
    feeds (F, 2), powered (C,), notes
    """
    number = {key: i for i, key in enumerate(cable_id)}
    cables = layers.tables["cables"]
    powered = np.zeros(len(cable_id), bool)
    powered[: len(cables)] = (cables["power_feed"] == "stations").to_numpy(bool)
    landings = layers.tables["landings"]
    feeding = landings[landings["feeds"].fillna(False).astype(bool)]
    pairs = {(number[c], index[s])
             for c, s in zip(feeding["cable_id"], feeding["station_id"], strict=True)}
    landed: dict[int, set[int]] = {}
    for c, s in zip(landings["cable_id"], landings["station_id"], strict=True):
        landed.setdefault(number[c], set()).add(index[s])
    helped = set()
    for cable in np.flatnonzero(powered).tolist():
        mine = np.flatnonzero((links.cable == cable) & links.in_service)
        for part in _parts(links, mine):
            if not any((cable, node) in pairs for node in part):
                pairs |= {(cable, node) for node in part & landed.get(cable, set())}
                helped.add(cable_id[cable])
    notes = (f"{len(helped)} cables have parts that no declared feed reaches: all their landings "
             f"are taken to feed them ({', '.join(sorted(helped)[:5])}...)",) if helped else ()
    feeds = np.array(sorted(pairs), np.int64).reshape(-1, 2)
    return feeds, powered, notes


def _parts(links: Links, mine: Ints) -> list[set[int]]:
    """The nodes of each connected part of some links."""
    if len(mine) == 0:
        return []
    nodes, ends = np.unique(np.concatenate([links.a[mine], links.b[mine]]), return_inverse=True)
    graph = coo_array((np.ones(len(mine)), (ends[: len(mine)], ends[len(mine):])),
                      shape=(len(nodes), len(nodes)))
    count, label = connected_components(graph, directed=False)
    return [set(nodes[label == part].tolist()) for part in range(count)]

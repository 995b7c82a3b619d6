"""Which wet sections go dark for want of power once others have failed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from cablenet.network import LINK_KINDS, Network

Ints = NDArray[np.int64]
WET = LINK_KINDS.index("wet")


def dark_links(net: Network, lost: Ints) -> Ints:
    """Links of powered cables that no feeding landing reaches along the cable any more.

    Power runs along the sections of one cable only, its land legs included. A station that is
    lost takes its sections with it, so a feed there reaches nothing. More failures never bring a
    section back.
    """
    cable, count = net.links.cable, len(net.cable_id)
    gone = np.bincount(cable[lost][cable[lost] >= 0], minlength=count)
    live = np.bincount(cable[net.links.in_service & (cable >= 0)], minlength=count)
    touched = np.flatnonzero((gone > 0) & (gone < live))
    found: list[Ints] = []
    for system in touched[net.powered[touched]]:
        feeds = net.feeds[net.feeds[:, 0] == system, 1]
        mine = net.links_of_cable(int(system))
        left = np.setdiff1d(mine[net.links.in_service[mine]], lost)
        if len(feeds) == 0 or len(left) == 0:
            continue
        nodes, ends = np.unique(
            np.concatenate([net.links.a[left], net.links.b[left]]), return_inverse=True
        )
        a, b = ends[:len(left)], ends[len(left):]
        joined = coo_array((np.ones(len(left)), (a, b)), shape=(len(nodes), len(nodes)))
        part = connected_components(joined, directed=False)[1]
        fed = np.unique(part[np.isin(nodes, feeds)])
        unfed = ~np.isin(part[a], fed) & (net.links.kind[left] == WET)
        found.append(left[unfed])
    return np.concatenate(found) if found else np.array([], np.int64)

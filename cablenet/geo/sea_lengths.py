"""Lengths of many ways at sea at once, from one search tree, without drawing them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cablenet.geo.sea_router import SeaRouter, SeaTree, sphere_km

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
STRIDE = 8
"""A way over the mesh zigzags; measured from every eighth cell it is as long as the taut line.

Against 240 ways of up to 3,000 km drawn taut: the median ratio is 1.0005, nine in ten lie within
0.976 to 1.023 (every cell: 1.04 and 1.014 to 1.079).
"""


def way_lengths_km(router: SeaRouter, tree: SeaTree, cells: Ints) -> Floats:
    """Length of the way from the tree's root to each cell; infinite where there is none.

    The ways are followed back together, and measured from every `STRIDE`-th cell on the sphere;
    none is shorter than the great circle.
    """
    mesh = router.mesh
    known = (cells >= 0) & np.isfinite(tree.cost_km[np.maximum(cells, 0)])
    here = np.where(known, cells, tree.start)
    total = np.zeros(len(cells))
    last = here
    while (last != tree.start).any():
        for _ in range(STRIDE):
            here = np.where(here == tree.start, here, tree.before[here])
        total += sphere_km(mesh.lon[last], mesh.lat[last], mesh.lon[here], mesh.lat[here])
        last = here
    start = np.full(len(cells), tree.start)
    straight = sphere_km(mesh.lon[cells], mesh.lat[cells], mesh.lon[start], mesh.lat[start])
    return np.where(known, np.maximum(total, straight), np.inf)

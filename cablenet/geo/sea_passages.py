"""Declared passages: straits too narrow for the mesh, and the canals that ships take."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial import cKDTree

from cablenet.geo.sea_grid import SeaMesh

FAR_DEGREES = 0.4
"""A passage must begin and end so near to a cell of the mesh."""

Line = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Passage:
    """A way through that the coast of the mesh does not show, as lon, lat along its middle.

    Its legs are the only ones of a way that may touch the land of the mask.
    """

    name: str
    line: Line


STRAITS = (
    Passage("Dardanelles", ((26.1, 40.0), (26.2, 40.03), (26.38, 40.14), (26.4, 40.21),
                            (26.68, 40.38), (27.0, 40.48))),
    Passage("Bosporus", ((28.98, 40.92), (29.0, 41.02), (29.05, 41.08), (29.06, 41.13),
                         (29.13, 41.22), (29.16, 41.3))),
    Passage("Kerch Strait", ((36.5, 44.95), (36.5, 45.15), (36.55, 45.3), (36.75, 45.5))),
    Passage("Port Phillip Heads", ((144.6, -38.35), (144.65, -38.28), (144.75, -38.2))),
)
"""For cables and ships alike: without them the Black Sea and Melbourne lie at no sea at all."""
CANALS = (
    Passage("Suez Canal", ((32.55, 29.8), (32.57, 29.95), (32.45, 30.25), (32.35, 30.45),
                           (32.31, 30.6), (32.31, 31.0), (32.35, 31.3), (32.4, 31.4))),
    Passage("Panama Canal", ((-79.5, 8.85), (-79.57, 8.95), (-79.7, 9.12), (-79.85, 9.2),
                             (-79.92, 9.3), (-79.92, 9.45))),
)
"""For ships only; a cable crosses Egypt and Panama over land, by a declared leg of its own."""
NARROWS = (
    Passage("Kanmon Strait", ((130.78, 34.0), (130.87, 33.93), (130.93, 33.92), (130.96, 33.95),
                              (131.05, 33.97))),
)
"""Straits less than a kilometre wide that ships take and cables do not."""


def with_passages(mesh: SeaMesh, passages: tuple[Passage, ...]) -> SeaMesh:
    """The mesh with each passage as a chain of small cells tied to the nearest cell at its ends.

    Raises
    ------
    ValueError
        when a passage ends far from the sea
    """
    tree = cKDTree(np.column_stack([mesh.lon, mesh.lat]))
    lon, lat, pairs, count = [mesh.lon], [mesh.lat], [np.column_stack([mesh.a, mesh.b])], 0
    for passage in passages:
        xy = np.array(passage.line)
        away, cell = (np.asarray(found) for found in tree.query(xy[[0, -1]]))
        if away.max() > FAR_DEGREES:
            raise ValueError(f"{passage.name} ends {away.max():.2f} degrees from the sea")
        own = len(mesh.lon) + count + np.arange(len(xy))
        pairs += [np.column_stack([own[:-1], own[1:]]),
                  np.array([[cell[0], own[0]], [own[-1], cell[1]]])]
        lon.append(xy[:, 0])
        lat.append(xy[:, 1])
        count += len(xy)
    both = np.vstack(pairs).astype(np.int32)
    return replace(mesh, lon=np.concatenate(lon), lat=np.concatenate(lat), a=both[:, 0],
                   b=both[:, 1], side=np.append(mesh.side, np.ones(count, np.int32)))

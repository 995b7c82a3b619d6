"""Compare our ways with the ship lanes of PyPI's searoute on pairs of ports, for judgement only.

`python compare_lanes.py SEA_MESH.npz [PAIRS]` prints the ratio of lengths and the worst pairs.
"""

from __future__ import annotations

import sys

import numpy as np
import searoute
import shapely

from cablenet.geo.geodesic import line_length_km
from cablenet.geo.sea_router import SeaRouter, great_legs

PORTS = {
    "Singapore": (103.85, 1.22), "Mumbai": (72.75, 18.9), "Chennai": (80.4, 13.1),
    "Colombo": (79.8, 6.95), "Karachi": (66.9, 24.7), "Muscat": (58.7, 23.7),
    "Jeddah": (39.0, 21.4), "Djibouti": (43.2, 11.7), "Mombasa": (39.8, -4.1),
    "Durban": (31.2, -29.9), "Perth": (115.6, -32.0), "Sydney": (151.4, -33.9),
    "Jakarta": (106.9, -6.0), "Manila": (120.6, 14.4), "Hong Kong": (114.3, 22.1),
    "Shanghai": (122.5, 31.0), "Busan": (129.2, 35.0), "Yokohama": (139.8, 34.9),
    "Guam": (144.6, 13.4), "Honolulu": (-158.0, 21.2), "Los Angeles": (-118.4, 33.6),
    "Auckland": (175.0, -36.6), "Dubai": (55.0, 25.3), "Lagos": (3.4, 6.2),
    "Cape Town": (18.3, -33.9), "Lisbon": (-9.5, 38.6),
}


def main(mesh: str, pairs: int = 120) -> None:
    """Print the table."""
    router = SeaRouter.from_file(mesh, plain=True)
    rng = np.random.default_rng(5)
    names = sorted(PORTS)
    every = [(a, b) for i, a in enumerate(names) for b in names[i + 1:]]
    chosen = [every[i] for i in sorted(rng.choice(len(every), min(pairs, len(every)), False))]
    rows = []
    for a, b in chosen:
        lane = searoute.searoute(PORTS[a], PORTS[b], restrictions=["suez", "panama"])
        theirs = float(lane.properties["length"])
        tree = router.tree(*PORTS[a])
        way = great_legs(router.way(tree, *PORTS[b]))
        rows.append((line_length_km(shapely.LineString(way)) / theirs, a, b, theirs))
    ratio = np.array([row[0] for row in rows])
    print(f"{len(rows)} pairs: ratio median {np.median(ratio):.3f}, "
          f"5-95 % {np.percentile(ratio, 5):.3f}-{np.percentile(ratio, 95):.3f}, "
          f"within 0.9-1.1: {((ratio > 0.9) & (ratio < 1.1)).mean():.2f}")
    for value, a, b, km in [*sorted(rows)[:5], *sorted(rows)[-5:]]:
        print(f"  {a} - {b}: {value:.3f} of {km:.0f} km")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 120)

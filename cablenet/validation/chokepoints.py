"""Which cables our geometry takes through each chokepoint, against the lists of the literature."""

from __future__ import annotations

import pandas as pd
import shapely

from cablenet.geo import dateline
from cablenet.layers import Layers
from cablenet.validation.check import Check, at_least

RECALL = 0.8


def cables_through(layers: Layers) -> dict[str, set[str]]:
    """The cables with a section that meets each chokepoint of the map."""
    segments, chokes = layers.segments, layers.chokepoints
    lines = segments.geometry.to_numpy()
    low, high = shapely.bounds(lines)[:, 0].min(), shapely.bounds(lines)[:, 2].max()
    found: dict[str, set[str]] = {}
    for key, area in zip(chokes["choke_id"], chokes.geometry, strict=True):
        hit = pd.Series(False, index=segments.index)
        for copy in dateline.copies_near(area, low, high):
            hit |= shapely.intersects(copy, lines)
        found[key] = set(segments.loc[hit, "cable_id"])
    return found


def stated_lists() -> dict[str, set[str]]:
    """The cables that our facts list for each chokepoint (mixed confidence: see the file)."""
    from cablenet_geodata import path

    table = pd.read_csv(path("chokepoint_lists.csv"))
    return {str(key): set(str(listed).split(";"))
            for key, listed in zip(table["choke_id"], table["system_ids"], strict=True)}


def check_chokepoints(layers: Layers) -> list[Check]:
    """Recall of the stated lists, one check a chokepoint and one overall."""
    found, drawn = cables_through(layers), set(layers.segments["cable_id"])
    out: list[Check] = []
    right = total = ours = 0
    for key, stated in stated_lists().items():
        stated &= drawn
        mine = found.get(key, set())
        both = len(mine & stated)
        right, total, ours = right + both, total + len(stated), ours + len(mine)
        missing = tuple(f"not through: {cable}" for cable in sorted(stated - mine))
        precision = both / len(mine) if mine else 1.0
        out.append(at_least(f"chokepoint-recall-{key}", both / len(stated) if stated else 1.0,
                            RECALL, "facts/chokepoints.csv",
                            (f"precision {precision:.2f}", *missing)))
    return [at_least("chokepoint-recall-all", right / max(total, 1), RECALL,
                     "facts/chokepoints.csv", (f"precision {right / max(ours, 1):.2f}",)), *out]

"""Drawn length of every system against its published length."""

from __future__ import annotations

import pandas as pd

from cablenet.geo.geodesic import line_lengths_km
from cablenet.layers import Layers
from cablenet.validation.check import Check, at_least

LOW, HIGH = 0.8, 1.25
SHARE = 0.85


def length_ratios(layers: Layers) -> pd.DataFrame:
    """Geodesic length of what is drawn, published length and their ratio, one row a system.

    Every section drawn counts, whatever day it is in service; systems without a published length
    are left out.
    """
    segments = layers.segments
    drawn = pd.Series(line_lengths_km(segments.geometry.to_numpy())).groupby(
        segments["cable_id"].to_numpy()).sum()
    cables = layers.cables.set_index("cable_id")
    table = pd.DataFrame({"name": cables["name"], "published_km": cables["length_km"],
                          "drawn_km": drawn}).dropna(subset=["published_km", "drawn_km"])
    table["ratio"] = table["drawn_km"] / table["published_km"]
    return table.rename_axis("cable_id").reset_index()


def check_lengths(layers: Layers) -> list[Check]:
    """At least 85 % of the systems are drawn within 0.8 to 1.25 of their published length."""
    table = length_ratios(layers)
    good = table["ratio"].between(LOW, HIGH)
    rest = table[~good].sort_values("ratio")
    return [at_least(
        "drawn-length-within-0.8-1.25-of-published", float(good.mean()), SHARE,
        "published lengths: see sources.csv", tuple(
            f"{row.cable_id}: {row.drawn_km:,.0f} of {row.published_km:,.0f} km ({row.ratio:.2f})"
            for row in rest.itertuples()))]

"""A picture of how the cost of a sweep grows with its scenarios."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


def draw_growth(cases: Sequence[Mapping[str, Any]], file: Path) -> None:
    """Seconds over scenarios of the growth cases of `bench sweep`, both on log scales."""
    import matplotlib.pyplot as plt

    points = sorted((case["n"], case["ours_s"]) for case in cases if "growth" in case["case"])
    figure = plt.figure(figsize=(6, 3.6), layout="constrained")
    axes = figure.add_subplot()
    axes.loglog([n for n, _ in points], [seconds for _, seconds in points], "o-", color="#1f5f8b",
                label="measured")
    most, slowest = points[-1]
    axes.loglog([points[0][0], most], [slowest * points[0][0] / most, slowest], "--",
                color="#999999", label="in proportion to the largest")
    axes.set_xlabel("random triples of cables")
    axes.set_ylabel("seconds, one core")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    figure.savefig(file, dpi=110)
    plt.close(figure)

"""The picture of route choices: coast, cables in service as thin lines, each choice a colour."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from cablenet.geo import dateline

if TYPE_CHECKING:
    from cablenet.planning.route_choice import RouteChoices

COLOURS = ("#0b6e99", "#d9730d", "#0f7b6c", "#ad1a72", "#6940a5", "#b8860b", "#333333", "#cc3333")
SEA, LAND, COAST, CABLE, WATERS = "#f3f7fa", "#dcd9d0", "#a9a69c", "#7b8b95", "#c8321f"


def draw_choices(choices: RouteChoices, ax: Any = None) -> Any:
    """Draw on axes (new ones where none are given); longitudes may run past 180."""
    import matplotlib.pyplot as plt
    from matplotlib.collections import LineCollection

    if ax is None:
        _, ax = plt.subplots(figsize=(8.0, 7.5), layout="constrained")
    lines = list(choices.routes.geometry)
    low, south, high, north = shapely.total_bounds(np.array(lines, object))
    pad = 0.12 * max(high - low, north - south, 4.0)
    window = shapely.box(low - pad, max(south - pad, -80.0), high + pad, min(north + pad, 82.0))
    ax.set_facecolor(SEA)
    if choices.land is not None:
        coarse = shapely.simplify(choices.land.geometry.to_numpy(), (high - low) / 2000.0)
        for shape in _copies(coarse, window):
            _fill(ax, shape, facecolor=LAND, edgecolor=COAST, linewidth=0.4)
    if choices.waters is not None:
        for shape in _copies(np.array([choices.waters], object), window):
            _fill(ax, shape, facecolor=WATERS, alpha=0.12, edgecolor="none")
    net = choices.network
    wet = net.of_kind("wet") & net.links.in_service
    parts = shapely.get_parts(np.array(_copies(net.links.geometry[wet], window), object))
    ax.add_collection(LineCollection(
        [shapely.get_coordinates(part) for part in parts if part.geom_type == "LineString"],
        colors=CABLE, linewidths=0.4, alpha=0.7, zorder=2))
    for i, (row, line) in enumerate(zip(choices.routes.itertuples(), lines, strict=True)):
        told = (f"{row.choice}: {row.length_km:,.0f} km, {row.cost_musd:,.0f} M USD, "
                f"{row.faults_per_year:.2f} faults/y, {row.shared_km:,.0f} km shared")
        ax.plot(*line.xy, color=COLOURS[i % len(COLOURS)], zorder=4, label=told,
                linewidth=3.2 - 2.0 * i / len(lines),
                linestyle="-" if i < len(COLOURS) else "--")
    ax.plot(*lines[0].xy, linestyle="none", marker="o", markevery=[0, -1], color="#22313a",
            markersize=4, zorder=5)
    ax.plot([], [], color=CABLE, linewidth=0.8, label="cables in service")
    if choices.waters is not None:
        ax.fill([], [], color=WATERS, alpha=0.15, label=f"claimed by {', '.join(choices.avoided)}")
    left, bottom, right, top = window.bounds
    ax.set_xlim(left, right)
    ax.set_ylim(bottom, top)
    ax.set_aspect(1.0 / np.cos(np.radians((bottom + top) / 2)))
    ax.set_xlabel("longitude, degrees east")
    ax.set_ylabel("latitude, degrees north")
    ax.set_title(f"{choices.start} to {choices.end}: {len(choices)} ways, none better in all "
                 f"(shared: within {choices.keep_km:g} km)", fontsize=10)
    ax.legend(fontsize=7.5, loc="upper center", bbox_to_anchor=(0.5, -0.09), ncol=2, frameon=False)
    return ax


def _copies(shapes: Any, window: shapely.Polygon) -> list[Any]:
    """Shapes clipped to the window, with the copies a turn away that reach into it."""
    low, bottom, high, top = window.bounds
    found = []
    for shape in shapes:
        for copy in dateline.copies_near(shape, low, high):
            box = copy.bounds
            if box[1] <= top and box[3] >= bottom:
                found.append(shapely.clip_by_rect(copy, low, bottom, high, top))
    return [shape for shape in found if not shape.is_empty]


def _fill(ax: Any, shape: Any, **style: Any) -> None:
    """Fill the outer rings of polygons."""
    for part in shapely.get_parts(shape):
        if part.geom_type == "Polygon":
            ax.fill(*part.exterior.xy, zorder=1, **style)

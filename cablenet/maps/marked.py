"""`draw_marked`: the map as it is, muted, and on it some links by name, each in its colour."""

from __future__ import annotations

import io
import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from cablenet.maps import palette
from cablenet.maps.land import load_land
from cablenet.maps.projection import INDO_PACIFIC, Window, place_points, window_round
from cablenet.maps.sheet import draw_frame, draw_land, draw_lines, new_axes
from cablenet.network import Network

WORLD = Window(-30.0, 330.0, -58.0, 78.0)
"""From Greenwich to Greenwich, the Pacific in the middle."""
COLOURS = ("#c8321f", "#1b5fa8", "#8a3ea8", "#d9730d", "#0f7b6c", "#7a4a12")
"""What tells marks apart, the colour of losses first."""
HARD = "#1d7a3c"
"""What can no longer fail."""
COLUMNS = 4
"""Of the legend below the map."""
CUT_OFF = palette.LOSS_COLOURS[-1]


@dataclass(frozen=True, eq=False)
class Mark:
    """Some links under one name; `spots` are nodes marked with a cross, `ends` with dots."""

    label: str
    links: NDArray[np.int64]
    colour: str = palette.LOST
    spots: Sequence[tuple[float, float]] = ()
    ends: bool = False
    width: float = 2.2


def draw_marked(net: Network, marks: Sequence[Mark], ax: Any = None, *,
                cut_off: Collection[str] = (), gateways: Collection[str] = (),
                window: Window | None = None, title: str = "") -> Any:
    """Draw a network with some links marked.

    Parameters
    ----------
    cut_off
        ISO codes of countries, which are tinted
    gateways
        ids of gateways, which get a ring: islands are too small for a tint
    ax
        matplotlib axes; default: a new figure
    window
        what to show; default: the surroundings of what is marked, or the world
    """
    shown = window or _window(net, marks, gateways)
    if ax is None:
        lines = math.ceil((len(marks) + 3) / COLUMNS)
        (axes,), footer = new_axes(shown, legend_inches=0.25 + 0.21 * lines)
    else:
        axes, footer = ax, None
    land = load_land() if shown.size[0] > 30 else load_land(0.01)
    draw_land(axes, land, dict.fromkeys(cut_off, CUT_OFF), shown)
    drawn = np.unique(np.concatenate([np.empty(0, np.int64), *(mark.links for mark in marks)]))
    old = net.of_kind("wet", "land") & net.links.in_service
    old[drawn] = False
    draw_lines(axes, net, np.flatnonzero(old), shown, colors=palette.BACKHAUL, linewidths=0.6,
               alpha=0.6, zorder=2)
    for level, mark in enumerate(reversed(marks)):
        _draw(axes, net, mark, shown, 3.0 + 0.01 * level)
    ringed = [net.node_index(gate) for gate in gateways]
    x, y = place_points(net.nodes.lon[ringed], net.nodes.lat[ringed], shown)
    axes.scatter(x, y, s=54, color="none", edgecolors=palette.LOST, linewidths=1.4, zorder=4.5)
    draw_frame(axes, shown, title)
    _legend(axes, footer, marks, bool(len(ringed)), bool(cut_off))
    return axes


def marked_png(axes: Any) -> bytes:
    """The picture as the bytes of a PNG file, for a page."""
    out = io.BytesIO()
    axes.figure.savefig(out, format="png", dpi=100, metadata={"Software": None})
    return out.getvalue()


def _draw(axes: Any, net: Network, mark: Mark, window: Window, order: float) -> None:
    draw_lines(axes, net, mark.links, window, colors=mark.colour, linewidths=mark.width,
               zorder=order, capstyle="round")
    if mark.ends:
        nodes = np.unique(np.concatenate([net.links.a[mark.links], net.links.b[mark.links]]))
        x, y = place_points(net.nodes.lon[nodes], net.nodes.lat[nodes], window)
        axes.scatter(x, y, s=22, color="white", edgecolors=mark.colour, linewidths=1.1, zorder=4)
    if len(mark.spots):
        lon, lat = np.array(mark.spots, float).T
        x, y = place_points(lon, lat, window)
        axes.scatter(x, y, s=70, marker="X", color=mark.colour, edgecolors="white",
                     linewidths=0.8, zorder=4.2)


def _window(net: Network, marks: Sequence[Mark], gateways: Collection[str]) -> Window:
    """The surroundings of what is marked, the Indo-Pacific if it lies in there, or the world."""
    links = np.concatenate([np.empty(0, np.int64), *(mark.links for mark in marks)])
    nodes = [net.node_index(gate) for gate in gateways]
    at = np.vstack([shapely.get_coordinates(net.links.geometry[links]),
                    np.column_stack([net.nodes.lon[nodes], net.nodes.lat[nodes]])])
    small = INDO_PACIFIC
    lon = (at[:, 0] - small.west) % 360.0 + small.west
    inside = (lon < small.east - 2) & (at[:, 1] > small.south + 2) & (at[:, 1] < small.north - 2)
    near = window_round(at[:, 0], at[:, 1])
    if near is None:
        return small if inside.all() else WORLD
    width, height = near.size
    more = max(0.0, 1.4 * height - width) / 2
    return replace(near, west=near.west - more, east=near.east + more)


def _legend(axes: Any, footer: Any, marks: Sequence[Mark], ringed: bool, tinted: bool) -> None:
    """What each colour is; below the map where it has a sheet of its own."""
    rows = _rows(marks, ringed, tinted)
    where, place = (axes, "lower center") if footer is None else (footer, "upper left")
    where.legend(*zip(*rows, strict=True), loc=place, fontsize=8, edgecolor="none",
                 framealpha=0.92, ncol=1 if footer is None else COLUMNS,
                 columnspacing=2.5).set_zorder(7)


def _rows(marks: Sequence[Mark], ringed: bool, tinted: bool) -> list[tuple[Any, str]]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    rows: list[tuple[Any, str]] = [
        (Line2D([], [], color=mark.colour, linewidth=mark.width,
                marker="X" if len(mark.spots) else "o" if mark.ends else "", markersize=5.5,
                markerfacecolor=mark.colour if len(mark.spots) else "white"), mark.label)
        for mark in marks]
    if tinted:
        rows.append((Patch(facecolor=CUT_OFF), "country cut off"))
    if ringed:
        rows.append((Line2D([], [], linestyle="", marker="o", markersize=7,
                            markerfacecolor="none", markeredgecolor=palette.LOST),
                     "gateway cut off"))
    rows.append((Line2D([], [], color=palette.BACKHAUL, linewidth=1.0), "cables in service"))
    return rows

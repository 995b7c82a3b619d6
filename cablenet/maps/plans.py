"""`draw_plan`: the map as it is, muted, and on it what a plan adds."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cablenet.maps import palette
from cablenet.maps.land import load_land
from cablenet.maps.projection import Window, place_points
from cablenet.maps.sheet import draw_frame, draw_land, draw_lines, new_axes
from cablenet.network import Network

WORLD = Window(-30.0, 330.0, -58.0, 78.0)


def draw_plan(net: Network, new_links: NDArray[np.int64], ax: Any = None, *,
              window: Window | None = None, title: str = "") -> Any:
    """Draw a network and, over it, the links a plan adds.

    Parameters
    ----------
    new_links
        numbers of links, which are drawn in the colour of losses with dots at their ends
    ax
        matplotlib axes; default: a new figure
    window
        what to show; default: the world from Greenwich to Greenwich, the Pacific in the middle
    """
    shown = window or WORLD
    axes = _sheet(shown) if ax is None else ax
    draw_land(axes, load_land(), {}, shown)
    old = net.of_kind("wet", "land") & net.links.in_service
    old[new_links] = False
    draw_lines(axes, net, np.flatnonzero(old), shown, colors=palette.BACKHAUL, linewidths=0.6,
               alpha=0.6, zorder=2)
    draw_lines(axes, net, new_links, shown, colors=palette.LOST, linewidths=2.0, zorder=3,
               capstyle="round")
    ends = np.unique(np.concatenate([net.links.a[new_links], net.links.b[new_links]]))
    x, y = place_points(net.nodes.lon[ends], net.nodes.lat[ends], shown)
    axes.scatter(x, y, s=22, color="white", edgecolors=palette.LOST, linewidths=1.1, zorder=4)
    draw_frame(axes, shown, title)
    _legend(axes)
    return axes


def plan_png(net: Network, new_links: NDArray[np.int64], *, title: str = "") -> bytes:
    """The same picture as the bytes of a PNG file, for a page."""
    axes, out = draw_plan(net, new_links, title=title), io.BytesIO()
    axes.figure.savefig(out, format="png", dpi=100, metadata={"Software": None})
    return out.getvalue()


def _sheet(window: Window) -> Any:
    """A sheet without room at its foot: the legend stands on the map."""
    (axes,), footer = new_axes(window)
    footer.remove()
    width, height = axes.figure.get_size_inches()
    box = axes.get_position()
    axes.figure.set_size_inches(width, height * (1.0 - box.y0))
    axes.set_position((0.0, 0.0, 1.0, box.height / (1.0 - box.y0)))
    return axes


def _legend(axes: Any) -> None:
    from matplotlib.lines import Line2D

    rows = [Line2D([], [], color=palette.LOST, linewidth=2.0, marker="o", markersize=4.5,
                   markerfacecolor="white"),
            Line2D([], [], color=palette.BACKHAUL, linewidth=1.0)]
    axes.legend(rows, ["to be built, with its landings", "cables in service"],
                loc="lower center", fontsize=8, edgecolor="none", framealpha=0.92)

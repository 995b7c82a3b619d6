"""`draw_plan`: the map as it is, muted, and on it what a plan adds."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cablenet.maps import palette
from cablenet.maps.marked import WORLD, Mark, draw_marked, marked_png
from cablenet.maps.projection import Window
from cablenet.maps.sheet import new_axes
from cablenet.network import Network


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
    mark = Mark("to be built, with its landings", new_links, palette.LOST, ends=True, width=2.0)
    axes = new_axes(shown, legend_inches=0)[0][0] if ax is None else ax
    return draw_marked(net, [mark], axes, window=shown, title=title)


def plan_png(net: Network, new_links: NDArray[np.int64], *, title: str = "") -> bytes:
    """The same picture as the bytes of a PNG file, for a page."""
    return marked_png(draw_plan(net, new_links, title=title))

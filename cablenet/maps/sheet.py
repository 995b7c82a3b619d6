"""What all printed maps are put together from: axes, land, lines, names of hubs, a frame."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from cablenet.maps import palette
from cablenet.maps.land import CREDIT, Land
from cablenet.maps.projection import Window, in_window, place_points
from cablenet.network import Network

INCHES = 12.0
DPI = 150
"""12 inches at 150 dots: 1,800 pixels wide."""
TITLE_INCHES, LEGEND_INCHES = 0.5, 1.38


def save_map(axes: Any, path: Any, dots: int = DPI) -> None:
    """Write the picture as PNG, `dots` to the inch; the same bytes for the same map."""
    axes.figure.savefig(path, format="png", dpi=dots, metadata={"Software": "cablenet"})


def new_axes(window: Window, maps: int = 1,
             legend_inches: float = LEGEND_INCHES) -> tuple[list[Any], Any]:
    """Axes for maps one below the other, and for the legend at the foot, on a figure of its own.

    Without room for a legend the second is None.
    """
    from matplotlib.figure import Figure

    width, height = window.size
    tall = INCHES * height / width
    step = TITLE_INCHES + tall
    whole = maps * step + legend_inches
    figure = Figure(figsize=(INCHES, whole), facecolor="white")
    axes = [figure.add_axes((0.0, (legend_inches + (maps - 1 - i) * step) / whole, 1.0,
                             tall / whole)) for i in range(maps)]
    if not legend_inches:
        return axes, None
    footer = figure.add_axes((0.0, 0.0, 1.0, legend_inches / whole))
    footer.axis("off")
    return axes, footer


def draw_land(axes: Any, land: Land, tint: Mapping[str, str], window: Window) -> None:
    """Countries, those with a tint by code in that colour, and a graticule under them."""
    from matplotlib.collections import PathCollection

    axes.set_facecolor(palette.OCEAN)
    for lon in range(-360, 720, 30):
        if window.west < lon < window.east:
            axes.axvline(lon, color=palette.GRATICULE, lw=0.6, zorder=0.5)
    for lat in (-60, -30, 0, 30, 60):
        if window.south < lat < window.north:
            y = place_points(np.zeros(1), np.array([lat], float), window)[1][0]
            axes.axhline(y, color=palette.GRATICULE, lw=0.6, zorder=0.5)
    paths: list[Any] = []
    colours: list[str] = []
    for code, shape in zip(land.country, land.shape, strict=True):
        for part in in_window(shape, window):
            paths += outlines(part)
            colours += [tint.get(str(code), palette.LAND)] * (len(paths) - len(colours))
    axes.add_collection(PathCollection(paths, facecolors=colours, edgecolors=palette.BORDER,
                                       linewidths=0.35, zorder=1), autolim=False)


def outlines(shape: Any) -> list[Any]:
    """The rings of a shape as one matplotlib path, holes and all; nothing for an empty one."""
    from matplotlib.path import Path

    rings = [ring for polygon in shapely.get_parts(shape) if polygon.geom_type == "Polygon"
             for ring in (polygon.exterior, *polygon.interiors)]
    if not rings:
        return []
    xy = np.vstack([shapely.get_coordinates(ring) for ring in rings])
    codes = np.full(len(xy), Path.LINETO, np.uint8)
    ends = np.cumsum([shapely.get_num_coordinates(ring) for ring in rings])
    codes[ends - 1] = Path.CLOSEPOLY
    codes[np.concatenate([[0], ends[:-1]])] = Path.MOVETO
    return [Path(xy, codes)]


def draw_lines(axes: Any, net: Network, which: Iterable[int], window: Window, **style: Any) -> None:
    """Some links as one collection; per-link styles follow every copy of a link."""
    from matplotlib.collections import LineCollection

    parts: list[NDArray[np.float64]] = []
    owner: list[int] = []
    for row, link in enumerate(which):
        for shape in in_window(net.links.geometry[link], window):
            lines = [part for part in shapely.get_parts(shape) if part.geom_type == "LineString"]
            parts += [shapely.get_coordinates(line) for line in lines]
            owner += [row] * len(lines)
    for key in ("colors", "linewidths"):
        if isinstance(style.get(key), list | np.ndarray):
            style[key] = [style[key][row] for row in owner]
    axes.add_collection(LineCollection(parts, **style), autolim=False)


def name_hubs(axes: Any, hubs: list[tuple[float, float, str]], window: Window) -> None:
    """Names beside the hubs, left out where they would lie on one another."""
    from matplotlib.patheffects import withStroke

    taken: list[tuple[float, float]] = []
    width, height = window.size
    for x, y, name in sorted(hubs):
        inside = window.west < x < window.east
        free = all(abs(x - a) > 0.045 * width or abs(y - b) > 0.028 * height for a, b in taken)
        if inside and free:
            taken.append((x, y))
            late = x > window.east - 0.09 * width
            axes.annotate(name, (x, y), xytext=(-6 if late else 6, 3), fontsize=7.5,
                          textcoords="offset points", ha="right" if late else "left",
                          color=palette.INK, zorder=5, clip_on=True,
                          path_effects=[withStroke(linewidth=2.2, foreground="white", alpha=0.8)])


def draw_frame(axes: Any, window: Window, title: str) -> None:
    south, north = place_points(np.zeros(2), np.array([window.south, window.north]), window)[1]
    axes.set_xlim(window.west, window.east)
    axes.set_ylim(south, north)
    axes.set_aspect("equal")
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_visible(False)
    axes.set_title(title, loc="left", fontsize=14, color=palette.INK, fontweight="bold", pad=8,
                   x=0.012)
    axes.text(0.994, 0.010, f"{CREDIT}. Routes are modelled, not surveyed.",
              transform=axes.transAxes, ha="right", va="bottom", fontsize=6.5,
              color=palette.FAINT, zorder=6)

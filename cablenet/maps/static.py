"""`draw_map`: a network as a printed map, with cables, stations, hubs and what countries lose."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from cablenet.maps import palette
from cablenet.maps.land import CREDIT, Land, load_land
from cablenet.maps.projection import Window, in_window, place_points, window_of
from cablenet.network import NODE_KINDS, Network
from cablenet.scoring import Scores

Flags = NDArray[np.bool_]
INCHES = 12.0
DPI = 150
"""12 inches at 150 dots: 1,800 pixels wide."""
TITLE_INCHES, LEGEND_INCHES = 0.5, 1.38
Rows = list[tuple[Any, str]]


def draw_map(
    net: Network,
    scores: Scores | None = None,
    ax: Any = None,
    *,
    window: Window | None = None,
    land: Land | None = None,
    title: str = "",
) -> Any:
    """Draw the network.

    Parameters
    ----------
    scores
        colour cables by how many scenarios take them away and countries by the worst they lose;
        with one scenario, what it takes away is drawn in red
    ax
        matplotlib axes to draw on; default: a new figure 1,800 pixels wide
    window
        what to show; default: the Indo-Pacific, or the surroundings of a small network

    Returns
    -------
    matplotlib.axes.Axes
    """
    shown = window or window_of(net)
    axes, footer = (ax, None) if ax is not None else _new_axes(shown)
    coast = land if land is not None else load_land() if shown.size[0] > 60 else load_land(0.01)
    _draw_land(axes, coast, net, scores, shown)
    colours = palette.colour_links(net, scores)
    _draw_links(axes, net, scores, colours, shown)
    _draw_nodes(axes, net, shown)
    _draw_cut_off(axes, net, scores, shown)
    _draw_frame(axes, shown, title or _title(net, scores))
    _draw_legend(axes, footer, net, scores, colours)
    return axes


def save_map(axes: Any, path: Any) -> None:
    """Write the picture as PNG, the same bytes for the same map."""
    axes.figure.savefig(path, format="png", dpi=DPI, metadata={"Software": "cablenet"})


def _new_axes(window: Window) -> tuple[Any, Any]:
    """Axes for the map and for the legend below it, on a figure that no window manager knows."""
    from matplotlib.figure import Figure

    width, height = window.size
    tall = INCHES * height / width
    whole = TITLE_INCHES + tall + LEGEND_INCHES
    figure = Figure(figsize=(INCHES, whole), facecolor="white")
    axes = figure.add_axes((0.0, LEGEND_INCHES / whole, 1.0, tall / whole))
    footer = figure.add_axes((0.0, 0.0, 1.0, LEGEND_INCHES / whole))
    footer.axis("off")
    return axes, footer


def _draw_land(axes: Any, land: Land, net: Network, scores: Scores | None,
               window: Window) -> None:
    """Countries, tinted by the worst they lose, and a graticule under them."""
    from matplotlib.collections import PathCollection

    axes.set_facecolor(palette.OCEAN)
    for lon in range(-360, 720, 30):
        if window.west < lon < window.east:
            axes.axvline(lon, color=palette.GRATICULE, lw=0.6, zorder=0.5)
    for lat in (-60, -30, 0, 30, 60):
        if window.south < lat < window.north:
            y = place_points(np.zeros(1), np.array([lat], float), window)[1][0]
            axes.axhline(y, color=palette.GRATICULE, lw=0.6, zorder=0.5)
    classes = palette.loss_class(palette.country_loss(net, scores))
    tint = {str(code): palette.LOSS_COLOURS[step - 1]
            for code, step in zip(net.country_id, classes, strict=True) if step > 0}
    paths: list[Any] = []
    colours: list[str] = []
    for code, shape in zip(land.country, land.shape, strict=True):
        for part in in_window(shape, window):
            paths += _outlines(part)
            colours += [tint.get(str(code), palette.LAND)] * (len(paths) - len(colours))
    axes.add_collection(PathCollection(paths, facecolors=colours, edgecolors=palette.BORDER,
                                       linewidths=0.35, zorder=1), autolim=False)


def _outlines(shape: Any) -> list[Any]:
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


def _draw_links(axes: Any, net: Network, scores: Scores | None, colours: palette.LinkColours,
                window: Window) -> None:
    """Cables by colour, what is not in service dashed, the assumed mesh dotted."""
    links = net.links
    cable, mesh = net.of_kind("wet", "land"), net.of_kind("mesh_land", "mesh_sea")
    ground = net.of_kind("backhaul", "border", "fixed_link")
    live = links.in_service
    _lines(axes, net, np.flatnonzero(ground & live), window, colors=palette.BACKHAUL,
           linewidths=0.5, alpha=0.55, zorder=1.5)
    _lines(axes, net, np.flatnonzero(mesh & live), window, colors=palette.MESH,
           linewidths=0.9, linestyles=[(0, (1, 2.2))], zorder=1.6)
    _lines(axes, net, np.flatnonzero(cable & ~live), window, colors=palette.OUT_OF_SERVICE,
           linewidths=0.7, linestyles=[(0, (5, 3))], alpha=0.75, zorder=1.8)
    order = np.flatnonzero(cable & live)
    order = order[np.argsort(colours.width[order], kind="stable")]
    _lines(axes, net, order, window, colors=colours.colour[order].tolist(),
           linewidths=colours.width[order], alpha=0.9, zorder=2, capstyle="round")
    if scores is not None and len(scores) == 1:
        lost = scores.scenarios.links_lost(0)
        _lines(axes, net, lost, window, colors=palette.LOST, linewidths=2.2, zorder=2.5)
        faults = scores.scenarios.faults
        x, y = place_points(faults["lon"].to_numpy(float), faults["lat"].to_numpy(float), window)
        axes.scatter(x, y, s=38, marker="X", color=palette.LOST, edgecolors="white",
                     linewidths=0.7, zorder=3.6)


def _lines(axes: Any, net: Network, which: Iterable[int], window: Window, **style: Any) -> None:
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


def _draw_nodes(axes: Any, net: Network, window: Window) -> None:
    """Stations sized by how many cables land there; hubs as gold discs with their names."""
    nodes, links = net.nodes, net.links
    cables = np.flatnonzero(net.of_kind("wet", "land") & links.in_service)
    ends = np.unique(np.concatenate([
        np.column_stack([links.a[cables], links.cable[cables]]),
        np.column_stack([links.b[cables], links.cable[cables]])]), axis=0)
    count = np.bincount(ends[:, 0], minlength=len(nodes))
    x, y = place_points(nodes.lon, nodes.lat, window)
    station = (nodes.kind == NODE_KINDS.index("station")) & (count > 0)
    axes.scatter(x[station], y[station], s=3.0 + 3.2 * count[station], color="white",
                 edgecolors=palette.STATION, linewidths=0.6, zorder=3)
    hubs = net.gateways.node[net.hubs]
    axes.scatter(x[hubs], y[hubs], s=46, marker="D", color=palette.HUB, edgecolors="white",
                 linewidths=0.8, zorder=4)
    _hub_names(axes, [(x[hub], y[hub], str(nodes.name[hub])) for hub in hubs], window)


def _draw_cut_off(axes: Any, net: Network, scores: Scores | None, window: Window) -> None:
    """A red ring round gateways that some scenario cuts off: islands too small for a tint."""
    if scores is None:
        return
    cut = net.gateways.node[palette.gateways_cut(net, scores).any(axis=0)]
    x, y = place_points(net.nodes.lon[cut], net.nodes.lat[cut], window)
    axes.scatter(x, y, s=52, color="none", edgecolors=palette.LOST, linewidths=1.3, zorder=3.5)


def _hub_names(axes: Any, hubs: list[tuple[float, float, str]], window: Window) -> None:
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


def _draw_frame(axes: Any, window: Window, title: str) -> None:
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


def _draw_legend(axes: Any, footer: Any, net: Network, scores: Scores | None,
                 colours: palette.LinkColours) -> None:
    """Explain every line, mark and tint that is on the map, and nothing that is not."""
    from matplotlib.legend import Legend

    groups = _legend_groups(net, scores, colours)
    if footer is None:
        rows = [row for _, group in groups for row in group]
        axes.legend(*zip(*rows, strict=True), loc="lower left", fontsize=7,
                    edgecolor="none", framealpha=0.92).set_zorder(7)
        return
    for place, (title, rows) in enumerate(groups):
        box = Legend(footer, *zip(*rows, strict=True), title=title, loc="upper left",
                     bbox_to_anchor=(0.006 + place * 0.29, 0.98), fontsize=8, frameon=False,
                     handlelength=2.3, labelspacing=0.4, alignment="left")
        box.get_title().set(fontweight="bold", fontsize=8.5, color=palette.INK)
        footer.add_artist(box)


def _legend_groups(net: Network, scores: Scores | None,
                   colours: palette.LinkColours) -> list[tuple[str, Rows]]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    live, cable = net.links.in_service, net.of_kind("wet", "land")
    cables: Rows = [(Line2D([], [], color=colour, lw=2.2), words)
                    for colour, words in colours.legend]
    if scores is not None and len(scores) == 1:
        cables.append((Line2D([], [], color=palette.LOST, lw=2.4), "lost in this scenario"))
        if len(scores.scenarios.faults):
            cables.append((Line2D([], [], color="none", marker="X", mfc=palette.LOST, mec="white",
                                  ms=7), "where the sea bed has to be visited"))
    marks: Rows = [
        (Line2D([], [], color="none", marker="o", mfc="white", mec=palette.STATION, ms=5.5),
         "station, larger where more cables land"),
        (Line2D([], [], color="none", marker="D", mfc=palette.HUB, mec="white", ms=7), "hub"),
    ]
    if scores is not None and palette.gateways_cut(net, scores).any():
        marks.append((Line2D([], [], color="none", marker="o", mfc="none", mec=palette.LOST, ms=7),
                      "gateway that a scenario cuts off"))
    if (cable & ~live).any():
        marks.append((Line2D([], [], color=palette.OUT_OF_SERVICE, lw=1, ls=(0, (5, 3))),
                      "cable not in service (planned, building, retired)"))
    if (net.of_kind("backhaul", "border", "fixed_link") & live).any():
        marks.append((Line2D([], [], color=palette.BACKHAUL, lw=1), "link on land, drawn straight"))
    if (net.of_kind("mesh_land", "mesh_sea") & live).any():
        marks.append((Line2D([], [], color=palette.MESH, lw=1.2, ls=(0, (1, 2.2))),
                      "mesh between far hubs, assumed"))
    groups = [(colours.title, cables), ("Also on the map", marks)]
    classes = palette.loss_class(palette.country_loss(net, scores))
    tints: Rows = [(Patch(facecolor=colour), words) for step, (colour, words) in enumerate(
        zip(palette.LOSS_COLOURS, palette.LOSS_LABELS, strict=True), 1) if (classes == step).any()]
    if tints:
        groups.append(("Countries, the worst any scenario does", tints))
    return groups


def _title(net: Network, scores: Scores | None) -> str:
    when = f", {net.as_of}" if net.as_of else ""
    if scores is None or len(scores) == 0:
        return f"{net.name}{when}"
    if len(scores) == 1:
        return f"{scores.scenarios.names[0]}{when}"
    return f"What {len(scores)} failures would take away{when}"

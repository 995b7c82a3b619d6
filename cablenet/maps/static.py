"""`draw_map`: a network as a printed map, with cables, stations, hubs and what countries lose."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cablenet.maps import palette
from cablenet.maps.land import Land, load_land
from cablenet.maps.projection import Window, place_points, window_of
from cablenet.maps.sheet import draw_frame, draw_land, draw_lines, name_hubs, new_axes
from cablenet.network import NODE_KINDS, Network
from cablenet.scoring import Scores

Flags = NDArray[np.bool_]

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
    if ax is not None:
        axes, footer = ax, None
    else:
        (axes,), footer = new_axes(shown)
    coast = land if land is not None else load_land() if shown.size[0] > 60 else load_land(0.01)
    classes = palette.loss_class(palette.country_loss(net, scores))
    draw_land(axes, coast, {str(code): palette.LOSS_COLOURS[step - 1] for code, step in zip(
        net.country_id, classes, strict=True) if step > 0}, shown)
    colours = palette.colour_links(net, scores)
    _draw_links(axes, net, scores, colours, shown)
    _draw_nodes(axes, net, shown)
    _draw_cut_off(axes, net, scores, shown)
    draw_frame(axes, shown, title or _title(net, scores))
    _draw_legend(axes, footer, net, scores, colours)
    return axes


def _draw_links(axes: Any, net: Network, scores: Scores | None, colours: palette.LinkColours,
                window: Window) -> None:
    """Cables by colour, what is not in service dashed, the assumed mesh dotted."""
    links = net.links
    cable, mesh = net.of_kind("wet", "land"), net.of_kind("mesh_land", "mesh_sea")
    ground = net.of_kind("backhaul", "border", "fixed_link")
    live = links.in_service
    draw_lines(axes, net, np.flatnonzero(ground & live), window, colors=palette.BACKHAUL,
           linewidths=0.5, alpha=0.55, zorder=1.5)
    draw_lines(axes, net, np.flatnonzero(mesh & live), window, colors=palette.MESH,
           linewidths=0.9, linestyles=[(0, (1, 2.2))], zorder=1.6)
    draw_lines(axes, net, np.flatnonzero(cable & ~live), window, colors=palette.OUT_OF_SERVICE,
           linewidths=0.7, linestyles=[(0, (5, 3))], alpha=0.75, zorder=1.8)
    order = np.flatnonzero(cable & live)
    order = order[np.argsort(colours.width[order], kind="stable")]
    draw_lines(axes, net, order, window, colors=colours.colour[order].tolist(),
           linewidths=colours.width[order], alpha=0.9, zorder=2, capstyle="round")
    if scores is not None and len(scores) == 1:
        lost = scores.scenarios.links_lost(0)
        draw_lines(axes, net, lost, window, colors=palette.LOST, linewidths=2.2, zorder=2.5)
        faults = scores.scenarios.faults
        x, y = place_points(faults["lon"].to_numpy(float), faults["lat"].to_numpy(float), window)
        axes.scatter(x, y, s=38, marker="X", color=palette.LOST, edgecolors="white",
                     linewidths=0.7, zorder=3.6)


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
    name_hubs(axes, [(x[hub], y[hub], str(nodes.name[hub])) for hub in hubs], window)


def _draw_cut_off(axes: Any, net: Network, scores: Scores | None, window: Window) -> None:
    """A red ring round gateways that some scenario cuts off: islands too small for a tint."""
    if scores is None:
        return
    cut = net.gateways.node[palette.gateways_cut(net, scores).any(axis=0)]
    x, y = place_points(net.nodes.lon[cut], net.nodes.lat[cut], window)
    axes.scatter(x, y, s=52, color="none", edgecolors=palette.LOST, linewidths=1.3, zorder=3.5)


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

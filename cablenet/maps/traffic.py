"""`draw_traffic`: links by load before and after a failure, and what countries lose or wait."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from cablenet.flow_answer import FULL, FlowAnswer
from cablenet.maps import palette
from cablenet.maps.land import Land, load_land
from cablenet.maps.projection import Window, place_points, window_of
from cablenet.maps.sheet import draw_frame, draw_land, draw_lines, name_hubs, new_axes
from cablenet.metrics.flow_case import NO_LIMIT_TBPS
from cablenet.network import Network
from cablenet.scenarios.scenario_set import ScenarioSet

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Rows = list[tuple[Any, str]]

FILL_STEPS = (0.25, 0.5, 0.8, 1 - FULL)
FILL_COLOURS = ("#9dbecb", "#4f97b5", "#1c6788", "#e0922f", "#d2796c")
FILL_LABELS = ("under 25 % of its room", "25 to 50 %", "50 to 80 %", "80 % and more", "full")
NEWLY_FULL = "#a3160c"
WIDE_TBPS = (1.0, 5.0, 20.0, 50.0)
WIDTHS = (0.5, 1.0, 1.7, 2.6, 3.6)
UNSERVED_STEPS = (0.001, 0.01, 0.05, 0.2)
UNSERVED_COLOURS = ("#f8ebb4", "#f2d46f", "#dfac2c", "#a97718")
UNSERVED_LABELS = ("0.1 to 1 % of its demand", "1 to 5 %", "5 to 20 %", "20 % and more")
ADDED_STEPS = (1.0, 5.0, 15.0, 30.0)
ADDED_COLOURS = ("#e3dcea", "#c9b6da", "#a689c2", "#7d57a3")
ADDED_LABELS = ("1 to 5 ms", "5 to 15 ms", "15 to 30 ms", "30 ms and more")
SMALL_DEG2 = 2.0
"""Countries smaller than this on the sheet are drawn as a disc too."""


@dataclass(frozen=True, eq=False)
class LinkLoads:
    """(L,) load of the busier direction, Tbps, and its share of the room, before and after."""

    before_tbps: Floats
    before_share: Floats
    after_tbps: Floats
    after_share: Floats


def link_loads(answer: FlowAnswer) -> LinkLoads:
    """How full each link of the network is; 0 where it is not in service or has no limit."""
    case = answer.case
    out = []
    for state, room in ((answer.before, case.problem.room_tbps),
                        (answer.after, answer.after.outage.room_tbps)):
        load = state.arc_tbps
        limited = (room > 0) & (room < NO_LIMIT_TBPS)
        share = np.divide(load, room, out=np.zeros(len(load)), where=limited)
        wired = case.link >= 0
        for values in (load, share):
            most = np.zeros(len(case.net.links))
            np.maximum.at(most, case.link[wired], values[wired])
            out.append(most)
    return LinkLoads(*out)


def draw_traffic(answer: FlowAnswer, scenarios: ScenarioSet, row: int = 0, *,
                 window: Window | None = None, land: Land | None = None, title: str = "") -> Any:
    """Draw two maps, before and after a failure.

    Links are coloured by the share of their room in use and are wider with more load, in the
    busier direction. Countries below are tinted by the share of their demand newly unserved or,
    where nothing is, by the round trip added.

    Returns
    -------
    matplotlib.axes.Axes
        of the map after; `save_map` writes both
    """
    net = answer.case.net
    shown = window or window_of(net)
    (above, below), footer = new_axes(shown, 2)
    coast = land if land is not None else load_land() if shown.size[0] > 60 else load_land(0.01)
    loads = link_loads(answer)
    tint, used = country_tints(answer)
    name = title or str(scenarios.names[row])
    lost = np.asarray(scenarios.links_lost(row), np.int64)
    full = 1 - FULL
    newly = (loads.after_share >= full) & (loads.before_share < full)
    for axes, load, share, fresh, colours, words, gone in (
            (above, loads.before_tbps, loads.before_share, newly & False, {}, f"{name}: before",
             lost[:0]),
            (below, loads.after_tbps, loads.after_share, newly, tint, f"{name}: after", lost)):
        draw_land(axes, coast, colours, shown)
        _draw_loads(axes, net, load, share, fresh, shown, gone)
        _draw_small(axes, net, coast, colours, shown)
        hubs = net.gateways.node[net.hubs]
        x, y = place_points(net.nodes.lon[hubs], net.nodes.lat[hubs], shown)
        axes.scatter(x, y, s=24, marker="D", color=palette.HUB, edgecolors="white",
                     linewidths=0.7, zorder=4)
        name_hubs(axes, list(zip(x.tolist(), y.tolist(), map(str, net.nodes.name[hubs]),
                                 strict=True)), shown)
        draw_frame(axes, shown, words)
    _draw_faults(below, scenarios, row, shown)
    _draw_legend(footer, used, bool(len(lost)))
    return below


def country_tints(answer: FlowAnswer) -> tuple[dict[str, str], set[str]]:
    """A colour by country code, and which colours occur."""
    frame = answer.by_country()
    new = (frame["unserved_tbps"] - frame["unserved_before_tbps"]).to_numpy(float)
    share = new / frame["demand_tbps"].to_numpy(float)
    added = np.nan_to_num((frame["round_trip_ms"] - frame["round_trip_before_ms"]).to_numpy(float))
    tint = {}
    for code, part, ms in zip(frame["country"], share, added, strict=True):
        if part >= UNSERVED_STEPS[0]:
            step = int(np.searchsorted(UNSERVED_STEPS, part, side="right"))
            tint[str(code)] = UNSERVED_COLOURS[step - 1]
        elif ms >= ADDED_STEPS[0]:
            step = int(np.searchsorted(ADDED_STEPS, ms, side="right"))
            tint[str(code)] = ADDED_COLOURS[step - 1]
    return tint, set(tint.values())


def _draw_loads(axes: Any, net: Network, load: Floats, share: Floats, newly: Flags,
                window: Window, lost: NDArray[np.int64]) -> None:
    """Cables and land links by load, what is newly full on top; lost ones dashed in black."""
    colour = np.array(FILL_COLOURS, object)[np.searchsorted(FILL_STEPS, share, side="right")]
    colour[newly] = NEWLY_FULL
    width = np.array(WIDTHS)[np.searchsorted(WIDE_TBPS, load, side="right")]
    drawn = net.links.in_service & ~np.isin(np.arange(len(net.links)), lost)
    for which, factor, order in (
            (net.of_kind("backhaul", "border", "fixed_link"), 0.6, 1.5),
            (net.of_kind("wet", "land"), 1.0, 2.0)):
        rows = np.flatnonzero(which & drawn)
        rows = rows[np.argsort((share + newly)[rows], kind="stable")]
        draw_lines(axes, net, rows, window, colors=colour[rows].tolist(),
                   linewidths=factor * width[rows], alpha=0.9, zorder=order, capstyle="round")
    draw_lines(axes, net, lost, window, colors=palette.INK, linewidths=1.1,
               linestyles=[(0, (3, 2))], zorder=2.6)


def _draw_small(axes: Any, net: Network, land: Land, tint: dict[str, str],
                window: Window) -> None:
    """A disc at the gateways of tinted countries too small to see."""
    area = dict(zip(map(str, land.country), shapely.area(land.shape), strict=True))
    gates = net.gateways
    codes = np.array([str(net.country_id[c]) for c in gates.country], object)
    small = np.array([code in tint and area.get(code, 0.0) < SMALL_DEG2 for code in codes], bool)
    node = gates.node[small]
    x, y = place_points(net.nodes.lon[node], net.nodes.lat[node], window)
    axes.scatter(x, y, s=34, c=[tint[code] for code in codes[small]], edgecolors=palette.INK,
                 linewidths=0.6, zorder=3.4)


def _draw_faults(axes: Any, scenarios: ScenarioSet, row: int, window: Window) -> None:
    faults = scenarios.faults[scenarios.faults["scenario"] == row]
    x, y = place_points(faults["lon"].to_numpy(float), faults["lat"].to_numpy(float), window)
    axes.scatter(x, y, s=40, marker="X", color=palette.INK, edgecolors="white", linewidths=0.7,
                 zorder=3.6)


def _draw_legend(footer: Any, used: set[str], lost: bool) -> None:
    """Explain colours, widths and tints; only those tints that are on the map."""
    from matplotlib.legend import Legend
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    fill: Rows = [(Line2D([], [], color=colour, lw=2.4), words)
                  for colour, words in zip(FILL_COLOURS, FILL_LABELS, strict=True)]
    fill.append((Line2D([], [], color=NEWLY_FULL, lw=2.4), "newly full"))
    bounds = (0.0, *WIDE_TBPS)
    wide: Rows = [(Line2D([], [], color=FILL_COLOURS[1], lw=width),
                   f"{low:g} to {high:g} Tbps" if high else f"{low:g} Tbps and more")
                  for width, low, high in zip(WIDTHS, bounds, (*WIDE_TBPS, None), strict=True)]
    marks: Rows = [(Line2D([], [], color="none", marker="D", mfc=palette.HUB, mec="white", ms=6),
                    "hub")]
    if lost:
        marks += [(Line2D([], [], color=palette.INK, lw=1.2, ls=(0, (3, 2))), "lost"),
                  (Line2D([], [], color="none", marker="X", mfc=palette.INK, mec="white", ms=7),
                   "where it is cut")]
    groups = [("Links, busier way", fill), ("Load", wide), ("Also on the map", marks)]
    for title, colours, labels in (
            ("Demand newly unserved", UNSERVED_COLOURS, UNSERVED_LABELS),
            ("All served, added round trip", ADDED_COLOURS, ADDED_LABELS)):
        rows: Rows = [(Patch(facecolor=colour), words)
                      for colour, words in zip(colours, labels, strict=True) if colour in used]
        if rows:
            groups.append((title, rows))
    for place, (title, rows) in enumerate(groups):
        box = Legend(footer, *zip(*rows, strict=True), title=title, loc="upper left",
                     bbox_to_anchor=(0.006 + place * 0.198, 0.98), fontsize=8, frameon=False,
                     handlelength=2.3, labelspacing=0.4, alignment="left")
        box.get_title().set(fontweight="bold", fontsize=8.5, color=palette.INK)
        footer.add_artist(box)

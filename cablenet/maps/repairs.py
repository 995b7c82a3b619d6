"""`draw_repairs`: the voyages of a repair plan over the sea, faults numbered as they are mended."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import shapely

from cablenet.maps import palette
from cablenet.maps.land import load_land
from cablenet.maps.marked import WORLD
from cablenet.maps.projection import Window, in_window, place_points, window_round
from cablenet.maps.sheet import draw_frame, draw_land, draw_lines, new_axes
from cablenet.network import Network
from cablenet.repair import RepairPlan

COLOURS = ("#1b5fa8", "#c8321f", "#0f7b6c", "#8a3ea8", "#d9730d", "#7a4a12", "#3a9bc1", "#b0307a",
           "#5b7f1a", "#444b8c", "#a8862b", "#2d4654")
COLUMNS = 4
SIDE_POINTS = 1.3
"""Ships on one way are drawn so far apart."""
CLOSE_UP = 0.32
"""Share of the map's width that a close-up of the faults takes."""
NUMBERED = 40
"""Faults beyond so many are dots only."""


def draw_repairs(net: Network, plan: RepairPlan, ax: Any = None, *, window: Window | None = None,
                 title: str = "") -> Any:
    """Draw the voyages of every ship sent, where it starts, where it loads, and what it mends.

    Parameters
    ----------
    ax
        matplotlib axes; default: a new figure with its legend below
    window
        what to show; default: what surrounds the voyages
    """
    shown = window or _window(plan)
    ships = plan.schedule.sort_values("start_h").groupby("ship", sort=True)
    if ax is None:
        lines = math.ceil((ships.ngroups + 4) / COLUMNS)
        (axes,), footer = new_axes(shown, legend_inches=0.3 + 0.21 * lines)
    else:
        axes, footer = ax, None
    draw_land(axes, load_land() if shown.size[0] > 30 else load_land(0.01), {}, shown)
    draw_frame(axes, shown, title or f"{plan.name}: who sails where")
    old = net.of_kind("wet") & net.links.in_service
    draw_lines(axes, net, np.flatnonzero(old), shown, colors=palette.BACKHAUL, linewidths=0.5,
               alpha=0.55, zorder=2)
    rows = []
    for number, (name, mine) in enumerate(ships):
        colour = COLOURS[number % len(COLOURS)]
        dashed = number >= len(COLOURS)
        aside = (number - (ships.ngroups - 1) / 2) * SIDE_POINTS
        _draw_voyages(axes, plan, mine, (colour, dashed, aside), shown)
        rows.append((str(name), colour, dashed, len(mine)))
    close = _close_up(plan, shown)
    _draw_places(axes, plan, shown, numbers=close is None)
    if close is not None:
        _draw_close_up(axes, net, plan, close)
    _legend(axes, footer, rows)
    return axes


def _window(plan: RepairPlan) -> Window:
    at = np.vstack([shapely.get_coordinates(line) for line in plan.tracks.values()]
                   or [np.zeros((1, 2))])
    near = window_round(at[:, 0], at[:, 1])
    if near is None:
        return WORLD
    width, height = near.size
    more = max(0.0, 1.5 * height - width) / 2
    return replace(near, west=near.west - more, east=near.east + more)


def _draw_voyages(axes: Any, plan: RepairPlan, mine: pd.DataFrame,
                  style: tuple[str, bool, float], window: Window) -> None:
    """One ship's ways, moved aside a little so that ships on one way stay apart."""
    from matplotlib.collections import LineCollection
    from matplotlib.transforms import ScaledTranslation

    colour, dashed, aside = style
    move = ScaledTranslation(aside / 72, 0.0, axes.figure.dpi_scale_trans)
    parts = [shapely.get_coordinates(line) for job in mine["job_id"]
             for shape in in_window(plan.tracks[job], window)
             for line in shapely.get_parts(shape) if line.geom_type == "LineString"]
    axes.add_collection(LineCollection(
        parts, colors=colour, linewidths=1.7, linestyles="--" if dashed else "-", zorder=3,
        capstyle="round", transform=axes.transData + move), autolim=False)
    ship = next(one for one in plan.ships if one.id == mine["ship_id"].iloc[0])
    x, y = place_points(np.array([ship.lon]), np.array([ship.lat]), window)
    axes.scatter(x, y, s=46, marker="D", color=colour, edgecolors="white", linewidths=0.8,
                 zorder=4.1, transform=axes.transData + move)


def _close_up(plan: RepairPlan, shown: Window) -> Window | None:
    """What surrounds the faults, where they would lie on one another on the whole map."""
    rows = plan.schedule
    if len(rows) < 3:
        return None
    lon = np.unwrap(rows["lon"].to_numpy(float), period=360.0)
    lat = rows["lat"].to_numpy(float)
    wide, tall = float(np.ptp(lon)), float(np.ptp(lat))
    side = 1.25 * max(wide, tall, 0.4)
    if side > 0.22 * shown.size[0]:
        return None
    x, y = lon.min() + wide / 2, lat.min() + tall / 2
    x += 360.0 * np.round(((shown.west + shown.east) / 2 - x) / 360.0)
    return Window(x - side / 2, x + side / 2, y - side / 2, y + side / 2)


def _draw_close_up(axes: Any, net: Network, plan: RepairPlan, window: Window) -> None:
    """The faults in a frame of its own, in the corner where it hides least of the voyages."""
    from matplotlib.patches import Rectangle

    wide, tall = window.size
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    share = CLOSE_UP * (right - left) / (high - low) * tall / wide
    at = np.vstack([shapely.get_coordinates(shapely.segmentize(line, 1.0))
                    for line in plan.tracks.values()])
    x, y = place_points(at[:, 0], at[:, 1], Window(left, right, -85.0, 85.0))
    x, y = (x - left) / (right - left), (y - low) / (high - low)

    def hides(corner: tuple[float, float]) -> int:
        return int(((x > corner[0]) & (x < corner[0] + CLOSE_UP)
                    & (y > corner[1]) & (y < corner[1] + share)).sum())

    corner = min([(a, b) for b in (0.985 - share, 0.03) for a in (0.008, 0.992 - CLOSE_UP)],
                 key=hides)
    inner = axes.inset_axes((*corner, CLOSE_UP, share), zorder=6)
    draw_land(inner, load_land(0.01), {}, window)
    old = net.of_kind("wet") & net.links.in_service
    draw_lines(inner, net, np.flatnonzero(old), window, colors=palette.BACKHAUL, linewidths=0.6,
               alpha=0.8, zorder=2)
    _draw_places(inner, plan, window)
    south, north = place_points(np.zeros(2), np.array([window.south, window.north]), window)[1]
    inner.set(xlim=(window.west, window.east), ylim=(south, north), xticks=[], yticks=[])
    axes.add_patch(Rectangle((window.west, south), wide, north - south, fill=False,
                             edgecolor=palette.INK, linewidth=0.8, zorder=4.6))


def _draw_places(axes: Any, plan: RepairPlan, window: Window, numbers: bool = True) -> None:
    """Faults, numbered in the order in which they are mended, those left alone in grey."""
    from matplotlib.patheffects import withStroke

    rows = plan.schedule
    x, y = place_points(rows["lon"].to_numpy(float), rows["lat"].to_numpy(float), window)
    axes.scatter(x, y, s=30, color="white", edgecolors=palette.INK, linewidths=1.1, zorder=4.3)
    taken: list[tuple[float, float]] = []
    width = window.size[0]
    for number, (a, b) in enumerate(zip(x, y, strict=True), 1):
        close = any(abs(a - c) < 0.02 * width and abs(b - d) < 0.02 * width for c, d in taken)
        if not numbers or number > NUMBERED or close:
            continue
        taken.append((a, b))
        axes.annotate(str(number), (a, b), xytext=(4, 3), textcoords="offset points",
                      fontsize=7.5, color=palette.INK, zorder=5, clip_on=True,
                      path_effects=[withStroke(linewidth=2.0, foreground="white")])
    left = plan.not_served
    if len(left):
        x, y = place_points(left["lon"].to_numpy(float), left["lat"].to_numpy(float), window)
        axes.scatter(x, y, s=46, marker="X", color=palette.LOST, edgecolors="white",
                     linewidths=0.8, zorder=4.4)


def _legend(axes: Any, footer: Any, ships: list[tuple[str, str, bool, int]]) -> None:
    from matplotlib.lines import Line2D

    rows = [(Line2D([], [], color=colour, linewidth=1.7, linestyle="--" if dashed else "-",
                    marker="D", markersize=4.5), f"{name}: {jobs} job{'s' if jobs > 1 else ''}")
            for name, colour, dashed, jobs in ships]
    rows += [
        (Line2D([], [], linestyle="", marker="D", color=palette.FAINT, markersize=5),
         "base of a ship"),
        (Line2D([], [], linestyle="", marker="o", markerfacecolor="white",
                markeredgecolor=palette.INK), "fault, numbered as mended"),
        (Line2D([], [], linestyle="", marker="X", color=palette.LOST), "out of reach"),
        (Line2D([], [], color=palette.BACKHAUL, linewidth=1.0), "cables in service")]
    where, place = (axes, "lower left") if footer is None else (footer, "upper left")
    where.legend(*zip(*rows, strict=True), loc=place, fontsize=8, edgecolor="none",
                 framealpha=0.92, ncol=1 if footer is None else COLUMNS,
                 columnspacing=2.5, handlelength=2.8).set_zorder(7)

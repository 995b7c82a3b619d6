"""`draw_attack`: units that fail together, each in a colour of its own, and who is cut off."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np

from cablenet.maps.marked import COLOURS, HARD, Mark, draw_marked
from cablenet.maps.projection import Window
from cablenet.network import Network
from cablenet.scenarios.joint_units import joint_units

Unit = tuple[str, str, str]
"""Kind, id and name, as an attack holds them."""


def draw_attack(net: Network, failed: Sequence[Unit], ax: Any = None, *,
                hardened: Sequence[Unit] = (), radius_km: float = 25.0,
                cut_off: Collection[str] = (), gateways: Collection[str] = (),
                window: Window | None = None, title: str = "") -> Any:
    """Draw an attack on the muted map.

    Parameters
    ----------
    failed
        units that fail; more than six share one colour
    hardened
        units that cannot, drawn in green
    radius_km
        of places
    cut_off, gateways, ax, window
        as of `draw_marked`
    """
    marks = marks_of(net, failed, radius_km) + [
        Mark(f"hardened: {mark.label}", mark.links, HARD, mark.spots, False, 2.8)
        for mark in marks_of(net, hardened, radius_km)]
    return draw_marked(net, marks, ax, cut_off=cut_off, gateways=gateways, window=window,
                       title=title)


def marks_of(net: Network, units: Sequence[Unit], radius_km: float) -> list[Mark]:
    """A mark for each unit, or one for all where they are more than there are colours."""
    lines = [(name, joint_units(net, name, [(kind, key)], radius_km=radius_km).links_lost(0),
              _spots(net, kind, key)) for kind, key, name in units]
    if len(lines) <= len(COLOURS):
        return [Mark(name, links, colour, spots)
                for (name, links, spots), colour in zip(lines, COLOURS, strict=False)]
    return [Mark(f"{len(lines)} units that fail", np.unique(np.concatenate([
        links for _, links, _ in lines])), COLOURS[0],
        [spot for *_, spots in lines for spot in spots])]


def _spots(net: Network, kind: str, key: str) -> list[tuple[float, float]]:
    """Where a station or a place is; a cable is seen by its line."""
    if kind == "station":
        node = net.node_index(key)
        return [(float(net.nodes.lon[node]), float(net.nodes.lat[node]))]
    if kind == "place":
        lon, lat = map(float, key.removeprefix("place:").split(","))
        return [(lon, lat)]
    return []

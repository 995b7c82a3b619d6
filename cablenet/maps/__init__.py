"""Pictures of a network: a printed map and an interactive one."""

from __future__ import annotations

from cablenet.maps.interactive import Explorer, explore
from cablenet.maps.land import country_frame
from cablenet.maps.payload import MapPayload, map_payload
from cablenet.maps.static import draw_map, save_map

__all__ = [
    "Explorer",
    "MapPayload",
    "country_frame",
    "draw_map",
    "explore",
    "map_payload",
    "save_map",
]

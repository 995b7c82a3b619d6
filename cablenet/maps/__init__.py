"""Pictures of a network: a printed map and an interactive one."""

from __future__ import annotations

from cablenet.maps import layers_of_studies as layers_of_studies  # registers its layers
from cablenet.maps.attacks import draw_attack
from cablenet.maps.interactive import Explorer, explore
from cablenet.maps.land import country_frame
from cablenet.maps.layers_of import result_layers
from cablenet.maps.payload import MapPayload, map_payload
from cablenet.maps.repairs import draw_repairs
from cablenet.maps.sheet import save_map
from cablenet.maps.static import draw_map
from cablenet.maps.traffic import draw_traffic

__all__ = [
    "Explorer",
    "MapPayload",
    "country_frame",
    "draw_attack",
    "draw_map",
    "draw_repairs",
    "draw_traffic",
    "explore",
    "map_payload",
    "result_layers",
    "save_map",
]

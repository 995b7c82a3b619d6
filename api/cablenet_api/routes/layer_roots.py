"""Where layers are found: the shared map under /layers."""

from __future__ import annotations

from fastapi import APIRouter

from cablenet_api.routes.callers import Who
from cablenet_api.routes.layers import Layered, layers_routes
from cablenet_api.settings import Settings
from cablenet_api.worlds import Worlds


def atlas_layers(settings: Settings, worlds: Worlds) -> APIRouter:
    """The layers of the map that this service answers from; with login, for callers only."""
    atlas = Layered("/layers", "cablenet: the shared map",
                    "Cables, stations, chokepoints and ships of the map this service answers from.",
                    lambda: worlds.get(None).collections)

    def open_to_all() -> Layered:
        return atlas

    def for_callers(who: Who) -> Layered:
        return atlas

    if settings.login == "none":
        return layers_routes("/layers", open_to_all)
    return layers_routes("/layers", for_callers, 401)

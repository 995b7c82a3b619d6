"""Maps kept in a workspace: imported as they came, built into a network when somebody asks."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Any

from pydantic import Field

import cablenet as cn
from cablenet_api.events import Closed, Name
from cablenet_api.workspaces.documents import Document
from cablenet_api.worlds import World

MAP = "map"


class MapKept(Closed):
    """A map to be kept and shared: `cablenet/layers/1`, or an OFDS network package."""

    name: Name
    map: dict[str, Any] = Field(max_length=1_000, description=(
        "a document of /schemas/layers-v1.json, or an Open Fibre Data Standard network package"))


class WorkspaceMaps:
    """The networks of maps in workspaces, by version; the least used one is let go."""

    def __init__(self, kept: int) -> None:
        self._kept, self._lock = kept, Lock()
        self._ready: OrderedDict[tuple[str, int], World] = OrderedDict()

    def get(self, document: Document) -> World:
        """The network of one version of a map that was checked when it came in."""
        key = (document.id, document.version)
        with self._lock:
            if key not in self._ready:
                kept = MapKept.model_validate_json(document.body)
                self._ready[key] = world_of(kept)[0]
                while len(self._ready) > self._kept:
                    self._ready.popitem(last=False)
            self._ready.move_to_end(key)
            return self._ready[key]


def world_of(kept: MapKept) -> tuple[World, list[str]]:
    """The network of a map, and what its reader had to repair or leave out, a line each.

    Raises
    ------
    InputError
        every fault of the map at once
    """
    made = cn.import_document(kept.map, kept.name)
    return World(cn.build_network(made.layers)), made.report.summary().splitlines()[1:]

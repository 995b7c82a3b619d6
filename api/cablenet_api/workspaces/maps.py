"""Maps kept in a workspace: imported as they came, built into a network when somebody asks."""

from __future__ import annotations

from collections import OrderedDict
from datetime import date
from threading import Lock
from typing import Annotated, Any

from pydantic import Field, StringConstraints
from sqlalchemy import Connection

import cablenet as cn
from cablenet_api.access.tokens import Caller
from cablenet_api.events import Closed, Name
from cablenet_api.workspaces.documents import Document, version_of
from cablenet_api.workspaces.spaces import space_of
from cablenet_api.worlds import World

MAP = "map"
Key = Annotated[str, StringConstraints(strict=True, pattern="^[0-9a-f]{32}$")]


class MapKept(Closed):
    """A map to be kept and shared: `cablenet/layers/1`, or an OFDS network package."""

    name: Name
    map: dict[str, Any] = Field(max_length=1_000, description=(
        "a document of /schemas/layers-v1.json, or an Open Fibre Data Standard network package"))


class MapNamed(Closed):
    """A map of a workspace, in place of the one that the service answers from."""

    workspace: Key = Field(description="id of the workspace")
    map: Key = Field(description="id of the map")
    version: int | None = Field(None, strict=True, ge=1, le=2**31 - 1,
                                description="default: the newest when it is asked")


def named_map(connection: Connection, caller: Caller, named: MapNamed) -> Document:
    """The version of a map that is named; to who is no party of its workspace there is none."""
    return version_of(connection, space_of(connection, caller, named.workspace), MAP, named.map,
                      named.version)


class WorkspaceMaps:
    """The networks of maps in workspaces, by version; the least used one is let go."""

    def __init__(self, kept: int) -> None:
        self._kept, self._lock = kept, Lock()
        self._ready: OrderedDict[tuple[str, int, date | None], World] = OrderedDict()

    def get(self, document: Document, as_of: date | None = None) -> World:
        """The network of one version of a map on one day; default: the map's own."""
        key = (document.id, document.version, as_of)
        with self._lock:
            if key not in self._ready:
                self._ready[key] = kept_world(document, as_of)
                while len(self._ready) > self._kept:
                    self._ready.popitem(last=False)
            self._ready.move_to_end(key)
            return self._ready[key]


def kept_world(document: Document, as_of: date | None = None) -> World:
    """The network of one version of a map, which was checked when it came in."""
    return world_of(MapKept.model_validate_json(document.body), as_of)[0]


def world_of(kept: MapKept, as_of: date | None = None) -> tuple[World, list[str]]:
    """The network of a map, and what its reader had to repair or leave out, a line each.

    Raises
    ------
    InputError
        every fault of the map at once
    """
    made = cn.import_document(kept.map, kept.name)
    return World(cn.build_network(made.layers, as_of=as_of)), made.report.summary().splitlines()[1:]

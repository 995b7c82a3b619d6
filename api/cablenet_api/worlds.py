"""The networks a service answers from: built once for each day, the least used one let go."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, partial
from threading import Lock

import cablenet as cn
from cablenet_api.layers.collection import Collection
from cablenet_api.layers.of_network import network_collections
from cablenet_api.problems import AtlasUnavailableError

LoadNetwork = Callable[[date | None], "cn.Network"]


def load_atlas(as_of: date | None) -> cn.Network:
    """The network of the shipped atlas on one day."""
    return cn.build_network(cn.atlas(as_of=as_of))


def loader_of(path: str | None) -> LoadNetwork:
    """How networks come from somebody's own map, or from the shipped atlas."""
    return load_atlas if path is None else partial(_load_map, path)


def _load_map(path: str, as_of: date | None) -> cn.Network:
    return cn.build_network(cn.read_layers(path), as_of=as_of)


@dataclass(frozen=True, eq=False)
class World:
    """One network with what is made for it once."""

    network: cn.Network
    capacity: Lock = field(default_factory=Lock, init=False)  # held while `ready` computes flows
    traffic: Lock = field(default_factory=Lock, init=False)  # ... and while it serves demand

    _made: dict[str, bytes] = field(default_factory=dict, init=False)
    _making: Lock = field(default_factory=Lock, init=False)

    def once(self, name: str, make: Callable[[World], bytes]) -> bytes:
        """What is made of this world once, however many ask for it."""
        with self._making:
            if name not in self._made:
                self._made[name] = make(self)
            return self._made[name]

    @cached_property
    def ready(self) -> cn.Ready:
        """The network kept ready for one failure after another."""
        return cn.keep_ready(self.network)

    @cached_property
    def named_events(self) -> cn.ScenarioSet:
        """The named failures that hit something on the network's day."""
        return cn.named_events(self.network)

    @cached_property
    def collections(self) -> dict[str, Collection]:
        """The layers of the network, by name."""
        return network_collections(self.network)


class Worlds:
    """Networks by day. One is built at a time; asking for one that is ready does not wait."""

    def __init__(self, load: LoadNetwork, kept: int) -> None:
        self._load, self._kept = load, kept
        self._ready: OrderedDict[date | None, World] = OrderedDict()
        self._reading, self._building = Lock(), Lock()

    @property
    def days(self) -> list[date | None]:
        """The days that are ready, longest unused first."""
        with self._reading:
            return list(self._ready)

    def get(self, as_of: date | None) -> World:
        """The world of one day, built when it is not ready.

        Raises
        ------
        AtlasUnavailableError
            when the map itself cannot be loaded
        """
        world = self._find(as_of)
        if world is not None:
            return world
        with self._building:
            world = self._find(as_of)
            if world is None:
                try:
                    world = World(self._load(as_of))
                except (cn.errors.CablenetError, OSError) as error:
                    raise AtlasUnavailableError("the map of this service is not usable") from error
                with self._reading:
                    self._ready[as_of] = world
                    while len(self._ready) > self._kept:
                        self._ready.popitem(last=False)
            return world

    def _find(self, as_of: date | None) -> World | None:
        with self._reading:
            if as_of in self._ready:
                self._ready.move_to_end(as_of)
            return self._ready.get(as_of)

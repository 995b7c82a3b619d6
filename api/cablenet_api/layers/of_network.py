"""The layers of one network as collections."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import cablenet as cn
from cablenet_api.layers.collection import Collection, collection_of

TITLES = {
    "cables": "Cable systems, each with all its sections",
    "segments": "Sections of cables between stations and branching units",
    "stations": "Landing places",
    "branching_units": "Branching units on the sea bed",
    "gateways": "Exchange places where traffic enters",
    "links": "Every link of the network, on land too, with its number in service",
    "chokepoints": "Narrow places where many cables pass",
    "jurisdictions": "Who has a say where: coarse, no legal document",
    "ships": "Cable ships at their base ports",
    "depots": "Cable depots that hold spares",
}


def network_collections(network: cn.Network) -> dict[str, Collection]:
    """Every layer of a network, by name."""
    return collections_of(cn.published_layers(network), TITLES)


def collections_of(frames: Mapping[str, Any], titles: Mapping[str, str]) -> dict[str, Collection]:
    """Published layers as collections, by name."""
    return {name: collection_of(name, titles.get(name, name.replace("_", " ")), frame)
            for name, frame in frames.items()}

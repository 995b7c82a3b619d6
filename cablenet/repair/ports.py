"""`port_of`: where a port lies that somebody names."""

from __future__ import annotations

from cablenet.errors import UnknownNameError
from cablenet.network import Network
from cablenet.repair.rules import Place

NAMED = (("stations", ("station_id", "name")), ("ships", ("base_port",)),
         ("depots", ("depot_id", "name")))
"""Tables of the map whose places may be named, and the columns that name them; later ones win."""


def port_of(net: Network, name: str) -> Place:
    """(lon, lat) of a depot, base port or station, by its id or name, in capitals or not.

    Raises
    ------
    UnknownNameError
        no such port; it names those there are
    """
    known: dict[str, Place] = {}
    for table, columns in NAMED:
        frame = net.layers.tables[table]
        frame = frame[~(frame.geometry.isna() | frame.geometry.is_empty)]
        for column in columns:
            known |= {str(one).casefold(): (place.x, place.y)
                      for one, place in zip(frame[column], frame.geometry, strict=True)}
    if name.casefold() not in known:
        raise UnknownNameError("port", name, known)
    return known[name.casefold()]

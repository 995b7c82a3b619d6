"""`PlacesOfPlans`: the places of a map, and with little work those of the map with a plan in it."""

from __future__ import annotations

import numpy as np

from cablenet.network import Network, frozen
from cablenet.scenarios.places import places
from cablenet.scenarios.units import Units, distinct


class PlacesOfPlans:
    """Places are found once for today's map; a plan only adds those that its new links touch.

    A place without a new link is one of today's, so together the two lists hold every place. Some
    in them lie inside others, which costs a walk a little time and changes no answer.
    """

    def __init__(self, today: Network, radius_km: float) -> None:
        self.radius_km = radius_km
        self._links = frozenset(map(str, today.links.id))
        self._today = [(key, name, [str(one) for one in today.links.id[links]])
                       for key, name, links in places(today, radius_km)]

    def units(self, net: Network) -> Units:
        """The places of a network that holds all links of today's and maybe more."""
        number = {str(key): i for i, key in enumerate(net.links.id)}
        old = [(key, name, np.array(sorted(number[one] for one in links), np.int64))
               for key, name, links in self._today]
        new = np.flatnonzero(net.links.in_service
                             & ~np.array([str(key) in self._links for key in net.links.id]))
        found = old + (places(net, self.radius_km, new) if len(new) else [])
        sizes = [len(links) for *_, links in found]
        return Units(
            "place", frozen(np.full(len(found), "place", object)),
            frozen(np.array([key for key, *_ in found], object)),
            frozen(np.array(distinct([name for _, name, _ in found]), object)),
            frozen(np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)),
            frozen(np.concatenate([np.zeros(0, np.int64), *(links for *_, links in found)])))

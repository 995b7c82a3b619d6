"""What a plan for demand may choose: pairs never joined, a latest year, and where it must land."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cablenet.errors import InfeasibleError, InputError
from cablenet.network import Network
from cablenet.planning.candidates import Proposals
from cablenet.planning.prices import build_years

Flags = NDArray[np.bool_]


def allowed(net: Network, options: Proposals, never_joined: Sequence[tuple[str, str]],
            ready_by: int | None) -> Proposals:
    """The candidates that join no such pair of countries and can be in service by the end of a
    year, if they are begun on the day of the map (`prices.build_years`, assumed).

    Raises
    ------
    InfeasibleError
        none is left
    InputError
        a country nobody knows, or a year where the map has no day
    """
    keep, limits = np.ones(len(options), bool), []
    for one, other in never_joined:
        keep &= ~(_lands(net, options, one) & _lands(net, options, other))
        limits.append(f"never_joined {one}, {other}")
    if ready_by is not None:
        begun = net.as_of
        if begun is None:
            raise InputError("ready_by counts from the day of the map, and this map has none; "
                             "give it one with layers.dated(...)")
        start = begun.year + (begun.timetuple().tm_yday - 1) / 365.25
        keep &= start + build_years(options.length_km) <= ready_by + 1
        limits.append(f"ready_by {ready_by}")
    if not keep.any():
        raise InfeasibleError(f"no candidate is left under {'; '.join(limits)}", limits)
    rows = np.flatnonzero(keep)
    return Proposals(options.cable[rows], tuple(options.links[k] for k in rows.tolist()),
                     options.cost_musd[rows], options.length_km[rows], options.modelled[rows])


def landing_in(net: Network, options: Proposals, country: str) -> frozenset[int]:
    """The candidates that land in a country, one of which a plan must build.

    Raises
    ------
    InfeasibleError
        none does
    """
    lands = np.flatnonzero(_lands(net, options, country))
    if not len(lands):
        raise InfeasibleError(f"must_land asks for a new cable in {country}, and no candidate that "
                              "the limits leave lands there", [f"must_land {country}"])
    return frozenset(lands.tolist())


def _lands(net: Network, options: Proposals, country: str) -> Flags:
    """(K,) whether candidates land in a country, given by code or name."""
    code = str(net.country_id[net.country_index(country)])
    station = (net.nodes.kind == 0) & (net.nodes.country == code)
    return np.array([bool((station[net.links.a[mine]] | station[net.links.b[mine]]).any())
                     for mine in options.links], bool)

"""What a solar storm is expected to take: the share of cables and of landing points, exactly.

The model of Jyothi, "Solar Superstorms: Planning for an Internet Apocalypse" (SIGCOMM 2021), in
closed form instead of drawn. A cable of length L with a repeater every s km has n = floor(L / s)
of them. Each fails on its own with probability p, which depends on the largest |latitude| at
which the cable lands, and the cable fails with any of them:

    q = 1 - (1 - p)^n

A landing point is cut off when all its cables have failed. Cables fail independently, so that is
the product of their q. Shares are the means of q and of these products.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cablenet.errors import InputError, NothingHitError
from cablenet.hazards.solar import cable_chance, highest_latitude
from cablenet.network import NODE_KINDS, Network

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class SolarShares:
    """The expected losses of one solar storm.

    Attributes
    ----------
    cables, landing_points
        share of them expected to fail or to be cut off, 0 to 1
    per_cable
        cable_id, name, length_km, length_basis (published or drawn), highest_lat_deg, repeaters,
        chance of failing
    per_point
        station_id, name, country, cables that land there, chance that all of them fail
    """

    cables: float
    landing_points: float
    per_cable: pd.DataFrame
    per_point: pd.DataFrame

    def __repr__(self) -> str:
        return (f"<SolarShares: {self.cables:.3%} of {len(self.per_cable)} cables, "
                f"{self.landing_points:.3%} of {len(self.per_point)} landing points>")


def solar_shares(net: Network, spacing_km: float, chances: Sequence[float]) -> SolarShares:
    """The share of cables and of landing points that a solar storm is expected to take.

    Cables count that have a wet section in service, and the stations where such a section ends.
    A cable's length is the one published for the system, or the one drawn where none is published
    or only a part of it is in service. Land routes between landing points do not count.

    Parameters
    ----------
    spacing_km
        distance between repeaters
    chances
        probability that one repeater fails, for cables whose landing furthest from the equator is
        at 60 degrees or more, at 40 to 60, and below 40

    Raises
    ------
    InputError
        for a spacing that is not above 0, or chances that are not three numbers from 0 to 1
    NothingHitError
        where no cable with a wet section is in service
    """
    links = net.links
    wet = net.of_kind("wet") & (links.cable >= 0)
    on = np.flatnonzero(wet & links.in_service)
    if not len(on):
        raise NothingHitError(f"no wet section of '{net.name}' is in service: "
                              "there is nothing for a solar storm to hit")
    mine = np.unique(links.cable[on])
    length, basis = _lengths_km(net, wet)
    lat = highest_latitude(net)
    failing = np.full(len(net.cable_id), np.nan)
    failing[mine] = cable_chance(length[mine], lat[mine], spacing_km, chances)

    node = np.concatenate([links.a[on], links.b[on]])
    cable = np.concatenate([links.cable[on], links.cable[on]])
    landed = net.nodes.kind[node] == NODE_KINDS.index("station")
    pairs = np.unique(np.column_stack([cable[landed], node[landed]]), axis=0)
    points, point = np.unique(pairs[:, 1], return_inverse=True)
    cut_off = cut_off_chance(failing, pairs[:, 0], point, len(points))
    per_cable = pd.DataFrame({
        "cable_id": net.cable_id[mine], "name": net.cable_name[mine], "length_km": length[mine],
        "length_basis": basis[mine], "highest_lat_deg": lat[mine],
        "repeaters": np.floor(length[mine] / spacing_km).astype(int), "chance": failing[mine]})
    per_point = pd.DataFrame({
        "station_id": net.nodes.id[points], "name": net.nodes.name[points],
        "country": net.nodes.country[points],
        "cables": np.bincount(point, minlength=len(points)), "chance": cut_off})
    return SolarShares(float(failing[mine].mean()),
                       float(cut_off.mean()) if len(cut_off) else float("nan"),
                       per_cable, per_point)


def cut_off_chance(failing: ArrayLike, cable: Ints, point: Ints, points: int) -> Floats:
    """The chance that all cables of a landing point fail: the product over its cables.

    Parameters
    ----------
    failing
        (C,) chance that each cable fails; NaN, for a cable of unknown length, counts as 0: nobody
        can say how many repeaters it has, and the paper's model lets it stand
    cable, point
        (K,) which cable lands at which point; a pair given twice counts once

    Returns
    -------
    (points,), NaN for a point where no cable lands
    """
    known = np.nan_to_num(np.asarray(failing, float), nan=0.0)
    if len(cable) != len(point):
        raise InputError(f"{len(cable)} cables and {len(point)} points do not make pairs")
    pairs = np.unique(np.column_stack([cable, point]).astype(np.int64), axis=0)
    out = np.ones(points)
    np.multiply.at(out, pairs[:, 1], known[pairs[:, 0]])
    out[np.bincount(pairs[:, 1], minlength=points) == 0] = np.nan
    return out


def _lengths_km(net: Network, wet: NDArray[np.bool_]) -> tuple[Floats, NDArray[np.object_]]:
    """(C,) length of each cable and whether it is published or drawn."""
    links, count = net.links, len(net.cable_id)
    on = wet & links.in_service
    drawn = np.bincount(links.cable[on], links.length_km[on], minlength=count)
    whole = np.bincount(links.cable[wet & ~on], minlength=count) == 0
    table = net.layers.tables["cables"].set_index("cable_id")["length_km"]
    published = table.reindex(net.cable_id).to_numpy(float)
    stated = whole & np.isfinite(published)
    return (np.where(stated, published, drawn),
            np.where(stated, "published", "drawn").astype(object))

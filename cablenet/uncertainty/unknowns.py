"""The unknowns of a network, and the network as each draw of them would have it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from cablenet.errors import InputError, UnknownNameError
from cablenet.network import Network, frozen
from cablenet.traffic.classes import CLASSES
from cablenet.traffic.demand import Demand, scaled_demand
from cablenet.uncertainty.ranges import RANGES, Provenance, Range, factor, hull
from cablenet.uncertainty.routes import Routes, routes_of

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
KINDS = ("lit", "demand", "classes", "routes")
"""Lit capacity by cable and crossing, demand by country, shares of classes, places of lines."""


@dataclass(frozen=True, eq=False)
class Unknowns:
    """K numbers that are not known well, and how a network depends on them.

    Attributes
    ----------
    name, kind
        (K,) such as 'capacity of SEA-ME-WE 5'
    low, high
        (K,) factor on the map's value; for routes 0 and 1, the quantile itself
    lit_of
        (L,) the unknown of each link's lit capacity, -1 where it is taken as known
    demand_of
        (D,) the unknown of each demand
    classes
        (7,) or (0,) the unknown of each class
    routes, first_route
        the lines that can move, and the unknown of the first of them
    """

    network: Network
    name: tuple[str, ...]
    kind: tuple[str, ...]
    low: Floats
    high: Floats
    lit_of: Ints
    demand_of: Ints
    classes: Ints
    routes: Routes | None
    first_route: int

    def __len__(self) -> int:
        return len(self.name)

    def quantiles(self, draws: int, seed: int) -> Floats:
        """(draws, K) quantiles: of each unknown one from every 1/draws of its range, shuffled.

        Each unknown has a stream of its own, named after it, so that what else is drawn does not
        matter (Latin hypercube sampling; McKay, Beckman & Conover 1979).
        """
        out = np.empty((draws, len(self)))
        for k, name in enumerate(self.name):
            rng = np.random.default_rng([seed, crc32(name.encode())])
            out[:, k] = (rng.permutation(draws) + rng.random(draws)) / draws
        return out

    def drawn(self, quantile: Floats) -> Network:
        """The network under (K,) quantiles; NaN leaves the map's value."""
        net = self.network
        times = factor(quantile, self.low, self.high)
        lit = self._lit(times)
        geometry = net.links.geometry
        if self.routes is not None:
            u = quantile[self.first_route:self.first_route + len(self.routes.link)]
            offset = np.where(np.isnan(u), 0.0, norm.ppf(np.clip(np.nan_to_num(u, nan=0.5),
                                                                 1e-9, 1 - 1e-9)))
            if offset.any():
                geometry = self.routes.moved(net, offset * self.routes.sigma_km)
        net = replace(net, links=replace(net.links, lit_tbps=frozen(lit), geometry=geometry))
        demand = self._demand(times)
        return net if demand is net.demands else net.with_demand(demand)

    def _lit(self, times: Floats) -> Floats:
        """Backhaul carries what its station's sections can, so it grows and falls with them."""
        links = self.network.links
        known = self.lit_of < 0
        every = np.append(times, 1.0)  # -1 is what is not drawn
        lit: Floats = np.asarray(links.lit_tbps * every[self.lit_of], np.float64)
        section = links.in_service & (links.cable >= 0) & ~np.isnan(lit)
        if not (section & ~known).any():
            return lit
        landed = np.zeros((2, len(self.network.nodes)))
        for row, amount in zip(landed, (links.lit_tbps, lit), strict=True):
            np.add.at(row, links.a[section], amount[section])
            np.add.at(row, links.b[section], amount[section])
        grown = np.divide(landed[1], landed[0], out=np.ones(len(landed[0])), where=landed[0] > 0)
        return np.asarray(np.where(self.network.of_kind("backhaul"), lit * grown[links.a], lit))

    def _demand(self, times: Floats) -> Demand:
        demand = self.network.demands
        if (self.demand_of >= 0).any():
            demand = scaled_demand(demand, times[self.demand_of])
        if not len(self.classes):
            return demand
        share = demand.class_tbps * times[self.classes]
        total = share.sum(axis=1)
        scale = np.divide(demand.tbps, total, out=np.zeros_like(total), where=total > 0)
        return replace(demand, class_tbps=share * scale[:, None])


def unknowns_of(net: Network, what: Sequence[str] = KINDS) -> Unknowns:
    """Every number of the asked kinds with its range: the map's own, else the assumed one.

    Raises
    ------
    UnknownNameError
        a kind that does not exist
    InputError
        a range in the map's provenance that is none
    """
    for kind in what:
        if kind not in KINDS:
            raise UnknownNameError("kind of unknown", kind, KINDS)
    if not what:
        raise InputError(f"nothing is to be drawn; name some of {', '.join(KINDS)}")
    told = Provenance(net.layers.tables["provenance"], RANGES)
    made: list[tuple[str, str, Range]] = []
    lit_of = np.full(len(net.links), -1)
    demand_of = np.full(len(net.demands), -1)
    if "lit" in what:
        _lit_unknowns(net, told, made, lit_of)
    if "demand" in what:
        asks = net.gateways.country[net.demands.from_gateway]
        value = dict(zip(net.layers.tables["countries"]["country"],
                         net.layers.tables["countries"]["demand_tbps"], strict=True))
        for country in np.unique(asks).tolist():
            code = str(net.country_id[country])
            demand_of[asks == country] = len(made)
            made.append((f"demand of {net.country_name[country]}", "demand", told.range_of(
                "countries", code, "demand_tbps", float(value.get(code, np.nan)))))
    classes = np.zeros(0, np.int64)
    if "classes" in what:
        classes = len(made) + np.arange(len(CLASSES))
        made += [(f"share of {row.name}", "classes",
                  Range(row.low / row.share, row.high / row.share, row.confidence))
                 for row in CLASSES]
    routes, first = None, len(made)
    if "routes" in what:
        routes = routes_of(net)
        made += [(f"route of {net.links.id[link]}", "routes", Range(0.0, 1.0, "assumed"))
                 for link in routes.link.tolist()]
    told.refuse_bad()
    return Unknowns(net, tuple(one[0] for one in made), tuple(one[1] for one in made),
                    np.array([one[2].low for one in made]),
                    np.array([one[2].high for one in made]), lit_of, demand_of, classes, routes,
                    first)


def _lit_unknowns(net: Network, told: Provenance, made: list[tuple[str, str, Range]],
                  lit_of: Ints) -> None:
    """One factor for each cable, the hull of its sections' ranges, and one for each crossing.

    A section without a figure of its own has that of its cable, and so its range.
    """
    links = net.links
    known = ~np.isnan(links.lit_tbps)
    section = np.flatnonzero(links.in_service & (links.cable >= 0) & known)
    table = net.layers.tables["segments"]
    own = set(table.loc[table["lit_capacity_tbps"].notna(), "segment_id"])
    for cable in np.unique(links.cable[section]).tolist():
        mine = section[links.cable[section] == cable]
        lit_of[mine] = len(made)
        made.append((f"capacity of {net.cable_name[cable]}", "lit", hull([
            told.range_of("segments", key, "lit_capacity_tbps", tbps) if key in own else
            told.range_of("cables", str(net.cable_id[cable]), "lit_capacity_tbps", tbps)
            for key, tbps in zip(links.id[mine], links.lit_tbps[mine].tolist(), strict=True)])))
    for kinds, layer in ((("border", "mesh_land", "mesh_sea"), "border_crossings"),
                         (("fixed_link",), "fixed_links")):
        for link in np.flatnonzero(links.in_service & net.of_kind(*kinds) & known).tolist():
            lit_of[link] = len(made)
            made.append((f"capacity of {links.id[link]}", "lit", told.range_of(
                layer, str(links.id[link]), "lit_capacity_tbps", float(links.lit_tbps[link]))))

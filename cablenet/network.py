"""`Network`: the numbered case. Nodes, links, cables and shared-risk groups as frozen arrays.

Every link, proposed ones too, gets its number once when the network is built, so masks, scores
and plans always line up. `cablenet.build` makes networks; nothing changes one.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import cached_property
from typing import Any, TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cablenet.errors import MismatchError, UnknownNameError
from cablenet.geo import dateline
from cablenet.layers import Layers
from cablenet.traffic.demand import Demand

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Texts = NDArray[np.object_]

NODE_KINDS = ("station", "branching_unit", "gateway")
LINK_KINDS = ("wet", "land", "backhaul", "border", "fixed_link", "mesh_land", "mesh_sea")
GROUP_KINDS = ("cable", "station", "chokepoint", "jurisdiction", "power_feed", "corridor")
FIBRE_KM_PER_MS = 204.2
"""Light covers 204.2 km of fibre in a millisecond: c / 1.468, the group index of G.654 fibre."""


@dataclass(frozen=True, eq=False)
class Nodes:
    """N nodes: stations, branching units and gateways.

    `station` and `gateway` hold indices of the N nodes; `country` is ISO 3166-1 alpha-2 ('' at
    sea); `landmass` joins what a road could join.
    """

    id: Texts
    name: Texts
    kind: NDArray[np.int8]
    country: Texts
    landmass: Texts
    lon: Floats
    lat: Floats

    def __len__(self) -> int:
        return len(self.id)


@dataclass(frozen=True, eq=False)
class Links:
    """L links: wet and land sections of cables, backhaul, border crossings, fixed links, mesh.

    `a` and `b` index nodes, `cable` indexes cables (-1: of no cable). Capacities are Tbps in each
    direction, NaN where unknown. `geometry` is unwrapped (longitudes may pass 180).
    """

    id: Texts
    kind: NDArray[np.int8]
    a: Ints
    b: Ints
    cable: Ints
    in_service: Flags
    length_km: Floats
    design_tbps: Floats
    lit_tbps: Floats
    sigma_km: Floats
    geometry: Texts

    def __len__(self) -> int:
        return len(self.id)

    @property
    def latency_ms(self) -> Floats:
        """One-way propagation delay of each link, ms."""
        return self.length_km / FIBRE_KM_PER_MS


@dataclass(frozen=True, eq=False)
class Gateways:
    """G gateways: where traffic enters. `node` (G,) indexes nodes, `country` (G,) countries.

    `people` and `users` are head counts, `demand_tbps` the peak demand that enters here, and
    `hub_weight` the pull on other countries' demand (0: not a hub).
    """

    node: Ints
    country: Ints
    people: Floats
    users: Floats
    demand_tbps: Floats
    hub_weight: Floats

    def __len__(self) -> int:
        return len(self.node)


@dataclass(frozen=True, eq=False)
class Groups:
    """R shared-risk groups: `links[indptr[r]:indptr[r + 1]]` are the links that fail with r."""

    id: Texts
    kind: Texts
    name: Texts
    indptr: Ints
    links: Ints

    def __len__(self) -> int:
        return len(self.id)

    def members(self, r: int) -> Ints:
        """Links of group r."""
        return self.links[self.indptr[r]:self.indptr[r + 1]]


@dataclass(frozen=True, eq=False)
class Network:
    """The numbered case that scenarios, scores and plans refer to.

    Attributes
    ----------
    feeds
        (F, 2) pairs (cable, node): the landings that feed each cable's wet plant with power
    powered
        (C,) true where a section that no feeding landing reaches goes dark
    cable_cost_musd
        (C,) published or proposed cost of each cable, NaN where unknown
    layers
        the map it was built from (ships, permits and all other tables)
    """

    name: str
    as_of: date | None
    nodes: Nodes
    links: Links
    cable_id: Texts
    cable_name: Texts
    country_id: Texts
    country_name: Texts
    gateways: Gateways
    demands: Demand
    groups: Groups
    feeds: Ints
    powered: Flags
    cable_cost_musd: Floats
    layers: Layers
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        when = f", as of {self.as_of}" if self.as_of else ""
        return (f"<Network '{self.name}'{when}: {len(self.nodes)} nodes, {len(self.links)} links "
                f"({int(self.links.in_service.sum())} in service), {len(self.cable_id)} cables, "
                f"{len(self.gateways)} gateways in {len(self.country_id)} countries, "
                f"{len(self.groups)} shared-risk groups>")

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over every array and the map's own fingerprint."""
        digest = hashlib.sha256(self.layers.fingerprint.encode())
        digest.update(f"{self.name}|{self.as_of}".encode())
        for part in (self.nodes, self.links, self.gateways, self.demands, self.groups):
            for item in fields(part):
                _hash_array(digest, item.name, getattr(part, item.name))
        for name in ("cable_id", "country_id", "feeds", "powered", "cable_cost_musd"):
            _hash_array(digest, name, getattr(self, name))
        return digest.hexdigest()

    @cached_property
    def graph(self) -> Any:
        """A frozen `networkx.MultiGraph` of the links in service, keyed by link id.

        Nodes carry `kind`, `name`, `country`, `lon`, `lat`; edges carry `link`, `cable_id`,
        `length_km` and `lit_tbps`.
        """
        from cablenet import network_graph  # networkx costs 0.2 s, which only this view needs

        nodes = self.nodes_frame()
        links = self.to_frame()[self.links.in_service]
        more = ("kind", "cable_id", "length_km", "design_tbps", "lit_tbps")
        attributes = nodes.assign(lon=nodes.geometry.x, lat=nodes.geometry.y)
        return network_graph.frozen_multigraph(
            self.name,
            ((row.pop("node_id"), row) for row in
             attributes.drop(columns="geometry").to_dict("records")),
            ((row["from_id"], row["to_id"], row["link_id"],
              {"link": i, **{key: row[key] for key in more}})
             for i, row in zip(links.index, links.to_dict("records"), strict=True)),
        )

    def node_index(self, node_id: str) -> int:
        """The number of a node by its id (aliases count)."""
        return _index("station, branching unit or gateway", node_id, self._node_index, self.layers)

    def cable_index(self, cable_id: str) -> int:
        """The number of a cable by its id, its name or an alias."""
        return _index("cable", cable_id, self._cable_index, self.layers)

    def country_index(self, country: str) -> int:
        """The number of a country by its ISO code or name."""
        return _index("country", country, self._country_index, self.layers)

    def link_index(self, link_id: str) -> int:
        """The number of a link by its id."""
        return _index("link", link_id, self._link_index, self.layers)

    @cached_property
    def _node_index(self) -> dict[str, int]:
        return {str(key): i for i, key in enumerate(self.nodes.id)}

    @cached_property
    def _link_index(self) -> dict[str, int]:
        return {str(key): i for i, key in enumerate(self.links.id)}

    @cached_property
    def _cable_index(self) -> dict[str, int]:
        names = {str(name): i for i, name in enumerate(self.cable_name)}
        return names | {str(key): i for i, key in enumerate(self.cable_id)}

    @cached_property
    def _country_index(self) -> dict[str, int]:
        names = {str(name): i for i, name in enumerate(self.country_name)}
        return names | {str(key): i for i, key in enumerate(self.country_id)}

    @cached_property
    def hubs(self) -> Ints:
        """Gateways (numbers, not nodes) that are hubs."""
        return np.flatnonzero(self.gateways.hub_weight > 0)

    def links_of_cable(self, cable: int) -> Ints:
        """The links of one cable, in service or not."""
        return np.flatnonzero(self.links.cable == cable)

    def links_at_node(self, node: int) -> Ints:
        """The links that end at one node."""
        return np.flatnonzero((self.links.a == node) | (self.links.b == node))

    def of_kind(self, *kinds: str) -> Flags:
        """(L,) true for links of the named kinds."""
        return np.isin(self.links.kind, [LINK_KINDS.index(kind) for kind in kinds])

    def without_mesh(self) -> Network:
        """The same numbering with the declared hub mesh out of service."""
        return self.with_service(self.links.in_service & ~self.of_kind("mesh_land", "mesh_sea"),
                                 note="the declared hub mesh is removed")

    def with_service(self, in_service: Flags, note: str = "") -> Network:
        """A new network of the same links with another `in_service`."""
        changed = frozen(np.asarray(in_service, bool).copy())
        return replace(self, links=replace(self.links, in_service=changed),
                       notes=(*self.notes, note) if note else self.notes)

    def with_demand(self, demand: Demand, note: str = "") -> Network:
        """A new network of the same links that carries another demand.

        What enters at each gateway (`gateways.demand_tbps`) becomes the sum of what it asks for.

        Raises
        ------
        MismatchError
            when the demand names gateways that this network does not have
        """
        count = len(self.gateways)
        ends = np.concatenate([demand.from_gateway, demand.to_gateway])
        if len(ends) and not 0 <= ends.min() <= ends.max() < count:
            raise MismatchError(f"the demand is between gateways up to number {ends.max()}, this "
                                f"network has {count}; read it for this network")
        asked = np.bincount(demand.from_gateway, demand.tbps, minlength=count)
        return replace(self, demands=freeze_part(demand),
                       gateways=replace(self.gateways, demand_tbps=frozen(asked)),
                       notes=(*self.notes, note) if note else self.notes)

    def explore(self) -> Any:
        """An interactive map of the network; needs no internet."""
        from cablenet.maps import explore  # a picture asked of its numbers: the one call upwards

        return explore(self)

    def plot(self, **options: Any) -> Any:
        """A printed map of the network; returns the matplotlib axes."""
        from cablenet.maps import draw_map

        return draw_map(self, **options)

    def nodes_frame(self) -> gpd.GeoDataFrame:
        """All nodes as points, with readable columns."""
        nodes = self.nodes
        frame = pd.DataFrame({
            "node_id": nodes.id, "name": nodes.name, "country": nodes.country,
            "kind": [NODE_KINDS[kind] for kind in nodes.kind],
        })
        points = gpd.points_from_xy((nodes.lon + 180.0) % 360.0 - 180.0, nodes.lat)
        return gpd.GeoDataFrame(frame, geometry=points, crs="EPSG:4326")

    def to_frame(self) -> pd.DataFrame:
        """All links, with readable columns."""
        links = self.links
        cable = np.where(links.cable >= 0, self.cable_id[np.maximum(links.cable, 0)], "")
        return pd.DataFrame({
            "link_id": links.id, "kind": [LINK_KINDS[kind] for kind in links.kind],
            "cable_id": cable, "from_id": self.nodes.id[links.a], "to_id": self.nodes.id[links.b],
            "in_service": links.in_service, "length_km": links.length_km.round(1),
            "design_tbps": links.design_tbps, "lit_tbps": links.lit_tbps,
        })

    def to_geo(self) -> gpd.GeoDataFrame:
        """All links as lines cut at +-180, with readable columns."""
        return gpd.GeoDataFrame(self.to_frame(), geometry=dateline.cut_all(self.links.geometry),
                                crs="EPSG:4326")


Part = TypeVar("Part", Nodes, Links, Gateways, Demand, Groups)


def frozen(array: NDArray[Any]) -> NDArray[Any]:
    """The array, no longer writeable."""
    array.flags.writeable = False
    return array


def freeze_part(part: Part) -> Part:
    """The same part with every array made read-only."""
    for item in fields(part):
        frozen(getattr(part, item.name))
    return part


def _index(kind: str, name: str, known: dict[str, int], layers: Layers) -> int:
    if name in known:
        return known[name]
    aliases = layers.tables["aliases"]
    for target in aliases.loc[aliases["alias"] == name, "id"]:
        if target in known:
            return known[target]
    folded = {key.casefold(): value for key, value in known.items()}
    if name.casefold() in folded:
        return folded[name.casefold()]
    raise UnknownNameError(kind, name, known)


def _hash_array(digest: Any, name: str, array: NDArray[Any]) -> None:
    digest.update(f"\x1d{name}{array.shape}".encode())
    if name == "geometry":
        import shapely

        digest.update(b"".join(shapely.to_wkb(array, byte_order=1)))
    elif array.dtype == object:
        digest.update("\x1f".join(map(str, array)).encode())
    else:
        digest.update(np.ascontiguousarray(array).tobytes())

"""`CandidateTable`: many things that could be built, priced as arrays, drawn only on demand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from cablenet.build import build_network
from cablenet.errors import InputError, MismatchError
from cablenet.geo import dateline, geodesic
from cablenet.geo.sea_router import SeaRouter, great_legs
from cablenet.layers import WGS84, Layers
from cablenet.network import Network
from cablenet.planning.prices import branch_costs_musd, cable_costs_musd
from cablenet.planning.trunk_edit import with_branching_units, with_more_lit, with_stations

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Texts = NDArray[np.object_]

CANDIDATE_KINDS = ("cable", "landing", "branch", "upgrade")
"""A new cable; one to a new station; a branch to a trunk; more light on an existing system."""


@dataclass(frozen=True, eq=False)
class Places:
    """Where candidates end: the map's stations and units first, then places to be made.

    `new` is '' for a place of the map, `station` or `unit` for one that a candidate makes;
    `cable`, `segment` and `km` say where on which trunk a new unit sits; `land_musd` (3, P) is
    what the land side of a new station costs.
    """

    id: Texts
    name: Texts
    country: Texts
    lon: Floats
    lat: Floats
    new: Texts
    cable: Texts
    segment: Texts
    km: Floats
    land_musd: Floats

    def __len__(self) -> int:
        return len(self.id)


@dataclass(frozen=True, eq=False)
class CandidateTable:
    """K candidates of one map.

    Attributes
    ----------
    kind
        (K,) index into `CANDIDATE_KINDS`
    a, b
        (K,) indices into `places`; equal for an upgrade
    cable
        (K,) the system that a branch joins or an upgrade lights, '' otherwise
    length_km
        (K,) length at sea, measured on the mesh (the drawn line is within a few per cent)
    cost_musd
        (3, K) low, typical and high
    design_tbps, lit_tbps
        (K,) what the candidate brings; for an upgrade `lit_tbps` is what it adds
    notes
        what was left out, and why
    own_id, own_line
        (K,) ids and lines that a user gave, '' and None where the candidate is ours; both None
        where all are
    """

    layers: Layers
    router: SeaRouter
    places: Places
    kind: NDArray[np.int8]
    a: Ints
    b: Ints
    cable: Texts
    length_km: Floats
    cost_musd: Floats
    design_tbps: Floats
    lit_tbps: Floats
    notes: tuple[str, ...] = ()
    own_id: Texts | None = None
    own_line: Texts | None = None

    def __len__(self) -> int:
        return len(self.kind)

    def __repr__(self) -> str:
        counts = ", ".join(f"{int((self.kind == i).sum())} {name}"
                           for i, name in enumerate(CANDIDATE_KINDS) if (self.kind == i).any())
        return f"<CandidateTable '{self.layers.name}': {len(self)} candidates ({counts})>"

    def ids(self, rows: Any = slice(None)) -> Texts:
        """Ids of some rows, made when asked: `new:from:to`, `branch:...`, `upgrade:cable`."""
        word = np.array(["new", "new", "branch", "upgrade"], object)[self.kind[rows]]
        ends = self.places.id[self.a[rows]] + ":" + self.places.id[self.b[rows]]
        ends = np.where(word == "upgrade", self.cable[rows], ends)
        made = np.asarray(word + ":" + ends, object)
        own = self.own_id[rows] if self.own_id is not None else np.full(len(made), "", object)
        return np.asarray(np.where(own != "", own, made), object)

    def of_kind(self, *kinds: str) -> Ints:
        """Rows of the named kinds."""
        return np.flatnonzero(np.isin(self.kind, [CANDIDATE_KINDS.index(k) for k in kinds]))

    def chosen(self, rows: Any) -> CandidateTable:
        """The table of some rows only, in their order."""
        return replace(self, kind=self.kind[rows], a=self.a[rows], b=self.b[rows],
                       cable=self.cable[rows], length_km=self.length_km[rows],
                       cost_musd=self.cost_musd[:, rows], design_tbps=self.design_tbps[rows],
                       lit_tbps=self.lit_tbps[rows],
                       own_id=None if self.own_id is None else self.own_id[rows],
                       own_line=None if self.own_line is None else self.own_line[rows])

    def nodes(self, net: Network) -> tuple[Ints, Ints]:
        """(K,), (K,) the network's nodes at both ends; -1 where the place is still to be made."""
        number = {str(key): i for i, key in enumerate(net.nodes.id)}
        found = np.array([number.get(str(key), -1) for key in self.places.id], np.int64)
        lost = (found < 0) & (self.places.new == "")
        if lost.any():
            raise MismatchError(f"'{self.places.id[lost][0]}' is no node of '{net.name}'; make the "
                                "table from the map of that network")
        return found[self.a], found[self.b]

    def to_frame(self, rows: Any = slice(None)) -> pd.DataFrame:
        """Some rows as a frame, without geometry."""
        low, typical, high = self.cost_musd[:, rows]
        a, b = self.a[rows], self.b[rows]
        return pd.DataFrame({
            "candidate_id": self.ids(rows),
            "kind": np.array(CANDIDATE_KINDS, object)[self.kind[rows]],
            "from_id": self.places.id[a], "to_id": self.places.id[b],
            "from_country": self.places.country[a], "to_country": self.places.country[b],
            "cable_id": self.cable[rows], "length_km": self.length_km[rows],
            "cost_low_musd": low, "cost_musd": typical, "cost_high_musd": high,
            "design_capacity_tbps": self.design_tbps[rows],
            "lit_capacity_tbps": self.lit_tbps[rows],
        })

    def drawn(self, rows: Sequence[int] | Ints) -> gpd.GeoDataFrame:
        """The frame that `build_network(candidates=...)` takes, each line drawn and priced by it.

        Upgrades have no line: they are in the map of `layers_with(rows)`. A user's own candidate
        keeps its line and its cost.
        """
        given = np.asarray(rows, np.int64)
        wet: Ints = given[self.kind[given] != CANDIDATE_KINDS.index("upgrade")]
        lines: dict[int, shapely.LineString] = {}
        own = np.zeros(len(wet), bool)
        if self.own_line is not None:
            own = np.array([line is not None for line in self.own_line[wet]], bool)
            lines |= {int(row): self.own_line[row] for row in wet[own]}
        for start in np.unique(self.a[wet[~own]]):
            lines |= self._lines_from(int(start), wet[~own & (self.a[wet] == start)])
        geometry = [lines[int(row)] for row in wet]
        frame = self.to_frame(wet)
        km = geodesic.line_lengths_km(np.array(geometry, object)) if len(wet) else np.zeros(0)
        low, typical, high = np.where(own, self.cost_musd[:, wet], self._priced(wet, km))
        names = [f"{self.places.name[self.a[row]]} - {self.places.name[self.b[row]]} (proposed)"
                 for row in wet]
        frame = frame.assign(name=names, length_km=km.round(1), cost_low_musd=low.round(3),
                             cost_musd=typical.round(3), cost_high_musd=high.round(3))
        return gpd.GeoDataFrame(frame, geometry=geometry, crs=WGS84)

    def layers_with(self, rows: Sequence[int] | Ints) -> Layers:
        """The map with what the candidates of some rows need before they can be connected.

        New stations get backhaul to the gateways of their landmass, a trunk is split at each new
        branching unit, and an upgraded system is lit further. The same map where nothing is new.
        """
        rows = np.asarray(rows, np.int64)
        layers = self.layers
        ends = np.unique(np.concatenate([self.a[rows], self.b[rows]])) if len(rows) else rows
        stations = ends[self.places.new[ends] == "station"]
        units = ends[self.places.new[ends] == "unit"]
        if len(stations):
            layers = with_stations(layers, *(part[stations] for part in (
                self.places.id, self.places.name, self.places.country, self.places.lon,
                self.places.lat)))
        if len(units):
            layers = with_branching_units(layers, *(part[units] for part in (
                self.places.id, self.places.segment, self.places.km)))
        lit = rows[self.kind[rows] == CANDIDATE_KINDS.index("upgrade")]
        return with_more_lit(layers, dict(zip(self.cable[lit], self.lit_tbps[lit], strict=True))
                             ) if len(lit) else layers

    def network(self, rows: Sequence[int] | Ints, **options: Any) -> Network:
        """The map numbered with the candidates of some rows in it, not in service yet."""
        frame = self.drawn(rows)
        return build_network(self.layers_with(rows), candidates=frame if len(frame) else None,
                             **options)

    def _lines_from(self, start: int, rows: Ints) -> dict[int, shapely.LineString]:
        """Lines of rows that begin at one place, from one search tree."""
        at = self.places
        dearest = float(self.length_km[rows].max()) * float(self.router.factor.max())
        limit = 1.3 * max(dearest, 400.0)
        tree = self.router.tree(at.lon[start], at.lat[start], limit)
        lines = {}
        for row in rows:
            end = int(self.b[row])
            xy = great_legs(self.router.way(tree, at.lon[end], at.lat[end]))
            xy = np.vstack([xy, xy]) if len(xy) == 1 else xy
            lines[int(row)] = dateline.unwrap(shapely.LineString(xy))
        return lines

    def _priced(self, rows: Ints, km: Floats) -> Floats:
        """(3, R) cost of some rows at other lengths."""
        return priced(self.kind[rows], km, self.places, self.a[rows], self.b[rows])


def priced(kind: NDArray[np.int8], km: Floats, places: Places, a: Ints, b: Ints) -> Floats:
    """(3, K) cost of cables, landings and branches of these lengths between these places."""
    branch = kind == CANDIDATE_KINDS.index("branch")
    cost = np.where(branch, branch_costs_musd(km), cable_costs_musd(km))
    return np.asarray(cost + places.land_musd[:, a] + places.land_musd[:, b])


def without_dearer_twins(table: CandidateTable, copies: int = 1) -> CandidateTable:
    """The table with only the `copies` cheapest candidates between any two places.

    Lossless for promises of connection that need at most `copies` candidates between two places
    at once, of which a failure takes each alone. Proof: two candidates between the same places
    join the same parts whatever else has failed, and each fails by itself or with a place they
    share. Take an optimal plan with a dearer twin in it. If a cheaper twin outside the plan
    exists, swap them: the same sets of places stay joined after every failure, and the cost does
    not rise. Repeat until none is left. It says nothing about twins on different corridors when
    a failure is a place at sea (then routes differ and no twin may go), nor about capacity, nor
    does "the three cheapest of each pair of countries" follow from it: those land at different
    stations.
    """
    if copies < 1:
        raise InputError("copies must be at least 1")
    low, high = np.minimum(table.a, table.b), np.maximum(table.a, table.b)
    mine = np.flatnonzero(table.kind != CANDIDATE_KINDS.index("upgrade"))
    order = mine[np.lexsort((mine, table.cost_musd[1, mine], high[mine], low[mine]))]
    key = low[order] * len(table.places) + high[order]
    first = np.searchsorted(key, key)
    kept = order[np.arange(len(order)) - first < copies]
    rest = np.flatnonzero(table.kind == CANDIDATE_KINDS.index("upgrade"))
    return table.chosen(np.sort(np.concatenate([kept, rest])))


def join_tables(tables: Sequence[CandidateTable]) -> CandidateTable:
    """Several tables of one map in one; the places of the map are the same in all."""
    first = tables[0]
    if any(table.layers is not first.layers for table in tables):
        raise InputError("tables of different maps cannot be joined")
    base = int((first.places.new == "").sum())
    places, a, b, total = [first.places], [first.a], [first.b], len(first.places)
    for table in tables[1:]:
        shift = total - base
        a.append(np.where(table.a >= base, table.a + shift, table.a))
        b.append(np.where(table.b >= base, table.b + shift, table.b))
        extra = select_places(table.places, np.arange(base, len(table.places)))
        places.append(extra)
        total += len(extra)

    def whole(name: str) -> Any:
        return np.concatenate([getattr(table, name) for table in tables], axis=-1)

    def own(name: str, blank: Any) -> Any:
        if all(getattr(table, name) is None for table in tables):
            return None
        return np.concatenate([np.full(len(table), blank, object) if getattr(table, name) is None
                               else getattr(table, name) for table in tables])

    return CandidateTable(
        first.layers, first.router, join_places(places), whole("kind"), np.concatenate(a),
        np.concatenate(b), whole("cable"), whole("length_km"), whole("cost_musd"),
        whole("design_tbps"), whole("lit_tbps"),
        tuple(note for table in tables for note in table.notes),
        own("own_id", ""), own("own_line", None))


def select_places(places: Places, rows: Ints) -> Places:
    """Some places, in their order."""
    return Places(*(getattr(places, name)[..., rows] for name in Places.__dataclass_fields__))


def join_places(parts: Sequence[Places]) -> Places:
    """Places one after the other."""
    return Places(*(np.concatenate([getattr(part, name) for part in parts], axis=-1)
                    for name in Places.__dataclass_fields__))


def places_of(layers: Layers) -> Places:
    """The stations of a map, then its branching units."""
    stations, units = layers.tables["stations"], layers.tables["branching_units"]
    count = len(stations) + len(units)
    blank = np.full(count, "", object)

    def text(*parts: pd.Series) -> Texts:
        return np.concatenate([part.astype(object).fillna("").to_numpy(object) for part in parts])

    geometry = [frame.geometry for frame in (stations, units)]
    return Places(
        text(stations["station_id"], units["bu_id"]), text(stations["name"], units["bu_id"]),
        np.concatenate([text(stations["country"]), np.full(len(units), "", object)]),
        np.concatenate([shape.x.to_numpy(float) for shape in geometry]),
        np.concatenate([shape.y.to_numpy(float) for shape in geometry]),
        blank, blank, blank, np.full(count, np.nan), np.zeros((3, count)))

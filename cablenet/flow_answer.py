"""`flow_optimum`: one state of the network, and who is served over which paths."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cablenet.errors import UnknownNameError
from cablenet.geo import dateline
from cablenet.metrics.flow_case import FlowCase, flow_case
from cablenet.metrics.traffic_rules import TrafficRules
from cablenet.network import Network
from cablenet.scenarios.scenario_set import ScenarioSet
from cablenet.traffic.classes import CLASSES
from cablenet.traffic.optimum import FlowSolver, Optimum
from cablenet.traffic.ways import Way, round_trips, ways

Floats = NDArray[np.float64]
FULL = 1e-6
"""An arc is full when no more than this share of its room is left."""


@dataclass(frozen=True, eq=False)
class FlowAnswer:
    """The flow optimum intact and after one failure."""

    case: FlowCase
    before: Optimum
    after: Optimum

    def __repr__(self) -> str:
        left = float(self.after.unserved_tbps.sum())
        return (f"<FlowAnswer: {left:.4g} of {self.case.problem.tbps.sum():.4g} Tbps unserved, "
                f"{'proved' if self.after.proved else 'NOT proved'}>")

    @property
    def unserved_tbps(self) -> float:
        """Peak demand not carried after the failure."""
        return float(self.after.unserved_tbps.sum())

    def by_class(self) -> pd.DataFrame:
        """Demand and what is unserved of it, before and after, by class of traffic, Tbps."""
        asked, before, after = (self.case.by_class(part).sum(axis=0) for part in (
            self.case.problem.tbps, self.before.unserved_tbps, self.after.unserved_tbps))
        return pd.DataFrame({
            "class": [row.name for row in CLASSES], "level": [row.level for row in CLASSES],
            "demand_tbps": asked, "unserved_before_tbps": before, "unserved_tbps": after})

    def by_country(self) -> pd.DataFrame:
        """The same by the country whose inhabitants ask, with mean round trips in ms."""
        case, size = self.case, len(self.case.net.country_id)

        def total(values: Floats) -> Floats:
            return np.asarray(np.bincount(case.country, values, minlength=size))

        asked = total(case.problem.tbps.sum(axis=1))
        frame = pd.DataFrame({
            "country": case.net.country_id, "name": case.net.country_name, "demand_tbps": asked,
            "unserved_before_tbps": total(self.before.unserved_tbps.sum(axis=1)),
            "unserved_tbps": total(self.after.unserved_tbps.sum(axis=1))})
        for name, answer in (("round_trip_before_ms", self.before), ("round_trip_ms", self.after)):
            served = answer.served_tbps.sum(axis=1)
            delay = total(np.nan_to_num(round_trips(answer, self.case.delay_ms)) * served)
            amount = total(served)
            frame[name] = np.divide(delay, amount, out=np.full(size, np.nan), where=amount > 0)
        return frame[asked > 0].reset_index(drop=True)

    def by_pair(self) -> pd.DataFrame:
        """The same by pair of countries that exchange demand; pairs that lose something."""
        case, gates = self.case, self.case.net.gateways
        to = gates.country[case.net.demands.to_gateway[case.demand]]
        code = case.net.country_id
        frame = pd.DataFrame({
            "country": code[case.country], "to": code[to],
            "demand_tbps": case.problem.tbps.sum(axis=1),
            "unserved_before_tbps": self.before.unserved_tbps.sum(axis=1),
            "unserved_tbps": self.after.unserved_tbps.sum(axis=1)})
        table = frame.groupby(["country", "to"], as_index=False, sort=True).sum()
        return table[table["unserved_tbps"] > 0].sort_values(
            "unserved_tbps", ascending=False, kind="stable").reset_index(drop=True)

    def links(self) -> pd.DataFrame:
        """Load of every link both ways before and after, Tbps, and what more room would save.

        `saves_tbps_per_tbps` is the demand one more Tbps of room would serve, whatever its level;
        `saves_ms` the Tbps x ms of delay it would save at the amounts served now.
        """
        net, links = self.case.net, self.case.net.links
        half = int((self.case.link >= 0).sum()) // 2
        rows = []
        for side, (start, end) in enumerate(((links.a, links.b), (links.b, links.a))):
            part = slice(side * half, (side + 1) * half)
            link = self.case.link[part]
            rows.append(pd.DataFrame({
                "link_id": links.id[link], "from_id": net.nodes.id[start[link]],
                "to_id": net.nodes.id[end[link]],
                "cable_id": np.where(links.cable[link] >= 0,
                                     net.cable_id[np.maximum(links.cable[link], 0)], ""),
                "room_tbps": self.after.outage.room_tbps[part],
                "load_before_tbps": self.before.arc_tbps[part],
                "load_tbps": self.after.arc_tbps[part],
                "saves_tbps_per_tbps": self.after.saves_tbps[part],
                "saves_ms": self.after.price_ms[part]}))
        frame = pd.concat(rows, ignore_index=True)
        room = frame["room_tbps"]
        frame.insert(7, "full", (room > 0) & (frame["load_tbps"] >= room * (1 - FULL)))
        return frame

    def to_geo(self) -> gpd.GeoDataFrame:
        """Links by load, lines cut at +-180: of each link the direction that is busier after the
        failure, with the share of its room that is used before and after."""
        net, frame = self.case.net, self.links()
        room = self.before.outage.room_tbps[:len(frame)]  # arcs of links come first, as in links()
        for when, of in (("before_", room), ("", frame["room_tbps"].to_numpy(float))):
            frame[f"used_{when}share"] = np.divide(
                frame[f"load_{when}tbps"], of, out=np.zeros(len(frame)), where=of > 0)
        frame = frame.sort_values(["used_share", "load_tbps"], ascending=False, kind="stable")
        frame = frame.drop_duplicates("link_id").sort_values("link_id", ignore_index=True)
        shapes = [dateline.cut(net.links.geometry[net.link_index(key)])
                  for key in frame["link_id"]]
        return gpd.GeoDataFrame(frame, geometry=shapes, crs="EPSG:4326")

    def paths(self, gateway: str, to: str, least_share: float = 0.01) -> pd.DataFrame:
        """The paths of one demand before and after: share, round trip, and the cables used.

        Raises
        ------
        UnknownNameError
            gateways that exchange no demand
        """
        net, row = self.case.net, self._row(gateway, to)
        out = []
        for when, answer in (("before", self.before), ("after", self.after)):
            out += [(when, round(way.share, 6), round(way.delay_ms, 3), self._cables(way),
                     [str(net.links.id[self.case.link[arc]]) for arc in way.arcs
                      if self.case.link[arc] >= 0])
                    for way in ways(answer, row, least_share)]
        return pd.DataFrame(out, columns=["when", "share", "round_trip_ms", "cables", "links"])

    def _cables(self, way: Way) -> str:
        """Cables in travel order, each once in a row."""
        links, net = self.case.net.links, self.case.net
        found: list[str] = []
        for arc in way.arcs:
            link = self.case.link[arc]
            name = ("backup" if link < 0 else
                    str(net.cable_name[links.cable[link]]) if links.cable[link] >= 0 else "")
            if name and found[-1:] != [name]:
                found.append(name)
        return " > ".join(found)

    def _row(self, gateway: str, to: str) -> int:
        return self._rows[self._pair(gateway, to)]

    def _pair(self, gateway: str, to: str) -> tuple[int, int]:
        net = self.case.net
        pair = net.node_index(gateway), net.node_index(to)
        if pair not in self._rows:
            known = [net.nodes.id[b] for a, b in self._rows if a == pair[0]]
            raise UnknownNameError(f"demand from {gateway} to", to, known)
        return pair

    @cached_property
    def _rows(self) -> dict[tuple[int, int], int]:
        problem = self.case.problem
        return {(a, b): i for i, (a, b) in enumerate(
            zip(problem.source.tolist(), problem.target.tolist(), strict=True))}


def flow_optimum(net: Network, scenarios: ScenarioSet | None = None, row: int = 0, *,
                 rules: TrafficRules | None = None,
                 capacity_rule: str | None = None) -> FlowAnswer:
    """Serve as much demand as possible, intact and after one scenario of a set.

    Levels of priority come first, ties are split max-min fair, then delay is least: see
    `cablenet.traffic.optimum`.

    Raises
    ------
    MissingCapacityError
        sections without a lit capacity and no rule named
    """
    case = flow_case(net, rules, capacity_rule)
    solver = FlowSolver(case.problem)
    if scenarios is None:
        return FlowAnswer(case, solver.intact, solver.intact)
    failed = np.zeros(len(net.links), bool)
    failed[scenarios.links_lost(row)] = True
    return FlowAnswer(case, solver.intact, solver.solve(case.outage(failed)))

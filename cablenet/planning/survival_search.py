"""The search behind `plan_survival`: choose, look for what is broken, choose again.

Cuts come from the star graph first, which is fast, for places from disks along old cables, and
then from the map that contains the choice.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from cablenet.build import build_network
from cablenet.errors import InfeasibleError, NoPlanFoundError, PlanError
from cablenet.geo import geodesic
from cablenet.network import Network
from cablenet.planning.candidate_table import CANDIDATE_KINDS, CandidateTable
from cablenet.planning.covering import Cover, cover
from cablenet.planning.map_cuts import cut_of, units_lost
from cablenet.planning.place_cuts import PlaceCut, PlaceCuts
from cablenet.planning.places_of_plans import PlacesOfPlans
from cablenet.planning.promise import Promise, connected_today, countries_of
from cablenet.planning.star_graph import KINDS, Cut, StarGraph
from cablenet.planning.survival_check import Isolations, isolations
from cablenet.planning.survival_plan import SurvivalPlan, Walk, plan_of
from cablenet.scenarios.places import near_what
from cablenet.scenarios.units import Units, units_of

Ints = NDArray[np.int64]
Progress = Callable[[str, int, int], None]
KUSD_PER_MUSD = 1000
ROUNDS = 500
FEW, ALL = 3, 10**9
"""How many isolations of a country a walk keeps to cut from."""
COUNTED = 2
"""Up to so many losses the isolations of today are counted as well; beyond, only those left."""


@dataclass(frozen=True, eq=False)
class _Task:
    """One promise, the graph it is judged on, the countries it names, and the disks of places."""

    promise: Promise
    graph: StarGraph
    countries: tuple[int, ...]
    disks: PlaceCuts | None


class SurvivalSearch:
    """Rounds of choosing and breaking for one table and its promises."""

    def __init__(self, table: CandidateTable, rows: Ints, promises: Sequence[Promise],
                 must: Sequence[Cut], leave_out: bool, deadline: float,
                 progress: Progress | None) -> None:
        self.table, self.rows, self.promises = table, rows, promises
        landings = rows[table.kind[rows] == CANDIDATE_KINDS.index("landing")]
        self.net = build_network(table.layers_with(landings))
        self._today = build_network(table.layers)
        a, b = table.chosen(rows).nodes(self.net)
        self.costs = np.ceil(np.round(table.cost_musd[1, rows] * KUSD_PER_MUSD, 6)).astype(np.int64)
        today = connected_today(self.net)
        graphs: dict[frozenset[str], StarGraph] = {}
        self.tasks = []
        for promise in promises:
            kinds = frozenset(promise.unit.split("+")) & set(KINDS)
            graph = graphs.setdefault(kinds, StarGraph(self.net, a, b, kinds))
            disks = (PlaceCuts(self.net, table, rows, a, b, self.costs, promise.radius_km)
                     if promise.unit == "place" else None)
            self.tasks.append(_Task(promise, graph, countries_of(self.net, promise, today), disks))
        self._looked = False
        self.cuts: dict[Cut, None] = dict.fromkeys(must)
        self.impossible: dict[int, Cut | PlaceCut] = {}
        self.leave_out, self.deadline, self.progress = leave_out, deadline, progress
        self.seconds, self.rounds, self.bound = 0.0, 0, 0
        self._places: dict[float, PlacesOfPlans] = {}
        self._walks: dict[tuple[object, ...], Isolations] = {}
        self._built: dict[tuple[int, ...], tuple[Network, gpd.GeoDataFrame]] = {}

    def run(self, refused: Sequence[Sequence[int]] = ()) -> Cover:
        """The cheapest choice that the map itself confirms; empty where no other is left."""
        while True:
            found = self._by_cuts(refused)
            if not found.built and self.known:
                return found
            net, _ = self.built(found.built)
            broken = sum(self._on_the_map(task, net, found) for task in self.tasks)
            if not broken:
                return found
            self._take(())

    @property
    def known(self) -> list[Cut | PlaceCut]:
        """All cuts of countries that can be saved."""
        return [*self.cuts, *(cut for _, disks in self._disks() for cut in disks.cuts)]

    def _disks(self) -> list[tuple[_Task, PlaceCuts]]:
        """The tasks about places, each with its disks."""
        return [(task, task.disks) for task in self.tasks if task.disks is not None]

    def _by_cuts(self, refused: Sequence[Sequence[int]]) -> Cover:
        """The cheapest choice in which neither stars nor disks find anything broken."""
        choice = self._choose(refused)
        for _ in range(ROUNDS):
            if not self._drawn(choice):
                new = [cut for task in self.tasks for cut in task.graph.isolating(
                    choice.built, self._left(task), task.promise.losses)]
                if not new and not self._look(choice):
                    return choice
                self._take(new)
            else:
                self._take(())
            choice = self._choose(refused)
            if not choice.built and self.known:
                return choice
        raise NoPlanFoundError(f"no plan after {ROUNDS} rounds; the least cost so far is "
                               f"{self.bound / KUSD_PER_MUSD:,.1f} million USD",
                               self.bound / KUSD_PER_MUSD)

    def _left(self, task: _Task) -> list[int]:
        return [c for c in task.countries if c not in self.impossible]

    def _look(self, choice: Cover) -> int:
        """Cuts that disks still ask for; they are found along what isolates somebody today."""
        for task, disks in self._disks() if not self._looked else ():
            units, seen = self._before(task)
            failed = sorted({row[0] for rows in seen.found.values() for row in rows if row})
            number = {str(key): i for i, key in enumerate(self.net.links.id)}
            links = sorted({number[str(self._today.links.id[link])]
                            for u in failed for link in units.members(u).tolist()})
            disks.look_along(np.array(links, np.int64), task.countries)
        self._looked = True
        return sum(disks.look(choice.built, self._left(task)) for task, disks in self._disks())

    def _drawn(self, choice: Cover) -> bool:
        """Draw what is chosen where disks must know it; true if a cut may have changed."""
        return sum(disks.draw(choice.built) for _, disks in self._disks()) > 0

    def _before(self, task: _Task) -> tuple[Units, Isolations]:
        """The walk over the map without any candidate."""
        return self.walked(task, self._today if task.disks is not None else self.net)

    def _choose(self, refused: Sequence[Sequence[int]]) -> Cover:
        if not self.known:
            return Cover("optimal", (), 0, 0, 0.0, 0)
        left = self.deadline - time.monotonic()
        made = (cover(self.costs, self.known, refused=refused, limit_s=left)
                if left > 0 else None)
        if made is not None:
            self.seconds += made.seconds
            self.rounds += 1
            if not refused:
                self.bound = max(self.bound, made.bound)
            if self.progress is not None:
                self.progress("round", self.rounds, len(self.known))
            if made.status == "optimal":
                return made
            if made.status == "infeasible" and refused:
                return Cover("infeasible", (), 0, 0, 0.0, 0)
        raise NoPlanFoundError(
            "the time limit came before a plan; proved so far: it costs at least "
            f"{self.bound / KUSD_PER_MUSD:,.1f} million USD; allow more time",
            self.bound / KUSD_PER_MUSD)

    def _take(self, cuts: Sequence[Cut]) -> None:
        """Keep new cuts; those no candidates can keep say what is impossible."""
        before = len(self.impossible)
        for cut in (*cuts, *self.known):
            if len(cut.crossing) < cut.least and cut.country >= 0:
                self.impossible.setdefault(cut.country, cut)
        if len(self.impossible) > before:
            self.bound = 0  # what was proved so far counted countries that are left out now
        if self.impossible and not self.leave_out:
            rules = [self.rule(cut) for cut in self.impossible.values()]
            raise InfeasibleError(
                f"{len(rules)} countries cannot be saved by any candidate: {'; '.join(rules[:4])}"
                f"{' ...' if len(rules) > 4 else ''}; offer landings or cables there, name fewer "
                "countries, or leave them out", rules)
        self.cuts = {cut: None for cut in (*self.cuts, *cuts)
                     if cut.country not in self.impossible}
        for _, disks in self._disks():
            disks.cuts = [cut for cut in disks.cuts if cut.country not in self.impossible]

    def rule(self, cut: Cut | PlaceCut) -> str:
        """Why a country cannot be saved, in words."""
        net = self.net
        who = str(net.country_name[cut.country]) or str(net.country_id[cut.country])
        lost = " and ".join(self._lost(cut))
        more = (f"only {len(cut.crossing)} candidates lead elsewhere and {cut.least} are needed"
                if len(cut.crossing) else "no candidate leads anywhere else")
        if isinstance(cut, PlaceCut):
            return f"{who} hangs on {lost}: {self._why_lost(cut)}"
        if not lost:
            return f"{who} has no way to a hub abroad: {more}"
        return f"{who} hangs on {lost}: without it {more}"

    def _why_lost(self, cut: PlaceCut) -> str:
        """Why no candidate passes a place by."""
        nodes, graph = self.net.nodes, self.tasks[0].graph
        ends = np.unique(np.concatenate([graph.a, graph.b]))
        mine = ends[nodes.country[ends] == self.net.country_id[cut.country]]
        away = geodesic.distance_km(nodes.lon[mine], nodes.lat[mine], cut.lon, cut.lat)
        if (away <= cut.radius_km).all():
            return "every landing it has or is offered lies in it"
        return "every candidate that leads elsewhere comes into it"

    def built(self, built: Sequence[int]) -> tuple[Network, gpd.GeoDataFrame]:
        """The map with these candidates in service, and their lines; made once for each choice."""
        key = tuple(built)
        if key not in self._built:
            rows = self.rows[list(built)]
            drawn = self.table.drawn(rows)
            net = build_network(self.table.layers_with(rows),
                                candidates=drawn if len(drawn) else None)
            service = net.links.in_service.copy()
            for name in drawn["candidate_id"]:
                service[net.links_of_cable(net.cable_index(name))] = True
            self._built[key] = net.with_service(service, note="survival plan"), drawn
        return self._built[key]

    def walked(self, task: _Task, net: Network) -> tuple[Units, Isolations]:
        """Everything the promise is about, on a network that numbers countries as ours does."""
        units = self._units(task.promise, net)
        named = self._numbers(task, net)
        key = (net.fingerprint, task.promise.unit, task.promise.losses, tuple(named))
        if key not in self._walks:
            keep = ALL if task.promise.unit == "place" else FEW
            self._walks[key] = isolations(net, units, named, task.promise.losses, keep=keep)
        return units, self._walks[key]

    def _numbers(self, task: _Task, net: Network) -> list[int]:
        """The countries of a promise that can be saved, as another network numbers them."""
        return [net.country_index(str(self.net.country_id[c])) for c in self._left(task)]

    def _units(self, promise: Promise, net: Network) -> Units:
        if promise.unit != "place":
            return units_of(net, promise.unit)
        found = self._places.get(promise.radius_km)
        if found is None:
            found = PlacesOfPlans(self._today, promise.radius_km)
            self._places[promise.radius_km] = found
        return found.units(net)

    def _on_the_map(self, task: _Task, net: Network, choice: Cover) -> int:
        """Cuts from what a walk over the map with the choice in it finds broken; how many."""
        units, seen = self.walked(task, net)
        new = {str(key): k for k, key in zip(
            choice.built, self.table.ids(self.rows[list(choice.built)]), strict=True)}
        out, count = [], 0
        for country, found in seen.found.items():
            home = self.net.country_index(str(net.country_id[country]))
            for failed in found:
                count += 1
                if task.disks is not None and failed:
                    kept = not self._place_lost(task.disks, net, units, failed[0], home, new)
                else:
                    loss = units_lost(self.net, task.graph, task.promise, units, failed)
                    cut = cut_of(self.net, task.graph, home, loss, new)
                    kept = sum(k in cut.crossing for k in choice.built) >= cut.least
                    out.append(cut)
                if kept:
                    lost = " and ".join(str(units.name[u]) for u in failed)
                    raise PlanError(f"{net.country_id[country]} is isolated by {lost} on the map "
                                    "with the plan in it, and no cut says why")
        self._take(out)
        return count

    def _place_lost(self, disks: PlaceCuts, net: Network, units: Units, failed: int,
                    country: int, new: Mapping[str, int]) -> bool:
        """A cut from a place of the map with a plan in it."""
        members = units.members(failed)
        number = {str(key): i for i, key in enumerate(self.net.links.id)}
        old = np.array([number[key] for key in net.links.id[members] if key in number], np.int64)
        hit = {str(net.cable_id[cable]) for cable in net.links.cable[members].tolist()
               if cable >= 0}
        lon, lat = map(float, str(units.id[failed]).removeprefix("place:").split(","))
        return disks.add((lon, lat), np.unique(old), country, tuple(new.values()),
                         [new[key] for key in hit & set(new)])

    def _lost(self, cut: Cut | PlaceCut) -> list[str]:
        """Names of the cables, stations or the place whose loss a cut is about."""
        if isinstance(cut, PlaceCut):
            near = near_what(self.net, [(cut.lon, cut.lat)])[0]
            return [f"everything within {cut.radius_km:g} km round {cut.lon:.2f}, "
                    f"{cut.lat:.2f}{near}"]
        return [(str(self.net.cable_name[number]) or str(self.net.cable_id[number]))
                if kind == "cable" else f"{self.net.nodes.name[number]} station"
                for kind, number in cut.units]

    def told(self, choice: Cover) -> tuple[float, tuple[str, ...]]:
        """Cost in million USD and ids of a choice."""
        return (choice.cost / KUSD_PER_MUSD,
                tuple(map(str, self.table.ids(self.rows[list(choice.built)]))))

    def plan(self, best: Cover) -> SurvivalPlan:
        """Write the plan down, with the reason for each cable and the walk before and after."""
        net, drawn = self.built(best.built)
        reasons = [self._reason(best.built, k) for k in best.built]
        walks = []
        for task in self.tasks:
            units, after = self.walked(task, net)
            bare = isolations(net.without_mesh(), units, self._numbers(task, net),
                              task.promise.losses, keep=1)
            walks.append(Walk(
                str(task.promise), after, bare, net,
                self._before(task)[1] if task.promise.losses <= COUNTED else None))
        return plan_of(drawn.assign(reason=reasons), net, self.net,
                       [str(promise) for promise in self.promises], walks,
                       [self.rule(cut) for cut in self.impossible.values()],
                       cost_musd=best.cost / KUSD_PER_MUSD, bound_musd=best.bound / KUSD_PER_MUSD,
                       seconds=self.seconds, rounds=self.rounds, cuts=len(self.known))

    def _reason(self, built: Sequence[int], k: int) -> str:
        """Who would be isolated by what without this cable: the cuts that have none to spare.

        A cable that no such cut asks for could be left out, so a cheapest plan has none.
        """
        tight = [cut for cut in self.known if k in cut.crossing
                 and np.isin(built, cut.crossing).sum() <= cut.least]
        named = [cut for cut in tight if cut.country >= 0]
        if not named:
            return "lands where must_land asks for it"
        cut = min(named, key=lambda one: (
            (1, (("place", one.lon, one.lat),), one.country) if isinstance(one, PlaceCut)
            else (len(one.units), one.units, one.country)))
        saved = sorted({str(self.net.country_id[one.country]) for one in named})
        lost = self._lost(cut)
        if cut.least > 1:
            lost.append("a new cable" if cut.least == 2 else f"{cut.least - 1} new cables")
        through = f"through the loss of {' and '.join(lost)}" if lost else "at all"
        return f"keeps {', '.join(saved)} connected {through}"

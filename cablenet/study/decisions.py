"""`Decisions`: worst cases, hardening, ways for cables and survival, of one study."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import geopandas as gpd
import pandas as pd

from cablenet import catalogue
from cablenet.layers import Layers
from cablenet.network import Network
from cablenet.planning.fortification import Fortification, fortify
from cablenet.planning.promise import Promise
from cablenet.planning.route_choice import RouteChoices
from cablenet.planning.survival import plan_survival
from cablenet.planning.survival_plan import SurvivalPlan
from cablenet.planning.worst_case import worst_case
from cablenet.planning.worst_curve import worst_curve
from cablenet.planning.worst_traffic import worst_traffic
from cablenet.report import Finding, Section
from cablenet.study.hardening_chapter import hardening_finding, hardening_section
from cablenet.study.route_chapter import route_finding, route_key, route_section
from cablenet.study.spec import Study, SurvivalAsk, WorstAsk
from cablenet.study.survival_chapter import kept_clear, survival_finding, survival_sections
from cablenet.study.worst_chapter import Worst, attacks_frame, worst_finding, worst_section

WORST, WAYS = "worst_attacks", "route_choices"


@dataclass(frozen=True, eq=False)
class Decisions:
    """What a study asked for beside its scores; empty where it asked for nothing."""

    worst: tuple[Worst, ...] = ()
    hardening: Fortification | None = None
    routes: tuple[RouteChoices, ...] = ()
    survival: SurvivalPlan | None = None
    survival_clear: str = ""

    def sections(self) -> list[Section]:
        """A chapter each, in the order of the questions of a planner."""
        maps = self.drawn
        out = [worst_section(worst, maps[f"map-{worst.key}"]) for worst in self.worst]
        if self.hardening is not None:
            out.append(hardening_section(self.hardening, maps["map-hardening"]))
        if self.survival is not None:
            out += survival_sections(self.survival, maps["map-survival"], self.survival_clear)
        return out + [route_section(choices, maps[f"map-{route_key(choices)}"])
                      for choices in self.routes]

    def findings(self) -> list[Finding]:
        """A sentence each."""
        return [*map(worst_finding, self.worst),
                *([] if self.hardening is None else [hardening_finding(self.hardening)]),
                *([] if self.survival is None else [survival_finding(self.survival)]),
                *map(route_finding, self.routes)]

    def plans(self) -> dict[str, Any]:
        """The plans for summary.json, by name."""
        return {name: plan.to_json() for name, plan in (
            ("hardening", self.hardening), ("survival", self.survival)) if plan is not None}

    def worst_cases(self) -> dict[str, Any]:
        """The worst cases for summary.json, by key."""
        return {worst.key: worst.case.to_json() for worst in self.worst}

    def layers(self) -> dict[str, gpd.GeoDataFrame]:
        """Layers of results.gpkg: what the worst attacks take, ways, and the cables to build."""
        out: dict[str, gpd.GeoDataFrame] = {}
        lost = [worst.case.to_geo().assign(question=worst.key) for worst in self.worst
                if len(worst.case.attack)]
        if lost:
            out[WORST] = gpd.GeoDataFrame(pd.concat(lost, ignore_index=True), crs=lost[0].crs)
        if self.routes:
            out[WAYS] = gpd.GeoDataFrame(pd.concat([
                choices.to_geo().assign(route=route_key(choices)) for choices in self.routes],
                ignore_index=True), crs="EPSG:4326")
        if self.survival is not None:
            out["survival_cables"] = self.survival.to_geo()
        return out

    def frames(self) -> dict[str, pd.DataFrame]:
        """Tables beside the page, by file name."""
        out = {worst.key: attacks_frame(worst) for worst in self.worst}
        return out | {route_key(choices): choices.to_frame() for choices in self.routes}

    @cached_property
    def drawn(self) -> dict[str, Any]:
        """Pictures beside the page, by file name; matplotlib axes."""
        out = {f"map-{worst.key}": worst.case.plot() for worst in self.worst}
        if self.hardening is not None:
            out["map-hardening"] = self.hardening.plot()
        if self.survival is not None:
            out["map-survival"] = self.survival.plot()
        return out | {f"map-{route_key(choices)}": choices.plot() for choices in self.routes}


def count_of(study: Study) -> int:
    """How many steps `decide` tells of."""
    return (len(study.worst) + len(study.routes)
            + sum(ask is not None for ask in (study.hardening, study.survival)))


def decide(study: Study, layers: Layers, net: Network, tell: Callable[[str], None]) -> Decisions:
    """Answer the questions of a study, one by one."""
    worst = []
    for ask in study.worst:
        tell(f"the worst {ask.k}")
        worst.append(_worst(net, ask, study.seed))
    hardening, survival, clear = None, None, ""
    if study.hardening is not None:
        tell("what to harden")
        ask_hard = study.hardening
        hardening = fortify(net, ask_hard.harden, ask_hard.k, unit=ask_hard.unit,
                            metric=ask_hard.metric, country=ask_hard.country, seed=study.seed)
    if study.survival is not None:
        tell("what survives")
        ask_survival = study.survival
        survival = _survival(layers, ask_survival)
        clear = kept_clear(ask_survival.avoid, ask_survival.keep_km_from_cables,
                           ask_survival.round_hazards)
    routes = []
    for way in study.routes:
        tell(f"ways from {way.start} to {way.end}")
        routes.append(catalogue.route_choices(
            net, way.start, way.end, avoid=way.avoid,
            keep_km_from_cables=way.keep_km_from_cables))
    return Decisions(tuple(worst), hardening, tuple(routes), survival, clear)


def _worst(net: Network, ask: WorstAsk, seed: int) -> Worst:
    if ask.metric == "unserved_tbps":
        return Worst(worst_traffic(net, ask.k, unit=ask.unit, country=ask.country,
                                   next_best=ask.next_best))
    case = worst_case(net, ask.k, unit=ask.unit, metric=ask.metric, country=ask.country,
                      next_best=ask.next_best, seed=seed)
    curve = (worst_curve(net, range(1, ask.curve_to + 1), unit=ask.unit, metric=ask.metric,
                         country=ask.country, seed=seed) if ask.curve_to else None)
    return Worst(case, curve)


def _survival(layers: Layers, ask: SurvivalAsk) -> SurvivalPlan:
    table = catalogue.candidate_table(
        layers, kinds=("cable", "landing"), reach_km=ask.reach_km, avoid=ask.avoid,
        keep_km_from_cables=ask.keep_km_from_cables, round_hazards=ask.round_hazards)
    return plan_survival(table, Promise(ask.losses, ask.unit, ask.countries),
                         leave_out_impossible=ask.leave_out_impossible)

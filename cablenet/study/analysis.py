"""The numbers of a study: every score and plan, before anything is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from cablenet import catalogue
from cablenet.layers import Layers
from cablenet.metrics.load import country_load
from cablenet.metrics.margin import country_margins
from cablenet.network import Network
from cablenet.planning import RedundancyPlan, plan_redundancy
from cablenet.repair import RepairPlan, RepairRules, plan_repairs
from cablenet.scenarios.losses import cable_losses, station_losses
from cablenet.scoring import Scores, score
from cablenet.study.decisions import Decisions, count_of, decide
from cablenet.study.spec import Study
from cablenet.study.traffic import Traffic, study_traffic
from cablenet.study.worst_chapter import worst_scenarios
from cablenet.traffic.demand import Demand

Progress = Callable[[str, int, int], None]
METRICS = ("isolated", "capacity_loss", "added_latency", "margin")
"""Of every cable and event; stations go without the margin, which costs most to find."""
STEPS = 11
"""Without traffic, which adds two and one for each event, and without decisions, one each."""


@dataclass(frozen=True, eq=False)
class Analysis:
    """Everything a study found, on the network with and without the declared hub mesh.

    `attacks`: scores of the worst attacks, one for each worst case that cuts anyone off.
    """

    study: Study
    layers: Layers
    net: Network
    cables: Scores
    stations: Scores
    events: Scores
    bare_net: Network
    bare_cables: Scores
    bare_stations: Scores
    bare_events: Scores
    countries: pd.DataFrame
    load: pd.DataFrame
    redundancy: RedundancyPlan | None
    cables_after: Scores | None
    repairs: RepairPlan | None
    traffic: Traffic | None
    decisions: Decisions
    attacks: tuple[Scores, ...]


def analyse(study: Study, as_of: date | None, progress: Progress,
            demand: Demand | Path | str | None = None,
            demand_year: int | None = None) -> Analysis:
    """Run every score and plan of a study on the atlas."""
    more = count_of(study) + (0 if study.traffic is None else 2 + len(study.traffic.events))
    step = iter(range(STEPS + more + 1))

    def tell(what: str) -> None:
        progress(what, next(step), STEPS + more)

    tell("read the atlas")
    layers = catalogue.atlas(as_of)
    tell("candidate routes")
    ask = study.redundancy
    offered = (catalogue.default_candidates(layers, ask.countries, reach_km=ask.reach_km)
               if ask else None)
    tell("build the network")
    net = catalogue.build_network(layers, as_of=as_of, candidates=offered, demand=demand,
                                  demand_year=demand_year)
    bare = net.without_mesh()
    tell("demand served")
    load = country_load(net)
    tell("every cable, one by one")
    cables = score(net, cable_losses(net), METRICS)
    tell("every station, one by one")
    stations = score(net, station_losses(net), METRICS[:3])
    tell("named events")
    events = score(net, catalogue.named_events(net), METRICS)
    tell("without the hub mesh")
    bare_cables = score(bare, cable_losses(bare), METRICS[:2])
    bare_stations = score(bare, station_losses(bare), METRICS[:2])
    bare_events = score(bare, catalogue.named_events(bare), METRICS[:2])
    tell("what to build")
    plan = (plan_redundancy(net, countries=ask.countries, budget_musd=ask.budget_musd,
                            seed=study.seed) if ask else None)
    after = None
    if plan is not None:
        built = plan.applied_to(net)
        after = score(built, cables.scenarios.recipe, ("isolated", "margin"))
    tell("which ship to send")
    repairs = None
    if study.repairs is not None:
        event = catalogue.named_events(net, [study.repairs.event])
        repairs = plan_repairs(net, event, horizon_days=study.repairs.horizon_days,
                               seed=study.seed, router=catalogue.ship_router(), time_limit_s=6.0,
                               rules=RepairRules(month=study.repairs.month))
        repairs = repairs.with_traffic() if study.repairs.traffic else repairs
    traffic = study_traffic(net, study.traffic, tell) if study.traffic is not None else None
    decisions = decide(study, layers, net, tell)
    attacks = tuple(score(net, lost, METRICS[:3]) for lost in map(worst_scenarios, decisions.worst)
                    if lost is not None)
    tell("report")
    return Analysis(study, layers, net, cables, stations, events, bare, bare_cables,
                    bare_stations, bare_events, country_table(net, cables, stations), load,
                    plan, after, repairs, traffic, decisions, attacks)


def country_table(net: Network, cables: Scores, stations: Scores) -> pd.DataFrame:
    """What each country with a gateway depends on, one row a country.

    The worst cable and station are those whose loss takes most of the country's flow to the hubs
    abroad; the margins are with nothing failed.
    """
    gates = net.gateways
    by_country = np.zeros((len(net.country_id), 3))
    for column, values in enumerate((gates.people, gates.users, gates.demand_tbps)):
        np.add.at(by_country[:, column], gates.country, values)
    table = pd.DataFrame({
        "country": net.country_id, "name": net.country_name,
        "people_million": by_country[:, 0] / 1e6, "users_million": by_country[:, 1] / 1e6,
        "demand_tbps": by_country[:, 2],
        "cables_landing": _cables_landing(net),
        "margin_cables": country_margins(net, "cable"),
        "margin_stations": country_margins(net, "station"),
    })
    for label, scores in (("cable", cables), ("station", stations)):
        share = scores.parts["capacity_loss"].country["capacity_loss_share"]
        worst = share.argmax(axis=0)
        names = np.array(scores.scenarios.names, object)[worst]
        loss = share[worst, np.arange(share.shape[1])]
        table[f"worst_{label}"] = np.where(loss > 1e-9, names, "")
        table[f"worst_{label}_loss_share"] = loss
    has_gateway = np.isin(np.arange(len(table)), gates.country)
    return table[has_gateway].reset_index(drop=True)


def _cables_landing(net: Network) -> np.ndarray:
    """(C,) systems in service that land in each country and reach another one."""
    links, nodes = net.links, net.nodes
    live = np.flatnonzero((links.cable >= 0) & links.in_service)
    ends = np.concatenate([links.a[live], links.b[live]])
    pairs = pd.DataFrame({"cable": np.tile(links.cable[live], 2), "country": nodes.country[ends]})
    pairs = pairs[pairs["country"] != ""].drop_duplicates()
    international = pairs.groupby("cable")["country"].transform("size") > 1
    counts = pairs[international].groupby("country").size()
    return counts.reindex(net.country_id).fillna(0).to_numpy(int)

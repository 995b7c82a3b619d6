"""The computed annex of a plan: what its scenarios do, pinned to the data and the code."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

import cablenet as cn
from cablenet_api.failures import scenarios_of
from cablenet_api.plans.document import Annex, CountryEffect, PlannedScenario, ScenarioEffect
from cablenet_api.worlds import World

METRICS = ("isolated", "unserved")
DIGITS = 6
"""Tbps and shares are kept to a millionth: what a solver gives beyond that is noise."""


def compute_annex(world: World, scenarios: Sequence[PlannedScenario],
                  countries: Sequence[str]) -> Annex:
    """What each scenario does to each country on this network.

    Raises
    ------
    cablenet_api.problems.RequestEventsError
        when a scenario names something the map does not know, or hits nothing
    """
    net = world.network
    events = scenarios_of(world, [scenario.event for scenario in scenarios])
    scores = cn.score(net, events, METRICS)
    chosen = [net.country_index(code) for code in countries]
    effects = []
    for row, scenario in enumerate(scenarios):
        records = scores.by_country(row).iloc[chosen].to_dict("records")
        cables = np.unique(net.links.cable[events.links_lost(row)])
        effects.append(ScenarioEffect(
            scenario=scenario.id,
            cables_hit=[str(net.cable_id[cable]) for cable in cables if cable >= 0],
            countries=[CountryEffect(
                country=code, isolated=bool(record["isolated"]),
                people_isolated=round(record["isolated_people"]),
                unserved_tbps=round(max(record["unserved_tbps"], 0.0), DIGITS),
                unserved_share=round(min(max(record["unserved_share"], 0.0), 1.0), DIGITS),
            ) for code, record in zip(countries, records, strict=True)]))
    return Annex(network_fingerprint=net.fingerprint, map_fingerprint=net.layers.fingerprint,
                 code_version=cn.__version__, as_of=net.as_of, effects=effects,
                 cables_in_service=cables_in_service(net))


def cables_in_service(net: cn.Network) -> dict[str, float]:
    """Cable id -> the lit Tbps of its sections in service, added up; 0 where none is known.

    Any change of a system's capacity or extent shows in this one figure.
    """
    links = net.links
    live = links.in_service & (links.cable >= 0)
    total = np.bincount(links.cable[live], np.nan_to_num(links.lit_tbps[live]),
                        minlength=len(net.cable_id))
    return {str(net.cable_id[cable]): round(float(total[cable]), DIGITS)
            for cable in np.unique(links.cable[live])}

"""Which plan is for what has just happened: scenarios ranked by how much of the failure they share.

Likeness of two failures is the weight of what both lose over the weight of what either loses (the
weighted Jaccard index, P. Jaccard 1901), where a link weighs its lit Tbps, or the least lit one
known where it has none. So a plan for the same strait with one cable more is near, and a plan for
the same cable cut elsewhere is near too: whole cables count half, sections the other half.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

import cablenet as cn
from cablenet_api.events import Event
from cablenet_api.failures import scenarios_of
from cablenet_api.plans.document import PlanDocument
from cablenet_api.problems import RequestEventsError
from cablenet_api.worlds import World

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Match:
    """A scenario of a plan, and how much it shares with the event (0 nothing, 1 the same)."""

    plan: str
    scenario: str
    likeness: float
    shared_cables: tuple[str, ...]
    only_in_event: tuple[str, ...]
    only_in_plan: tuple[str, ...]


def nearest_plans(world: World, event: Event, plans: Mapping[str, PlanDocument]) -> list[Match]:
    """Scenarios of all plans, nearest first; those that share nothing are left out.

    A scenario that cannot be made on today's network (its cable is gone) is left out too.
    """
    net = world.network
    struck = _lost(net, scenarios_of(world, [event]))
    weight = _weights(net)
    found = []
    for plan, document in plans.items():
        for scenario in document.scenarios:
            try:
                planned = _lost(net, scenarios_of(world, [scenario.event]))
            except RequestEventsError:
                continue
            found.append(_match(net, plan, scenario.id, struck, planned, weight))
    return sorted((one for one in found if one.likeness > 0),
                  key=lambda one: (-one.likeness, one.plan, one.scenario))


def _match(net: cn.Network, plan: str, scenario: str, struck: Flags, planned: Flags,
           weight: NDArray[np.float64]) -> Match:
    sections = _jaccard(struck, planned, weight)
    event_cables, plan_cables = (_cables(net, lost) for lost in (struck, planned))
    whole = np.bincount(np.maximum(net.links.cable, 0), np.where(net.links.cable >= 0, weight, 0.0),
                        minlength=len(net.cable_id)).astype(np.float64)
    cables = _jaccard(np.isin(np.arange(len(net.cable_id)), event_cables),
                      np.isin(np.arange(len(net.cable_id)), plan_cables), whole)

    def names(ids: NDArray[np.int64]) -> tuple[str, ...]:
        return tuple(sorted(str(net.cable_id[cable]) for cable in ids))

    return Match(plan, scenario, round((sections + cables) / 2, 6),
                 names(np.intersect1d(event_cables, plan_cables)),
                 names(np.setdiff1d(event_cables, plan_cables)),
                 names(np.setdiff1d(plan_cables, event_cables)))


def _lost(net: cn.Network, events: cn.ScenarioSet) -> Flags:
    lost = np.zeros(len(net.links), bool)
    lost[events.links_lost(0)] = True
    return lost


def _cables(net: cn.Network, lost: Flags) -> NDArray[np.int64]:
    cables = np.unique(net.links.cable[lost])
    return cables[cables >= 0]


def _weights(net: cn.Network) -> NDArray[np.float64]:
    lit = net.links.lit_tbps
    known = lit[np.isfinite(lit) & (lit > 0)]
    return np.where(np.isfinite(lit) & (lit > 0), lit, known.min() if len(known) else 1.0)


def _jaccard(one: Flags, other: Flags, weight: NDArray[np.float64]) -> float:
    either = float(weight[one | other].sum())
    return float(weight[one & other].sum()) / either if either > 0 else 0.0

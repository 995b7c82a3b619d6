"""The numbers of a study's traffic: the flow optimum after named events and after all pairs."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cablenet import catalogue
from cablenet.errors import SweepError
from cablenet.flow_answer import FULL, FlowAnswer
from cablenet.metrics.flow_case import NO_LIMIT_TBPS, flow_case
from cablenet.metrics.traffic_rules import TrafficRules, read_rules
from cablenet.network import NODE_KINDS, Network
from cablenet.scenarios.scenario_set import ScenarioSet
from cablenet.study.spec import TrafficAsk
from cablenet.sweeps.compiled import exhaustive_sweep
from cablenet.sweeps.runner import run_sweep
from cablenet.sweeps.unserved import UnservedMeasure, solved_exactly
from cablenet.traffic.optimum import FlowSolver
from cablenet.traffic.ways import share_over

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

UNIT = NODE_KINDS.index("branching_unit")
TOLERANCE = 0.05
"""A pair is solved exactly where its bracket would be wider than this share of all demand."""
EXACT_TOP = 10
"""So many of the pairs with the largest lower sides are solved exactly whatever their bracket."""
WORST_BY = ["unserved_low_tbps", "unserved_high_tbps"]
FELT_TBPS = 1e-6
"""Less than a megabit a second is rounding."""


@dataclass(frozen=True, eq=False)
class EventTraffic:
    """One event: what fails, and who is served over which links before and after."""

    id: str
    scenarios: ScenarioSet
    answer: FlowAnswer

    @property
    def name(self) -> str:
        return str(self.scenarios.names[0])

    @property
    def newly_unserved_tbps(self) -> float:
        """Demand served before the event and not after it."""
        return self.answer.unserved_tbps - float(self.answer.before.unserved_tbps.sum())

    @property
    def leaves_unserved(self) -> bool:
        """Whether anything that was served before is not served after."""
        return self.newly_unserved_tbps > FELT_TBPS

    @property
    def cables_hit(self) -> int:
        """Cable systems that lose a section."""
        net = self.answer.case.net
        cable = net.links.cable[self.scenarios.links_lost(0)]
        return len(np.unique(cable[cable >= 0]))

    @cached_property
    def countries(self) -> pd.DataFrame:
        """By country: demand, what is newly unserved and rerouted of it, the added round trip."""
        frame = self.answer.by_country()
        case = self.answer.case
        moved = np.bincount(case.country, self._rerouted, minlength=len(case.net.country_id))
        row = {code: i for i, code in enumerate(case.net.country_id)}
        frame["newly_unserved_tbps"] = (
            frame["unserved_tbps"] - frame["unserved_before_tbps"]).clip(lower=0.0)
        frame["newly_unserved_share"] = frame["newly_unserved_tbps"] / frame["demand_tbps"]
        frame["rerouted_tbps"] = [moved[row[code]] for code in frame["country"]]
        frame["added_round_trip_ms"] = frame["round_trip_ms"] - frame["round_trip_before_ms"]
        return frame

    @cached_property
    def links(self) -> pd.DataFrame:
        """`FlowAnswer.links` with names, the room before, and which links are newly full."""
        case, net = self.answer.case, self.answer.case.net
        frame = self.answer.links()
        frame["room_before_tbps"] = case.problem.room_tbps[:len(frame)]
        room = frame["room_before_tbps"]
        frame["full_before"] = (room > 0) & (frame["load_before_tbps"] >= room * (1 - FULL))
        frame["newly_full"] = frame["full"] & ~frame["full_before"]
        frame["lost"] = self.answer.after.outage.lost[:len(frame)]
        cable = dict(zip(net.cable_id, net.cable_name, strict=True))
        place = {str(one): f"BU {one.split('/bu')[-1]}" if kind == UNIT else str(name)
                 for one, name, kind in zip(net.nodes.id, net.nodes.name, net.nodes.kind,
                                            strict=True)}
        frame["cable"] = [cable.get(one, "") for one in frame["cable_id"]]
        for end in ("from", "to"):
            frame[end] = [place[one] for one in frame[f"{end}_id"]]
        return frame

    @cached_property
    def overview(self) -> dict[str, float | int | str]:
        """One row of numbers: what fails, what is rerouted, and how full the rest becomes."""
        links = self.links
        cables = links[(links["cable_id"] != "") & (links["room_before_tbps"] < NO_LIMIT_TBPS)]
        before, after = (float(one.delay_tbps_ms) for one in (self.answer.before,
                                                              self.answer.after))
        served = [float(one.served_tbps.sum()) for one in (self.answer.before, self.answer.after)]
        moved = float(self._rerouted.sum())
        return {
            "event": self.name, "cables_hit": self.cables_hit, "rerouted_tbps": moved,
            "newly_unserved_tbps": max(self.newly_unserved_tbps, 0.0),
            "newly_unserved_share": max(self.newly_unserved_tbps, 0.0) / self._asked,
            "newly_full_links": int(links["newly_full"].sum()),
            "added_round_trip_ms": after / served[1] - before / served[0],
            "added_per_rerouted_ms": (
                (after - before) / moved if moved > FELT_TBPS and not self.leaves_unserved
                else float("nan")),
            "fill_before_share": self._fill(cables, "room_before_tbps", "load_before_tbps"),
            "fill_after_share": self._fill(cables, "room_tbps", "load_tbps"),
        }

    @cached_property
    def relief(self) -> dict[str, float | int]:
        """Of the cable links that carry more than before: how many, how much, what room is left.

        Counts a link in each direction; `spare_after_tbps` is summed over those links.
        """
        links = self.links[(self.links["cable_id"] != "") & ~self.links["lost"]]
        more = links[links["load_tbps"] > links["load_before_tbps"] + FELT_TBPS]
        spare = (more["room_tbps"] - more["load_tbps"]).clip(lower=0.0)
        free = spare / more["room_tbps"]
        return {"links": len(more), "full": int(more["full"].sum()),
                "spare_tbps": float(spare.sum()),
                "median_free_share": float(free.median()) if len(more) else 1.0,
                "half_free": int((free >= 0.5).sum())}

    @property
    def _asked(self) -> float:
        return float(self.answer.case.problem.tbps.sum())

    @cached_property
    def _rerouted(self) -> Floats:
        """(D,) Tbps that passed a lost link before and is served another way after."""
        before, after = self.answer.before, self.answer.after
        hit = before.served_tbps.sum(axis=1) * share_over(before, after.outage.lost)
        gone = (before.served_tbps - after.served_tbps).sum(axis=1).clip(min=0.0)
        return np.asarray((hit - gone).clip(min=0.0), np.float64)

    def _fill(self, links: pd.DataFrame, room: str, load: str) -> float:
        """Share of the room of these links that is in use, each weighing by its length."""
        net = self.answer.case.net
        length = dict(zip(net.links.id, net.links.length_km, strict=True))
        km = np.array([length[one] for one in links["link_id"]])
        return float((km * links[load]).sum() / max(float((km * links[room]).sum()), 1e-12))


@dataclass(frozen=True, eq=False)
class PairsTraffic:
    """Unserved demand after every pair of cables.

    Attributes
    ----------
    pairs
        a row for each pair that may leave more unserved than the intact network: unit_1, unit_2,
        unserved_low_tbps, unserved_high_tbps, exact
    count
        all pairs, those left out of `pairs` included
    intact_tbps
        unserved with nothing failed
    """

    pairs: pd.DataFrame
    count: int
    intact_tbps: float
    asked_tbps: float

    def values(self, side: str) -> Floats:
        """(count,) newly unserved of every pair, Tbps, sorted; `side` is low or high."""
        told = self.pairs[f"unserved_{side}_tbps"].to_numpy(float) - self.intact_tbps
        quiet = np.zeros(self.count - len(told))
        return np.sort(np.concatenate([quiet, told.clip(min=0.0)]))

    @property
    def undecided(self) -> pd.DataFrame:
        """Pairs beyond the first ten that may leave more than the last of these."""
        least = float(self.pairs["unserved_low_tbps"].head(EXACT_TOP).min())
        above = self.pairs["unserved_high_tbps"].to_numpy(float) > least + FELT_TBPS
        above[:EXACT_TOP] = False
        return self.pairs[above]

    @property
    def bracketed(self) -> pd.DataFrame:
        """The pairs that were not solved exactly."""
        return self.pairs[~self.pairs["exact"]]


@dataclass(frozen=True, eq=False)
class Traffic:
    """All that a study found about traffic."""

    events: tuple[EventTraffic, ...]
    pairs: PairsTraffic | None


def study_traffic(net: Network, ask: TrafficAsk, tell: Callable[[str], None]) -> Traffic:
    """Follow traffic after each event and, if asked, after every pair of cables.

    Raises
    ------
    UnknownNameError
        an event nobody knows
    InputError
        traffic rules that cannot be read
    SweepError
        pairs that could not be scored
    """
    rules = read_rules(ask.rules) if ask.rules else TrafficRules()
    case = flow_case(net, rules)
    tell("traffic, nothing failed")
    solver = FlowSolver(case.problem)
    events = []
    for event in ask.events:
        tell(f"traffic after {event}")
        failing = catalogue.named_events(net, [event])
        failed = np.zeros(len(net.links), bool)
        failed[failing.links_lost(0)] = True
        solver.reset()  # no answer may depend on the events before it
        events.append(EventTraffic(event, failing, FlowAnswer(
            case, solver.intact, solver.solve(case.outage(failed)))))
    pairs = None
    if ask.pairs:
        tell("traffic after every pair of cables")
        pairs = pairs_traffic(net, rules)
    return Traffic(tuple(events), pairs)


def pairs_traffic(net: Network, rules: TrafficRules) -> PairsTraffic:
    """Bracket every pair of cables, those proven worst exactly."""
    job = exhaustive_sweep(net, 2, metrics=["unserved"], traffic=rules, tolerance=TOLERANCE)
    with tempfile.TemporaryDirectory(prefix="cablenet-pairs-") as folder:
        run = run_sweep(job, Path(folder))
        if run.failed:
            raise SweepError(f"{run.failed:,} of {run.scenarios:,} sets of cables could not be "
                             f"scored: {run.failures[0].error}")
        kept = run.rows()
        orders = run.table("orders")
        count = int(orders.loc[orders["order"] == 2, "scenarios"].sum())
    measure = job.measures[0]
    assert isinstance(measure, UnservedMeasure)
    return pairs_of(kept, count, float(measure.intact.unserved_tbps.sum()),
                    float(measure.case.problem.tbps.sum()),
                    lambda named: solved_exactly(job, named))


Exactly = Callable[[list[tuple[str, str]]], list[dict[str, Any]]]


def pairs_of(kept: pd.DataFrame, count: int, intact_tbps: float, asked_tbps: float,
             exactly: Exactly) -> PairsTraffic:
    """The pairs of a sweep's rows, by lower side; `exactly` is asked of the first that are open.

    No other pair is proven worse than those. One whose upper side reaches higher may be: see
    `PairsTraffic.undecided`.
    """
    pairs = kept[kept["order"] == 2][["unit_1", "unit_2", "unserved_low_tbps",
                                      "unserved_high_tbps"]].reset_index(drop=True)
    pairs[["unit_1", "unit_2"]] = pairs[["unit_1", "unit_2"]].astype(str)
    pairs["exact"] = pairs["unserved_high_tbps"] - pairs["unserved_low_tbps"] <= FELT_TBPS
    top = pairs.sort_values(WORST_BY, ascending=False, kind="stable").head(EXACT_TOP)
    open_ones = top.index[~top["exact"]]
    named = [(str(pairs.at[i, "unit_1"]), str(pairs.at[i, "unit_2"])) for i in open_ones]
    for i, row in zip(open_ones, exactly(named) if named else [], strict=True):
        pairs.loc[i, ["unserved_low_tbps", "unserved_high_tbps"]] = row["unserved_tbps"]
        pairs.loc[i, "exact"] = True
    return PairsTraffic(pairs.sort_values(WORST_BY, ascending=False,
                                          kind="stable").reset_index(drop=True),
                        count, intact_tbps, asked_tbps)

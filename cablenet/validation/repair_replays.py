"""Past repairs planned again on the network of their day, beside what happened, error by phase."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely

from cablenet import catalogue
from cablenet.errors import CablenetError
from cablenet.network import Network
from cablenet.repair import RepairPlan, RepairRules, plan_repairs
from cablenet.scenarios.named import together
from cablenet.scenarios.scenario_set import ScenarioSet
from cablenet.validation.check import Check, skipped

Progress = Callable[[str, int, int], None]
SOURCE = "repair_replays.toml"
PHASES = {"depart": "depart_day", "arrive": "arrive_day", "days": "done_day"}
WORDS = {"depart": "ship sails", "arrive": "ship on site", "days": "restored"}


def check_replays(folder: Path | None = None, *,
                  progress: Progress | None = None) -> list[Check]:
    """Two checks an event: how long until the last repair, and the order of completion.

    Parameters
    ----------
    folder
        holds repair_replays.toml (default: the one shipped with the atlas)
    """
    from cablenet_geodata import path

    file = (path("validation") if folder is None else folder) / SOURCE
    if not file.is_file():
        return [skipped("repairs", SOURCE, "no past repairs here")]
    spec = read_replays(file)
    out: list[Check] = []
    for number, replay in enumerate(spec["replay"]):
        (progress or (lambda *_: None))(f"repairs {replay['id']}", number, len(spec["replay"]))
        out += _checks(replay, spec["limits"])
    return out


def read_replays(file: Path) -> dict[str, Any]:
    """The parameters and what happened, as the file has them."""
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _checks(replay: Mapping[str, Any], limits: Mapping[str, float]) -> list[Check]:
    name = f"repair-{replay['id']}"
    try:
        plan, notes = replayed(replay, limits["within_km"])
    except CablenetError as error:
        return [skipped(f"{name}-last", _sources(replay), str(error))]
    seen = max(float(row["days"]) for row in replay["seen"])
    last = float(plan.schedule["done_day"].max())
    factor = limits["factor"]
    good = seen / factor <= last <= seen * factor and not len(plan.not_served)
    detail = (f"{replay['name']}: {len(plan.schedule)} repairs by "
              f"{plan.schedule['ship'].nunique()} ships, {replay['ships_seen']} ships were sent",
              *phase_errors(plan, replay), *notes)
    checks = [Check(f"{name}-last", round(last, 1), seen, f"within a factor {factor:g}",
                    _sources(replay), "pass" if good else "miss", detail)]
    return [*checks, *_order(name, plan, replay)]


def replayed(replay: Mapping[str, Any], within_km: float) -> tuple[RepairPlan, list[str]]:
    """The plan of the day, and what a reader must know of it."""
    day: date = replay["day"]
    net = with_ships_at(catalogue.build_network(catalogue.atlas(day, scaled=True)),
                        replay.get("ships", ()))
    outage = _outage(net, replay, within_km)
    plan = plan_repairs(net, outage, horizon_days=365.0, router=catalogue.ship_router(),
                        rules=RepairRules(month=day.month), time_limit_s=5.0)
    return plan, [text for text in (
        f"breaks: ours {len(plan.jobs)}, seen {replay['breaks_seen']}"
        if "breaks_seen" in replay else "", replay.get("note", "")) if text]


def with_ships_at(net: Network, places: Sequence[Mapping[str, Any]]) -> Network:
    """The same network with some ships elsewhere than at their bases."""
    if not places:
        return net
    ships = net.layers.ships
    there = {place["ship"]: shapely.Point(place["lon"], place["lat"]) for place in places}
    ships = ships.set_geometry([there.get(ship, shape) for ship, shape in
                                zip(ships["ship_id"], ships.geometry, strict=True)], crs=ships.crs)
    return catalogue.build_network(net.layers.with_tables(ships=ships), as_of=net.as_of)


def _outage(net: Network, replay: Mapping[str, Any], within_km: float) -> ScenarioSet:
    if "event" in replay:
        record = catalogue.named_event_record(replay["event"])
        return together(net, replay["name"], record["parts"], skip_empty=True)
    parts = [{"kind": "cut", "lon": fault["lon"], "lat": fault["lat"], "cable": fault["cable"],
              "within_km": within_km, "cause": replay["cause"]} for fault in replay["faults"]]
    return together(net, replay["name"], parts)


def phase_errors(plan: RepairPlan, replay: Mapping[str, Any]) -> list[str]:
    """Ours, seen and the signed error of every phase that is known, in days."""
    out = []
    for row in replay["seen"]:
        mine = plan.schedule if not row["cable"] else plan.schedule[
            plan.schedule["cable_id"] == row["cable"]]
        if not len(mine):
            out.append(f"{row['cable']}: not repaired in our plan")
            continue
        final = mine.iloc[-1]
        parts = [_error(WORDS[key], float(final[PHASES[key]]), float(row[key]))
                 for key in PHASES if key in row]
        if {"arrive", "days"} <= set(row):
            parts.append(_error("on site and test", float(final["done_day"] - final["arrive_day"]),
                                float(row["days"] - row["arrive"])))
        who = "" if "ship" not in row else (
            f"; {final['ship']}, " + ("as it was" if final["ship_id"] == row["ship"]
                                      else f"it was {row['ship']}"))
        about = " (seen: approximate)" if row.get("approximate") else ""
        out.append(f"{row['cable'] or 'the last'}: {', '.join(parts)}{about}{who}; held by "
                   f"{final['held_by']}")
    if "first" in replay:
        first = plan.schedule.iloc[0]
        out.append("the first: " + ", ".join(
            _error(WORDS[key], float(plan.schedule["arrive_day"].min() if key == "arrive"
                                     else first[PHASES[key]]), float(replay["first"][key]))
            for key in PHASES if key in replay["first"]))
    return out


def _error(what: str, ours: float, seen: float) -> str:
    return f"{what} on day {ours:.1f}, seen {seen:g} ({ours - seen:+.1f})"


def _order(name: str, plan: RepairPlan, replay: Mapping[str, Any]) -> list[Check]:
    """Pairs of cables restored on different days that come back in the same order with us."""
    done = plan.schedule.groupby("cable_id")["done_h"].max()
    rows = pd.DataFrame([row for row in replay["seen"] if row["cable"] in done.index])
    if len(rows) < 2:
        return []
    ours, seen = done[rows["cable"]].to_numpy(float), rows["days"].to_numpy(float)
    first, second = np.triu_indices(len(rows), 1)
    apart = seen[first] != seen[second]
    agree = np.sign(ours[first] - ours[second]) == np.sign(seen[first] - seen[second])
    share = float(agree[apart].mean())
    told = " < ".join(f"{cable} {days:.1f}" for cable, days in sorted(
        zip(rows["cable"], ours / 24, strict=True), key=lambda one: one[1]))
    return [Check(f"{name}-order", round(share, 3), 1.0, "all pairs", _sources(replay),
                  "pass" if share == 1.0 else "miss",
                  (f"{int(agree[apart].sum())} of {int(apart.sum())} pairs as it was; ours: {told}",
                   ))]


def _sources(replay: Mapping[str, Any]) -> str:
    ids = {one for row in replay["seen"] for one in row["sources"].split(";")}
    return ";".join(sorted(ids))

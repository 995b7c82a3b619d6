"""`simulate_policies`: the same years under several policies, each held against the first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from cablenet.errors import InputError
from cablenet.hazards.model import FaultModel
from cablenet.network import Network
from cablenet.repair.durations import DOCK
from cablenet.repair.fleet import SeaRoutes, fleet_of
from cablenet.repair.rules import RepairRules
from cablenet.repair.twin_result import YearTwin
from cablenet.repair.twin_stock import HELD, SpareStock
from cablenet.repair.twin_traffic import TwinTraffic, twin_traffic
from cablenet.repair.twin_world import TwinWorld, twin_world
from cablenet.repair.year_twin import simulate_years
from cablenet.sweeps.dask_pool import Tls

Tell = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Policy:
    """A name, the rules of repair, and whether ships help beyond agreements once chartered."""

    name: str
    rules: RepairRules = field(default_factory=RepairRules)
    mutual_aid: bool = False


@dataclass(frozen=True, eq=False)
class PolicyYears:
    """The same simulated years under each policy; `traffic` is empty unless it was asked for."""

    policies: tuple[Policy, ...]
    twins: tuple[YearTwin, ...]
    traffic: tuple[TwinTraffic, ...] = ()

    def __repr__(self) -> str:
        return (f"<PolicyYears: {self.twins[0].years} years under "
                f"{', '.join(policy.name for policy in self.policies)}>")

    def to_frame(self) -> pd.DataFrame:
        """One row a policy: its repair times, and what it saves beside the first, paired by year.

        Half widths are of 95 % intervals.
        """
        rows = []
        for number, (policy, twin) in enumerate(zip(self.policies, self.twins, strict=True)):
            one = twin.summary()
            row: dict[str, Any] = {
                "policy": policy.name, "ships": len(twin.ships), "median_days": one["median_days"],
                "mean_days": one["mean_days"],
                "mean_wait_for_ship_days": one["mean_wait_for_ship_days"],
                "never_served": one["never_served"]}
            saved = self.twins[0].compare(twin)
            row["outage_days_saved_per_year"] = saved["outage_days_saved_per_year"]
            row["outage_saved_half_width"] = saved["half_width"]
            if self.traffic:
                mine = self.traffic[number]
                row["unserved_tbps_days_per_year"] = float(
                    mine.unserved_tbps_days.sum(axis=1).mean())
                row |= self.traffic[0].saved(mine)
            rows.append(row)
        return pd.DataFrame(rows)

    def to_json(self) -> dict[str, Any]:
        """The figures as plain values; countries by policy where traffic was scored."""
        return {
            "years": self.twins[0].years, "seed": self.twins[0].seed,
            "policies": self.to_frame().to_dict("records"),
            "by_country": {policy.name: traffic.to_frame().to_dict("records")
                           for policy, traffic in zip(self.policies, self.traffic, strict=False)}}


def simulate_policies(
    net: Network,
    model: FaultModel,
    policies: Sequence[Policy],
    *,
    years: int = 100,
    seed: int = 1,
    dock_days: float = DOCK.typical,
    stock: SpareStock = HELD,
    world: TwinWorld | None = None,
    router: SeaRoutes | None = None,
    traffic: bool = False,
    workers: int | None = None,
    scheduler: str | None = None,
    tls: Tls | None = None,
    progress: Tell | None = None,
) -> PolicyYears:
    """Simulate the same years under each policy; the first is what the others are held against.

    Ships and queues are simulated in this process (seconds for a thousand years); `traffic` scores
    the states of all policies, by default on the cores of this machine.

    Parameters
    ----------
    dock_days, stock
        as of `simulate_years`
    world
        ways at sea that hold the ports of all policies; default: made here, by `router` if given
    workers, scheduler, tls
        where traffic is scored, as of `run_sweep`

    Raises
    ------
    InputError
        no policy, or two of one name
    """
    names = [policy.name for policy in policies]
    if not names or len(set(names)) < len(names):
        raise InputError("name one policy or more, each with a name of its own; got "
                         + (", ".join(names) or "none"))
    fleets = [fleet_of(net, policy.rules) for policy in policies]
    ports = [(ship.lon, ship.lat) for fleet in fleets for ship in fleet]
    ways = world or twin_world(net, model, ports=ports, router=router, seed=seed,
                               progress=progress)
    twins = []
    for done, (policy, fleet) in enumerate(zip(policies, fleets, strict=True)):
        twins.append(simulate_years(net, model, years=years, seed=seed, rules=policy.rules,
                                    ships=fleet, mutual_aid=policy.mutual_aid, dock_days=dock_days,
                                    stock=stock, world=ways))
        if progress:
            progress("policies", done + 1, len(policies))
    scored = twin_traffic(*twins, workers=workers, scheduler=scheduler, tls=tls,
                          progress=progress) if traffic else ()
    return PolicyYears(tuple(policies), tuple(twins), scored)

"""Processes about ships and spares over simulated years, and the prices of a repair plan."""

from __future__ import annotations

import math
from typing import Any

import cablenet as cn
from cablenet_api.failures import scenarios_of
from cablenet_api.plans.errors import NotAllowedError
from cablenet_api.processes.desk import Desk
from cablenet_api.processes.found import Found
from cablenet_api.processes.inputs import OnOverlay
from cablenet_api.processes.ship_inputs import (
    TODAY,
    PricesInputs,
    SimulateYearsInputs,
    SparesInputs,
)
from cablenet_api.workspaces.laying import world_with
from cablenet_api.workspaces.overlays import SeenOverlay
from cablenet_api.worlds import World


def check_own(seen: SeenOverlay) -> None:
    """Refuse whoever does not own the overlay: what simulated years and prices tell of stocks and
    depots no tier covers.

    Raises
    ------
    NotAllowedError
        naming the process that partners may ask
    """
    if seen.sees != "everything":
        raise NotAllowedError("with this process only the owner of an overlay may lay it on the "
                              "map; partners ask the process repairs")


def simulate_years(world: World, asked: SimulateYearsInputs, desk: Desk) -> Found:
    """Years of faults, ships, permits and weather under today's rules of repair and others."""
    desk.check_count(asked.years * (1 + len(asked.policies)), "simulated years of all policies",
                     "ask for fewer years or policies")
    net = _network(world, asked, desk)
    found = cn.simulate_policies(
        net, cn.fault_model(net),
        [cn.Policy(TODAY), *(one.policy(net) for one in asked.policies)], years=asked.years,
        seed=asked.seed, dock_days=asked.dock_days,
        stock=cn.SpareStock(math.inf if asked.spare_share is None else asked.spare_share,
                            asked.restock_days),
        router=_router(asked), traffic=asked.traffic, workers=0, scheduler=desk.scheduler,
        tls=desk.tls, progress=desk.told)
    return Found({**found.to_json(), TODAY: found.twins[0].to_json()},
                 lambda: cn.result_layers(found))


def spares(world: World, asked: SparesInputs, desk: Desk) -> Found:
    """Which cable's spares at which depot, and how many km, judged by simulated years."""
    desk.check_count(2 * asked.years, "simulated years", "ask for fewer years")
    net = _network(world, asked, desk)
    plan = cn.plan_spares(net, cn.fault_model(net), asked.agreement, depots=asked.depots,
                          years=asked.years, seed=asked.seed, router=_router(asked),
                          progress=desk.told)
    return Found(plan.to_json(), lambda: cn.result_layers(plan))


def repair_prices(world: World, asked: PricesInputs, desk: Desk) -> Found:
    """What a permit-day, one more ship, a pooled fleet and spares at a port would save."""
    net = _network(world, asked, desk)
    ports = None if asked.ports is None else {
        port: cn.port_of(net, port) for port in asked.ports}
    table = cn.repair_prices(net, scenarios_of(World(net), [asked.event]), ports=ports,
                             router=cn.ship_router(), charter=asked.charter, seed=asked.seed,
                             objective=asked.objective,
                             time_limit_s=float(asked.time_limit_s), progress=desk.told)
    keyed = table.reset_index(drop=True)
    keyed.insert(0, "price_id", [f"{row:04d}" for row in range(len(keyed))])
    unit = "days x weight" if asked.objective == "weighted" else "Tbps-days unserved"
    return Found({"unit": unit, "prices": table.to_dict("records")},
                 lambda: {"prices": keyed})


def _network(world: World, asked: OnOverlay, desk: Desk) -> cn.Network:
    """The map, with the overlay that is named on it."""
    seen = desk.overlay
    assert (seen is None) == (asked.overlay is None)  # who starts a job looks it up
    if seen is None:
        return world.network
    check_own(seen)
    return world_with(world, seen.kept).network


def _router(asked: SimulateYearsInputs | SparesInputs) -> Any:
    return cn.ship_router() if asked.sea_router else None

"""`RepairCase`: an outage as a dispatch problem, and the faults that no ship may reach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cablenet.errors import InfeasibleError
from cablenet.network import Network
from cablenet.repair.fleet import SeaRoutes, Ship, fleet_of, off_the_sea
from cablenet.repair.jobs import Job, jobs_of
from cablenet.repair.problem import Dispatch, dispatch_problem
from cablenet.repair.rules import RepairRules
from cablenet.repair.sea_legs import Distances, SeaLegs, job_depot_km, sea_legs
from cablenet.repair.spares import Depot, Need, Spares, allot, depots_of
from cablenet.scenarios.scenario_set import ScenarioSet

NOT_SERVED = ("job_id", "cable", "segment_id", "lon", "lat", "reason")


@dataclass(frozen=True, eq=False)
class RepairCase:
    """The jobs that some ship may reach, and the reasons why the others wait for none.

    Attributes
    ----------
    every
        all jobs of the outage; `jobs` are those served, the columns of `problem`
    spares
        of `jobs`: the depots where each may be loaded
    not_served
        one row per job at sea that no ship may reach, with the reason
    ashore
        ships left out because they lie on land, by id, with the reason
    far
        distances and ways already searched
    """

    every: tuple[Job, ...]
    jobs: tuple[Job, ...]
    ships: tuple[Ship, ...]
    depots: tuple[Depot, ...]
    spares: tuple[Spares, ...]
    legs: SeaLegs
    problem: Dispatch
    not_served: pd.DataFrame
    ashore: Mapping[str, str]
    far: Distances


def repair_case(net: Network, outage: ScenarioSet, *, weights: Mapping[str, float] | None = None,
                router: SeaRoutes | None = None, charter: bool = False,
                rules: RepairRules | None = None, far: Distances | None = None) -> RepairCase:
    """Put an outage as a dispatch problem; `far` keeps distances from an earlier case.

    Raises
    ------
    InputError
        several outages, or one without a fault at sea; values that cannot be
    InfeasibleError
        no ship may reach any of the faults; `conflict` names why
    """
    chosen = rules or RepairRules()
    every = jobs_of(net, outage, weights, chosen)
    at_sea = tuple(job for job in every if not job.on_land)
    known = far or Distances(router)
    fleet = fleet_of(net, chosen)
    ashore = off_the_sea(fleet, known.router)
    ships = tuple(ship for ship in fleet if ship.id not in ashore)
    depots = depots_of(net, chosen)
    spares = allot([Need(job.cable_id, job.agreement, job.spare_km, job.weight) for job in at_sea],
                   depots, job_depot_km(at_sea, depots, known))
    legs = sea_legs(ships, at_sea, spares=spares, depots=depots, distances=known)
    whole = dispatch_problem(ships, at_sea, legs, charter=charter)
    served = whole.able.any(axis=0) & np.array([not held.missing for held in spares], bool)
    missing = _not_served(ships, legs, {
        j: (at_sea[j], spares[j]) for j in np.flatnonzero(~served).tolist()})
    if len(missing) == len(every):
        raise InfeasibleError(
            f"no ship may reach any fault of '{outage.names[0]}': {len(ships)} ships can repair; "
            f"{missing['reason'].iloc[0]}",
            [f"{row.job_id}: {row.reason}" for row in missing.itertuples()] + list(ashore.values()))
    kept = np.flatnonzero(served)
    jobs = tuple(at_sea[j] for j in kept)
    near = legs.only(kept)
    return RepairCase(every, jobs, ships, depots, tuple(spares[j] for j in kept), near,
                      dispatch_problem(ships, jobs, near, charter=charter), missing, ashore, known)


def _not_served(ships: tuple[Ship, ...], legs: SeaLegs,
                left: Mapping[int, tuple[Job, Spares]]) -> pd.DataFrame:
    """The jobs no ship may reach, each with its reason."""
    return pd.DataFrame(
        [{"job_id": job.id, "cable": job.cable_name, "segment_id": job.segment_id,
          "lon": job.lon, "lat": job.lat,
          "reason": _reason(job, held, ships, [
             ship for ship, way in zip(ships, legs.from_base[:, j], strict=True)
             if np.isfinite(way)])}
         for j, (job, held) in left.items()], columns=list(NOT_SERVED))


def _reason(job: Job, held: Spares, ships: Sequence[Ship], may_sail: Sequence[Ship]) -> str:
    if job.refused_by:
        return f"{', '.join(job.refused_by)} refuses the permit"
    if held.missing:
        return held.missing
    if not may_sail:
        return "no ship can sail there"
    if any(ship.reaches_down_to(job) for ship in ships):
        return f"the ships that can sail there do not work in {abs(job.depth_m):,.0f} m"
    return f"{abs(job.depth_m):,.0f} m is deeper than any ship works"

"""`plan_spares`: which cable's spares lie at which depot, and how many km, for one agreement.

*Where.* Every cable keeps its spares at one of n depots (assumed: systems differ, and a repair
takes cable of its own kind). Clients are cables, sites are ports; the cost of a pair is the hours
that the agreement's ships, each from its base, take to load there and reach the cable's drawn
faults, the quickest ship each time. The n depots of least cost are a p-median (S. L. Hakimi 1964):
proved.

*How much.* What is taken is reordered at once. The stock of a cable covers, in 19 of 20 cases, what
it loses from a fault on until the order of that fault is back (order up to a level: K. J. Arrow,
T. Harris, J. Marschak 1951).

*Judged.* Years that the plan has not seen are simulated with these stocks, used up and restocked,
and with the same stocks at today's depots: days of outage saved, paired by year.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cablenet.errors import InputError, UnknownNameError
from cablenet.geo import geodesic
from cablenet.hazards.model import FaultModel
from cablenet.network import Network
from cablenet.planning.p_median import p_median
from cablenet.repair.basing import ports_of
from cablenet.repair.durations import LOADING, RESTOCK, spare_km
from cablenet.repair.fleet import SeaRoutes
from cablenet.repair.queue_kernel import DepotCalls, Served, serve
from cablenet.repair.rules import RepairRules
from cablenet.repair.sea_legs import AT_BASE_KM
from cablenet.repair.spares import depots_of
from cablenet.repair.twin_result import YearTwin, mean_and_half_width
from cablenet.repair.twin_world import TwinWorld, twin_world
from cablenet.repair.year_twin import simulate_years
from cablenet.solvers import Certificate

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Tell = Callable[[str, int, int], None]
COVERED = 0.95
"""Assumed: the share of restocking times that a stock outlasts."""
FAR_H = 10_000


@dataclass(frozen=True, eq=False)
class SparesPlan:
    """Depots for the spares of an agreement's cables.

    Attributes
    ----------
    depots, today
        ports that hold a cable's spares by the plan, and those of the agreement's depots today
    table
        a row a cable: its depot and where that lies, the best of today's, km of stock, faults a
        year, and hours from the call to the fault from either
    certificate
        of the p-median: hours to all drawn faults
    hours
        mean hours from the call to the fault: by today's depots, by the plan
    waited, short_days
        share of the simulated repairs that were begun later than with stocks without end, and what
        that costs in days of outage a year
    saved_days, saved_half_width
        days of outage a year saved beside today's depots with the same stocks, on fresh years
    """

    agreement: str
    depots: tuple[str, ...]
    today: tuple[str, ...]
    table: pd.DataFrame
    certificate: Certificate
    hours: tuple[float, float]
    waited: float
    short_days: float
    saved_days: float
    saved_half_width: float
    years: int

    def __repr__(self) -> str:
        return (f"<SparesPlan of {self.agreement}: {len(self.table)} cables, "
                f"{self.table['stock_km'].sum():,.0f} km at {', '.join(self.depots)}: "
                f"{self.saved_days:,.1f} +- {self.saved_half_width:,.1f} days of outage a year "
                "less than today's depots>")

    def to_frame(self) -> pd.DataFrame:
        """One row a cable."""
        return self.table.copy()

    def to_json(self) -> dict[str, Any]:
        """The plan as plain values, the certificate's keys on top."""
        return {
            **self.certificate.to_json(), "objective_unit": "hours from call to fault, summed",
            "agreement": self.agreement, "depots": list(self.depots), "today": list(self.today),
            "cables": self.table.to_dict("records"), "mean_hours_today": self.hours[0],
            "mean_hours": self.hours[1], "waited_share": self.waited,
            "short_outage_days_per_year": self.short_days,
            "outage_days_saved_per_year": self.saved_days, "half_width": self.saved_half_width,
            "years": self.years}


def plan_spares(
    net: Network,
    model: FaultModel,
    agreement: str,
    *,
    depots: int | None = None,
    years: int = 100,
    seed: int = 1,
    router: SeaRoutes | None = None,
    world: TwinWorld | None = None,
    progress: Tell | None = None,
) -> SparesPlan:
    """Choose depots, and the stock of each cable, for the spares of one maintenance agreement.

    Parameters
    ----------
    depots
        how many (default: as many as the agreement has today, at least one)
    years
        drawn for the choice, and as many others for the judgement
    router, world
        ways at sea; a world must have been made with all of `ports_of(net)`

    Raises
    ------
    UnknownNameError
        no such agreement
    InputError
        no fault falls under it, or a number of depots that cannot be
    """
    ports = ports_of(net)
    ways = world or twin_world(net, model, ports=[(lon, lat) for _, lon, lat in ports],
                               router=router, seed=seed, progress=progress)
    twin = simulate_years(net, model, years=years, seed=seed, world=ways)
    known = sorted({zone for ship in twin.ships for zone in ship.zones})
    if agreement not in known:
        raise UnknownNameError("agreement with ships", agreement, known)
    case = _Case(net, twin, ways, agreement)
    if not len(case.rows):
        raise InputError(f"no fault of {years} years falls under {agreement}; nothing to plan")
    today = _todays(net, ports, case, agreement)
    wanted = len(today) if depots is None else depots
    if not 1 <= wanted <= len(ports):
        raise InputError(f"--depots {wanted}: give 1 to {len(ports)}, the number of ports")
    begun = time.monotonic()
    cost = case.cost_h()
    median = p_median(cost, wanted, seed=seed)
    home = median.nearest
    before = np.array(today)[cost[:, today].argmin(axis=1)]
    stock = case.stocks()
    fresh = _Case(net, simulate_years(net, model, years=years, seed=seed + 1, world=ways), ways,
                  agreement)
    at = {cable: number for number, cable in enumerate(case.cables.tolist())}
    old, new = (fresh.served(at, sites, stock) for sites in (before, home))
    endless = fresh.served(at, home, np.full(len(stock), np.inf))
    saved, half = mean_and_half_width(fresh.down_days(old) - fresh.down_days(new))
    names = [name for name, _, _ in ports]
    count = np.bincount(case.cable_of_row, minlength=len(at))
    table = pd.DataFrame({
        "cable_id": [str(net.cable_id[cable]) for cable in case.cables],
        "cable": [str(net.cable_name[cable]) for cable in case.cables],
        "depot": [names[site] for site in home], "today": [names[site] for site in before],
        "stock_km": stock, "faults_per_year": count / years,
        "hours": cost[np.arange(len(at)), home] / count,
        "hours_today": cost[np.arange(len(at)), before] / count,
        "lon": [ports[site][1] for site in home], "lat": [ports[site][2] for site in home],
    }).sort_values(["faults_per_year", "cable_id"], ascending=[False, True], ignore_index=True)
    number = np.arange(len(at))
    return SparesPlan(
        agreement, tuple(names[site] for site in np.unique(home)), tuple(names[n] for n in today),
        table, replace(median.certificate, seconds=time.monotonic() - begun),
        (float(cost[number, before].sum() / count.sum()),
         float(cost[number, home].sum() / count.sum())),
        float((new.begin_h > endless.begin_h + 1e-9)[fresh.rows].mean()),
        float((fresh.down_days(new) - fresh.down_days(endless)).mean()), saved, half, years)


def stock_km(start_h: Floats, km: Floats, lead_h: float, covered: float = COVERED) -> float:
    """Whole km that cover what is taken from a fault on within the lead time, in this share of
    cases; (F,) hours in order and km of one cable's faults."""
    total = np.concatenate([[0.0], np.cumsum(km)])
    end = np.searchsorted(start_h, start_h + lead_h)
    within = total[end] - total[:-1]
    return float(math.ceil(np.quantile(within, covered, method="inverted_cdf") - 1e-9))


class _Case:
    """The faults of an agreement's cables in simulated years, and the hours by way of each port."""

    def __init__(self, net: Network, twin: YearTwin, ways: TwinWorld, agreement: str) -> None:
        self.twin, self.ways = twin, ways
        group = ways.agreement.index(agreement) if agreement in ways.agreement else -1
        self.rows = np.flatnonzero(twin.case.group == group)
        cable = net.links.cable[twin.faults["link"].to_numpy()[self.rows]]
        self.cables, self.cable_of_row = np.unique(cable, return_inverse=True)
        self.km = np.array([spare_km(float(depth), str(cause)) for depth, cause in zip(
            twin.faults["depth_m"].to_numpy(float)[self.rows],
            twin.faults["cause"].to_numpy(object)[self.rows], strict=True)])
        self.start_h = twin.faults["start_h"].to_numpy(float)[self.rows]
        port = [ways.port_of(ship.lon, ship.lat) for ship in twin.ships]
        far = np.array([geodesic.distance_km(
            np.full(len(ways.port_lon), ship.lon), np.full(len(ways.port_lon), ship.lat),
            ways.port_lon, ways.port_lat) for ship in twin.ships])
        apart = np.array([(ways.port_km[one][None, :] + ways.port_km).min(axis=1)
                          for one in port])  # from port to port by the fault nearest to both
        self.depot_h = np.where(far <= AT_BASE_KM, 0.0,
                                apart / twin.case.speed_km_h[:, None] + LOADING.hours)
        self.mine = [n for n, ship in enumerate(twin.ships) if agreement in ship.zones]

    def cost_h(self) -> Ints:
        """(K, B) whole hours from call to fault of the quickest ship, over the cable's faults."""
        place = self.twin.case.place[self.rows]
        out = np.zeros((len(self.cables), len(self.ways.port_km)))
        for port, km in enumerate(self.ways.port_km):
            quickest = np.min([
                self.twin.case.mobilise_h[ship] + self.depot_h[ship, port]
                + km[place] / self.twin.case.speed_km_h[ship] for ship in self.mine], axis=0)
            out[:, port] = np.bincount(self.cable_of_row, np.minimum(quickest, FAR_H),
                                       minlength=len(self.cables))
        return np.ceil(out).astype(np.int64)

    def stocks(self) -> Floats:
        """(K,) km of each cable."""
        order = np.argsort(self.start_h, kind="stable")
        return np.array([
            stock_km(self.start_h[mine], self.km[mine], RESTOCK.hours)
            for mine in (order[self.cable_of_row[order] == k] for k in range(len(self.cables)))])

    def calls(self, at: dict[int, int], sites: Sequence[int] | Ints, stock: Floats) -> DepotCalls:
        """Calls where the spares of cables (by number in the plan) lie at these ports."""
        count = len(self.twin.case.call_h)
        depot, kind = np.full(count, -1), np.zeros(count, np.int64)
        need = np.zeros(count)
        number = np.array([at.get(int(self.cables[k]), -1) for k in self.cable_of_row], np.int64)
        known = number >= 0  # a cable the plan has never seen fail loads at the base
        rows = self.rows[known]
        depot[rows] = np.asarray(sites)[number[known]]
        kind[rows], need[rows] = number[known], self.km[known]
        return DepotCalls(depot, self.depot_h, np.asarray(self.ways.port_km), LOADING.hours, kind,
                          need, stock, float(RESTOCK.hours))

    def served(self, at: dict[int, int], sites: Sequence[int] | Ints, stock: Floats) -> Served:
        return serve(replace(self.twin.case, calls=self.calls(at, sites, stock)))

    def down_days(self, served: Served) -> Floats:
        """(Y,) days of outage by year, of the faults that are counted."""
        return replace(self.twin, served=served).down_days


def _todays(net: Network, ports: Sequence[tuple[str, float, float]], case: _Case,
            agreement: str) -> list[int]:
    """Ports with spares of the agreement today; without any, the bases of its ships."""
    places = {(depot.lon, depot.lat) for depot in depots_of(net, RepairRules())
              if not depot.cables and agreement in depot.zones}
    places = places or {(case.twin.ships[n].lon, case.twin.ships[n].lat) for n in case.mine}
    return [n for n, (_, lon, lat) in enumerate(ports) if (lon, lat) in places]

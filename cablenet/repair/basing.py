"""`plan_bases`: where the ships of an agreement should lie, against many drawn years of faults.

Three answers side by side, since each knows something the others do not:

1. *p-median* (S. L. Hakimi 1964): the p ports with the least hours at sea to all faults; proved.
2. *Coverage* (R. Church, C. ReVelle 1974): the p ports that have most faults within so many hours.
   Sets: places i with n[i] faults, ports j. Variables: y[j] = 1 if a ship lies there, z[i] = 1 if
   place i is covered. Maximise sum n[i] z[i] with z[i] <= sum of y[j] over the ports within reach,
   sum y[j] = p; proved by CP-SAT.
3. *Simulation*: ships are busy when they are needed, and several may share a port. From the better
   of today's bases and the p-median, one ship at a time is moved to the port that loses the fewest
   days of outage in the simulated years, until no move helps. No proof: a local optimum; what it
   buys beside today is told on years that the search has not seen, with an interval.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cablenet.errors import InputError, PlanError, UnknownNameError
from cablenet.hazards.model import FaultModel
from cablenet.network import Network
from cablenet.planning.p_median import p_median
from cablenet.repair.basing_plan import BasingPlan
from cablenet.repair.fleet import SeaRoutes, Ship, fleet_of
from cablenet.repair.queue_kernel import serve
from cablenet.repair.twin_result import YearTwin
from cablenet.repair.twin_world import TwinWorld, twin_world
from cablenet.repair.year_twin import simulate_years
from cablenet.solvers import IntegerProgram

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Port = tuple[str, float, float]
Tell = Callable[[str, int, int], None]
KNOTS_KM_H = 11.5 * 1.852
ROUNDS = 3
COVER_H = 120.0
"""Five days at sea: assumed, as far as a ship may be for a place to count as covered."""


def ports_of(net: Network) -> tuple[Port, ...]:
    """(name, lon, lat) of every place where a ship lies today, and every depot, by name."""
    found: dict[tuple[float, float], str] = {}
    depots = net.layers.tables["depots"]
    for name, place in zip(depots["name"], depots.geometry, strict=True):
        found.setdefault((place.x, place.y), str(name))
    ships = net.layers.tables["ships"]
    for name, place in zip(ships["base_port"], ships.geometry, strict=True):
        if place is not None and not place.is_empty:
            found.setdefault((place.x, place.y), str(name))
    return tuple(sorted((name, lon, lat) for (lon, lat), name in found.items()))


def plan_bases(
    net: Network,
    model: FaultModel,
    agreement: str,
    *,
    ships: int | None = None,
    years: int = 100,
    seed: int = 1,
    router: SeaRoutes | None = None,
    world: TwinWorld | None = None,
    progress: Tell | None = None,
) -> BasingPlan:
    """Choose ports for the ships of one maintenance agreement.

    Parameters
    ----------
    agreement
        its id in the map's table of maintenance agreements
    ships
        how many (default: as today; more start at the port of the first, fewer leave out the last)
    years
        drawn for the search, and as many others for the comparison
    router, world
        ways at sea; a world must have been made with all of `ports_of(net)`

    Raises
    ------
    UnknownNameError
        no such agreement
    InputError
        no ship is under it, no fault falls under it, or fewer than one ship is asked for
    """
    ports = ports_of(net)
    fleet = fleet_of(net)
    known = sorted({zone for ship in fleet for zone in ship.zones})
    if agreement not in known:
        raise UnknownNameError("agreement with ships", agreement, known)
    mine = [number for number, ship in enumerate(fleet) if agreement in ship.zones]
    wanted = len(mine) if ships is None else ships
    if not 1 <= wanted <= len(ports):
        raise InputError(f"--ships {wanted}: give 1 to {len(ports)}, the number of ports")
    fleet, mine = _resized(fleet, mine, wanted)
    ways = world or twin_world(net, model, ports=[(lon, lat) for _, lon, lat in ports],
                               router=router, seed=seed, progress=progress)
    twin = simulate_years(net, model, years=years, seed=seed, ships=fleet, world=ways)
    group = ways.agreement.index(agreement) if agreement in ways.agreement else -1
    count = np.bincount(twin.case.place[twin.case.group == group], minlength=len(ways.cell_lon))
    places = np.flatnonzero(count)
    if not len(places):
        raise InputError(f"no fault of {years} years falls under {agreement}; nothing to plan")
    number = np.array([ways.port_of(lon, lat) for _, lon, lat in ports], np.int64)
    hours = ways.port_km[np.ix_(number, places)] / KNOTS_KM_H
    whole = np.minimum(np.ceil(hours), 10_000).astype(np.int64).T
    now = tuple(_port_at(ports, fleet[ship]) for ship in mine)
    begun = time.monotonic()
    median = p_median(whole, wanted, weight=count[places].astype(np.int64), seed=seed)
    chosen, share = covering_ports(whole, count[places], wanted, COVER_H, seed)
    best = _search(twin, ways, ports, mine, [list(now), [int(port) for port in median.sites]],
                   progress)
    saved, half = _on_fresh_years(net, model, twin, ways, ports, mine, best, years, seed + 1)
    names = [name for name, _, _ in ports]
    weight = count[places] / count[places].sum()
    certificate = replace(median.certificate, seconds=time.monotonic() - begun)

    def named(sites: Sequence[int]) -> tuple[str, ...]:
        return tuple(names[port] for port in sites)

    return BasingPlan(
        agreement, named(now), named(median.sites.tolist()), named(chosen), named(best),
        certificate,
        (float((whole[:, list(now)].min(axis=1) * weight).sum()),
         float((whole[:, median.sites].min(axis=1) * weight).sum())),
        (float(weight[(whole[:, list(now)] <= COVER_H).any(axis=1)].sum()), share),
        saved, half, years, {name: (lon, lat) for name, lon, lat in ports})


def covering_ports(hours: Ints, count: Ints, p: int, within_h: float, seed: int
                   ) -> tuple[list[int], float]:
    """The p ports with most faults within reach, and their share; proved, and counted again.

    Parameters
    ----------
    hours
        (I, J) from each place to each port
    count
        (I,) faults

    Raises
    ------
    PlanError
        the solver's count is not that of its ports, or was not proved
    """
    near = hours <= within_h
    program = IntegerProgram()
    on = [program.flag(f"y{port}") for port in range(near.shape[1])]
    covered = [program.flag(f"z{place}") for place in range(len(count))]
    program.require(sum(on) == p)
    for place, flag in enumerate(covered):
        program.either([on[port] for port in np.flatnonzero(near[place])], [flag])
    program.maximise(sum(int(n) * flag for n, flag in zip(count, covered, strict=True)))
    found = program.solve(seed=seed)
    if found.status != "optimal":
        raise PlanError(f"the coverage of {p} ports could not be proved: {found.status}")
    sites = [port for port in range(near.shape[1]) if found.values[f"y{port}"]]
    reached = int(count[near[:, sites].any(axis=1)].sum())
    if reached != round(found.objective):
        raise PlanError(f"the ports cover {reached} faults, not {found.objective:g}")
    return sites, reached / int(count.sum())


def one_more_ship(
    net: Network,
    model: FaultModel,
    countries: Sequence[str],
    *,
    years: int = 100,
    seed: int = 1,
    router: SeaRoutes | None = None,
    world: TwinWorld | None = None,
    progress: Tell | None = None,
) -> gpd.GeoDataFrame:
    """Where one more ship would help most that serves every agreement of some countries' cables.

    A row a port, best first, with its place: days of outage it saves a year in all, with half of
    the 95 % interval.
    One ship shared by two countries is asked for by naming both.

    Raises
    ------
    InputError
        no cable under an agreement lands in these countries
    """
    zones = _agreements_of(net, countries)
    if not zones:
        raise InputError(f"no cable under a maintenance agreement lands in {', '.join(countries)}")
    ports, fleet = ports_of(net), fleet_of(net)
    ways = world or twin_world(net, model, ports=[(lon, lat) for _, lon, lat in ports],
                               router=router, seed=seed, progress=progress)
    today = simulate_years(net, model, years=years, seed=seed, ships=fleet, world=ways)
    quick = min(ship.mobilise_h for ship in fleet)
    rows = []
    for done, (name, lon, lat) in enumerate(ports):
        added = Ship(f"added-{name}", f"One more ship at {name}", lon, lat, 11.5, zones, quick,
                     added=True)
        found = simulate_years(net, model, years=years, seed=seed, ships=(*fleet, added),
                               world=ways)
        saved = today.compare(found)
        rows.append({"port": name, "lon": lon, "lat": lat,
                     "outage_days_saved_per_year": saved["outage_days_saved_per_year"],
                     "half_width": saved["half_width"],
                     "repairs_per_year": found.by_ship()["repairs_per_year"].iloc[-1]})
        if progress:
            progress("one more ship", done + 1, len(ports))
    table = pd.DataFrame(rows).sort_values(["outage_days_saved_per_year", "port"],
                                           ascending=[False, True], ignore_index=True)
    return gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(table["lon"], table["lat"]),
                            crs="EPSG:4326")


def _agreements_of(net: Network, countries: Sequence[str]) -> frozenset[str]:
    for country in countries:
        net.country_index(country)  # an unknown one is told
    stations = net.layers.tables["stations"].set_index("station_id")["country"]
    landings = net.layers.tables["landings"]
    there = landings[landings["station_id"].map(stations).isin(list(countries))]
    cables = net.layers.tables["cables"]
    under = cables[cables["cable_id"].isin(there["cable_id"])]["maintenance_agreement"].dropna()
    return frozenset(str(name) for name in under if name)


def _resized(fleet: tuple[Ship, ...], mine: list[int], wanted: int
             ) -> tuple[tuple[Ship, ...], list[int]]:
    """The fleet with so many ships of the agreement, and their numbers."""
    gone = set(mine[wanted:])
    kept = [ship for number, ship in enumerate(fleet) if number not in gone]
    first = fleet[mine[0]]
    more = [replace(first, id=f"{first.id}-more-{n}", added=True)
            for n in range(wanted - len(mine))]
    ids = {fleet[number].id for number in mine[:wanted]} | {ship.id for ship in more}
    whole = (*kept, *more)
    return whole, [number for number, ship in enumerate(whole) if ship.id in ids]


def _port_at(ports: Sequence[Port], ship: Ship) -> int:
    return next(number for number, (_, lon, lat) in enumerate(ports)
                if (lon, lat) == (ship.lon, ship.lat))


def _outage_h(twin: YearTwin, ways: TwinWorld, ports: Sequence[Port], mine: Sequence[int],
              sites: Sequence[int]) -> Floats:
    """(F,) hours from call to restored of every fault, with the ships at these ports."""
    base = twin.case.base_h.copy()
    for ship, port in zip(mine, sites, strict=True):
        _, lon, lat = ports[port]
        base[ship] = ways.port_km[ways.port_of(lon, lat)] / twin.case.speed_km_h[ship]
    return serve(replace(twin.case, base_h=base)).done_h


def _search(twin: YearTwin, ways: TwinWorld, ports: Sequence[Port], mine: Sequence[int],
            starts: Sequence[list[int]], progress: Tell | None) -> list[int]:
    """Move one ship at a time while that loses fewer hours; the better of the starts first."""
    counted = twin.counted

    def cost(sites: Sequence[int]) -> float:
        return float(_outage_h(twin, ways, ports, mine, sites)[counted].sum())

    least, best = min((cost(start), start) for start in starts)
    for turn in range(ROUNDS):
        before = least
        for ship in range(len(best)):
            for port in range(len(ports)):
                tried = [*best[:ship], port, *best[ship + 1:]]
                if tried != best and (found := cost(tried)) < least:
                    least, best = found, tried
        if progress:
            progress("simulate bases", turn + 1, ROUNDS)
        if least == before:
            break
    return best


def _on_fresh_years(net: Network, model: FaultModel, twin: YearTwin, ways: TwinWorld,
                    ports: Sequence[Port], mine: Sequence[int], sites: Sequence[int], years: int,
                    seed: int) -> tuple[float, float]:
    """Days of outage saved a year beside today, on years the search has not seen."""
    moved = list(twin.ships)
    for ship, port in zip(mine, sites, strict=True):
        moved[ship] = replace(moved[ship], lon=ports[port][1], lat=ports[port][2])
    old, new = (simulate_years(net, model, years=years, seed=seed, ships=fleet, world=ways)
                for fleet in (twin.ships, tuple(moved)))
    saved = old.compare(new)
    return saved["outage_days_saved_per_year"], saved["half_width"]

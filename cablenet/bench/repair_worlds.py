"""Random outages of the world as `Dispatch`: real ships at their bases, faults on real cables."""

from __future__ import annotations

import math

import numpy as np

from cablenet.geo import geodesic
from cablenet.network import Network
from cablenet.repair.durations import DETOUR, LOCATE, transit_hours
from cablenet.repair.fleet import fleet_of
from cablenet.repair.problem import Dispatch

WORK_DAYS, PERMIT_DAYS, WEIGHT = (3, 9), (0, 30), (1, 50)
TEST_H = 24


def random_outage(net: Network, seed: int, jobs: int, ships: int, *, grid_h: int = 1) -> Dispatch:
    """Ships drawn from the fleet, faults drawn along wet cables by length; any ship may do any job.

    Work takes 3-9 days, permits 0-30 days, weights are 1-50, all uniform; ships sail at their own
    speed along 1.2 times the great circle. Every time is rounded up to `grid_h` hours.
    """
    rng = np.random.default_rng(seed)
    fleet = fleet_of(net)
    chosen = [fleet[i] for i in np.sort(rng.choice(len(fleet), ships, replace=False))]
    wet = net.of_kind("wet")
    lines = net.layers.segments.set_index("segment_id").geometry
    ids = np.array(net.links.id)[wet]
    ids = np.array([key for key in ids if key in lines.index])
    lines = lines.loc[ids]
    length = geodesic.line_lengths_km(lines.to_numpy())
    picked = rng.choice(len(ids), jobs, p=length / length.sum())
    places = [line.interpolate(share, normalized=True) for line, share in zip(
        lines.iloc[picked], rng.random(jobs), strict=True)]
    lon, lat = np.array([p.x for p in places]), np.array([p.y for p in places])

    def hours(ship: int, from_lon: float, from_lat: float) -> list[int]:
        km = DETOUR.typical * geodesic.distance_km(from_lon, from_lat, lon, lat)
        return [up(transit_hours(float(d), chosen[ship].speed_kn)) for d in km]

    def up(value: float) -> int:
        return math.ceil(value / grid_h) * grid_h

    base = [hours(s, ship.lon, ship.lat) for s, ship in enumerate(chosen)]
    leg = [[hours(s, lon[j], lat[j]) for j in range(jobs)] for s in range(ships)]
    ready = [[up(LOCATE.hours + ship.mobilise_h)] * jobs for ship in chosen]
    work = [up(24 * days) for days in rng.uniform(*WORK_DAYS, jobs)]
    permit = [up(24 * days) for days in rng.uniform(*PERMIT_DAYS, jobs)]
    return Dispatch(
        np.array(base), np.array(leg), np.array(ready), np.ones((ships, jobs), bool),
        np.tile(permit, (ships, 1)), np.array(work), np.full(jobs, up(TEST_H)),
        rng.integers(WEIGHT[0], WEIGHT[1] + 1, jobs))

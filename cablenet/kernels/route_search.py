"""Ruin and recreate over routes of ships: jobs are torn out in strings and put back where cheapest.

After Christiaens and Vanden Berghe, "Slack induction by string removals for vehicle routing
problems", Transportation Science 54 (2020), with weighted completion as the cost.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from cablenet.kernels.jit import compiled

Ints: TypeAlias = NDArray[np.int64]
Arrays: TypeAlias = tuple[Ints, Ints, Ints, Ints, Ints, Ints]
"""sail (S, J + 1, J) hours, last row from the base; ready and permit (S, J); work, test, weight.

A job that a ship is not able to do has a `ready` of `UNABLE` or more.
"""

STRING = 8
"""The longest string torn out of one route, as in the paper."""
TORN = 10
"""Jobs torn out at a time on average, as in the paper."""
BLINK = 100
"""One place in so many is overlooked, as in the paper."""
UNABLE = 10**6
HUGE = 1 << 60


def arrays_of(base: Ints, leg: Ints, ready: Ints, able: NDArray[np.bool_],
              others: tuple[Ints, ...]) -> Arrays:
    """The arrays of a `Dispatch` as the loops want them; `others`: permit, work, test, weight."""
    permit, work, test, weight = (np.ascontiguousarray(table, np.int64) for table in others)
    sail = np.concatenate([leg, base[:, None, :]], axis=1).astype(np.int64)
    return sail, np.where(able, ready, UNABLE).astype(np.int64), permit, work, test, weight


@compiled
def draw(state: Ints, below: int) -> int:
    """A whole number below `below`: Lehmer's generator with the factor 48271 (Park and Miller)."""
    state[0] = state[0] * 48271 % 2147483647
    return int(state[0] % below)


@compiled
def step(data: Arrays, ship: int, at: int, free: int, job: int) -> int:
    """The hour a ship leaves a job when it was free at another (-1: its base)."""
    sail, ready, permit, work = data[0], data[1], data[2], data[3]
    there = max(free, ready[ship, job]) + sail[ship, at, job]  # at -1 is the last row
    return int(max(there, permit[ship, job]) + work[job])


@compiled
def clock(data: Arrays, ship: int, route: Ints, length: int, leave: Ints, cost: Ints) -> None:
    """Fill when each place of a route is left, and the cost up to it (place 0: the base)."""
    test, weight = data[4], data[5]
    leave[0], cost[0] = 0, 0
    at = -1
    for place in range(length):
        job = route[place]
        leave[place + 1] = step(data, ship, at, leave[place], job)
        cost[place + 1] = cost[place] + weight[job] * (leave[place + 1] + test[job])
        at = job


@compiled
def rise(data: Arrays, ship: int, route: Ints, length: int, leave: Ints, cost: Ints, job: int,
         place: int, cap: int) -> int:
    """What it costs to put a job at a place of a route; `cap` or more: not worth it."""
    test, weight = data[4], data[5]
    free = step(data, ship, route[place - 1] if place else -1, leave[place], job)
    extra = weight[job] * (free + test[job])
    at = job
    for later in range(place, length):
        if extra >= cap:
            return int(extra)
        follower = route[later]
        free = step(data, ship, at, free, follower)
        delay = free - leave[later + 1]
        if delay == 0:  # caught up: the rest of the route stays as it was
            return int(extra)
        extra += weight[follower] * delay
        at = follower
    return int(extra)


@compiled
def put_back(data: Arrays, state: Ints, routes: Ints, length: Ints, leave: Ints, cost: Ints,
             owner: Ints, job: int) -> int:
    """Put a job where it costs least, overlooking a place now and then; returns the rise."""
    best, best_ship, best_place = HUGE, -1, -1
    while best_ship < 0:
        for ship in range(len(length)):
            if data[1][ship, job] >= UNABLE:
                continue
            for place in range(length[ship] + 1):
                state[1] -= 1
                if state[1] < 0:
                    state[1] = draw(state, 2 * BLINK)
                    continue
                found = rise(data, ship, routes[ship], length[ship], leave[ship], cost[ship], job,
                             place, best)
                if found < best:
                    best, best_ship, best_place = found, ship, place
    route = routes[best_ship]
    for place in range(length[best_ship], best_place, -1):
        route[place] = route[place - 1]
    route[best_place] = job
    length[best_ship] += 1
    owner[job] = best_ship
    clock(data, best_ship, route, length[best_ship], leave[best_ship], cost[best_ship])
    return int(best)


@compiled
def tear_out(state: Ints, near: Ints, routes: Ints, length: Ints, owner: Ints, out: Ints,
             hurt: NDArray[np.bool_]) -> int:
    """Take strings of jobs around a job drawn out of the routes; returns how many."""
    jobs = len(owner)
    used = 0
    for ship in range(len(length)):
        used += length[ship] > 0
        hurt[ship] = False
    string = max(1, min(STRING, jobs // max(1, used)))
    most = max(1, 4 * TORN // (1 + string) - 1)
    strings = 1 + draw(state, most)
    taken = 0
    for job in near[draw(state, jobs)]:
        ship = owner[job]
        if strings == 0:
            break
        if ship < 0 or hurt[ship]:
            continue
        hurt[ship] = True
        strings -= 1
        route = routes[ship]
        count = 1 + draw(state, min(string, length[ship]))
        kept = 0
        if count > 1 and count < length[ship] and draw(state, 2) == 0:
            kept = 1 + draw(state, length[ship] - count)  # a part inside the string stays
        place = 0
        while route[place] != job:
            place += 1
        span = count + kept
        lowest, highest = max(0, place - span + 1), min(place, length[ship] - span)
        first = lowest + draw(state, highest - lowest + 1)
        stays = first + (draw(state, count + 1) if kept else span)
        write = first
        for read in range(first, length[ship]):
            if read < first + span and not stays <= read < stays + kept:
                out[taken] = route[read]
                owner[route[read]] = -1
                taken += 1
            else:
                route[write] = route[read]
                write += 1
        length[ship] = write
    return taken


@compiled
def order_torn(data: Arrays, state: Ints, out: Ints, taken: int, key: Ints) -> None:
    """Put torn jobs in an order to come back: by chance, by weight, or by how soon one could be."""
    kind = draw(state, 10)
    for i in range(taken):
        job = out[i]
        key[i] = draw(state, 1 << 30)
        if kind >= 7:
            key[i] = -data[5][job] * 4096 + key[i] % 4096
        elif kind >= 5:
            key[i] = np.min(data[1][:, job] + data[0][:, -1, job]) * 4096 + key[i] % 4096
    for i in range(1, taken):
        value, job, place = key[i], out[i], i
        while place > 0 and key[place - 1] > value:
            key[place], out[place] = key[place - 1], out[place - 1]
            place -= 1
        key[place], out[place] = value, job


@compiled
def ruin_and_recreate(data: Arrays, near: Ints, routes: Ints, length: Ints, seed: int,
                      rounds: int, heat: float, cool: float,
                      pool: Ints) -> tuple[int, int]:
    """Improve routes in place; returns the best cost and how many rows of `pool` were filled.

    Parameters
    ----------
    near
        (J, J) jobs by closeness to each job, itself first
    routes, length
        (S, J) and (S,); every job on one route; on return the best found
    heat, cool
        temperatures of the annealing at its start and end, in units of cost
    pool
        (P, J + 2) routes of plans that were the best so far: ship, length, jobs
    """
    ships, jobs = routes.shape
    state = np.array([seed % 2147483646 + 1, BLINK], np.int64)
    leave, cost = np.zeros((ships, jobs + 1), np.int64), np.zeros((ships, jobs + 1), np.int64)
    owner = np.zeros(jobs, np.int64)
    now = 0
    for ship in range(ships):
        clock(data, ship, routes[ship], length[ship], leave[ship], cost[ship])
        now += cost[ship, length[ship]]
        for place in range(length[ship]):
            owner[routes[ship, place]] = ship
    best, best_routes, best_length = now, routes.copy(), length.copy()
    old_routes, old_length, old_owner = routes.copy(), length.copy(), owner.copy()
    out, key, hurt = np.zeros(jobs, np.int64), np.zeros(jobs, np.int64), np.zeros(ships, np.bool_)
    changed = np.zeros(ships, np.bool_)
    ratio = (cool / heat) ** (1.0 / max(1, rounds))
    filled = 0
    for _ in range(rounds):
        taken = tear_out(state, near, routes, length, owner, out, hurt)
        changed[:] = hurt
        for ship in range(ships):
            if hurt[ship]:
                clock(data, ship, routes[ship], length[ship], leave[ship], cost[ship])
        order_torn(data, state, out, taken, key)
        for i in range(taken):
            put_back(data, state, routes, length, leave, cost, owner, out[i])
            changed[owner[out[i]]] = True
        then = 0
        for ship in range(ships):
            then += cost[ship, length[ship]]
        chance = (draw(state, 1 << 30) + 1) / float(1 << 30)
        if then < now - heat * np.log(chance):
            for ship in range(ships):
                if changed[ship]:
                    old_length[ship] = length[ship]
                    old_routes[ship] = routes[ship]
            old_owner[:] = owner
            now = then
            if now < best:
                best = now
                best_routes[:], best_length[:] = routes, length
            if now <= best + 2.0 * heat:
                for ship in range(ships):
                    if changed[ship] and filled < len(pool) and length[ship]:
                        pool[filled, 0], pool[filled, 1] = ship, length[ship]
                        pool[filled, 2:] = routes[ship]
                        filled += 1
        else:
            for ship in range(ships):
                if changed[ship]:
                    length[ship] = old_length[ship]
                    routes[ship] = old_routes[ship]
                    clock(data, ship, routes[ship], length[ship], leave[ship], cost[ship])
            owner[:] = old_owner
        heat *= ratio
    routes[:], length[:] = best_routes, best_length
    return int(best), filled

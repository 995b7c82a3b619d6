"""The queue of repairs: faults in the order they come, ships that serve them, hour by hour.

One rule decides, whenever a fault comes or a ship is free: of the faults that wait, the most
valuable first (then the one that waited longest) takes the free ship that can begin soonest, of
equals the one that is there first; a fault that no free ship may serve lets the next one try. A
ship sails home after each job and may be called away at once: until it is home it counts as lying
at its last job. When its docking is due it goes home once its work is done, and lies in dock there.

Arrays in, arrays out; `tests/twins/queue_twin.py` says the same slowly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cablenet.kernels.jit import compiled

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class DepotCalls:
    """Where spares lie, D depots, K kinds of them: used up by repairs, reordered at once.

    A ship calls at the depot before the fault, unless it comes straight from a fault of the same
    depot. No ship is called before enough is in stock; what is larger than the stock is made to
    order, from the hour in which a ship might have been called.

    Attributes
    ----------
    depot
        (F,) numbers; -1: the ships load at their bases, or have it aboard
    depot_h
        (S, D) from a ship's base to the depot, loading included (0 at the base)
    depot_km
        (D, P)
    load_h
        loading at a depot on the way from another fault
    kind, need_km
        (F,) what a repair takes, and how much; 0: nothing
    stock_km
        (K,)
    lead_h
        from an order to its arrival
    """

    depot: Ints
    depot_h: Floats
    depot_km: Floats
    load_h: float
    kind: Ints
    need_km: Floats
    stock_km: Floats
    lead_h: float


@dataclass(frozen=True, eq=False)
class QueueCase:
    """F faults in order of time, S ships, P places, G groups of faults that ships serve alike,
    N kinds of flag.

    Attributes
    ----------
    call_h
        (F,) from when a ship may be called for each fault, rising
    place, group
        (F,) numbers
    value
        (F,) the larger, the sooner
    permit_h
        (F, N) when the last permit is there, for ships of each flag
    work_h, test_h
        (F,) on site, and after the ship has left
    charter_h
        (S, G) before a ship can be called for a group; infinite where it may not serve it
    flag
        (S,) which kind of flag a ship has
    mobilise_h
        (S,) before a ship sails from its base
    base_h
        (S, P) hours at sea from its base; infinite where there is no way
    apart_km
        (P, P)
    speed_km_h
        (S,)
    dock_due_h
        (S,) when each ship is due in dock first; infinite: never
    dock_every_h, dock_h
        from one docking to the next, and how long each takes
    calls
        at the depots that hold the spares; None: they are loaded at the bases
    """

    call_h: Floats
    place: Ints
    group: Ints
    value: Floats
    permit_h: Floats
    work_h: Floats
    test_h: Floats
    charter_h: Floats
    flag: Ints
    mobilise_h: Floats
    base_h: Floats
    apart_km: Floats
    speed_km_h: Floats
    dock_due_h: Floats
    dock_every_h: float = np.inf
    dock_h: float = 0.0
    calls: DepotCalls | None = None


@dataclass(frozen=True, eq=False)
class Served:
    """What became of each fault.

    Attributes
    ----------
    ship
        (F,) who serves it; -1 where no ship ever may
    called_h, there_h, begin_h, done_h
        (F,) the ship is called, is there, begins to work, traffic is back; infinite if never
    stocked_h
        (F,) until when each waited for spares; 0 if it did not
    busy_h
        (S,) from each call to the end of the work, summed
    waiting_fault_h
        integral over time of the number of faults that wait for a ship, counted event by event
    """

    ship: Ints
    called_h: Floats
    there_h: Floats
    begin_h: Floats
    done_h: Floats
    stocked_h: Floats
    busy_h: Floats
    waiting_fault_h: float


def serve(case: QueueCase) -> Served:
    """Run the queue to its end."""
    faults, ships = len(case.call_h), len(case.mobilise_h)
    ship = np.full(faults, -1, np.int64)
    called, there, begin, done = (np.full(faults, np.inf) for _ in range(4))
    stocked, busy = np.zeros(faults), np.zeros(ships)
    calls = case.calls or _no_calls(faults, ships, case.apart_km.shape[0])
    area = _serve(case.call_h, case.place, case.group, case.value, case.permit_h, case.work_h,
                  case.test_h, case.charter_h, case.flag, case.mobilise_h, case.base_h,
                  case.apart_km, case.speed_km_h, case.dock_due_h.copy(), case.dock_every_h,
                  case.dock_h, calls.depot, calls.depot_h, calls.depot_km, calls.load_h, calls.kind,
                  calls.need_km, calls.stock_km, calls.lead_h, ship, called, there, begin, done,
                  stocked, busy)
    return Served(ship, called, there, begin, done, stocked, busy, float(area))


def _no_calls(faults: int, ships: int, places: int) -> DepotCalls:
    none = np.zeros(faults, np.int64)
    return DepotCalls(none - 1, np.zeros((ships, 1)), np.zeros((1, places)), 0.0, none,
                      np.zeros(faults), np.zeros(1), 0.0)


@compiled
def _in_stock_h(job: int, now: float, call_h: Floats, newest: Ints, before: Ints,
                called: Floats, kind: Ints, need_km: Floats, stock_km: Floats,
                lead_h: float) -> float:
    """The hour, now or later, from which what a job takes is in stock."""
    room = stock_km[kind[job]] - need_km[job]
    if room < 0.0:
        return float(max(now, call_h[job] + lead_h))
    other = newest[kind[job]]
    taken = 0.0
    while other >= 0 and called[other] + lead_h > now:
        taken += need_km[other]
        if taken > room:
            return float(called[other] + lead_h)
        other = before[other]
    return now


@compiled
def _serve(call_h: Floats, place: Ints, group: Ints, value: Floats, permit_h: Floats,
           work_h: Floats, test_h: Floats, charter_h: Floats, flag: Ints, mobilise_h: Floats,
           base_h: Floats, apart_km: Floats, speed_km_h: Floats, due_h: Floats, every_h: float,
           dock_h: float, depot: Ints, depot_h: Floats, depot_km: Floats, load_h: float,
           kind: Ints, need_km: Floats, stock_km: Floats, lead_h: float, ship: Ints,
           called: Floats, there: Floats, begin: Floats, done: Floats, stocked: Floats,
           busy: Floats) -> float:
    """Fill the last seven arrays; the integral of the number that wait."""
    faults, ships = len(call_h), len(mobilise_h)
    free_h, home_h = np.zeros(ships), np.zeros(ships)
    last, loaded = np.full(ships, -1), np.full(ships, -1)
    newest, before = np.full(len(stock_km), -1), np.full(faults, -1)
    queue = np.empty(faults, np.int64)
    waiting, coming = 0, 0
    now, area, arrives = 0.0, 0.0, np.inf
    while coming < faults or waiting > 0:
        event = call_h[coming] if coming < faults else np.inf
        if waiting > 0:
            if now < arrives < event:
                event = arrives
            for s in range(ships):
                if now < free_h[s] < event:
                    event = free_h[s]
        if event == np.inf:
            break  # nobody will ever come for those that wait
        area += waiting * (event - now)
        now = event
        for s in range(ships):
            while due_h[s] <= now and free_h[s] <= now:
                home = home_h[s] if home_h[s] < np.inf else free_h[s]
                free_h[s] = home_h[s] = max(due_h[s], home) + dock_h
                last[s] = -1
                due_h[s] += every_h
        while coming < faults and call_h[coming] <= now:
            served = False
            for s in range(ships):
                if charter_h[s, group[coming]] < np.inf and base_h[s, place[coming]] < np.inf:
                    served = True
                    break
            if served:
                at = waiting
                while at > 0 and value[queue[at - 1]] < value[coming]:
                    queue[at] = queue[at - 1]
                    at -= 1
                queue[at] = coming
                waiting += 1
            coming += 1
        kept, arrives = 0, np.inf
        for n in range(waiting):
            job = queue[n]
            best, earliest, soonest = -1, np.inf, np.inf
            d = depot[job]
            if need_km[job] > 0.0:
                stock_h = _in_stock_h(job, now, call_h, newest, before, called, kind, need_km,
                                      stock_km, lead_h)
                if stock_h > now:
                    stocked[job] = stock_h
                    arrives = min(arrives, stock_h)
                    queue[kept] = job
                    kept += 1
                    continue
            for s in range(ships):
                if free_h[s] > now or charter_h[s, group[job]] == np.inf:
                    continue
                home = last[s] < 0 or home_h[s] <= now
                at_h = now + charter_h[s, group[job]]
                if d >= 0 and (home or loaded[s] != d):
                    at_h += (mobilise_h[s] + depot_h[s, d] if home
                             else depot_km[d, last[s]] / speed_km_h[s] + load_h)
                    at_h += depot_km[d, place[job]] / speed_km_h[s]
                elif home:
                    at_h += mobilise_h[s] + base_h[s, place[job]]
                else:
                    at_h += apart_km[last[s], place[job]] / speed_km_h[s]
                start = max(at_h, permit_h[job, flag[s]])
                if start < earliest or (start == earliest and at_h < soonest):
                    best, earliest, soonest = s, start, at_h
            if best < 0:
                queue[kept] = job
                kept += 1
                continue
            ship[job], called[job], there[job] = best, now, soonest
            begin[job] = earliest
            free_h[best] = begin[job] + work_h[job]
            done[job] = free_h[best] + test_h[job]
            busy[best] += free_h[best] - now
            last[best], loaded[best] = place[job], d
            if need_km[job] > 0.0:
                before[job], newest[kind[job]] = newest[kind[job]], job
            home_h[best] = free_h[best] + base_h[best, place[job]]
        waiting = kept
    return area

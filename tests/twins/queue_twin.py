"""The queue of repairs, slowly: written from the rule in words, with objects and a sorted list."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass
class Vessel:
    number: int
    free: float = 0.0
    home: float = 0.0
    place: int | None = None
    busy: float = 0.0
    due: float = math.inf
    loaded: int = -1


def serve_slowly(case):
    """(ship, called, there, begin, done) per fault; busy per ship; the waits, summed."""
    fleet = [Vessel(n, due=due) for n, due in enumerate(case.dock_due_h.tolist())]
    out = [(-1, *(math.inf,) * 4)] * len(case.call_h)
    taken = []
    waiting, moments = [], set(case.call_h.tolist())
    while moments:
        now = min(moments)
        moments.discard(now)
        for ship in fleet:
            while ship.due <= now and ship.free <= now:
                at_base = ship.home if ship.home < math.inf else ship.free
                ship.free = ship.home = max(ship.due, at_base) + case.dock_h
                ship.place, ship.due = None, ship.due + case.dock_every_h
                if ship.free > now:
                    moments.add(ship.free)
        waiting += [job for job in range(len(case.call_h)) if case.call_h[job] == now
                    and any(may(case, ship.number, job) for ship in fleet)]
        for job in sorted(waiting, key=lambda job: (-case.value[job], case.call_h[job], job)):
            if case.calls is not None and case.calls.need_km[job] > 0:
                ready = in_stock(case, job, now, taken)
                if ready > now:
                    moments.add(ready)
                    continue
            offers = [(begins(case, ship, job, now),
                       arrival(case, ship, job, now), ship.number)
                      for ship in fleet if ship.free <= now
                      and case.charter_h[ship.number, case.group[job]] < math.inf]
            offers = [offer for offer in offers if offer[1] < math.inf]
            if not offers:
                continue
            begin, there, number = min(offers)
            ship = fleet[number]
            ship.free = begin + case.work_h[job]
            out[job] = (number, now, there, begin, ship.free + case.test_h[job])
            ship.busy += ship.free - now
            ship.place = case.place[job]
            if case.calls is not None:
                ship.loaded = case.calls.depot[job]
                if case.calls.need_km[job] > 0:
                    taken.append((case.calls.kind[job], now, case.calls.need_km[job]))
            ship.home = ship.free + case.base_h[number, case.place[job]]
            moments.add(ship.free)
            waiting.remove(job)
    waits = sum(row[1] - known for row, known in zip(out, case.call_h, strict=True) if row[0] >= 0)
    return out, [ship.busy for ship in fleet], waits


def may(case, number, job):
    return (case.charter_h[number, case.group[job]] < math.inf
            and case.base_h[number, case.place[job]] < math.inf)


def begins(case, ship, job, now):
    return max(arrival(case, ship, job, now),
               case.permit_h[job, case.flag[ship.number]])


def arrival(case, ship, job, now):
    number, place = ship.number, case.place[job]
    speed, leave = case.speed_km_h[number], now + case.charter_h[number, case.group[job]]
    home = ship.place is None or ship.home <= now
    depot = -1 if case.calls is None else case.calls.depot[job]
    if depot < 0:
        return leave + (case.mobilise_h[number] + case.base_h[number, place] if home
                        else case.apart_km[ship.place, place] / speed)
    calls = case.calls
    if not home and ship.loaded == depot:
        return leave + case.apart_km[ship.place, place] / speed
    come = leave + (case.mobilise_h[number] + calls.depot_h[number, depot] if home
                    else calls.depot_km[depot, ship.place] / speed + calls.load_h)
    return come + calls.depot_km[depot, place] / speed


def in_stock(case, job, now, taken):
    """Try every moment at which an order arrives, from now on."""
    calls = case.calls
    kind, need = calls.kind[job], calls.need_km[job]
    if need > calls.stock_km[kind]:
        return max(now, case.call_h[job] + calls.lead_h)
    mine = [(hour, km) for of, hour, km in taken if of == kind]
    for moment in sorted({now, *(hour + calls.lead_h for hour, _ in mine
                                 if hour + calls.lead_h > now)}):
        out = sum(km for hour, km in mine if hour + calls.lead_h > moment)
        if out <= calls.stock_km[kind] - need:
            return moment
    raise AssertionError("when all orders have arrived the stock is whole")

"""Routes of least reduced cost for one ship: labels in order of time, with ng-route memory.

A route may come back to a job only after it has forgotten it (Baldacci, Mingozzi and Roberti, "New
route relaxation and pricing strategies for the vehicle routing problem", Operations Research 59,
2011): a relaxation, so the least reduced cost is a true bound for routes that visit no job twice.
"""

from __future__ import annotations

import numpy as np

from cablenet.kernels.jit import compiled
from cablenet.kernels.route_search import UNABLE, Arrays, Ints, step


@compiled
def gain_left(data: Arrays, price: Ints, scale: int, hours: int) -> Ints:
    """(hours,) the most that jobs not yet done can be worth to any ship free at each hour."""
    sail, ready, permit, work, test, weight = data
    gain = np.zeros(hours, np.int64)
    for job in range(len(weight)):
        near, least = UNABLE, 10 * UNABLE
        for ship in range(len(sail)):
            if ready[ship, job] < UNABLE:
                near = min(near, int(np.min(sail[ship, :, job])))
                there = max(ready[ship, job] + int(np.min(sail[ship, :, job])), permit[ship, job])
                least = min(least, int(there))
        for hour in range(hours):
            done = max(hour + near, least) + work[job] + test[job]
            worth = price[job] - scale * weight[job] * done
            if worth <= 0:
                break
            gain[hour] += worth
    return gain


@compiled
def price_ship(data: Arrays, ship: int, price: Ints, scale: int, gain: Ints, near: Ints,
               slot: Ints, most: int) -> tuple[Ints, Ints, Ints, int]:
    """Labels of routes that can still be of reduced cost below 0.

    Parameters
    ----------
    price
        (J,) whole, in units of 1 / `scale` of the cost
    gain
        of `gain_left`
    near, slot
        (J, G) jobs that a job remembers, itself first and -1 for none; (J, J) the place of a job in
        the memory of another, or -1
    most
        labels kept at most

    Returns
    -------
    of each label its job, the label before (-1: the base), its reduced cost; and how many, or -1
    where there would have been more than `most`
    """
    ready, test, weight = data[1], data[4], data[5]
    jobs, hours = len(weight), len(gain)
    size = 1 << 14
    at, before = np.zeros(size, np.int64), np.zeros(size, np.int64)
    cost, memory = np.zeros(size, np.int64), np.zeros(size, np.int64)
    follower, sibling = np.zeros(size, np.int64), np.zeros(size, np.int64)
    head = np.full(hours, -1, np.int64)
    kept = np.full(jobs, -1, np.int64)
    made = 0
    hour, current = -1, -2
    while True:
        if current == -2:
            here, spent, past = -1, 0, 0
            free = 0
        else:
            if current == -1:
                hour += 1
                if hour >= hours:
                    break
                current = head[hour]
                continue
            here, spent, past, free = at[current], cost[current], memory[current], hour
            other, worse = kept[here], False
            while other >= 0:
                if cost[other] <= spent and memory[other] & ~past == 0:
                    worse = True
                    break
                other = sibling[other]
            if worse:
                current = follower[current]
                continue
            sibling[current] = kept[here]
            kept[here] = current
        for job in range(jobs):
            if ready[ship, job] >= UNABLE or job == here:
                continue
            if here >= 0 and slot[here, job] >= 0 and past >> slot[here, job] & 1:
                continue
            leave = step(data, ship, here, free, job)
            if leave >= hours:
                continue
            total = spent + scale * weight[job] * (leave + test[job]) - price[job]
            if total - gain[leave] > 0:
                continue
            carried = 1
            if here >= 0:
                for place in range(near.shape[1]):
                    if past >> place & 1 and slot[job, near[here, place]] >= 0:
                        carried |= 1 << slot[job, near[here, place]]
            other, worse = kept[job], False
            while other >= 0:
                if cost[other] <= total and memory[other] & ~carried == 0:
                    worse = True
                    break
                other = sibling[other]
            if worse:
                continue
            if made == size:
                if made >= most:
                    return at, before, cost, -1
                size *= 2
                at, before = np.append(at, at), np.append(before, before)
                cost, memory = np.append(cost, cost), np.append(memory, memory)
                follower, sibling = np.append(follower, follower), np.append(sibling, sibling)
            at[made], before[made], cost[made], memory[made] = job, current, total, carried
            follower[made] = head[leave]
            head[leave] = made
            made += 1
        current = -1 if current == -2 else follower[current]
    return at, before, cost, made


@compiled
def to_come(data: Arrays, ship: int, price: Ints, scale: int, gain: Ints, hours: int) -> Ints:
    """(J, hours) the least reduced cost still to come when a ship is free at a job at an hour.

    Routes that turn back at once (a job, another, the same job) are left out: 2-cycle elimination.
    Later than the table, `gain` stands for what is to come.
    """
    ready, test, weight = data[1], data[4], data[5]
    jobs = len(weight)
    least = np.zeros((jobs, hours), np.int64)
    second = np.zeros((jobs, hours), np.int64)
    first = np.full((jobs, hours), -1, np.int64)
    for hour in range(hours - 1, -1, -1):
        for here in range(jobs):
            best, best_job, other = 0, -1, 0
            for job in range(jobs):
                if job == here or ready[ship, job] >= UNABLE:
                    continue
                leave = step(data, ship, here, hour, job)
                total = scale * weight[job] * (leave + test[job]) - price[job]
                if leave >= hours:
                    total -= gain[leave]
                else:
                    total += second[job, leave] if first[job, leave] == here else least[
                        job, leave]
                if total < best:
                    other, best, best_job = best, total, job
                elif total < other:
                    other = total
            least[here, hour], second[here, hour], first[here, hour] = best, other, best_job
    return least


@compiled
def grow(data: Arrays, ship: int, price: Ints, scale: int, gain: Ints, rest: Ints, slack: int,
         at: Ints, free: Ints, cost: Ints, members: Ints,
         most: int) -> tuple[Ints, Ints, Ints, Ints, int]:
    """All routes one job longer that can still end with a reduced cost of at most `slack`.

    Parameters
    ----------
    rest
        of `to_come`
    at, free, cost, members
        (R,) last job, hour it is left, reduced cost; (R, W) the jobs served, 62 to a word

    Returns
    -------
    label it grew from, job, hour, cost; and how many, or -1 where there are more than `most`
    """
    ready, test, weight = data[1], data[4], data[5]
    jobs, hours = len(weight), rest.shape[1]
    origin, to = np.zeros(most, np.int64), np.zeros(most, np.int64)
    when, spent = np.zeros(most, np.int64), np.zeros(most, np.int64)
    made = 0
    for label in range(len(at)):
        for job in range(jobs):
            if ready[ship, job] >= UNABLE or members[label, job // 62] >> job % 62 & 1:
                continue
            leave = step(data, ship, at[label], free[label], job)
            total = cost[label] + scale * weight[job] * (leave + test[job]) - price[job]
            if total + (rest[job, leave] if leave < hours else -gain[leave]) > slack:
                continue
            if made == most:
                return origin, to, when, spent, -1
            origin[made], to[made], when[made], spent[made] = label, job, leave, total
            made += 1
    return origin, to, when, spent, made

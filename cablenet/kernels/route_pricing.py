"""Routes of least reduced cost for one ship: labels in order of time, with ng-route memory.

A route may come back to a job only after it has forgotten it (Baldacci, Mingozzi and Roberti, "New
route relaxation and pricing strategies for the vehicle routing problem", Operations Research 59,
2011): a relaxation, so the least reduced cost is a true bound for routes that visit no job twice.
A route pays a toll at each second visit to the three jobs of a cut (Jepsen, Petersen, Spoorendonk
and Pisinger, "Subset-row inequalities applied to the vehicle-routing problem with time windows",
Operations Research 56, 2008).
"""

from __future__ import annotations

import numpy as np

from cablenet.kernels.jit import compiled
from cablenet.kernels.route_search import UNABLE, Arrays, Ints, step


@compiled
def tolls(toll: Ints, one: Ints, other: Ints, apart: bool) -> int:
    """The tolls of cuts that are in both sets of bits, or (apart) in one and not in the other."""
    total = 0
    for word in range(len(one)):
        cuts = one[word] & (~other[word] if apart else other[word])
        cut = 62 * word
        while cuts:
            if cuts & 1:
                total += toll[cut]
            cuts >>= 1
            cut += 1
    return int(total)


@compiled
def price_ship(data: Arrays, ship: int, price: Ints, scale: int, rest: Ints, grid: int, near: Ints,
               slot: Ints, member: Ints, toll: Ints, lax: bool,
               most: int) -> tuple[Ints, Ints, Ints, int]:
    """Labels of routes that can still be of reduced cost below 0.

    Parameters
    ----------
    price
        (J,) whole, in units of 1 / `scale` of the cost
    rest, grid
        of `to_come`
    near, slot
        (J, G) jobs that a job remembers, itself first and -1 for none; (J, J) the place of a job in
        the memory of another, or -1
    member, toll
        (J, W) the cuts a job is of, 62 to a word; (C,) the toll of each
    lax
        whether a label gives way to one no later and no dearer whatever both remember: fast, and
        the least cost is then no bound
    most
        labels kept at most

    Returns
    -------
    of each label its job, the label before (-1: the base), its reduced cost; and how many, or -1
    where there would have been more than `most`
    """
    ready, test, weight = data[1], data[4], data[5]
    jobs, hours = len(weight), rest.shape[1] * grid
    size = 1 << 14
    at, before = np.zeros(size, np.int64), np.zeros(size, np.int64)
    cost, memory = np.zeros(size, np.int64), np.zeros(size, np.int64)
    words = member.shape[1]
    half = np.zeros((size, words), np.int64)  # cuts visited an odd number of times
    odd, odds = np.zeros(words, np.int64), np.zeros(words, np.int64)
    follower, sibling = np.zeros(size, np.int64), np.zeros(size, np.int64)
    head = np.full(hours, -1, np.int64)
    kept = np.full(jobs, -1, np.int64)
    seat = np.full((jobs, hours if lax else 0), -1, np.int64)  # the cheapest of a job and an hour
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
            odd[:] = half[current]
            other, worse = kept[here], False
            while other >= 0:
                if cost[other] <= spent and (lax or (
                        memory[other] & ~past == 0
                        and cost[other] + tolls(toll, half[other], odd, True) <= spent)):
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
            total = (spent + scale * weight[job] * (leave + test[job]) - price[job]
                     + tolls(toll, odd, member[job], False))
            if total + rest[job, leave // grid] >= 0:
                continue
            carried = 1
            if here >= 0:
                for place in range(near.shape[1]):
                    if past >> place & 1 and slot[job, near[here, place]] >= 0:
                        carried |= 1 << slot[job, near[here, place]]
            odds[:] = odd ^ member[job]
            other, worse = kept[job], False
            while other >= 0:
                if cost[other] <= total and (lax or (
                        memory[other] & ~carried == 0
                        and cost[other] + tolls(toll, half[other], odds, True) <= total)):
                    worse = True
                    break
                other = sibling[other]
            if worse:
                continue
            if lax and seat[job, leave] >= 0:
                other = seat[job, leave]
                if total < cost[other]:
                    before[other], cost[other], memory[other] = current, total, carried
                    half[other] = odds
                continue
            if made == size:
                if made >= most:
                    return at, before, cost, made if lax else -1
                size *= 2
                at, before = np.append(at, at), np.append(before, before)
                cost, memory = np.append(cost, cost), np.append(memory, memory)
                follower, sibling = np.append(follower, follower), np.append(sibling, sibling)
                half = np.concatenate((half, half))
            at[made], before[made], cost[made], memory[made] = job, current, total, carried
            half[made] = odds
            follower[made] = head[leave]
            head[leave] = made
            if lax:
                seat[job, leave] = made
            made += 1
        current = -1 if current == -2 else follower[current]
    return at, before, cost, made


@compiled
def to_come(data: Arrays, ship: int, price: Ints, scale: int, hours: int,
            grid: int) -> tuple[Ints, int]:
    """The least reduced cost still to come when a ship is free at a job, and at its base at once.

    Routes that turn back at once (a job, another, the same job) are left out: 2-cycle elimination.
    Tolls are not counted, and clocks are put back to the last full `grid` hours after each job: the
    figures are never too high. Nothing is worth while from `hours` on.

    Returns
    -------
    (J, hours / grid) by job and by the hour it is left; and from the base
    """
    ready, test, weight = data[1], data[4], data[5]
    jobs, slots = len(weight), hours // grid + 1
    least = np.zeros((jobs, slots), np.int64)
    second = np.zeros((jobs, slots), np.int64)
    first = np.full((jobs, slots), -1, np.int64)
    for turn in range(slots - 1, -1, -1):
        for here in range(jobs):
            if ready[ship, here] >= UNABLE:
                continue
            best, best_job, other = 0, -1, 0
            for job in range(jobs):
                if job == here or ready[ship, job] >= UNABLE:
                    continue
                leave = step(data, ship, here, turn * grid, job)
                total = scale * weight[job] * (leave + test[job]) - price[job]
                then = leave // grid
                if then < slots:
                    total += second[job, then] if first[job, then] == here else least[job, then]
                if total < best:
                    other, best, best_job = best, total, job
                elif total < other:
                    other = total
            least[here, turn], second[here, turn], first[here, turn] = best, other, best_job
    start = 0
    for job in range(jobs):
        if ready[ship, job] < UNABLE:
            leave = step(data, ship, -1, 0, job)
            total = scale * weight[job] * (leave + test[job]) - price[job]
            if leave // grid < slots:
                total += least[job, leave // grid]
            start = min(start, total)
    return least, int(start)


@compiled
def grow(data: Arrays, ship: int, price: Ints, scale: int, rest: Ints, grid: int, member: Ints,
         toll: Ints, slack: int, at: Ints, free: Ints, cost: Ints, members: Ints,
         most: int) -> tuple[Ints, Ints, Ints, Ints, int]:
    """All routes one job longer that can still end with a reduced cost of at most `slack`.

    Parameters
    ----------
    rest, grid
        of `to_come`
    member, toll
        as in `price_ship`
    at, free, cost, members
        (R,) last job, hour it is left, reduced cost; (R, W) the jobs served, 62 to a word

    Returns
    -------
    label it grew from, job, hour, cost; and how many, or -1 where there are more than `most`
    """
    ready, test, weight = data[1], data[4], data[5]
    jobs, slots = len(weight), rest.shape[1]
    origin, to = np.zeros(most, np.int64), np.zeros(most, np.int64)
    when, spent = np.zeros(most, np.int64), np.zeros(most, np.int64)
    odd = np.zeros(member.shape[1], np.int64)
    made = 0
    for label in range(len(at)):
        odd[:] = 0
        for job in range(jobs):
            if members[label, job // 62] >> job % 62 & 1:
                odd[:] ^= member[job]
        for job in range(jobs):
            if ready[ship, job] >= UNABLE or members[label, job // 62] >> job % 62 & 1:
                continue
            leave = step(data, ship, at[label], free[label], job)
            total = (cost[label] + scale * weight[job] * (leave + test[job]) - price[job]
                     + tolls(toll, odd, member[job], False))
            then = leave // grid
            if total + (rest[job, then] if then < slots else 0) > slack:
                continue
            if made == most:
                return origin, to, when, spent, -1
            origin[made], to[made], when[made], spent[made] = label, job, leave, total
            made += 1
    return origin, to, when, spent, made

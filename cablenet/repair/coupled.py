"""Dispatch where the worth of a repair depends on what else is mended.

Minimise `Loss`: what is lost per hour is any function of the set of jobs mended by then, summed to
an hour after the last repair; each repair is done as early as its route allows. Moves and swaps
from a given start, then branch and bound: routes are built ship by ship, and jobs not yet placed
are taken to be done as soon as any ship left could, so no completion of the branch loses less.
Where the count of branches or of sets asked for runs out, the least bound of those left stands.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from cablenet.repair.problem import BASE, NEVER, Dispatch
from cablenet.repair.routes import Routes, kinds_of

Rate = Callable[[frozenset[int]], float]
Excess = Callable[[Mapping[int, int]], float]
SLACK = 1e-9
"""Relative; losses are floats."""


@dataclass(eq=False)
class Loss:
    """What is lost until `until_h` if each job is done at its hour.

    Attributes
    ----------
    rate
        lost per hour while exactly these jobs are mended
    floor
        no more than `rate` of any part of a set, so never rising as a job joins; `rate` itself
        where that never rises
    aside
        hours at which other things are mended whatever the ships do, by numbers below 0
    effort
        what `rate` and `floor` have cost so far, in a unit of theirs; each set is asked for once
    """

    rate: Rate
    until_h: int
    floor: Rate | None = None
    aside: Mapping[int, int] = field(default_factory=dict)
    effort: Callable[[], float] = float
    _rates: dict[frozenset[int], float] = field(default_factory=dict)
    _floors: dict[frozenset[int], float] = field(default_factory=dict)

    def of(self, mended: frozenset[int]) -> float:
        if mended not in self._rates:
            self._rates[mended] = float(self.rate(mended))
        return self._rates[mended]

    def __call__(self, done: Mapping[int, int]) -> float:
        return self._sum(done, self.of)

    def least(self, done: Mapping[int, int]) -> float:
        """No more than any plan loses that does no job before its hour here."""
        return self._sum(done, self.of if self.floor is None else self._floor_of)

    def _floor_of(self, mended: frozenset[int]) -> float:
        assert self.floor is not None
        if mended not in self._floors:
            self._floors[mended] = float(self.floor(mended))
        return self._floors[mended]

    def _sum(self, done: Mapping[int, int], rate: Rate) -> float:
        total = 0.0
        for start, end, mended in states(done, self.aside, self.until_h):
            total += (end - start) * rate(mended)
        return total


def states(done: Mapping[int, int], aside: Mapping[int, int],
           until_h: int) -> Iterator[tuple[int, int, frozenset[int]]]:
    """(start, end, what is mended meanwhile) from hour 0 to `until_h`."""
    order = sorted((hour, job) for hours in (done, aside) for job, hour in hours.items())
    mended: set[int] = set()
    start = 0
    for hour, job in order:
        if hour >= until_h:
            break
        if hour > start:
            yield start, hour, frozenset(mended)
            start = hour
        mended.add(job)
    yield start, until_h, frozenset(mended)


def latest_h(problem: Dispatch) -> int:
    """An hour by which every plan is done, whatever its routes."""
    if not problem.n_jobs:
        return 0
    known = problem.able & (problem.base_h < NEVER)
    legs = problem.leg_h[problem.leg_h < NEVER].max(initial=0)
    sail = max(int(problem.base_h[known].max(initial=0)), int(legs))
    first = max(int(problem.ready_h.max()), int(problem.permit_h.max()))
    return first + problem.n_jobs * sail + int((problem.work_h + problem.test_h).sum())


@dataclass(frozen=True)
class CoupledChoice:
    """Routes, what they lose, a lower bound, and what is proven.

    `excess` is how far the routes are from a side condition: "feasible" above 0 says that none was
    found that keeps it, "infeasible" that there is none.
    """

    routes: Routes
    status: Literal["optimal", "feasible", "infeasible"]
    objective: float
    bound: float
    excess: float = 0.0


@dataclass(eq=False)
class _Search:
    """The best plan so far, and what may still be spent."""

    problem: Dispatch
    loss: Loss
    excess: Excess | None
    branches: float
    most_effort: float
    routes: Routes = ()
    key: tuple[float, float, float] = (math.inf, math.inf, math.inf)

    def spent(self) -> bool:
        return self.branches <= 0 or self.loss.effort() >= self.most_effort

    def offer(self, routes: Routes) -> bool:
        """Keep a plan if it is better: nearer to the side condition, losing less, sooner done."""
        self.branches -= 1
        done = done_of(self.problem, routes)
        if max(done.values(), default=0) >= NEVER:
            return False
        over = self.excess(done) if self.excess else 0.0
        if self.routes and over > self.key[0] + SLACK:
            return False
        key = (over, self.loss(done), float(sum(
            int(self.problem.weight[job]) * hour for job, hour in done.items())))
        if not self.routes or _less(key, self.key):
            self.routes, self.key = routes, key
            return True
        return False


def choose_coupled(problem: Dispatch, loss: Loss, start: Routes, *, excess: Excess | None = None,
                   branches: float = math.inf, most_effort: float = math.inf) -> CoupledChoice:
    """The routes that lose least; never worse than `start` (say, the additive plan).

    Parameters
    ----------
    start
        every job on one route of a ship that is able
    excess
        a side condition: how far hours of completion are from keeping it, 0 where they do
    branches, most_effort
        plans tried and branches opened at most, and the effort that `loss` may still cost; a half
        of each goes to moves and swaps. Counts, so the same input gives the same answer
    """
    begun = loss.effort()
    search = _Search(problem, loss, excess, branches / 2, begun + most_effort / 2)
    search.offer(start)
    _improve(search)
    search.branches, search.most_effort = max(search.branches, 0.0) + branches / 4, (
        begun + most_effort)
    left = _branch(search)
    search.branches = branches / 4
    _improve(search)
    over, value, _ = search.key
    if over > SLACK:
        return CoupledChoice(search.routes, "infeasible" if left == math.inf else "feasible",
                             value, min(left, value), over)
    bound = min(left, value)
    proven = bound >= value - SLACK * max(1.0, value)
    return CoupledChoice(search.routes, "optimal" if proven else "feasible", value,
                         value if proven else bound)


def _less(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    for a, b in zip(one, other, strict=True):
        if abs(a - b) > SLACK * max(1.0, abs(a), abs(b)):
            return a < b
    return False


def _improve(search: _Search) -> None:
    """Jobs moved and exchanged while that is better."""
    better = True
    while better and not search.spent():
        better = False
        for other in _neighbours(search.problem, search.routes):
            if search.spent():
                return
            if search.offer(other):
                better = True
                break


def _neighbours(problem: Dispatch, routes: Routes) -> Iterator[Routes]:
    """The jobs done first come first: most is lost while they wait."""
    done = done_of(problem, routes)
    place = {job: ship for ship, route in enumerate(routes) for job in route}
    order = sorted(place, key=lambda job: (done[job], job))
    for job in order:
        rest = [tuple(other for other in route if other != job) for route in routes]
        for ship in range(problem.n_ships):
            if problem.able[ship, job]:
                for at in range(len(rest[ship]) + 1):
                    moved = (*rest[ship][:at], job, *rest[ship][at:])
                    if moved != routes[ship]:
                        yield (*rest[:ship], moved, *rest[ship + 1:])
    for n, one in enumerate(order):
        for two in order[n + 1:]:
            if problem.able[place[one], two] and problem.able[place[two], one]:
                turned = {one: two, two: one}
                yield tuple(tuple(turned.get(job, job) for job in route) for route in routes)


def done_of(problem: Dispatch, routes: Routes) -> dict[int, int]:
    """The hour each job is done."""
    return {job: done for ship, route in enumerate(routes)
            for job, _, done in problem.clock(ship, route)}


def _branch(search: _Search) -> float:
    """The best of all routes, ship by ship, a job more or on to the next ship; ships that are alike
    in the order of their first jobs. Returns the least bound of what was left unopened."""
    problem, loss = search.problem, search.loss
    ships = [(ship, n > 0) for kind in kinds_of(problem) for n, ship in enumerate(kind)]
    straight = problem.earliest()
    later = [straight[[ship for ship, _ in ships[n:]]].min(axis=0, initial=NEVER)
             for n in range(len(ships) + 1)]
    left_open = math.inf

    def visit(turn: int, at: int, free: int, routes: dict[int, tuple[int, ...]],
              done: dict[int, int], above: float) -> None:
        nonlocal left_open
        left = [job for job in range(problem.n_jobs) if job not in done]
        if not left:
            search.offer(tuple(routes.get(ship, ()) for ship in range(problem.n_ships)))
            return
        if turn == len(ships):
            return
        if search.spent():
            left_open = min(left_open, above)
            return
        search.branches -= 1
        ship, like_the_last = ships[turn]
        mine = routes.get(ship, ())
        first = -1
        if like_the_last and not mine:
            before = routes.get(ships[turn - 1][0], ())
            first = before[0] if before else problem.n_jobs
        soonest = {job: int(later[turn + 1][job]) for job in left}
        for job in left:
            if problem.able[ship, job]:  # at the earliest with no job between but the one begun
                here = problem.done(ship, job, max(free, int(problem.ready_h[ship, job])))
                soonest[job] = min(soonest[job], here)
        if max(soonest.values()) >= NEVER:
            return
        bound = max(above, loss.least(done | soonest))
        if search.key[0] <= SLACK and bound >= search.key[1] - SLACK * max(1.0, search.key[1]):
            return
        for job in sorted(left, key=lambda job: soonest[job]):
            if problem.able[ship, job] and problem.sail_h(ship, at, job) < NEVER and job > first:
                end = problem.done(ship, job, problem.arrival(ship, at, free, job))
                visit(turn, job, end - int(problem.test_h[job]), routes | {ship: (*mine, job)},
                      done | {job: end}, bound)
        visit(turn + 1, BASE, 0, routes, done, bound)

    visit(0, BASE, 0, {}, {}, -math.inf)
    return left_open

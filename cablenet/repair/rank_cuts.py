"""Cuts over three to five jobs, some of which count more than once, for routes that are all listed.

Every job is served once. Take `times` copies of some jobs: a route that serves t copies pays
t / share of them, rounded down, and all routes of a plan pay no more than the sum of the copies
over the share, rounded down (V. Chvatal 1973). Which copies are worth while for three, four and
five jobs: D. Pecin, A. Pessoa, M. Poggi, E. Uchoa and H. Santos, "Limited memory rank-1 cuts for
vehicle routing problems", Operations Research Letters 45 (2017). Pricing new routes under such
tolls is dear; where no route is left to price they are cheap.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cablenet.repair.route_cuts import VIOLATION, find_cuts

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
FORMS = (((2, 1, 1, 1), 3), ((1, 1, 1, 1, 1), 3), ((1, 1, 1, 1, 1), 2), ((2, 2, 1, 1, 1), 4),
         ((3, 1, 1, 1, 1), 4), ((3, 2, 2, 1, 1), 5), ((2, 2, 1, 1, 1), 3), ((3, 3, 2, 2, 1), 4))
"""Copies of each job, and the share, of four and five jobs."""
STARTS = 3
"""Searches for each job in doubt and each form."""
ROUND = 60
FEW = 5
"""So few new cuts of three jobs are no round: others are sought as well."""


@dataclass(frozen=True, order=True)
class RankCut:
    """Jobs, the copies of each, and by what the copies are shared."""

    jobs: tuple[int, ...]
    times: tuple[int, ...]
    share: int

    @property
    def most(self) -> int:
        """What the routes of a plan may pay together."""
        return sum(self.times) // self.share

    def paid(self, visits: Ints) -> Ints:
        """(R,) what each route pays; `visits` is (J, R), how often it serves each job."""
        out: Ints = np.array(self.times) @ visits[list(self.jobs)] // self.share
        return out


def all_paid(cuts: Sequence[RankCut], visits: Ints) -> Ints:
    """(C, R) what each route pays in each cut."""
    out = np.zeros((len(cuts), visits.shape[1]), np.int64)
    for number, cut in enumerate(cuts):
        out[number] = cut.paid(visits)
    return out


def find_rank_cuts(visits: Ints, values: Floats, known: Collection[RankCut], *,
                   dear: bool) -> list[RankCut]:
    """New cuts that fractions of routes break: of three jobs, and if few are left of more.

    Parameters
    ----------
    visits
        (J, R) how often each route serves each job
    values
        (R,) the fraction of each route
    dear
        whether cuts of more than three jobs are sought at all
    """
    threes = [cut.jobs for cut in known if len(cut.jobs) == 3]
    found = [RankCut(cut, (1, 1, 1), 2) for cut in find_cuts(
        visits, values, [(one, two, three) for one, two, three in threes])]
    if len(found) >= FEW or not dear:
        return found
    taken = set(known)
    broken: dict[RankCut, float] = {}
    sailed = np.flatnonzero((values > 1e-6) & (values < 1 - 1e-6))
    serves, share = visits[:, sailed], values[sailed]
    doubt = np.flatnonzero(serves.any(axis=1))
    rng = np.random.default_rng(len(taken))
    for times, by in FORMS:
        if len(doubt) < len(times):
            continue
        for start in range(STARTS * len(doubt)):
            others = rng.permutation(doubt)
            first = doubt[start % len(doubt)]
            jobs = [first, *others[others != first][:len(times) - 1]]
            cut, paid = _climbed(serves, share, doubt, jobs, np.array(times), by)
            if paid > cut.most + VIOLATION and cut not in taken:
                broken[cut] = paid - cut.most
    return found + sorted(broken, key=lambda cut: (-broken[cut], cut))[:ROUND]


def _climbed(serves: Ints, share: Floats, doubt: Ints, jobs: list[int], times: Ints,
             by: int) -> tuple[RankCut, float]:
    """The cut reached by changing one job at a time as long as the routes pay more."""
    copies = times @ serves[jobs]
    paid = float(share @ (copies // by))
    while True:
        best, change = paid + 1e-9, None
        for place, job in enumerate(jobs):
            rest = copies - times[place] * serves[job]
            pays = (rest[None, :] + times[place] * serves[doubt]) // by @ share
            pays[np.isin(doubt, jobs)] = -1.0
            at = int(pays.argmax())
            if pays[at] > best:
                best, change = float(pays[at]), (place, int(doubt[at]))
        if change is None:
            break
        jobs[change[0]], paid = change[1], best
        copies = times @ serves[jobs]
    pairs = sorted(zip(jobs, times.tolist(), strict=True))
    return RankCut(tuple(int(job) for job, _ in pairs), tuple(many for _, many in pairs), by), paid

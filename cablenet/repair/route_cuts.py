"""Cuts over three jobs: in any plan at most one route serves two or more of them.

Subset-row inequalities (Jepsen, Petersen, Spoorendonk and Pisinger, "Subset-row inequalities
applied to the vehicle-routing problem with time windows", Operations Research 56, 2008).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Cut = tuple[int, int, int]
ROUND = 30
"""Cuts taken up at a time."""
EACH = 3
"""Cuts of a round that hold the same job, at most."""
VIOLATION = 0.02


def times_paid(cuts: Sequence[Cut], visits: Ints) -> Ints:
    """(C, R) how often each of R routes counts in each cut: half the visits to its jobs, whole.

    `visits` is (J, R): how often each route serves each job.
    """
    paid = np.zeros((len(cuts), visits.shape[1]), np.int64)
    for number, cut in enumerate(cuts):
        paid[number] = visits[list(cut)].sum(axis=0) // 2
    return paid


def find_cuts(visits: Ints, values: Floats, known: Sequence[Cut]) -> list[Cut]:
    """The new cuts that fractions of routes break most, few to a job.

    Parameters
    ----------
    visits
        (J, R) how often each route serves each job
    values
        (R,) the fraction of each route
    """
    sailed = np.flatnonzero(values > 1e-6)
    serves, share = (visits[:, sailed] > 0).astype(np.float64), values[sailed]
    jobs = len(serves)
    pair = (serves * share) @ serves.T
    broken: list[tuple[float, Cut]] = []
    for first in range(jobs):
        with_first = serves[first] > 0
        others = serves[:, with_first]
        all_three = (others * share[with_first]) @ others.T
        total = pair[first][:, None] + pair[first][None, :] + pair - 2.0 * all_three
        total[:first + 1] = 0.0
        for second, third in np.argwhere(np.triu(total > 1.0 + VIOLATION, 1)).tolist():
            broken.append((-float(total[second, third]), (first, second, third)))
    taken = set(known)
    used = np.zeros(jobs, np.int64)
    found: list[Cut] = []
    for _, cut in sorted(broken):
        if cut not in taken and used[list(cut)].max() < EACH and len(found) < ROUND:
            used[list(cut)] += 1
            found.append(cut)
    return found

"""What an answer means for each demand: its round trip, and the paths it takes.

Flows of one aim are told apart by sharing alike: of all traffic to a target that stands at a node,
each arc out takes its share, whoever sent it. That is one of several equally good splits, and the
same whatever the order of arcs and demands.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from cablenet.traffic.optimum import Optimum

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Way:
    """One path of a demand: its `arcs` in travel order, share of what is served, and round trip."""

    arcs: tuple[int, ...]
    share: float
    delay_ms: float


def _shares(answer: Optimum) -> sparse.csr_array:
    """(R, A) share of what leaves the arc's tail towards the aim that the arc takes."""
    flow = answer.flow_tbps.tocoo()
    aim, arc = flow.coords
    place = aim * answer.problem.n_nodes + answer.problem.tail[arc]
    out = np.bincount(place, flow.data,
                      minlength=flow.shape[0] * answer.problem.n_nodes)
    return sparse.csr_array((flow.data / out[place], (aim, arc)), shape=flow.shape)


def round_trips(answer: Optimum, delay_ms: Floats | None = None) -> Floats:
    """(D,) mean round trip of what each demand is served, ms; NaN where nothing is.

    `delay_ms` (A,) are the arcs' delays, where the problem's hold more than that (tie-breaks).
    """
    problem = answer.problem
    delay = problem.delay_ms if delay_ms is None else delay_ms
    share = _shares(answer).tocoo()
    aim, arc = share.coords
    tail = aim * problem.n_nodes + problem.tail[arc]
    head = aim * problem.n_nodes + problem.head[arc]
    size = share.shape[0] * problem.n_nodes
    step = sparse.csr_array((share.data, (tail, head)), shape=(size, size))
    ahead = np.bincount(tail, share.data * delay[arc], minlength=size)
    total, reach = ahead.copy(), ahead
    while reach.any():  # flows lead strictly closer to their target, so this ends
        reach = step @ reach
        total += reach
    mean = total.reshape(share.shape[0], -1)[problem.aims[2], problem.source]
    return np.where(answer.served_tbps.sum(axis=1) > 0, mean, np.nan)


def share_over(answer: Optimum, arcs: NDArray[np.bool_]) -> Floats:
    """(D,) share of what each demand is served that passes at least one of these arcs (A,)."""
    problem = answer.problem
    share = _shares(answer).tocoo()
    aim, arc = share.coords
    tail = aim * problem.n_nodes + problem.tail[arc]
    head = aim * problem.n_nodes + problem.head[arc]
    size = share.shape[0] * problem.n_nodes
    here = arcs[arc]
    step = sparse.csr_array((share.data[~here], (tail[~here], head[~here])), shape=(size, size))
    reach = np.bincount(tail[here], share.data[here], minlength=size)
    total = reach.copy()
    while reach.any():  # ends as in `round_trips`
        reach = step @ reach
        total += reach
    return np.asarray(total.reshape(share.shape[0], -1)[problem.aims[2], problem.source],
                      np.float64)


def ways(answer: Optimum, demand: int, least_share: float = 0.01) -> list[Way]:
    """The paths of one demand, largest first; those below `least_share` are left out."""
    problem = answer.problem
    share = _shares(answer)
    aim = int(problem.aims[2][demand])
    row = slice(share.indptr[aim], share.indptr[aim + 1])
    out: dict[int, list[tuple[int, float]]] = {}
    for arc, part in zip(share.indices[row].tolist(), share.data[row].tolist(), strict=True):
        out.setdefault(int(problem.tail[arc]), []).append((arc, part))
    found: list[Way] = []
    target = int(problem.target[demand])
    todo: list[tuple[int, float, tuple[int, ...]]] = [(int(problem.source[demand]), 1.0, ())]
    while todo:
        node, part, arcs = todo.pop()
        if node == target:
            found.append(Way(arcs, part, float(problem.delay_ms[list(arcs)].sum())))
            continue
        todo += [(int(problem.head[arc]), part * of, (*arcs, arc))
                 for arc, of in out.get(node, []) if part * of >= least_share]
    return sorted(found, key=lambda way: (-way.share, way.delay_ms, way.arcs))

"""The queue of repairs beside queueing theory: mean waits, utilisation, Little's law.

Faults come as a Poisson process to ships that are there at once; theory knows the mean wait. Ours
must lie within its own 99.9 % interval of it (batch means, Student's t).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from cablenet.repair.queue_kernel import QueueCase, Served, serve
from cablenet.risk import half_width
from cablenet.validation.check import Check, between

Floats = NDArray[np.float64]
FAULTS, WARM_UP, SEED = 200_000, 5_000, 1
LOAD, WORK_H = 0.7, 100.0
ERLANG = "A. K. Erlang 1917: the mean wait of M/M/c"
COBHAM = "A. Cobham 1954: the mean wait of M/G/1 with priorities"
LITTLE = "J. D. C. Little 1961: L = lambda W, counted event by event against the sum of the waits"


def check_queue_laws() -> list[Check]:
    """M/M/1, M/M/2, M/M/5, M/G/1 with two classes, utilisation of 1 to 8 ships, Little."""
    rng = np.random.default_rng(SEED)
    out = []
    for ships in (1, 2, 5):
        known = _poisson(rng, LOAD * ships / WORK_H)
        case = _case(known, rng.exponential(WORK_H, FAULTS), ships)
        served = serve(case)
        out.append(_wait(f"queue-m-m-{ships}-wait-hours", case, served, np.ones(FAULTS, bool),
                         erlang_wait_h(LOAD * ships / WORK_H, WORK_H, ships), ERLANG))
        if ships == 5:
            waits = float((served.called_h - case.call_h).sum())
            out.append(between("queue-little", served.waiting_fault_h / waits, 1 - 1e-9, 1 + 1e-9,
                               LITTLE))
    rate, urgent = 0.008, rng.random(FAULTS) < 0.25
    case = _case(_poisson(rng, rate), rng.uniform(50.0, 150.0, FAULTS), 1, urgent)
    for name, mine, theory in zip(("first", "second"), (urgent, ~urgent),
                                  cobham_waits_h(rate, 0.25, 100.0, 100.0**2 + 100.0**2 / 12),
                                  strict=True):
        out.append(_wait(f"queue-m-g-1-{name}-class-wait-hours", case, serve(case), mine, theory,
                         COBHAM))
    known, work = _poisson(rng, 0.005), rng.exponential(WORK_H, FAULTS)
    busy = {ships: float(serve(_case(known, work, ships)).busy_h.sum()) / ships
            for ships in (1, 2, 4, 8)}
    out += [between(f"queue-utilisation-1-over-{ships}-ships", busy[1] / busy[ships],
                    ships * (1 - 1e-9), ships * (1 + 1e-9), "work is shared: busy time / ships")
            for ships in (2, 4, 8)]
    return out


def erlang_wait_h(rate: float, work_h: float, ships: int) -> float:
    """Mean wait of M/M/c: C(c, a) x mean work / (c - a), a = rate x mean work (Erlang 1917)."""
    load = rate * work_h
    last = load**ships / math.factorial(ships) * ships / (ships - load)
    rest = sum(load**n / math.factorial(n) for n in range(ships))
    return last / (rest + last) * work_h / (ships - load)


def cobham_waits_h(rate: float, first: float, work_h: float, square: float) -> tuple[float, float]:
    """Mean waits of two classes of M/G/1 (Cobham 1954): R / (1 - u1), R / ((1 - u1)(1 - u)), with
    R = rate x E[work^2] / 2, u1 and u the load of the first class (`first` of all) and of both."""
    rest, one, both = rate * square / 2.0, rate * first * work_h, rate * work_h
    return rest / (1.0 - one), rest / ((1.0 - one) * (1.0 - both))


def _wait(id: str, case: QueueCase, served: Served, mine: NDArray[np.bool_], theory: float,
          source: str) -> Check:
    wait = (served.called_h - case.call_h)[WARM_UP:][mine[WARM_UP:]]
    half = float(half_width(wait[:, None], 0.999)[0])
    return between(id, float(wait.mean()), theory - half, theory + half, source)


def _poisson(rng: np.random.Generator, rate: float) -> Floats:
    return np.asarray(np.cumsum(rng.exponential(1.0 / rate, FAULTS)), np.float64)


def _case(known: Floats, work_h: Floats, ships: int, value: NDArray[np.bool_] | None = None
          ) -> QueueCase:
    """A queue without distances, permits and dockings: every ship is there at once."""
    none, numbers = np.zeros(FAULTS), np.zeros(FAULTS, np.int64)
    return QueueCase(
        known, numbers, numbers, none if value is None else value.astype(float), none[:, None],
        work_h, none, np.zeros((ships, 1)), np.zeros(ships, np.int64), np.zeros(ships),
        np.zeros((ships, 1)), np.zeros((1, 1)), np.ones(ships), np.full(ships, np.inf))

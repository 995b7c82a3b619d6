"""`bench flow`: the flow optimum beside the same linear program over arcs in HiGHS, cold and warm.

Two questions are timed. *Least delay too* is the whole optimum of a failure. *Served* is what a
sweep asks: how much cannot be carried. The program over arcs answers both at once; it has one level
and no fair shares, so it is asked less than we are. Answers are compared: served total, and delay.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cablenet import catalogue
from cablenet.bench.case import Case, Progress, timed
from cablenet.errors import InputError
from cablenet.metrics.flow_case import FlowCase, flow_case
from cablenet.network import Network
from cablenet.sweeps.compiled import exhaustive_sweep
from cablenet.traffic.optimum import FlowSolver, Optimum
from cablenet.traffic.problem import FlowProblem, Outage, intact
from cablenet.traffic.served import max_served

Ints = NDArray[np.int64]
SAMPLE, SEED = 20, 1
"""Failures that HiGHS does too: random single cables that carry something."""


def optimum_cases(data: Path | None, progress: Progress) -> list[Case]:
    """The intact atlas, a sample of single cables, and the whole sweep of single cables."""
    if data is not None:
        raise InputError("bench flow asks the shipped atlas, which has capacities and demand; "
                         "leave --data out")
    net = catalogue.build_network(catalogue.atlas())
    case = flow_case(net)
    progress("intact", 0, 4)
    seconds, solver = timed(lambda: FlowSolver(case.problem))
    cold, same = _cold(case.problem, intact(case.problem), solver.intact)
    out = [Case("intact optimum of the atlas, from nothing", 1, seconds, {"HiGHS cold": cold},
                same)]
    cables = _sample(net, case, solver)
    outages = [_outage(net, case, cable) for cable in cables.tolist()]
    progress("failures", 1, 4)
    solver.reset()
    ours, answers = timed(lambda: [solver.solve(outage) for outage in outages])
    progress("HiGHS cold", 2, 4)
    pairs = [_cold(case.problem, outage, answer)
             for outage, answer in zip(outages, answers, strict=True)]
    cold = sum(one for one, _ in pairs)
    peers = {"HiGHS cold": cold}
    same = all(equal for _, equal in pairs)
    progress("HiGHS warm", 3, 4)
    warm = _warm(case.problem, outages, answers)
    if warm is not None:
        peers["HiGHS warm"], equal = warm
        same &= equal
    count = len(outages)
    out.append(Case(f"{count} random cables lost, least delay too, seconds a failure", count,
                    ours / count, {name: value / count for name, value in peers.items()}, same))
    seconds, total = timed(lambda: _swept(net))
    out.append(Case(f"all {total} single cables lost, served, seconds a failure (compiling "
                    f"included, one core); peers: the {count} above", total, seconds / total,
                    {name: value / count for name, value in peers.items()}, same))
    return out


def _swept(net: Network) -> int:
    """Every single cable, unserved demand, exact."""
    job = exhaustive_sweep(net, 1, metrics=["unserved"])
    for chunk in range(job.chunks):
        job.run(chunk)
    return job.total


def _sample(net: Network, case: FlowCase, solver: FlowSolver) -> Ints:
    """Random cables that carry something."""
    wired = case.link >= 0
    cable = np.where(wired, net.links.cable[np.maximum(case.link, 0)], -1)
    busy = np.unique(cable[(solver.intact.arc_tbps > 0) & (cable >= 0)])
    return np.sort(np.random.default_rng(SEED).choice(busy, SAMPLE, replace=False))


def _outage(net: Network, case: FlowCase, cable: int) -> Outage:
    failed = np.zeros(len(net.links), bool)
    failed[net.links_of_cable(cable)] = True
    return case.outage(failed)


def _cold(problem: FlowProblem, outage: Outage, ours: Optimum) -> tuple[float, bool]:
    """Seconds of the program over arcs from nothing, and whether it says the same."""
    half = len(problem.tail) // 2
    left = np.flatnonzero(~outage.lost[:half])
    seconds, seen = timed(lambda: max_served(
        problem.n_nodes, problem.tail[left], problem.head[left], outage.room_tbps[left],
        1000.0 * problem.delay_ms[left], source=problem.source, target=problem.target,
        tbps=problem.tbps.sum(axis=1)))
    delay = float((seen.flow_ab + seen.flow_ba) @ problem.delay_ms[left])
    return seconds, _same(seen.total_tbps, delay, ours)


def _same(served: float, delay: float, ours: Optimum) -> bool:
    """Whether served totals agree; and delays, unless somebody goes without.

    With somebody left out, levels and fair shares choose among answers of equal total.
    """
    total = float(ours.served_tbps.sum())
    if any(proof.price.any() for proof in ours.proofs):
        return abs(served - total) <= 1e-3 or served >= total - 1e-6
    return bool(np.isclose(served, total, rtol=1e-8)
                and np.isclose(delay, ours.delay_tbps_ms, rtol=1e-6))


def _warm(problem: FlowProblem, outages: list[Outage],
          answers: list[Optimum]) -> tuple[float, bool] | None:
    """The same from the last basis, in a process of its own; nothing where HiGHS is not there."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "problem.npz"
        np.savez(file, nodes=problem.n_nodes, tail=problem.tail, head=problem.head,
                 room=problem.room_tbps, delay=problem.delay_ms, source=problem.source,
                 target=problem.target, tbps=problem.tbps.sum(axis=1),
                 lost=np.array([outage.lost for outage in outages]))
        done = subprocess.run(  # noqa: S603 -- our own module, our own file
            [sys.executable, "-m", "cablenet.bench.highs_warm", str(file)],
            capture_output=True, text=True, check=False)
    if done.returncode:
        return None
    seen = json.loads(done.stdout.splitlines()[-1])
    same = all(_same(one["served_tbps"], one["delay"], answer)
               for one, answer in zip(seen, answers, strict=True))
    return sum(one["seconds"] for one in seen), same

"""`bench sweep`: millions of failures beside the libraries a user would loop over instead."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from cablenet import catalogue
from cablenet.bench import sweep_peers
from cablenet.bench.case import Case, Progress, timed
from cablenet.kernels import reach
from cablenet.metrics.capacity import GBPS, capacities
from cablenet.network import Network
from cablenet.scenarios.units import Units, units_of
from cablenet.solvers import UNLIMITED
from cablenet.sweeps.combination_sweep import CombinationSweep
from cablenet.sweeps.compiled import exhaustive_sweep, years_sweep
from cablenet.sweeps.isolated import IsolatedMeasure
from cablenet.sweeps.rows import dead_units
from cablenet.sweeps.runner import run_sweep

Ints = NDArray[np.int64]
SEED = 7
SAMPLE = 500
"""Scenarios that peers do and that answers are compared on, of each order."""
FLOW_SAMPLE = {"ortools": 500, "scipy": 2, "igraph": 2}
ALL_BUILT = date(2035, 1, 1)
RULE = "by-length"
GROWTH = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)


def sweep_cases(data: Path | None, progress: Progress) -> list[Case]:
    """The TeleGeography map in `data`, with all its cables in service, or else the atlas."""
    net = (catalogue.build_network(catalogue.atlas()) if data is None else
           catalogue.build_network(catalogue.read_layers(data), as_of=ALL_BUILT))
    return cases_of(net, progress, sample=SAMPLE, flow_sample=FLOW_SAMPLE, growth=GROWTH)


def cases_of(net: Network, progress: Progress, *, sample: int, flow_sample: dict[str, int],
             growth: tuple[int, ...], most: int = 3) -> list[Case]:
    """All cases on one network."""
    units = units_of(net)
    title = f"{net.name}, {len(units)} cables"
    steps = 6
    progress("peers", 0, steps)
    peers, equal = reach_peers(net, units, sample, most)
    out = []
    for step, order in enumerate(range(2, most + 1), start=1):
        progress(f"every {order} cables", step, steps)
        out.append(_exhaustive(net, order, f"{title}: isolation, every {order} cables, one core",
                               peers[order], equal[order]))
    progress("two workers", 3, steps)
    out.append(_two_workers(net, most, f"{title}: isolation, 1 to {most} cables, two workers, "
                                       "results on disk", peers[most], equal[most]))
    progress("largest flows", 4, steps)
    out.append(_flows(net, units, title, flow_sample))
    progress("drawn years", 5, steps)
    out.append(_years(net, title, sample))
    out += [_grown(net, units, n, title) for n in growth]
    progress("", steps, steps)
    return out


def reach_peers(net: Network, units: Units, sample: int,
                most: int) -> tuple[dict[int, dict[str, float]], dict[int, bool]]:
    """Seconds a scenario of each peer by order, and whether all agree with us on every gateway."""
    live = np.flatnonzero(net.links.in_service)
    position = np.full(len(net.links), -1)
    position[live] = np.arange(len(live))
    makers = sweep_peers.label_makers(len(net.nodes), net.links.a[live], net.links.b[live])
    nothing = sweep_peers.cut_of_labels(net, makers["scipy"](np.empty(0, np.int64)))
    rng = np.random.default_rng(SEED)
    seconds: dict[int, dict[str, float]] = {}
    equal: dict[int, bool] = {}
    for order in range(1, most + 1):
        chosen = np.array([rng.choice(len(units), order, replace=False) for _ in range(sample)])
        lost = [position[np.unique(np.concatenate([units.members(u) for u in row]))]
                for row in chosen.tolist()]
        ours = gateways_cut(net, units, order, chosen)
        seconds[order], equal[order] = {}, True
        for name, labels in makers.items():
            spent, found = timed(lambda f=labels, some=lost: [  # type: ignore[misc]
                f(one) for one in some])  # mypy does not infer a lambda's defaults
            seconds[order][name] = spent / sample
            theirs = np.array([sweep_peers.cut_of_labels(net, one) & ~nothing for one in found])
            equal[order] &= bool((theirs == ours).all())
    return seconds, equal


def gateways_cut(net: Network, units: Units, order: int, chosen: Ints) -> NDArray[np.bool_]:
    """(S, G) which gateways our kernel finds cut off."""
    measure = exhaustive_sweep(net, order).measures[0]
    assert isinstance(measure, IsolatedMeasure)
    bits = reach.unpack(measure.reach.cut(dead_units(chosen, len(units))), len(chosen))
    of = measure.reach.asker_of
    return np.where(of[None, :] >= 0, bits[:, np.maximum(of, 0)] if bits.shape[1] else False, False)


def _exhaustive(net: Network, order: int, title: str, peers: dict[str, float],
                equal: bool) -> Case:
    def work() -> CombinationSweep:
        job = exhaustive_sweep(net, order)
        for chunk in range(job.chunks):
            job.run(chunk)
        return job

    seconds, job = timed(work)
    return _scaled(f"{title} (peers: seconds a scenario x scenarios)", job.total, seconds, peers,
                   equal)


def _two_workers(net: Network, order: int, title: str, peers: dict[str, float],
                 equal: bool) -> Case:
    with TemporaryDirectory() as folder:
        job = exhaustive_sweep(net, order)
        seconds, run = timed(lambda: run_sweep(job, Path(folder) / "s", workers=2))
    return _scaled(title, run.scenarios, seconds, peers, equal and run.failed == 0)


def _flows(net: Network, units: Units, title: str, sample: dict[str, int]) -> Case:
    """Every pair with exact flows by country; peers on a few pairs, ortools compared on all its."""
    job = exhaustive_sweep(net, 2, metrics=["capacity_loss"], capacity_rule=RULE)
    seconds, _ = timed(lambda: [job.run(chunk) for chunk in range(job.chunks)])
    lit = capacities(net, RULE)
    whole = np.where(np.isfinite(lit), np.round(np.nan_to_num(lit, posinf=0.0) * GBPS), UNLIMITED)
    whole = np.where(net.links.in_service, whole, 0).astype(np.int64)
    flows = job.measures[0].flows  # type: ignore[attr-defined]  # this measure has them
    finite = np.array([c for c, flow in flows.items() if 0 < flow.base < UNLIMITED])
    rng = np.random.default_rng(SEED)
    chosen = [rng.choice(len(units), 2, replace=False) for _ in range(max(sample.values()))]
    ours = [[_flow(flows[c], job, pair) for c in finite.tolist()] for pair in chosen]
    peers, equal = {}, True
    for name, solve in sweep_peers.flow_makers(net, whole, finite).items():
        some = chosen[:sample[name]]
        lost = [np.unique(np.concatenate([units.members(u) for u in pair])) for pair in some]
        spent, found = timed(lambda f=solve, rows=lost: [  # type: ignore[misc]
            f(one) for one in rows])  # mypy does not infer a lambda's defaults
        peers[name] = spent / len(some)
        equal &= bool((np.array(found) == np.array(ours[:len(some)])).all())
    return _scaled(f"{title}: exact largest flows of {len(finite)} countries, every 2 cables, one "
                   f"core (peers cold, on {sample['ortools']} pairs and fewer)", job.total, seconds,
                   peers, equal)


def _flow(flow: object, job: CombinationSweep, pair: Ints) -> int:
    rows = job.measures[0].rows.failed(  # type: ignore[attr-defined]  # this measure has them
        dead_units(pair[None, :], len(job.unit_id)), 1)
    return int(flow.values(rows)[0])  # type: ignore[attr-defined]  # a LargestFlow


def _years(net: Network, title: str, sample: int) -> Case:
    """One block of drawn years; peers label a sample of its states."""
    job = years_sweep(net, catalogue.fault_model(net), 1000)
    seconds, part = timed(lambda: job.run(0))
    drawn = job.model.draw(0, job.block_years, job.seed)
    states = drawn.states(whole_years=True)
    live = np.flatnonzero(net.links.in_service)
    makers = sweep_peers.label_makers(len(net.nodes), net.links.a[live], net.links.b[live])
    some = np.random.default_rng(SEED).choice(len(states), min(sample, len(states)), replace=False)
    lost = [np.flatnonzero(~drawn.alive(len(net.links), states, s, s + 1)[0][live])
            for s in some.tolist()]
    peers = {}
    for name, labels in makers.items():
        spent, _ = timed(lambda f=labels: [f(one) for one in lost])  # type: ignore[misc]
        peers[name] = spent / len(lost)  # mypy does not infer a lambda's defaults
    return _scaled(f"{title}: states of {job.block_years} drawn years, drawing, power and sums "
                   "included, one core (peers: labels only)", int(part.tally["states"][0]), seconds,
                   peers, True)


def _grown(net: Network, units: Units, n: int, title: str) -> Case:
    """Random triples, from few to many: the cost a scenario should stay as it is."""
    job = exhaustive_sweep(net, min(3, len(units)))
    measure: Callable[[Ints], object] = job.measures[0].measure
    size = 1 << 20
    rng = np.random.default_rng(SEED)

    def work() -> None:
        for start in range(0, n, size):
            measure(rng.integers(0, len(units), (min(size, n - start), 3)))

    return Case(f"{title}: isolation, growth, {n:,} random triples, one core", n, timed(work)[0])


def _scaled(title: str, n: int, seconds: float, peers: dict[str, float], equal: bool) -> Case:
    return Case(title, n, seconds, {name: each * n for name, each in peers.items()}, equal)

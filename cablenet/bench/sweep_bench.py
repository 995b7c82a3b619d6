"""`bench sweep`: millions of failures beside the libraries a user would loop over instead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from cablenet import catalogue
from cablenet.bench.case import Case, Progress, timed
from cablenet.bench.flow_bench import flow_cases
from cablenet.bench.peer_graphs import MapGraph, StarGraph, gateways_cut
from cablenet.bench.sweep_peers import timed_labels
from cablenet.kernels import reach
from cablenet.metrics.rows import dead_units
from cablenet.network import Network
from cablenet.scenarios.units import Units, units_of
from cablenet.sweeps.combination_sweep import CombinationSweep
from cablenet.sweeps.compiled import exhaustive_sweep, random_sweep, years_sweep
from cablenet.sweeps.isolated import IsolatedMeasure
from cablenet.sweeps.job import Job, Tally
from cablenet.sweeps.runner import SweepRun, run_sweep
from cablenet.sweeps.year_measures import BATCH, IsolatedYears
from cablenet.sweeps.years import YearsSweep, dead_units_of

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
SEED = 7
SAMPLE = 500
"""Scenarios that peers do and that answers are compared on, of each order."""
FLOW_SAMPLE = {"ortools": 500, "igraph": 50, "scipy": 10, "networkx": 1}
ALL_BUILT = date(2035, 1, 1)
GROWTH = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)
SCALED = "seconds a scenario x scenarios"


def sweep_cases(data: Path | None, progress: Progress) -> list[Case]:
    """The TeleGeography map in `data`, with all its cables in service, or else the atlas."""
    progress("read the map", 0, 1)
    net = (catalogue.build_network(catalogue.atlas()) if data is None else
           catalogue.build_network(catalogue.read_layers(data), as_of=ALL_BUILT))
    return cases_of(net, progress, sample=SAMPLE, flow_sample=FLOW_SAMPLE, growth=GROWTH,
                    which="in service" if data is None else "all in service")


def cases_of(net: Network, progress: Progress, *, sample: int, flow_sample: Mapping[str, int],
             growth: Sequence[int], most: int = 3, which: str = "in service") -> list[Case]:
    """All cases on one network: combinations up to `most`, flows, drawn years, growth."""
    units = units_of(net)
    title = f"{net.name}, {len(units)} cables {which}"
    rng = np.random.default_rng(SEED)

    def draw(count: int, order: int) -> Ints:
        return np.array([rng.choice(len(units), order, replace=False) for _ in range(count)])

    out = []
    for order in range(2, most + 1):
        out += combination_cases(net, units, title, draw(sample, order), progress)
    out += flow_cases(net, units, title, draw(max(flow_sample.values()), 2), flow_sample, progress)
    progress("drawn years", 0, 1)
    out.append(years_case(net, title, sample))
    for done, count in enumerate(growth):
        progress("growth", done, len(growth))
        job = random_sweep(net, count, most)
        out.append(Case(f"{title}: growth, isolation, random sets of {most} cables, one core",
                        count, timed(lambda job=job: _tallies(job))[0]))  # type: ignore[misc]  # mypy infers no defaults
    progress("growth", len(growth), len(growth))
    return out


def combination_cases(net: Network, units: Units, title: str, chosen: Ints,
                      progress: Progress) -> list[Case]:
    """Every combination up to an order: on one core beside peers on the map's graph, beside peers
    on the graph that we contract it to, and with two workers. Graphs are built before the clock
    starts, theirs and ours; what ours takes is a case of its own.

    Parameters
    ----------
    chosen
        (S, order) units that fail in the scenarios peers do; their order is the sweep's
    """
    size, order = chosen.shape
    compile_s, job = timed(lambda: exhaustive_sweep(net, order))
    measure = job.measures[0]
    assert isinstance(measure, IsolatedMeasure)
    dead = dead_units(chosen, len(units))
    bits = reach.unpack(measure.reach.cut(dead), size)
    progress(f"{order} cables: peers", 0, 3)
    whole, star = MapGraph.of(net), StarGraph(measure.reach)
    gateways = gateways_cut(measure.reach, bits)
    peers, equal = timed_labels(whole.makers(), whole.lost(units, chosen), whole.cut, gateways)
    equal = equal and _sums_agree(net, measure, chosen, gateways)
    handed, same = timed_labels(star.makers(), star.lost(dead, size), star.cut, bits)
    progress(f"{order} cables: one core", 1, 3)
    alone_s, tallies = timed(lambda: _tallies(job))
    progress(f"{order} cables: two workers", 2, 3)
    with TemporaryDirectory() as folder:
        both_s, run = timed(lambda: run_sweep(job, Path(folder) / "sweep", workers=2))
        kept = run.failed == 0 and _same_tables(job, tallies, run)
    name, n = f"{title}: isolation, every 1 to {order} cables", job.total
    return [
        Case(f"{name}: compiling the graph once, before the sweep", 1, compile_s),
        Case(f"{name}, one core (peers: {SCALED})", n, alone_s, _times(peers, n), equal),
        Case(f"{name}, one core (peers handed our contracted graph: {SCALED})", n, alone_s,
             _times(handed, n), same),
        Case(f"{name}, two workers, results on disk (peers: half of {SCALED} on one core)", n,
             both_s, _times(peers, n / 2), equal and kept),
    ]


def years_case(net: Network, title: str, sample: int) -> Case:
    """One block of drawn years; peers label a sample of its states.

    Peers are told which links are down, dark ones included; we find that out in the timed run.
    """
    job = years_sweep(net, catalogue.fault_model(net), 1000)
    seconds, part = timed(lambda: job.run(0))
    states = int(part.tally["states"][0])
    some = np.sort(np.random.default_rng(SEED).choice(states, min(sample, states), replace=False))
    lost, ours, faulted = _states(net, job, some)
    whole = MapGraph.of(net)
    peers, equal = timed_labels(whole.makers(), lost, whole.cut, ours)
    return Case(f"{title}: isolation, states of {job.block_years} drawn years, drawing, power and "
                f"sums included, one core (peers: labels only, {SCALED})", states, seconds,
                _times(peers, states), equal and faulted)


def _states(net: Network, job: YearsSweep, some: Ints) -> tuple[list[Ints], Flags, bool]:
    """Of some states of the first block: the links down, as places among those in service; (S, G)
    gateways cut off; whether every link with a fault is down."""
    measure = job.measures[0]
    assert isinstance(measure, IsolatedYears)
    compiled, rows = measure.reach, measure.reach.rows
    drawn = job.model.draw(0, job.block_years, job.seed)
    states = drawn.states(whole_years=True)
    lost: list[Ints] = []
    cut, faulted = [np.zeros((0, len(net.gateways)), bool)], True
    for start in range(0, len(states), BATCH):
        stop = min(start + BATCH, len(states))
        mine = some[(some >= start) & (some < stop)] - start
        dead = dead_units_of(drawn, states, job.unit_of_link, job.n_units, start, stop)
        cut.append(gateways_cut(compiled, reach.unpack(compiled.cut(dead), stop - start)[mine]))
        alive = rows.alive(dead)
        for state in mine.tolist():
            stands = (alive[:, state >> 6] >> np.uint64(state & 63)) & np.uint64(1) > 0
            down = np.where(rows.row >= 0, ~stands[rows.row], False)
            lost.append(np.flatnonzero(down))
            at = start + state
            hit = ~drawn.alive(len(net.links), states, at, at + 1)[0][rows.link]
            faulted = faulted and bool((down | ~hit).all())
    return lost, np.concatenate(cut), faulted


def _tallies(job: Job) -> list[Tally]:
    """Run every chunk here; the rows are made and dropped."""
    return [job.run(chunk).tally for chunk in range(job.chunks)]


def _times(each: Mapping[str, float], n: float) -> dict[str, float]:
    return {name: seconds * n for name, seconds in each.items()}


def _sums_agree(net: Network, measure: IsolatedMeasure, chosen: Ints, cut: Flags) -> bool:
    """Whether what the sweep sums, by scenario and by country, is what these gateways make."""
    gates, found = net.gateways, measure.measure(chosen)
    by_country = np.bincount(gates.country, cut.sum(axis=0) * gates.people, len(net.country_id))
    return bool(
        np.array_equal(found.scenario["isolated_gateways"], cut.sum(axis=1))
        and np.allclose(found.scenario["isolated_people"], cut @ gates.people)
        and np.allclose(found.country["isolated_people"].total, by_country))


def _same_tables(job: CombinationSweep, tallies: Sequence[Tally], run: SweepRun) -> bool:
    """Whether the tables on disk are those of the tallies made here."""
    import pyarrow.parquet as pq

    return all(pq.read_table(run.aggregate(name)).to_pydict() == table.to_pydict()
               for name, table in job.merge(tallies).items())

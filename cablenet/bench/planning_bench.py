"""Plans beside the plain program a user would write, by HiGHS and by CP-SAT: time to a gap of 0."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from cablenet import catalogue
from cablenet.bench.case import Case, Progress, timed
from cablenet.bench.plain_models import (
    Plain,
    plain_design,
    plain_of,
    plain_p_median,
    plain_survival,
)
from cablenet.bench.worst_bench import plain_program
from cablenet.layers import Layers
from cablenet.network import Network
from cablenet.planning.attack_question import question_of
from cablenet.planning.candidate_table import CandidateTable
from cablenet.planning.capacity_design import design_capacity
from cablenet.planning.p_median import p_median
from cablenet.planning.promise import Promise
from cablenet.planning.survival import plan_survival
from cablenet.planning.survival_search import KUSD_PER_MUSD
from cablenet.planning.worst_case import worst_case
from cablenet.scenarios.units import units_of
from cablenet.validation.link_design import find_networks, problem_of
from cablenet.validation.p_medians import find_instances, read_instance

LIMIT_S = 30.0
"""Seconds a peer is given; one that does not prove it shows all of them."""
ISLANDS = ("TO", "VU", "PW", "NC")
REACH_KM = 1200.0
SIZES = (3, 10)
MEDIANS = (1, 6, 11)


def planning_cases(data: Path | None, progress: Progress) -> list[Case]:
    """Worst cables and survival on the atlas; designs and p-medians where `data` holds them."""
    progress("read the map", 0, 1)
    layers = catalogue.atlas()
    net = catalogue.build_network(layers)
    work: list[Callable[[], Case]] = [lambda k=k: worst(net, k) for k in SIZES]  # type: ignore[misc]  # mypy infers no defaults
    work.append(lambda: survival(layers, ISLANDS, REACH_KM))
    folder, medians = find_networks(data), find_instances(data)
    if folder is not None:
        work.append(lambda: design(folder / "polska.txt"))
    work += [lambda path=medians[one]: median(path)  # type: ignore[misc]  # mypy infers no defaults
             for one in MEDIANS if one in medians]
    out = []
    for done, run in enumerate(work):
        progress("plans", done, len(work))
        out.append(run())
    return out


def worst(net: Network, k: int, limit_s: float = LIMIT_S) -> Case:
    """The worst k cables for countries isolated."""
    ours_s, ours = timed(lambda: worst_case(net, k))
    build_s, plain = timed(lambda: plain_of(plain_program(
        net, units_of(net, "cable"), question_of(net, "isolated", None, None), k)))
    return beside(f"worst {k} cables, {net.name}", k, ours_s, -ours.certificate.objective,
                  build_s, plain, limit_s)


def survival(layers: Layers, countries: Sequence[str], reach_km: float,
             limit_s: float = LIMIT_S) -> Case:
    """The cheapest cables after which some countries survive any one cable loss."""
    table = catalogue.candidate_table(layers, countries=countries, reach_km=reach_km)
    return survival_case(table, catalogue.build_network(layers), countries, limit_s)


def survival_case(table: CandidateTable, net: Network, countries: Sequence[str],
                  limit_s: float) -> Case:
    """The same for candidates at hand; ours draws what it builds and walks through every loss."""
    ours_s, ours = timed(lambda: plan_survival(table, Promise(1, "cable", tuple(countries))))
    a, b = table.nodes(net)
    cost = np.ceil(np.round(table.cost_musd[1] * KUSD_PER_MUSD, 6)).astype(np.int64)
    numbers = [net.country_index(code) for code in countries]
    build_s, plain = timed(lambda: plain_survival(net, numbers, a, b, cost))
    return beside(f"{', '.join(countries)} survive any one cable, {len(table)} candidates, "
                  f"{plain.matrix.shape[1]:,} columns", len(table), ours_s,
                  ours.cost_musd * KUSD_PER_MUSD, build_s, plain, limit_s)


def design(path: Path, limit_s: float = LIMIT_S) -> Case:
    """Capacity that survives any one link; flows are not whole, so CP-SAT has no say."""
    problem = problem_of(path)
    ours_s, ours = timed(lambda: design_capacity(problem))
    build_s, plain = timed(lambda: plain_design(problem))
    return beside(f"capacity, any one link fails, {path.stem}", len(problem), ours_s,
                  ours.certificate.objective, build_s, plain, limit_s)


def median(path: Path, limit_s: float = LIMIT_S) -> Case:
    """A p-median of OR-Library."""
    distance, p = read_instance(path)
    ours_s, ours = timed(lambda: p_median(distance, p))
    build_s, plain = timed(lambda: plain_p_median(distance, p))
    return beside(f"p-median {path.stem}, {len(distance)} nodes, p {p}", len(distance), ours_s,
                  ours.certificate.objective, build_s, plain, limit_s)


def beside(what: str, n: int, ours_s: float, value: float, build_s: float, plain: Plain,
           limit_s: float) -> Case:
    """A case; every peer that proves an optimum must prove ours, one that does not says so."""
    solvers = {"plain, HiGHS": plain.by_highs}
    if plain.whole.all():
        solvers["plain, CP-SAT"] = plain.by_cp_sat
    peers, late, equal = {}, [], True
    for name, solve in solvers.items():
        spent, found = timed(lambda solve=solve: solve(limit_s))  # type: ignore[misc]  # mypy infers no defaults
        peers[name] = build_s + spent
        if found is None:
            late.append(name.removeprefix("plain, "))
        else:
            equal &= abs(found - value) <= 1e-6 * max(1.0, abs(value))
    told = f"; {', '.join(late)} not finished in {limit_s:g} s" if late else ""
    return Case(f"{what}, gap 0{told}", n, ours_s, peers, equal)

"""Capacity that survives any one link failure: SNDlib networks, and small cases by brute force."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np

from cablenet.errors import InfeasibleError, NoPlanFoundError
from cablenet.planning.capacity_design import CapacityDesign, broken_states, design_capacity
from cablenet.planning.link_failures import DesignProblem
from cablenet.readers.sndlib import read_sndlib
from cablenet.validation.check import Check, Status, skipped

SOURCE = ("SNDlib 1.0 (Networks 55(3), 2010), first module of each link, full rerouting; value by "
          "Benders and by the extensive form, worked out apart from this code")
OPEN_SOURCE = "SNDlib 1.0 (Networks 55(3), 2010); no value is published, so the gap is judged"
PROVED = {"polska": 46063.0, "nobel-us": 6566210.0}
OPEN = ("germany50", "cost266")
GAP, LIMIT_S = 0.01, 600.0
CASES = 6


def check_link_design(data: Path | None) -> list[Check]:
    """Small cases by brute force, then the networks of SNDlib that are there."""
    out = [_small()]
    folder = find_networks(data)
    if folder is None:
        return [*out, skipped("link-design", SOURCE,
                              "no SNDlib networks here; name their folder with --data")]
    for name, theirs in PROVED.items():
        design, _ = _designed(folder / f"{name}.txt")
        ours = design.certificate.objective if design is not None else None
        proved = design is not None and design.certificate.status == "optimal"
        status: Status = "pass" if proved and ours == theirs else "miss"
        out.append(Check(f"link-design-{name}", ours, theirs, "equal, proved and rechecked",
                         SOURCE, status))
    return [*out, *(_open(folder / f"{name}.txt") for name in OPEN)]


def find_networks(data: Path | None) -> Path | None:
    """The folder that holds the networks: the one given, or one directly inside it."""
    if data is None or not data.is_dir():
        return None
    folders = [data, *sorted(path for path in data.iterdir() if path.is_dir())]
    wanted = [f"{name}.txt" for name in (*PROVED, *OPEN)]
    return next((path for path in folders if all((path / name).is_file() for name in wanted)), None)


def problem_of(path: Path) -> DesignProblem:
    """An SNDlib network with the first module of its links, demands in modules."""
    nodes, links, demands = read_sndlib(path)
    a, b, size, cost = (np.array(column) for column in zip(*links, strict=True))
    source, target, amount = (np.array(column) for column in zip(*demands, strict=True))
    if len(np.unique(size)) != 1:
        raise InfeasibleError(f"{path.name}: its links have first modules of several sizes")
    return DesignProblem(len(nodes), a, b, cost, source, target, amount / size[0])


def _designed(path: Path) -> tuple[CapacityDesign | None, str]:
    try:
        return design_capacity(problem_of(path), time_limit_s=LIMIT_S), ""
    except NoPlanFoundError as error:
        return None, str(error)


def _open(path: Path) -> Check:
    design, why = _designed(path)
    gap = design.certificate.gap if design is not None else float("inf")
    told = why if design is None else (
        f"{design.certificate.objective:,.2f} found, at least {design.certificate.bound:,.2f}, "
        f"{design.certificate.seconds:.0f} s")
    return Check(f"link-design-{path.stem}-gap", round(gap, 5) if design is not None else None, GAP,
                 f"at most, in {LIMIT_S:g} s", OPEN_SOURCE, "pass" if gap <= GAP else "miss",
                 (told,))


def _small() -> Check:
    """Random networks of four nodes: every number of modules tried, each state solved alone."""
    equal = 0
    for seed in range(CASES):
        problem = random_problem(seed)
        equal += design_capacity(problem).certificate.objective == cheapest_tried(problem)
    status: Status = "pass" if equal == CASES else "miss"
    return Check("link-design-brute-force", equal, CASES, "equal, proved",
                 "every choice of modules tried", status)


def random_problem(seed: int) -> DesignProblem:
    """A ring of four nodes with a chord, whole costs, and four small demands."""
    rng = np.random.default_rng(seed)
    pairs = [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)]
    chosen = rng.choice(len(pairs), 4, replace=False)
    return DesignProblem(
        4, np.array([0, 1, 2, 3, 0]), np.array([1, 2, 3, 0, 2]),
        rng.integers(1, 9, 5).astype(float), np.array([pairs[i][0] for i in chosen]),
        np.array([pairs[i][1] for i in chosen]), rng.integers(1, 4, 4) / 3)


def cheapest_tried(problem: DesignProblem, most: int = 3) -> float:
    """The cheapest of all choices of up to `most` modules a link that survive every failure.

    A choice in which the links out of some set of nodes cannot hold what is asked across them has
    not to be routed to be refused.
    """
    choices = np.array(list(product(range(most + 1), repeat=len(problem))))
    for some in product([False, True], repeat=problem.n_nodes - 1):
        inside = np.array([*some, False])
        across = problem.demand[inside[problem.source] != inside[problem.target]].sum()
        links = np.flatnonzero(inside[problem.a] != inside[problem.b])
        held = choices[:, links]
        least = held.sum(axis=1) - held.max(axis=1, initial=0)
        choices = choices[least >= across - 1e-9]
    cost = choices @ problem.cost
    for choice in np.argsort(cost, kind="stable").tolist():
        if not broken_states(problem, choices[choice]):
            return float(cost[choice])
    return float("inf")

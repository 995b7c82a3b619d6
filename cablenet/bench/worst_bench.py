"""Worst cases beside the model a user would write down, and the same model by another solver."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np

from cablenet import catalogue
from cablenet.bench.case import Case, Progress, timed
from cablenet.network import Network
from cablenet.planning.asked import Asked
from cablenet.planning.attack_question import Question, question_of
from cablenet.planning.worst_case import worst_case
from cablenet.scenarios.units import Units, units_of
from cablenet.solvers import IntegerProgram, Solution

ALL_BUILT = date(2035, 1, 1)
SIZES = (1, 3, 10, 30)
UNITS = ("cable", "cable+station")
LIMIT = 30.0
"""Seconds (CP-SAT: deterministic) a peer is given; one that does not prove it shows all of them."""


def worst_cases(data: Path | None, progress: Progress) -> list[Case]:
    """Proved worst cases on the TeleGeography map in `data` with all cables built, or the atlas."""
    progress("read the map", 0, 1)
    net = (catalogue.build_network(catalogue.atlas()) if data is None else
           catalogue.build_network(catalogue.read_layers(data), as_of=ALL_BUILT))
    return cases_of(net, progress, sizes=SIZES)


def cases_of(net: Network, progress: Progress, *, sizes: tuple[int, ...],
             units: tuple[str, ...] = UNITS, limit: float = LIMIT) -> list[Case]:
    """One case for each kind of unit and size.

    Ours is all of `worst_case`: contraction, proof, units left out, recount. Peers build their
    model and prove its optimum.
    """
    out = []
    steps = [(unit, k) for unit in units for k in sizes]
    for done, (unit, k) in enumerate(steps):
        progress(f"{k} of {unit}", done, len(steps))
        ours_s, ours = timed(lambda k=k, unit=unit: worst_case(net, k, unit=unit))  # type: ignore[misc]  # mypy infers no defaults
        scip_s, scip = timed(lambda k=k, unit=unit: _by_scip(net, unit, k, limit))  # type: ignore[misc]  # mypy infers no defaults
        build_s, plain = timed(lambda k=k, unit=unit: plain_program(  # type: ignore[misc]  # mypy infers no defaults
            net, units_of(net, unit), question_of(net), k))
        user_s, user = timed(lambda plain=plain: plain.solve(  # type: ignore[misc]  # mypy infers no defaults
            deterministic_limit=limit, linearization_level=1))
        other_s, other = timed(lambda plain=plain: plain.second_opinion(limit))  # type: ignore[misc]  # mypy infers no defaults
        value = ours.certificate.objective
        out.append(Case(
            f"worst {k} ({unit}), proved, {net.name}; a peer at {limit:g} s did not finish", k,
            ours_s, {"our model, SCIP": _time(scip.status, scip_s, limit),
                     "plain model, CP-SAT": _time(user.status, build_s + user_s, limit),
                     "plain model, SCIP": _time(other.status, build_s + other_s, limit)},
            equal=all(answer.status != "optimal" or round(answer.objective) == value
                      for answer in (scip, user, other))))
    return out


def plain_program(net: Network, units: Units, question: Question, k: int) -> IntegerProgram:
    """The textbook model on the whole graph: iso[a] - iso[b] <= sum of x over the link's units.

    One iso a node for countries without a hub, and one more set for each hub country; no
    contraction, no power, no nodes for whole cables, linear conditions only.
    """
    program = IntegerProgram()
    x = [program.flag(f"x{u}") for u in range(len(units))]
    program.require(sum(x) <= k)
    of_link: dict[int, list[int]] = {}
    for unit, link in zip(units.owner.tolist(), units.links.tolist(), strict=True):
        of_link.setdefault(link, []).append(unit)
    live = np.flatnonzero(net.links.in_service).tolist()
    iso = []
    for layer, sources in enumerate(question.sources):
        mine = [program.flag(f"iso{layer}:{n}") for n in range(len(net.nodes))]
        for node in sources.tolist():
            program.require(mine[node] == 0)
        for link in live:
            a, b = int(net.links.a[link]), int(net.links.b[link])
            fall = sum(x[u] for u in of_link.get(link, ()))
            program.require(mine[a] - mine[b] <= fall)
            program.require(mine[b] - mine[a] <= fall)
        iso.append(mine)
    won = []
    for g, goal in enumerate(question.goals):
        flag = program.flag(f"won{g}")
        for layer, node in goal.askers:
            program.require(flag <= iso[layer][node])
        won.append(flag)
    program.maximise(sum(won))
    return program


def _by_scip(net: Network, unit: str, k: int, limit: float) -> Solution:
    model = Asked(net, unit, "isolated", None, None, None, None, 25.0, 1, 60.0).case(k).model(k)
    model.program.maximise(model.value)
    return model.program.second_opinion(limit)


def _time(status: str, seconds: float, limit: float) -> float:
    return seconds if status == "optimal" else max(seconds, limit)

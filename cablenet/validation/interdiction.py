"""Interdiction of flows and shortest paths: the sample networks of the Pyomo Gallery."""

from __future__ import annotations

from dataclasses import dataclass

from cablenet.solvers import IntegerProgram
from cablenet.validation.check import Check, Status

SOURCE = ("Pyomo Gallery, network_interdiction/max_flow and /shortest_path: the sample arcs, and "
          "the totals its programs print for 0, 1 and 2 attacks")
FLOW_ARCS = (("Start", "B", 10), ("Start", "C", 70), ("C", "B", 30), ("B", "End", 100),
             ("C", "D", 40), ("D", "End", 50))
"""From, to, capacity; every arc may be attacked, which stops it."""
PATH_ARCS = (("Start", "B", 10), ("Start", "C", 2), ("C", "B", 2), ("B", "End", 1),
             ("C", "D", 7), ("D", "End", 8))
"""From, to, cost; every arc may be attacked, which makes it useless."""
FLOWS = (80, 10, 0)
PATHS = (5, 17, 100)
"""Published, by number of attacks."""
UNMET = 50
"""Cost of what does not leave, and of what does not arrive: nodes times the dearest arc."""


@dataclass(frozen=True)
class Interdiction:
    """What is left after the worst attack: the objective, its proven bound, the arcs attacked."""

    value: int
    bound: int
    attacked: tuple[tuple[str, str], ...]


def check_interdiction() -> list[Check]:
    """Flow and path left after 0, 1 and 2 attacks, each proved and recounted."""
    out = []
    for name, arcs, theirs, solve in (("flow", FLOW_ARCS, FLOWS, least_flow),
                                      ("path", PATH_ARCS, PATHS, longest_path)):
        for attacks, value in enumerate(theirs):
            found = solve(arcs, attacks)
            same = found.value == found.bound == value
            status: Status = "pass" if same else "miss"
            out.append(Check(f"interdiction-{name}-{attacks}", found.value, value,
                             "equal and proved", SOURCE, status))
    return out


Arcs = tuple[tuple[str, str, int], ...]


def least_flow(arcs: Arcs, attacks: int) -> Interdiction:
    """Stop at most `attacks` arcs so that the largest flow from Start to End is least.

    The dual of the flow: near[n] node n is on the side of Start; an arc out of that side is cut
    by its capacity or stopped. Minimise the sum of capacity[a] cut[a] with
    cut[a] >= near[from] - near[to] - stopped[a], near[Start] = 1, near[End] = 0.
    """
    program = IntegerProgram()
    near = {n: program.flag(f"near:{n}") for n in _nodes(arcs)}
    stopped = [program.flag(f"stopped:{i}") for i in range(len(arcs))]
    cut = [program.flag(f"cut:{i}") for i in range(len(arcs))]
    program.require(near["Start"] == 1)
    program.require(near["End"] == 0)
    for i, (start, end, _) in enumerate(arcs):
        program.require(cut[i] >= near[start] - near[end] - stopped[i])
    program.require(sum(stopped) <= attacks)
    program.minimise(sum(capacity * cut[i] for i, (_, _, capacity) in enumerate(arcs)))
    return _answer(program, arcs)


def longest_path(arcs: Arcs, attacks: int) -> Interdiction:
    """Stop at most `attacks` arcs so that the cheapest way from Start to End costs most.

    The dual of the path: far[n] is what node n is worth. Maximise far[End] - far[Start] with
    far[to] - far[from] <= cost[a], beyond all costs where the arc is stopped, far[Start] >= -UNMET
    and far[End] <= UNMET, so that no way at all costs twice `UNMET`.
    """
    program = IntegerProgram()
    wide = 2 * UNMET
    far = {n: program.integer(f"far:{n}", -wide, wide) for n in _nodes(arcs)}
    stopped = [program.flag(f"stopped:{i}") for i in range(len(arcs))]
    program.require(far["Start"] >= -UNMET)
    program.require(far["End"] <= UNMET)
    for i, (start, end, cost) in enumerate(arcs):
        program.require(far[end] - far[start] <= cost + 2 * wide * stopped[i])
    program.require(sum(stopped) <= attacks)
    program.maximise(far["End"] - far["Start"])
    return _answer(program, arcs)


def _nodes(arcs: Arcs) -> list[str]:
    return sorted({end for start, stop, _ in arcs for end in (start, stop)})


def _answer(program: IntegerProgram, arcs: Arcs) -> Interdiction:
    answer = program.solve()
    attacked = tuple((start, end) for i, (start, end, _) in enumerate(arcs)
                     if answer.values[f"stopped:{i}"])
    return Interdiction(round(answer.objective), round(answer.bound), attacked)

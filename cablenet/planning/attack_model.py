"""The attack model: a compact cut program whose optimum is the worst that a budget of units can do.

Sets: usable units U; per layer the places P, the pieces E that join them, the goals G.
Variables, all 0 or 1: x[u] unit u fails; iso[p] place p reaches no source (0 at the root); s[e] the
same inside a piece or a whole cable; unfed[n] no feed reaches end n of a powered cable; dark[q] wet
section q is dark; won[g] goal g is won.
Objective: maximise sum of weight[g] won[g].
Conditions: won[g] -> iso[p] for each asker p of g; for a piece that joins p and q:
iso[p] -> iso[q] or a unit that brings it down fails, and the same from q to p; more than two
places, and the sections of one whole cable, are joined through nodes s of their own, so that
crossing a cable pays for it once: iso[p] -> s or x[cable], s -> iso[p]. A section that fails with
a station at one of its ends needs that station on the way in only: the place of a failed station
may be iso itself. Power: the same conditions for unfed, and dark[q] -> unfed at both ends and,
where no feed reached it in the first place, some unit that touches its cable fails.
Budget: sum of x <= k; with a likelihood limit also sum cost[u] x[u] <= limit.

Every condition keeps the truth of a failure as a solution, and the truth is the greatest solution
for its x; so the optimum is the worst case, and all conditions but the budgets are clauses.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from cablenet.planning.attack_graph import AttackGraph
from cablenet.planning.attack_graph_parts import Layer, Piece, PowerGraph
from cablenet.planning.attack_question import Question
from cablenet.solvers import IntegerProgram


@dataclass(frozen=True)
class Budget:
    """At most `k` units; with `cost` (one a unit), also at most `limit` of it."""

    k: int
    cost: Sequence[int] | None = None
    limit: int = 0


class AttackModel:
    """One program, built once; conditions on the units may be added between solves."""

    def __init__(self, graph: AttackGraph, question: Question, budget: Budget | None) -> None:
        self.program = IntegerProgram()
        self._graph = graph
        self._fails: dict[int, Any] = {u: self.program.flag(f"x{u}") for u in graph.usable}
        self._down = {**self._fails, **self._darkness(graph.power)}
        self._iso: list[dict[int, Any]] = [
            self._layer(number, layer) for number, layer in enumerate(graph.layers)]
        self.won = [self._goal(question, g) for g in range(len(question.goals))]
        self.value = sum(goal.weight * won
                         for goal, won in zip(question.goals, self.won, strict=True))
        if budget is not None and self._fails:
            self.program.require(sum(self._fails.values()) <= budget.k)
            if budget.cost is not None:
                self.program.require(sum(budget.cost[u] * x for u, x in self._fails.items())
                                     <= budget.limit)

    @property
    def spent(self) -> Any:
        """How many units fail."""
        return sum(self._fails.values())

    def never_all(self, units: Collection[int]) -> None:
        """No attack may hold all of these units."""
        if all(u in self._fails for u in units):
            self.program.either([], [self._fails[u] for u in sorted(units)])

    def never(self, unit: int) -> None:
        """The unit does not fail."""
        if unit in self._fails:
            self.program.require(self._fails[unit] == 0)

    def units_of(self, values: Any) -> tuple[int, ...]:
        """The units that fail in a solution."""
        return tuple(u for u in self._graph.usable if values[f"x{u}"])

    def _goal(self, question: Question, g: int) -> Any:
        isos = [self._iso[layer][self._graph.layers[layer].place[node]]
                for layer, node in question.goals[g].askers]
        if len(isos) == 1:
            return isos[0]
        won = self.program.flag(f"won{g}")
        for iso in isos:
            self.program.either([iso], [won])
        return won

    def _fall(self, killers: Collection[int]) -> list[Any]:
        return [self._down[u] for u in sorted(killers)]

    def _darkness(self, power: PowerGraph) -> dict[int, Any]:
        """The flag of every section that can go dark."""
        program = self.program
        unfed: dict[int, Any] = {}
        for section in power.sections:
            for end in (section.a, section.b):
                if end not in unfed:
                    unfed[end] = program.flag(f"unfed{end}")
                    if end in power.feeds:
                        program.require(unfed[end] == 0)
            fall = [self._fails[u] for u in sorted(section.killers)]
            program.either([unfed[section.b], *fall], [unfed[section.a]])
            program.either([unfed[section.a], *fall], [unfed[section.b]])
        lit = _fed_with_nothing_failed(power)
        out = {one.token: program.flag(f"dark{one.token}") for one in power.dark}
        for one in power.dark:
            dark = out[one.token]
            program.either([unfed[one.a]], [dark])
            program.either([unfed[one.b]], [dark])
            if one.a not in lit:
                program.either([self._fails[u] for u in sorted(one.touched_by)], [dark])
        return out

    def _layer(self, number: int, layer: Layer) -> dict[int, Any]:
        """The iso flags of one layer, with the conditions of all its pieces."""
        program = self.program
        if not layer.n_places:
            return {}
        parts = _parts(layer, self._graph.main)
        seen: dict[int, int] = dict.fromkeys([layer.root, *layer.place.values()], 2)
        for _, pieces in parts:
            times = 2 if len(pieces) == 1 and len(pieces[0].places) == 2 else 1
            for place in {p for piece in pieces for p in piece.places}:
                seen[place] = seen.get(place, 0) + times
        iso = {p: program.flag(f"iso{number}:{p}") for p in sorted(seen) if seen[p] > 1}
        program.require(iso[layer.root] == 0)
        common = _common_killers(layer)
        for nth, (cable, pieces) in enumerate(parts):
            if len(pieces) == 1 and len(pieces[0].places) == 2:
                self._edge(iso, pieces[0].places, pieces[0].killers, common)
            else:
                self._star(f"{number}:{nth}", iso, cable, pieces, common)
        return iso

    def _edge(self, inside: dict[int, Any], ends: tuple[int, ...], killers: frozenset[int],
              common: dict[int, frozenset[int]]) -> None:
        for p, q in (ends, ends[::-1]):
            self.program.either([inside[q], *self._fall(killers - common[q])], [inside[p]])

    def _star(self, name: str, iso: dict[int, Any], cable: int | None, pieces: list[Piece],
              common: dict[int, frozenset[int]]) -> None:
        """Places enter a part once, for its cable or for all its killers, and leave it freely."""
        program = self.program
        entry = frozenset({cable}) if cable is not None else pieces[0].killers
        merged: dict[int, int] = {}
        for piece in pieces:
            for place in piece.places:
                merged.setdefault(place, place)
            if not piece.killers - entry:
                first = _find(merged, piece.places[0])
                for place in piece.places[1:]:
                    merged[_find(merged, place)] = first
        inner = {root: program.flag(f"s{name}:{root}")
                 for root in sorted({_find(merged, p) for p in merged})}
        at = {place: inner[_find(merged, place)] for place in merged}
        for place, s in at.items():
            if place in iso:
                program.either([s, *self._fall(entry)], [iso[place]])
                program.either([iso[place]], [s])
        for nth, piece in enumerate(pieces):
            left = piece.killers - entry
            if left and len(piece.places) == 2:
                self._edge(at, piece.places, left, common)
            elif left:
                core = program.flag(f"c{name}:{nth}")
                for place in piece.places:
                    program.either([core, *self._fall(left)], [at[place]])
                    program.either([at[place]], [core])


def _parts(layer: Layer, main: Any) -> list[tuple[int | None, list[Piece]]]:
    """Pieces of one whole cable that hang together, as one part each; other pieces alone."""
    by_cable: dict[int, list[Piece]] = {}
    out: list[tuple[int | None, list[Piece]]] = []
    for piece in layer.pieces:
        cables = [u for u in sorted(piece.killers) if u < len(main) and main[u]]
        if cables:
            by_cable.setdefault(cables[0], []).append(piece)
        else:
            out.append((None, [piece]))
    for cable, pieces in sorted(by_cable.items()):
        merged: dict[int, int] = {}
        for piece in pieces:
            for place in piece.places:
                merged.setdefault(place, place)
                merged[_find(merged, place)] = _find(merged, piece.places[0])
        groups: dict[int, list[Piece]] = {}
        for piece in pieces:
            groups.setdefault(_find(merged, piece.places[0]), []).append(piece)
        out += [(cable, group) for _, group in sorted(groups.items())]
    return out


def _common_killers(layer: Layer) -> dict[int, frozenset[int]]:
    """Per place, what brings down every piece that touches it; nothing ever ends the root."""
    out: dict[int, frozenset[int]] = {}
    for piece in layer.pieces:
        for place in piece.places:
            out[place] = out[place] & piece.killers if place in out else piece.killers
    out[layer.root] = frozenset()
    return out


def _fed_with_nothing_failed(power: PowerGraph) -> set[int]:
    merged: dict[int, int] = {}
    for section in power.sections:
        for end in (section.a, section.b):
            merged.setdefault(end, end)
        merged[_find(merged, section.a)] = _find(merged, section.b)
    fed = {_find(merged, end) for end in power.feeds if end in merged}
    return {end for end in merged if _find(merged, end) in fed}


def _find(merged: dict[int, int], item: int) -> int:
    while merged[item] != item:
        merged[item] = merged[merged[item]]
        item = merged[item]
    return item

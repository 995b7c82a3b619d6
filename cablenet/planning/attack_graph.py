"""The reduced graph of an attack: the places a piece joins, and the units that bring it down."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cablenet.kernels.contract import NEVER, contract
from cablenet.metrics.rows import Rows, rows_of
from cablenet.network import Network
from cablenet.planning.attack_graph_parts import (
    DarkSection,
    Killers,
    Layer,
    Piece,
    PowerGraph,
    Section,
)
from cablenet.planning.attack_question import Question
from cablenet.planning.attack_reduce import reduce_layer
from cablenet.scenarios.units import Units

Ints = NDArray[np.int64]

ROUNDS = 2
"""More rounds of reduction find little and cost more than they save."""


@dataclass(frozen=True, eq=False)
class AttackGraph:
    """All that an attack model needs: layers, power, and the units worth attacking.

    Attributes
    ----------
    usable
        units that bring something down that matters and lie inside no other usable unit
    main
        (U,) true for whole cables, whose sections are best entered through one node
    """

    n_units: int
    usable: tuple[int, ...]
    main: NDArray[np.bool_]
    layers: tuple[Layer, ...]
    power: PowerGraph


def attack_graph(net: Network, units: Units, question: Question, *,
                 barred: Set[int] = frozenset(),
                 cost: Sequence[int] | None = None, rounds: int = ROUNDS) -> AttackGraph:
    """Contract the network to what the question asks about.

    Parameters
    ----------
    barred
        units that cannot fail
    cost
        (U,) what each unit costs of a second budget: a unit is dropped for a larger one only when
        that costs no more
    rounds
        of reduction; 0 where the graph is used once, for one goal
    """
    rows = rows_of(net, units)
    killers = _killers_of_rows(rows)
    layers = tuple(_layer(net, rows, killers, question, number)
                   for number in range(len(question.sources)))
    power = _power_graph(rows)
    open_units = frozenset(range(len(units))) - barred | {d.token for d in power.dark}
    usable: tuple[int, ...] = tuple(sorted(set(range(len(units))) - barred))
    for _ in range(rounds):  # fewer units make a smaller graph, and that outdoes more units
        layers = tuple(reduce_layer(_kept(layer, open_units)) for layer in layers)
        usable = _undominated(layers, power, len(units), barred, cost)
        open_units = frozenset(usable) | {d.token for d in power.dark}
    layers = tuple(_kept(layer, open_units) for layer in layers)
    return AttackGraph(len(units), usable, units.kinds.astype(str) == "cable", layers,
                       _kept_power(power, open_units))


def narrowed(graph: AttackGraph, question: Question) -> AttackGraph:
    """The same graph for some of the goals it was made for."""
    layers = []
    for number, layer in enumerate(graph.layers):
        asked = {node for goal in question.goals for at, node in goal.askers if at == number}
        if not asked:
            layers.append(Layer(0, 0, {}, ()))
        elif asked == set(layer.place):
            layers.append(layer)
        else:
            layers.append(reduce_layer(replace(
                layer, place={node: layer.place[node] for node in sorted(asked)})))
    return replace(graph, layers=tuple(layers))


def _killers_of_rows(rows: Rows) -> list[Killers]:
    found: list[set[int]] = [set() for _ in range(rows.n_rows)]
    for row, unit in zip(rows.row_of.tolist(), rows.unit.tolist(), strict=True):
        found[row].add(unit)
    if rows.power is not None:
        first = rows.n_rows - len(rows.power.wet)
        for i in range(len(rows.power.wet)):
            found[first + i].add(rows.n_units + i)
    return [frozenset(one) for one in found]


def _layer(net: Network, rows: Rows, killers: list[Killers], question: Question,
           number: int) -> Layer:
    """Contract for one set of sources; they are one place, since reaching any of them is enough."""
    asked = sorted({node for goal in question.goals for layer, node in goal.askers
                    if layer == number})
    sources = question.sources[number]
    if not asked or not len(sources):
        return Layer(0, 0, {}, ())
    keep = np.zeros(len(net.nodes), bool)
    keep[asked] = keep[sources] = True
    root = np.full(len(sources) - 1, sources[0])
    pieces = contract(
        len(net.nodes), np.concatenate([net.links.a[rows.link], root]),
        np.concatenate([net.links.b[rows.link], sources[1:]]),
        np.concatenate([rows.row, np.full(len(root), NEVER)]), keep)
    bounds, joins = pieces.indptr.tolist(), pieces.joins.tolist()
    made = tuple(Piece(tuple(joins[bounds[e]:bounds[e + 1]]), killers[row])
                 for e, row in enumerate(pieces.row.tolist()))
    return Layer(pieces.n_places, int(pieces.place[sources[0]]),
                 {node: int(pieces.place[node]) for node in asked}, made)


def _power_graph(rows: Rows) -> PowerGraph:
    power = rows.power
    if power is None:
        return PowerGraph()
    killers = _killers_of_rows(rows)
    of = [frozenset[int]() if row == NEVER else killers[row] for row in power.row.tolist()]
    sections = tuple(Section(a, b, k) for a, b, k in
                     zip(power.a.tolist(), power.b.tolist(), of, strict=True))
    touch: dict[int, set[int]] = {}
    for cable, unit in zip(power.touch_cable.tolist(), power.touch_unit.tolist(), strict=True):
        touch.setdefault(cable, set()).add(unit)
    dark = tuple(DarkSection(rows.n_units + i, sections[q].a, sections[q].b,
                             frozenset(touch[int(power.cable[q])]))
                 for i, q in enumerate(power.wet.tolist()))
    return PowerGraph(sections, frozenset(power.feeds.tolist()), dark)


def _undominated(layers: Sequence[Layer], power: PowerGraph, n_units: int,
                 barred: Set[int], cost: Sequence[int] | None) -> tuple[int, ...]:
    """Units that bring down something and no subset of what a cheaper or equal unit does."""
    effect: list[set[int]] = [set() for _ in range(n_units)]
    things = [piece.killers for layer in layers for piece in layer.pieces]
    things += [section.killers for section in power.sections]
    things += [dark.touched_by for dark in power.dark]
    often: list[int] = []
    for thing, one in enumerate(dict.fromkeys(things)):
        often.append(len(one))
        for unit in one:
            if unit < n_units:
                effect[unit].add(thing)
    price = [0] * n_units if cost is None else list(cost)
    order = sorted((u for u in range(n_units) if effect[u] and u not in barred),
                   key=lambda u: (-len(effect[u]), price[u], u))
    kept: list[int] = []
    doing: dict[int, list[int]] = {}
    for unit in order:
        rarest = min(effect[unit], key=lambda thing: (often[thing], thing))
        if not any(effect[unit] <= effect[other] and price[other] <= price[unit]
                   for other in doing.get(rarest, ())):
            kept.append(unit)
            for thing in effect[unit]:
                doing.setdefault(thing, []).append(unit)
    return tuple(sorted(kept))


def _kept(layer: Layer, open_units: frozenset[int]) -> Layer:
    pieces = tuple(Piece(p.places, p.killers & open_units) for p in layer.pieces)
    return Layer(layer.n_places, layer.root, layer.place, pieces)


def _kept_power(power: PowerGraph, open_units: frozenset[int]) -> PowerGraph:
    return PowerGraph(
        tuple(Section(s.a, s.b, s.killers & open_units) for s in power.sections), power.feeds,
        tuple(DarkSection(d.token, d.a, d.b, d.touched_by & open_units) for d in power.dark))

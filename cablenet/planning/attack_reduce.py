"""Smaller layers with the same answers: series, parallels, what never fails, what leads nowhere.

Four steps, each of which keeps who reaches the root in every failure. *Never*: a piece that
nothing brings down joins its places for good. *Nowhere*: a place nobody asks about that one piece
touches leads nowhere else. *Series*: a place nobody asks about between two pieces of two places
each is passed through or not at all, so both are one piece that falls with either. *Parallel*: a
piece whose places another piece joins as well, and that falls whenever that one does, adds nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

from cablenet.planning.attack_graph_parts import Killers, Layer, Piece


def reduce_layer(layer: Layer) -> Layer:
    """The same layer with fewer places and pieces; places keep their numbers."""
    kept = {layer.root, *layer.place.values()}
    pieces: list[tuple[frozenset[int], Killers]] = [
        (frozenset(piece.places), piece.killers) for piece in layer.pieces]
    standing: dict[int, int] = {}
    pieces = _joined(pieces, standing)
    kept = {_find(standing, place) for place in kept}
    pieces = _chained(_without_idle(_chained(pieces, kept)), kept)
    place = {node: _find(standing, p) for node, p in layer.place.items()}
    ordered = sorted((tuple(sorted(places)), tuple(sorted(killers))) for places, killers in pieces)
    return Layer(layer.n_places, _find(standing, layer.root), place,
                 tuple(Piece(places, frozenset(killers)) for places, killers in ordered))


Pairs = list[tuple[frozenset[int], Killers]]


def _joined(pieces: Pairs, standing: dict[int, int]) -> Pairs:
    """Merge the places of pieces that nothing brings down."""
    if all(killers for _, killers in pieces):
        return pieces
    for places, killers in pieces:
        if not killers:
            ends = sorted(_find(standing, place) for place in places)
            for end in ends[1:]:
                standing[end] = ends[0]
    moved = [(frozenset(_find(standing, p) for p in places), killers)
             for places, killers in pieces if killers]
    return [(places, killers) for places, killers in moved if len(places) > 1]


def _chained(pieces: Pairs, kept: set[int]) -> Pairs:
    """Series and places that lead nowhere, until there are none."""
    while True:
        size = (len(pieces), sum(len(places) for places, _ in pieces))
        pieces = _in_series(_leading_on(pieces, kept), kept)
        if (len(pieces), sum(len(places) for places, _ in pieces)) == size:
            return pieces


def _leading_on(pieces: Pairs, kept: set[int]) -> Pairs:
    """Drop places nobody asks about that one piece touches."""
    touched = _touched(places for places, _ in pieces)
    out = [(frozenset(p for p in places if p in kept or touched[p] > 1), killers)
           for places, killers in pieces]
    return [(places, killers) for places, killers in out if len(places) > 1]


def _in_series(pieces: Pairs, kept: set[int]) -> Pairs:
    """One piece for two that meet at a place where nothing else does."""
    touched = _touched(places for places, _ in pieces)
    at: dict[int, list[int]] = {}
    alive: dict[int, tuple[frozenset[int], Killers]] = dict(enumerate(pieces))
    for number, (places, _) in alive.items():
        for place in places:
            if touched[place] == 2 and place not in kept:
                at.setdefault(place, []).append(number)
    for place in sorted(at):
        one, other = at[place]
        ends, killers = alive[one]
        more, others = alive[other]
        if len(ends) != 2 or len(more) != 2:
            continue
        joined = (ends | more) - {place}
        del alive[other]
        alive[one] = (joined, killers | others)
        for end in more - {place}:
            if end in at:
                at[end] = [one if number == other else number for number in at[end]]
    return [(places, killers) for places, killers in alive.values() if len(places) > 1]


def _without_idle(pieces: Pairs) -> Pairs:
    """Drop pieces that another one, which stands at least as often, makes needless."""
    order = sorted(set(pieces), key=lambda one: (len(one[1]), -len(one[0]), sorted(one[0]),
                                                 sorted(one[1])))
    out: Pairs = []
    at: dict[int, list[int]] = {}
    for places, killers in order:
        first, *rest = sorted(places)
        about = set(at.get(first, ()))
        for place in rest:
            about &= set(at.get(place, ()))
        if any(out[i][1] <= killers for i in about):
            continue
        for place in places:
            at.setdefault(place, []).append(len(out))
        out.append((places, killers))
    return out


def _touched(sets: Iterable[frozenset[int]]) -> dict[int, int]:
    out: dict[int, int] = {}
    for places in sets:
        for place in places:
            out[place] = out.get(place, 0) + 1
    return out


def _find(merged: dict[int, int], item: int) -> int:
    while merged.get(item, item) != item:
        item = merged[item]
    return item

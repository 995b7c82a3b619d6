"""Rows: which links fall together when units fail, power included, as one bit a scenario."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from cablenet.kernels import reach
from cablenet.kernels.contract import NEVER
from cablenet.network import LINK_KINDS, Network
from cablenet.scenarios.units import Units

Ints = NDArray[np.int64]
Words = NDArray[np.uint64]
WET = LINK_KINDS.index("wet")


@dataclass(frozen=True, eq=False)
class Power:
    """Q sections of cables that stay powered only while a feeding landing reaches them.

    `a`, `b` (Q,) number the ends within this table, `row` (Q,) is what the section falls with
    (`NEVER`: nothing), `wet` the Q sections that can go dark, `cable` (Q,) its cable here;
    `feeds` are ends with a feed; unit `touch_unit[i]` takes something of cable `touch_cable[i]`.
    """

    a: Ints
    b: Ints
    row: Ints
    wet: Ints
    cable: Ints
    n_cables: int
    n_ends: int
    feeds: Ints
    touch_cable: Ints
    touch_unit: Ints


@dataclass(frozen=True, eq=False)
class Rows:
    """R rows: row r falls when any of its units does, or when its section goes dark.

    Attributes
    ----------
    link
        the links of the network that are in service
    row
        the row of each of them, `NEVER` for links that nothing takes away
    row_of, unit
        pairs: row `row_of[i]` falls with unit `unit[i]`
    killers
        pairs (row, unit): every unit that may bring the row down, through power too
    """

    n_rows: int
    n_units: int
    link: Ints
    row: Ints
    row_of: Ints
    unit: Ints
    killers: tuple[Ints, Ints]
    power: Power | None

    def alive(self, dead: Words) -> Words:
        """(R, W) which rows stand, from (U, W) which units have failed."""
        fallen = np.zeros((self.n_rows, dead.shape[1]), np.uint64)
        single = np.bincount(self.row_of, minlength=self.n_rows)[self.row_of] == 1
        fallen[self.row_of[single]] = dead[self.unit[single]]
        for row, unit in zip(self.row_of[~single].tolist(), self.unit[~single].tolist(),
                             strict=True):
            fallen[row] |= dead[unit]
        alive = np.invert(fallen, out=fallen)
        if self.power is not None:
            _darken(self.power, alive, dead)
        return alive

    def failed(self, dead: Words, size: int) -> sp.csr_array:
        """(S, R) 1 where a row falls, from (U, W) which units have failed in `size` scenarios."""
        fallen = ~self.alive(dead) & reach.used_bits(size)
        lists = [reach.bits_on(words, size) for words in fallen]
        counts = [len(scenarios) for scenarios in lists]
        scenario = np.concatenate(lists) if lists else np.empty(0, np.int64)
        row = np.repeat(np.arange(self.n_rows), counts)
        return sp.csr_array(sp.coo_array((np.ones(len(row), np.int64), (scenario, row)),
                                         shape=(size, self.n_rows)))

    def of_links(self, n_links: int) -> Ints:
        """(L,) the row of every link of the network; `NEVER` for those not in service."""
        out = np.full(n_links, NEVER)
        out[self.link] = self.row
        return out


def dead_units(failed: Ints, n_units: int) -> Words:
    """(U, W) one bit a scenario, from (S, k) units that fail; -1 where fewer than k do."""
    dead = np.zeros((n_units, -(-len(failed) // 64)), np.uint64)
    number = np.arange(len(failed))
    for column in failed.T:
        there = column >= 0
        reach.set_bits(dead, column[there], number[there])
    return dead


def rows_of(net: Network, units: Units) -> Rows:
    """The rows of a network under these units.

    Links with the same units share a row. Where units can take a part of a powered cable, each of
    its wet sections gets a row of its own, since any part of it may go dark.
    """
    owner, links = units.owner, net.links
    link = np.flatnonzero(links.in_service)
    sets: dict[int, list[int]] = {}
    for member, unit in zip(units.links.tolist(), owner.tolist(), strict=True):
        sets.setdefault(member, []).append(unit)
    by_set: dict[tuple[int, ...], int] = {}
    row = np.full(len(links), NEVER)
    for member, mine in sorted(sets.items()):
        row[member] = by_set.setdefault(tuple(sorted(set(mine))), len(by_set))
    pairs = [(r, unit) for mine, r in by_set.items() for unit in mine]
    count = len(by_set)
    power, dims = _power(net, units, row, count)
    killers = [*pairs]
    if power is not None:
        touching: dict[int, list[int]] = {}
        for cable, unit in zip(power.touch_cable.tolist(), power.touch_unit.tolist(), strict=True):
            touching.setdefault(cable, []).append(unit)
        killers += [(count + i, unit) for i, q in enumerate(power.wet.tolist())
                    for unit in touching.get(int(power.cable[q]), ())]
        pairs += [(count + i, unit) for i, q in enumerate(power.wet.tolist())
                  for unit in sorted(set(sets.get(int(dims[q]), ())))]
        row[dims[power.wet]] = count + np.arange(len(power.wet))
        count += len(power.wet)
    of, unit_of = _columns(pairs)
    return Rows(count, len(units), link, row[link], of, unit_of, _columns(killers), power)


def _columns(pairs: list[tuple[int, int]]) -> tuple[Ints, Ints]:
    table = np.array(pairs, np.int64).reshape(-1, 2)
    return table[:, 0].copy(), table[:, 1].copy()


def _power(net: Network, units: Units, row: Ints, first: int) -> tuple[Power | None, Ints]:
    """The power table and the link of each of its sections; nothing when no cable can go dark."""
    links = net.links
    live = links.in_service & (links.cable >= 0)
    size = np.bincount(links.cable[live], minlength=len(net.cable_id))
    member = units.links
    of_cable = links.cable[member] >= 0
    keys, taken = np.unique(units.owner[of_cable] * len(net.cable_id)
                            + links.cable[member[of_cable]], return_counts=True)
    unit, cable = keys // max(len(net.cable_id), 1), keys % max(len(net.cable_id), 1)
    fed = np.zeros(len(net.cable_id), bool)
    fed[net.feeds[:, 0]] = True
    partial = np.zeros(len(net.cable_id), bool)
    partial[cable[taken < size[cable]]] = True
    partial &= net.powered & fed
    mine = np.flatnonzero(live & partial[np.maximum(links.cable, 0)])
    if not len(mine):
        return None, mine
    n = len(net.nodes)
    keys = links.cable[mine] * n
    feeds = net.feeds[partial[net.feeds[:, 0]]]
    ends, inverse = np.unique(np.concatenate([keys + links.a[mine], keys + links.b[mine]]),
                              return_inverse=True)
    fed_ends = np.flatnonzero(np.isin(ends, feeds[:, 0] * n + feeds[:, 1]))
    number = np.cumsum(partial) - 1
    touches = partial[cable]
    wet = np.flatnonzero(links.kind[mine] == WET)
    return Power(
        inverse[:len(mine)], inverse[len(mine):], row[mine].copy(), wet,
        number[links.cable[mine]], int(partial.sum()), len(ends), fed_ends,
        number[cable[touches]], unit[touches]), mine


def _darken(power: Power, alive: Words, dead: Words) -> None:
    """Bring down, in place, the rows of wet sections that no feeding landing reaches.

    A cable of which nothing has failed is left as it is.
    """
    words = alive.shape[1]
    stands = np.full((len(power.a), words), reach.ALL)
    failing = power.row != NEVER
    stands[failing] = alive[power.row[failing]]
    fed = np.zeros((power.n_ends, words), np.uint64)
    fed[power.feeds] = reach.ALL
    indptr = np.arange(len(power.a) + 1) * 2
    joins = np.stack([power.a, power.b], axis=1).ravel()
    order = reach.piece_order(power.n_ends, indptr, joins, power.feeds)
    reach.spread(indptr, joins, stands, fed, order)
    touched = np.zeros((power.n_cables, words), np.uint64)
    for cable, unit in zip(power.touch_cable.tolist(), power.touch_unit.tolist(), strict=True):
        touched[cable] |= dead[unit]
    first = len(alive) - len(power.wet)
    for i, q in enumerate(power.wet.tolist()):
        lit = fed[power.a[q]] | fed[power.b[q]] | ~touched[power.cable[q]]
        alive[first + i] &= lit

"""What is known about all attacks at once: that none is worse, and which units the worst share."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from math import comb

import numpy as np

from cablenet.metrics.askers import Askers
from cablenet.metrics.reachability import Reachability, reachability
from cablenet.metrics.rows import dead_units
from cablenet.planning.attack_case import AttackCase
from cablenet.planning.counted import counted

SETS = 200_000
"""Attacks are recounted one and all where there are no more than these."""
BATCH = 65_536


def nothing_worse(case: AttackCase, k: int, value: int) -> str:
    """Recount every attack by the kernel of the sweeps where there are few; say what was done.

    Raises
    ------
    ArithmeticError
        one of them is worse than `value`, which was called the worst: a fault of the model
    """
    able = [u for u in range(len(case.units)) if u not in case.barred]
    total = sum(comb(len(able), size) for size in range(1, k + 1))
    if total > SETS or case.cost is not None or case.question.pair is not None:
        return "the solver's bound"
    compiled = reachability(case.net, case.units)
    worst = 0
    sets = [list(one) + [-1] * (k - size)
            for size in range(1, k + 1) for one in combinations(able, size)]
    for start in range(0, len(sets), BATCH):
        worst = max(worst, _most(case, compiled, np.array(sets[start:start + BATCH], np.int64)))
    if worst > value:
        raise ArithmeticError(f"an attack of {k} units does {worst:,}, more than {value:,}")
    return f"all {total:,} sets of at most {counted(k, 'units')} recounted: none is worse"


def without_idle(case: AttackCase, failed: Sequence[int]) -> tuple[int, ...]:
    """The attack less units, last first, without which it does as much."""
    kept, value = sorted(failed), case.value(failed)
    for unit in sorted(failed, reverse=True):
        fewer = [u for u in kept if u != unit]
        if case.value(fewer) == value:
            kept = fewer
    return tuple(kept)


def in_all_worst(case: AttackCase, k: int, value: int, first: Sequence[int], *, seed: int,
                 limit: float) -> tuple[int, ...]:
    """The units in every attack of at most k units that is worth `value`, each proved.

    Attacks that lack one of the candidates narrow them down until none is found; then each that is
    left is barred, so that units it outdid come back, and must be missed.
    """
    left = set(first)
    while left:
        found, reached = _worth(case, k, value, left, seed, limit)
        if not reached:
            break
        left &= set(without_idle(case, found))
    out = []
    for unit in sorted(left):
        other = case.without([unit])
        if set(other.graph.usable) | {unit} != set(case.graph.usable) \
                and _worth(other, k, value, set(), seed, limit)[1]:
            continue
        out.append(unit)
    return tuple(out)


def _worth(case: AttackCase, k: int, value: int, not_all: set[int], seed: int,
           limit: float) -> tuple[tuple[int, ...], bool]:
    """An attack worth `value` that lacks one of some units, and whether there may be one."""
    if value and (not case.graph.usable or min(case.least, default=k + 1) > k):
        return (), False
    model = case.model(k)
    model.program.require(model.value >= value)
    if not_all:
        model.never_all(not_all)
    answer = model.program.solve(seed=seed, deterministic_limit=limit)
    if answer.status in ("optimal", "feasible"):
        return model.units_of(answer.values), True
    return (), answer.status != "infeasible"


def _most(case: AttackCase, compiled: Reachability, failed: np.ndarray) -> int:
    """The largest value among attacks (S, k), by bits."""
    question, askers = case.question, compiled.askers
    cut = compiled.cut(dead_units(failed, len(case.units)))
    bits = np.unpackbits(np.ascontiguousarray(cut).view(np.uint8), axis=1, count=len(failed),
                         bitorder="little").astype(np.int64)
    if question.country is None and question.metric == "isolated":
        return int(_whole(compiled, askers, bits).max(initial=0))
    weight = askers.gateways if question.metric == "isolated" else np.rint(askers.people)
    if question.country is not None:
        weight = np.where(askers.country == question.country, weight, 0)
    return int((weight @ bits).max(initial=0))


def _whole(compiled: Reachability, askers: Askers, bits: np.ndarray) -> np.ndarray:
    """Per attack, the countries all of whose askers are cut off."""
    cut = np.zeros((len(compiled.country_size), bits.shape[1]), np.int64)
    np.add.at(cut, askers.country, bits)
    sizes = compiled.country_size[:, None]
    return np.asarray(((cut == sizes) & (sizes > 0)).sum(axis=0))

"""The outside check of a survival plan: every loss there can be, walked through on the map itself.

No solver and no stars: whole chains, branches and power are in it, as in any sweep.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import comb

import numpy as np
from numpy.typing import NDArray

from cablenet.kernels import reach
from cablenet.kernels.combinations import combinations_between
from cablenet.metrics.isolation import countries_cut, isolated_gateways
from cablenet.metrics.reachability import reachability
from cablenet.metrics.rows import dead_units
from cablenet.network import Network
from cablenet.scenarios.units import Units

Ints = NDArray[np.int64]
BATCH = 131_072
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Isolations:
    """What isolates some countries.

    Attributes
    ----------
    count
        (country, losses) pairs that end in isolation, by country
    found
        of each country the first few: numbers of the units lost
    scenarios
        how many losses were walked through
    """

    count: dict[int, int]
    found: dict[int, tuple[tuple[int, ...], ...]]
    scenarios: int


def isolations(net: Network, units: Units, countries: Iterable[int], losses: int, *,
               keep: int = 3, progress: Progress | None = None) -> Isolations:
    """Walk through every loss of up to `losses` units, none included.

    Units that change no answer (`Reachability.deciding`) need not be walked: a loss that holds some
    ends as it does without them, so each isolation counts for all losses that differ in these only.
    """
    count: dict[int, int] = {}
    found: dict[int, list[tuple[int, ...]]] = {}
    wanted = set(countries)
    nothing = countries_cut(net, isolated_gateways(net, net.links.in_service[None, :]))[0]
    every = sum(comb(len(units), k) for k in range(losses + 1))
    for country in sorted(wanted & set(np.flatnonzero(nothing).tolist())):
        count[country], found[country] = every, [()]
    compiled = reachability(net, units, losses)
    of_country = {
        country: np.flatnonzero(compiled.askers.country == country)
        for country in np.unique(compiled.askers.country).tolist() if country in wanted}
    able = {country: mine for country, mine in of_country.items()
            if len(mine) == compiled.country_size[country]}
    deciding = compiled.deciding
    done, size, idle = 1, len(deciding), len(units) - len(deciding)
    steps = sum(comb(size, k) for k in range(losses + 1))
    for k in range(1, losses + 1):
        alike = sum(comb(idle, more) for more in range(losses - k + 1))
        for start in range(0, comb(size, k), BATCH):
            stop = min(start + BATCH, comb(size, k))
            failed = deciding[combinations_between(size, k, start, stop)]
            cut = compiled.cut(dead_units(failed, len(units))) & reach.used_bits(len(failed))
            for country, mine in able.items():
                words = np.bitwise_and.reduce(cut[mine], axis=0)
                if not words.any():
                    continue
                hits = reach.bits_on(words, len(failed))
                count[country] = count.get(country, 0) + len(hits) * alike
                first = found.setdefault(country, [])
                first += [tuple(row) for row in failed[hits[:keep - len(first)]].tolist()]
            done += stop - start
            if progress is not None:
                progress(done, steps)
    return Isolations(count, {c: tuple(rows) for c, rows in found.items()}, every)

"""`cut_sets`: every minimal set of units whose loss isolates a country, or parts a pair of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cablenet.errors import InputError
from cablenet.hazards.model import FaultModel
from cablenet.metrics.reachability import Reachability, reachability
from cablenet.network import Network
from cablenet.scenarios.units import Units, units_of
from cablenet.sweeps.cut_search import members, minimal_cut_sets
from cablenet.sweeps.separation import Separation
from cablenet.sweeps.unit_rates import UnitRates, unit_rates

Ints = NDArray[np.int64]
Progress = Callable[[str, int, int], None]
MOST = 5
"""The largest order searched."""


@dataclass(frozen=True, eq=False)
class CutSets:
    """Minimal cut sets, in order of country, size and units.

    Attributes
    ----------
    asked
        (K,) the country (ISO code), or the pair such as 'IN-JP'
    sets
        (K,) the units of each, as numbers into `units`
    per_year
        (K,) how often all of a set are down at once, NaN where a unit has no known rate
    """

    unit: str
    units: Units
    max_order: int
    asked: tuple[str, ...]
    sets: tuple[tuple[int, ...], ...]
    per_year: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.sets)

    def __repr__(self) -> str:
        return (f"<CutSets: {len(self)} minimal sets of at most {self.max_order} {self.unit}s for "
                f"{len(set(self.asked))} countries or pairs>\n{self.to_frame().head(10)}")

    def _repr_html_(self) -> str:
        return str(self.to_frame().head(30).to_html())

    def to_frame(self) -> pd.DataFrame:
        """One row a set: whom it isolates, its order, ids, names and return period in years."""
        with np.errstate(divide="ignore"):
            period = np.where(self.per_year > 0, 1.0 / self.per_year, np.nan)
        return pd.DataFrame({
            "isolates": list(self.asked),
            "order": np.array([len(one) for one in self.sets], np.int64),
            "ids": [" + ".join(str(self.units.id[u]) for u in one) for one in self.sets],
            "names": [" + ".join(str(self.units.name[u]) for u in one) for one in self.sets],
            "return_period_years": period,
        })

    def fewest(self) -> pd.Series:
        """The size of the smallest set of each country or pair that has one."""
        frame = self.to_frame()
        return frame.groupby("isolates")["order"].min()


def cut_sets(net: Network, max_order: int = 3, unit: str = "cable", *,
             countries: Sequence[str] | None = None, pairs: Sequence[tuple[str, str]] = (),
             model: FaultModel | None = None, radius_km: float = 25.0,
             progress: Progress | None = None) -> CutSets:
    """Every minimal set of at most `max_order` units whose loss isolates a country.

    A set isolates a country when none of its gateways reaches a hub abroad any more, and a pair
    when no gateway of one reaches any of the other. It is minimal: without any one of its units it
    does not. Countries that are isolated with nothing failed, or that no units isolate, have none.

    Parameters
    ----------
    unit
        what fails as one: cable, segment, station, place, ... as of `units_of`
    countries
        default: all countries, or none when `pairs` are asked for
    model
        for return periods: what breaks how often (`unit_rates` says what is counted)

    Raises
    ------
    InputError
        an order outside 1..5
    UnknownNameError
        a unit or country that does not exist
    """
    if not 1 <= max_order <= MOST:
        raise InputError(f"order {max_order}: cut sets are searched for 1 to {MOST} units")
    units = units_of(net, unit, radius_km=radius_km)
    compiled = reachability(net, units, max_order)
    graph = Separation(compiled.pieces, compiled.rows)
    asked: list[str] = []
    sets: list[tuple[int, ...]] = []
    sides = list(_sides(net, compiled, countries, pairs))
    for done, (name, here, there) in enumerate(sides):
        if progress:
            progress(name, done, len(sides))
        found = minimal_cut_sets(
            lambda failed, a=here, b=there: graph.support(a, b, failed),  # type: ignore[misc]  # mypy infers no defaults
            max_order)  # mypy does not infer a lambda's defaults
        asked += [name] * len(found)
        sets += [tuple(members(cut)) for cut in found]
    if progress:
        progress("", len(sides), len(sides))
    rates = UnitRates.unknown(len(units)) if model is None else unit_rates(units, model)
    return CutSets(unit, units, max_order, tuple(asked), tuple(sets),
                   np.array([rates.together(one) for one in sets], float))


Side = tuple[str, tuple[int, ...], frozenset[int]]


def _sides(net: Network, compiled: Reachability, countries: Sequence[str] | None,
           pairs: Sequence[tuple[str, str]]) -> Iterator[Side]:
    """Name, places on one side and places on the other, of every question that has an answer."""
    askers = compiled.askers
    if countries is None:
        chosen = [] if pairs else list(range(len(net.country_id)))
    else:
        chosen = [net.country_index(country) for country in countries]
    for country in chosen:
        mine = np.flatnonzero(askers.country == country)
        if len(mine) and len(mine) == compiled.country_size[country]:
            hubs = compiled.askers.hubs[int(askers.sources[mine[0]])]
            yield (str(net.country_id[country]), tuple(askers.node[mine].tolist()),
                   frozenset(hubs.tolist()))
    gates, place = net.gateways, compiled.pieces.place
    for one, other in pairs:
        a, b = net.country_index(one), net.country_index(other)
        if a == b:
            raise InputError(f"{one}-{other} is no pair: name two countries")
        here, there = (np.unique(place[gates.node[gates.country == c]]) for c in (a, b))
        yield (f"{net.country_id[a]}-{net.country_id[b]}", tuple(here.tolist()),
               frozenset(there.tolist()))

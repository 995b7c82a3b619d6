"""`ScenarioSet`: what may break. One row of a mask per scenario, and the recipe it came from."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray

from cablenet.errors import MismatchError, NothingHitError, UnknownNameError
from cablenet.network import Network, frozen

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
FAULT_COLUMNS = ("scenario", "segment_id", "link", "km_from_a", "lon", "lat", "depth_m",
                 "jurisdiction_id", "start", "cause")


@dataclass(frozen=True)
class Recipe:
    """How a scenario set was made, so that it can be made again on a changed network.

    `parts` are (source, parameters) pairs; parameters are JSON text, so a recipe can be stored.
    """

    parts: tuple[tuple[str, str], ...]

    def __add__(self, other: Recipe) -> Recipe:
        return Recipe(self.parts + other.parts)

    def regenerate(self, net: Network) -> ScenarioSet:
        """The same failures asked of another network: what has been built since can fail too."""
        sets = [source_named(name)(net, **json.loads(params)) for name, params in self.parts]
        return concat(sets)


Source = Callable[..., "ScenarioSet"]
SOURCES: dict[str, Source] = {}


def source_named(name: str) -> Source:
    """The registered source of scenarios of this name."""
    if name not in SOURCES:
        raise UnknownNameError("scenario source", name, SOURCES)
    return SOURCES[name]


def recipe(source: str, **params: object) -> Recipe:
    """A recipe of one part; parameters must be plain JSON values."""
    return Recipe(((source, json.dumps(params, sort_keys=True)),))


@dataclass(frozen=True, eq=False)
class ScenarioSet:
    """S scenarios over the L links of one network.

    Attributes
    ----------
    names
        one readable name per scenario
    failed
        (S, L) sparse flags: true where the link is lost
    rate_per_year
        (S,) expected events a year, NaN where unknown
    faults
        where the sea bed has to be visited: columns `FAULT_COLUMNS`, `scenario` is the row number
    network_fingerprint
        the network whose links these are
    """

    names: tuple[str, ...]
    failed: sp.csr_array
    rate_per_year: Floats
    faults: pd.DataFrame
    recipe: Recipe
    network_fingerprint: str
    _rows: dict[str, int] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._rows.update({name: i for i, name in reversed(list(enumerate(self.names)))})

    def __len__(self) -> int:
        return len(self.names)

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __repr__(self) -> str:
        shown = ", ".join(self.names[:3]) + (", ..." if len(self) > 3 else "")
        return (f"<ScenarioSet: {len(self)} scenarios over {self.failed.shape[1]} links "
                f"({shown}); {len(self.faults)} faults at sea>")

    def __getitem__(self, which: str | int | slice | Sequence[int]) -> ScenarioSet:
        """One scenario by name or number, or several by slice or numbers; still a set."""
        if isinstance(which, str):
            if which not in self._rows:
                raise UnknownNameError("scenario", which, self.names)
            which = self._rows[which]
        rows = np.atleast_1d(np.arange(len(self))[which])
        place = pd.Series(np.arange(len(rows)), index=rows)
        faults = self.faults[self.faults["scenario"].isin(rows)]
        faults = faults.assign(scenario=faults["scenario"].map(place)).reset_index(drop=True)
        names = tuple(self.names[row] for row in rows)
        earlier = [0 if self._rows[name] == row else self.names[:row].count(name)
                   for name, row in zip(names, rows.tolist(), strict=True)]
        return ScenarioSet(names, self.failed[rows], frozen(self.rate_per_year[rows]), faults,
                           recipe("pick", names=list(names), earlier=earlier,
                                  parts=list(self.recipe.parts)),
                           self.network_fingerprint)

    def __add__(self, other: ScenarioSet) -> ScenarioSet:
        return concat([self, other])

    def alive(self, start: int = 0, stop: int | None = None) -> NDArray[np.bool_]:
        """(B, L) flags, true where the link still stands, for rows start..stop."""
        return ~self.failed[start:stop].toarray().astype(bool)

    def links_lost(self, row: int) -> Ints:
        """The links that scenario `row` takes away."""
        start, stop = self.failed.indptr[row], self.failed.indptr[row + 1]
        return self.failed.indices[start:stop].astype(np.int64)

    def check_network(self, net: Network) -> None:
        """Raise `MismatchError` unless these scenarios were made for `net`."""
        if self.network_fingerprint != net.fingerprint:
            raise MismatchError(
                "these scenarios were made for another network (its fingerprint differs); "
                "make them again with `scenarios.recipe.regenerate(net)`"
            )


def scenario_set(
    net: Network,
    names: Sequence[str],
    links: Sequence[Ints],
    recipe: Recipe,
    *,
    rate_per_year: Floats | None = None,
    faults: pd.DataFrame | None = None,
    allow_empty: bool = False,
) -> ScenarioSet:
    """Make a set from the links each scenario loses; only links in service count.

    Sections that lose all their feeding landings go dark with the rest.

    Raises
    ------
    NothingHitError
        when a scenario loses nothing in service: a silent no-op would look like resilience
    """
    from cablenet.scenarios.dark import dark_links

    rows: list[Ints] = []
    for name, lost in zip(names, links, strict=True):
        live = np.unique(np.asarray(lost, np.int64))
        live = live[net.links.in_service[live]]
        if len(live) == 0 and not allow_empty:
            raise NothingHitError(f"'{name}' hits nothing that is in service"
                                  + (f" on {net.as_of}" if net.as_of else "")
                                  + "; check the place, the radius and the date")
        rows.append(np.union1d(live, dark_links(net, live)))
    indptr = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)
    indices = np.concatenate(rows) if rows else np.array([], np.int64)
    failed = sp.csr_array((np.ones(len(indices), bool), indices, indptr),
                          shape=(len(rows), len(net.links)))
    rates = np.full(len(rows), np.nan) if rate_per_year is None else np.asarray(rate_per_year)
    return ScenarioSet(tuple(names), failed, frozen(rates.astype(float)),
                       no_faults() if faults is None else faults, recipe, net.fingerprint)


def no_faults() -> pd.DataFrame:
    """An empty frame of faults."""
    return _no_faults().copy()


@cache
def _no_faults() -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype=float if name in (
        "km_from_a", "lon", "lat", "depth_m") else object) for name in FAULT_COLUMNS}
    ).astype({"scenario": np.int64, "link": np.int64})


def concat(sets: Sequence[ScenarioSet]) -> ScenarioSet:
    """Several sets of one network as one; names that repeat keep their order of arrival."""
    if not sets:
        raise NothingHitError("no scenarios were given")
    if len({s.network_fingerprint for s in sets}) > 1:
        raise MismatchError("scenario sets of different networks cannot be joined; "
                            "make them for one network")
    offsets = np.concatenate([[0], np.cumsum([len(s) for s in sets])])
    moved = [s.faults.assign(scenario=s.faults["scenario"] + offset)
             for s, offset in zip(sets, offsets, strict=False) if len(s.faults)]
    return ScenarioSet(
        tuple(name for s in sets for name in s.names),
        sp.csr_array(sp.vstack([s.failed for s in sets], format="csr")),
        frozen(np.concatenate([s.rate_per_year for s in sets])),
        pd.concat(moved, ignore_index=True) if moved else no_faults(),
        Recipe(tuple(part for s in sets for part in s.recipe.parts)),
        sets[0].network_fingerprint,
    )


def _pick(net: Network, names: Sequence[str], parts: Sequence[Sequence[str]],
          earlier: Sequence[int]) -> ScenarioSet:
    """Some scenarios of a recipe, by name and how many of that name come earlier."""
    whole = Recipe(tuple((source, params) for source, params in parts)).regenerate(net)
    rows: dict[str, list[int]] = {}
    for row, name in enumerate(whole.names):
        rows.setdefault(name, []).append(row)
    wanted = [rows[name][nth] for name, nth in zip(names, earlier, strict=True)
              if nth < len(rows.get(name, []))]
    if not wanted:
        raise NothingHitError(f"none of {len(names)} scenarios picked ({', '.join(names[:3])}) "
                              "exists on this network")
    return whole[wanted]


SOURCES["pick"] = _pick


def as_set(net: Network, scenarios: ScenarioSet | Recipe) -> ScenarioSet:
    """A scenario set checked against the network, or a recipe regenerated on it."""
    if isinstance(scenarios, Recipe):
        return scenarios.regenerate(net)
    scenarios.check_network(net)
    return scenarios



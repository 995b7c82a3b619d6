"""What an attack is after: countries, gateways or people cut off; the world, a country, a pair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cablenet.errors import InputError, UnknownNameError
from cablenet.kernels.contract import components
from cablenet.metrics.askers import Askers, askers_of
from cablenet.metrics.isolation import countries_cut, isolated_gateways
from cablenet.network import Network

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
METRICS = ("isolated", "people")


@dataclass(frozen=True)
class Goal:
    """`weight` is won when every asker, a (layer, node), reaches none of its layer's sources."""

    country: int
    weight: int
    askers: tuple[tuple[int, int], ...]


@dataclass(frozen=True, eq=False)
class Question:
    """Goals over layers; a layer is one set of `sources` (nodes) that its askers look for.

    Attributes
    ----------
    unit_of_value
        what the objective counts: countries, gateways or people
    country
        the country asked about; `pair` two countries that may lose each other; neither: the world
    """

    metric: str
    unit_of_value: str
    sources: tuple[Ints, ...]
    goals: tuple[Goal, ...]
    country: int | None = None
    pair: tuple[int, int] | None = None


def question_of(net: Network, metric: str = "isolated", country: str | None = None,
                pair: Sequence[str] | None = None) -> Question:
    """The question as goals; what is cut off with nothing failed is nobody's doing and no goal.

    World: one goal a country (all of its gateways), or with `people` one a place of gateways.
    Country: one goal a place of its gateways. Pair: one goal a place of gateways of either, which
    is won when no gateway of the other is reached.

    Raises
    ------
    UnknownNameError
        a metric or country that does not exist
    InputError
        country and pair at once, a pair of one country, or a country without a gateway
    """
    if metric not in METRICS:
        raise UnknownNameError("metric of worst cases", metric, METRICS)
    if country is not None and pair is not None:
        raise InputError("name one country or one pair, not both")
    if pair is not None:
        return _of_pair(net, metric, pair)
    askers = askers_of(net)
    joined = _joined(net, askers)
    if country is not None:
        mine = net.country_index(country)
        if mine not in net.gateways.country:
            raise InputError(f"{country} has no gateway: nothing there can be cut off")
        chosen = joined & (askers.country == mine)
        goals = _goal_each(askers, np.flatnonzero(chosen), metric)
        return Question(metric, _counted(metric, "gateways"), askers.hubs, goals, country=mine)
    if metric == "people":
        goals = _goal_each(askers, np.flatnonzero(joined), metric)
        return Question(metric, "people", askers.hubs, goals)
    goals = tuple(
        Goal(c, 1, tuple((int(askers.sources[i]), int(askers.node[i]))
                      for i in np.flatnonzero(joined & (askers.country == c))))
        for c in np.unique(askers.country[joined]).tolist())
    return Question(metric, "countries", askers.hubs, goals)


def value_of(net: Network, question: Question, alive: Flags) -> int:
    """What the question is worth over the links alive (L,): told by the kernels, no solver."""
    gates = net.gateways
    if question.pair is not None:
        cut = _parted(net, question.pair, alive) & ~_parted(net, question.pair,
                                                            net.links.in_service)
    else:
        both = isolated_gateways(net, np.stack([alive & net.links.in_service,
                                                net.links.in_service]))
        if question.country is None and question.metric == "isolated":
            whole = countries_cut(net, both)
            return int((whole[0] & ~whole[1]).sum())
        cut = both[0] & ~both[1]
        if question.country is not None:
            cut &= gates.country == question.country
    if question.metric == "isolated":
        return int(cut.sum())
    places = np.unique(np.stack([gates.node, gates.country])[:, cut], axis=1)
    return sum(round(float(gates.people[cut & (gates.node == node)
                                        & (gates.country == country)].sum()))
               for node, country in places.T.tolist())


def _joined(net: Network, askers: Askers) -> Flags:
    """(K,) askers that reach a hub abroad with nothing failed."""
    cut = isolated_gateways(net, net.links.in_service[None, :])[0]
    out: Flags = np.zeros(len(askers), bool)
    out[askers.asker_of[~cut]] = True
    return out


def _goal_each(askers: Askers, chosen: Ints, metric: str) -> tuple[Goal, ...]:
    weight = askers.gateways if metric == "isolated" else np.rint(askers.people).astype(np.int64)
    return tuple(Goal(int(askers.country[i]), int(weight[i]),
                      ((int(askers.sources[i]), int(askers.node[i])),))
                 for i in chosen.tolist() if weight[i] > 0)


def _counted(metric: str, what: str) -> str:
    return what if metric == "isolated" else "people"


def _of_pair(net: Network, metric: str, pair: Sequence[str]) -> Question:
    if len(pair) != 2:
        raise InputError(f"{'-'.join(pair)} is no pair: name two countries")
    one, other = net.country_index(pair[0]), net.country_index(pair[1])
    if one == other:
        raise InputError(f"{pair[0]}-{pair[1]} is no pair: name two countries")
    gates = net.gateways
    bare = [name for name, c in zip(pair, (one, other), strict=True) if c not in gates.country]
    if bare:
        raise InputError(f"{bare[0]} has no gateway: nothing there can be cut off")
    parted = _parted(net, (one, other), net.links.in_service)
    worth = gates.people if metric == "people" else np.ones(len(gates))
    goals = []
    for layer, mine in enumerate((one, other)):
        for node in np.unique(gates.node[gates.country == mine]).tolist():
            here = (gates.country == mine) & (gates.node == node)
            weight = round(float(worth[here].sum()))
            if weight > 0 and not parted[here].any():
                goals.append(Goal(mine, weight, ((layer, int(node)),)))
    sources = tuple(np.unique(gates.node[gates.country == c]) for c in (other, one))
    return Question(metric, _counted(metric, "gateways"), sources, tuple(goals), pair=(one, other))


def _parted(net: Network, pair: tuple[int, int], alive: Flags) -> Flags:
    """(G,) gateways of either country that reach no gateway of the other over the links alive."""
    live = np.flatnonzero(alive & net.links.in_service)
    part = components(len(net.nodes), net.links.a[live], net.links.b[live])[1]
    gates = net.gateways
    home = part[gates.node]
    out: Flags = np.zeros(len(gates), bool)
    for mine, other in (pair, pair[::-1]):
        of_mine = gates.country == mine
        out |= of_mine & ~np.isin(home, home[gates.country == other])
    return out

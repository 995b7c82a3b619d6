"""Sweeps the slow way: every combination in turn, each scored by the plain definitions."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from cablenet.network import Network
from cablenet.scenarios.units import Units
from twins import plain


def links_of(units: Units, chosen) -> set[int]:
    """The links that some units take away."""
    return {int(link) for unit in chosen for link in units.members(unit)}


def every_combination(units: Units, order: int):
    """All sets of 1 to `order` units, by size, then lexicographically."""
    for k in range(1, order + 1):
        yield from combinations(range(len(units)), k)


def newly_isolated(net: Network, lost) -> list[bool]:
    """Gateways cut off by a loss, and not without it."""
    intact = plain.isolated(net, plain.alive_after(net, []))
    after = plain.isolated(net, plain.alive_after(net, lost))
    return [now and not before for now, before in zip(after, intact, strict=True)]


def score(net: Network, lost) -> tuple[int, int, float, float]:
    """Countries, gateways, people and users cut off by a loss."""
    intact = plain.isolated(net, plain.alive_after(net, []))
    cut = newly_isolated(net, lost)
    both = [a or b for a, b in zip(cut, intact, strict=True)]
    before = plain.countries_isolated(net, intact)
    countries = [a and not b for a, b in
                 zip(plain.countries_isolated(net, both), before, strict=True)]
    gates = net.gateways
    return (sum(countries), sum(cut), float(gates.people[cut].sum()), float(gates.users[cut].sum()))


def isolates(net: Network, country: int, lost) -> bool:
    """Whether all gateways of a country are cut off after a loss."""
    after = plain.isolated(net, plain.alive_after(net, lost))
    return all(after[g] for g in np.flatnonzero(net.gateways.country == country))


def minimal_sets(net: Network, units: Units, order: int) -> dict[int, list[tuple[int, ...]]]:
    """Minimal sets that isolate each country, by trying every set; none if isolated already."""
    countries = [c for c in range(len(net.country_id)) if (net.gateways.country == c).any()
                 and not isolates(net, c, [])]
    found: dict[int, list[tuple[int, ...]]] = {c: [] for c in range(len(net.country_id))}
    for chosen in every_combination(units, order):
        open_for = [c for c in countries
                    if not any(set(smaller) <= set(chosen) for smaller in found[c])]
        if not open_for:
            continue
        after = plain.isolated(net, plain.alive_after(net, links_of(units, chosen)))
        for c in open_for:
            if all(after[g] for g in np.flatnonzero(net.gateways.country == c)):
                found[c].append(chosen)
    return found

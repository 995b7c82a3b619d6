"""`isolated`: which gateways reach no hub outside their country, and how many people that is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from cablenet.kernels import reach
from cablenet.kernels.contract import NEVER, contract
from cablenet.metrics.askers import askers_of, cut_off
from cablenet.metrics.values import Heading, Metric, MetricValues, Options
from cablenet.network import Network
from cablenet.scenarios.scenario_set import ScenarioSet

BATCH = 4096
FEW = 512
"""Up to so many scenarios components are labelled (1 ms for one); beyond, 64 a word are faster."""
HEADINGS = (
    Heading("isolated_countries", "countries", True,
            "countries all of whose gateways reach no hub outside the country"),
    Heading("isolated_gateways", "gateways", True, "gateways that reach no hub abroad"),
    Heading("isolated_people", "people", True, "people served by isolated gateways"),
    Heading("isolated_users", "people", True, "internet users served by isolated gateways"),
)
COUNTRY_HEADINGS = (
    Heading("isolated", "1 = yes", True, "all gateways of the country reach no hub abroad"),
    *HEADINGS[2:],
)


def measure(net: Network, scenarios: ScenarioSet, options: Options) -> MetricValues:
    """Isolation of every gateway in every scenario, beyond what is isolated with nothing failed.

    A gateway is isolated when it reaches no hub outside its country, a country when all its
    gateways are. Countries without a hub need one multi-source propagation, each hub country one
    more. What the intact map already leaves isolated is not the scenario's doing and not counted.
    """
    size, gates = len(scenarios), net.gateways
    cut = np.zeros((size, len(gates)), bool)
    intact = isolated_gateways(net, net.links.in_service[None, :])[0]
    for start in range(0, size, BATCH):
        stop = min(size, start + BATCH)
        alive = scenarios.alive(start, stop) & net.links.in_service
        cut[start:stop] = isolated_gateways(net, alive) & ~intact
    countries = countries_cut(net, cut | intact) & ~countries_cut(net, intact[None, :])
    people, users = cut @ gates.people, cut @ gates.users
    by_country = np.zeros((len(gates), len(net.country_id)))
    by_country[np.arange(len(gates)), gates.country] = 1.0
    return MetricValues(
        scenario={"isolated_countries": countries.sum(axis=1).astype(float),
                  "isolated_gateways": cut.sum(axis=1).astype(float),
                  "isolated_people": people, "isolated_users": users},
        country={"isolated": countries.astype(float),
                 "isolated_people": (cut * gates.people) @ by_country,
                 "isolated_users": (cut * gates.users) @ by_country},
        gateway={"isolated": cut.astype(float)},
    )


def isolated_gateways(net: Network, alive: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(B, G): true where the gateway reaches no hub outside its country over the links alive."""
    if len(alive) <= FEW:
        return isolated_by_components(net, alive)
    return isolated_by_words(net, alive)


def isolated_by_components(net: Network, alive: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """`isolated_gateways` by labelling the connected parts of all scenarios side by side.

    A gateway is isolated when the hubs of its part are none, or all of its own country: when the
    lowest and the highest country of a hub there are both its own.
    """
    gates, rows, n = net.gateways, len(alive), len(net.nodes)
    row, link = np.nonzero(alive)
    ends = (row * n + net.links.a[link], row * n + net.links.b[link])
    joined = coo_array((np.ones(len(row), bool), ends), shape=(rows * n, rows * n))
    count, part = connected_components(joined, directed=False)
    offset = np.arange(rows)[:, None] * n
    hub = part[offset + gates.node[net.hubs]]
    country = np.broadcast_to(gates.country[net.hubs], hub.shape)
    lowest, highest = np.full(count, len(net.country_id)), np.full(count, -1)
    np.minimum.at(lowest, hub, country)
    np.maximum.at(highest, hub, country)
    mine = part[offset + gates.node]
    own = (lowest[mine] == gates.country) & (highest[mine] == gates.country)
    return np.asarray(own | (highest[mine] < 0))


def isolated_by_words(net: Network, alive: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """`isolated_gateways` with one bit a scenario, on the contracted graph.

    Links that stand or fall together in all these scenarios are one row of the contraction.
    """
    links = net.links
    words = reach.pack(alive)
    rows, row = np.unique(words, axis=0, return_inverse=True)
    row = row.ravel()
    used = reach.used_bits(len(alive))
    never, always = (rows == used).all(axis=1)[row], (rows == 0).all(axis=1)[row]
    there = ~always
    askers = askers_of(net)
    keep = np.zeros(len(net.nodes), bool)
    keep[askers.node] = keep[net.gateways.node[net.hubs]] = True
    pieces = contract(len(net.nodes), links.a[there], links.b[there],
                      np.where(never, NEVER, row)[there], keep)
    cut = cut_off(pieces, askers.at(pieces.place), rows[pieces.row])
    return reach.unpack(cut[askers.asker_of], len(alive))


def countries_cut(net: Network, cut: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(B, C): true where every gateway of the country is isolated (never without gateways)."""
    open_gateways = np.zeros((cut.shape[0], len(net.country_id)))
    np.add.at(open_gateways.T, net.gateways.country, (~cut).T.astype(float))
    has = np.bincount(net.gateways.country, minlength=len(net.country_id)) > 0
    return np.asarray((open_gateways == 0) & has)


METRIC = Metric("isolated", HEADINGS, measure, COUNTRY_HEADINGS)

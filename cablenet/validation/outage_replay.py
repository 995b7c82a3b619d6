"""What a past outage does to each country: by the flow optimum, and by two simpler counts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import spsolve

from cablenet.build.growth import HEADROOM
from cablenet.network import Network
from cablenet.traffic.optimum import FlowSolver, Optimum
from cablenet.traffic.problem import FlowProblem, plain_problem, without

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
UNLIMITED_TBPS = 1e6
LEAST_DELAY_MS = 1e-3
TOTAL_TBPS = 1000.0
"""All demand is counted as this much, so that small countries of early years stay well above the
solver's tolerance; scaling all demands and capacities changes no share."""
NOTHING_TBPS = 1e-10


def replay(net: Network, lost: Ints) -> pd.DataFrame:
    """Each country's share of demand lost, and the baselines' shares.

    Returns
    -------
    country (index)
    unserved
        share of the demand carried before that the best rerouting cannot carry: the flow optimum,
        whose split between countries that compete is max-min fair and so unique
    disrupted
        share of the demand carried before whose way ran over a lost link
    lit_lost, cables_lost
        share of landed lit capacity, and of landing cables, that belongs to systems hit anywhere;
        0 for a country without cables
    """
    on, problem = _problem(net)
    gone = np.tile(np.isin(on, lost), 2)
    before = FlowSolver(problem).intact
    had = before.served_tbps[:, 0]
    carried = FlowSolver(replace(problem, tbps=had[:, None]))
    after = carried.solve(without(problem, gone)).served_tbps[:, 0]
    asks = net.gateways.country[net.demands.from_gateway][_real(net)]

    def of_country(tbps: Floats) -> Floats:
        return np.bincount(asks, tbps, minlength=len(net.country_id)).astype(np.float64)

    missing = np.maximum(had - after, 0.0)
    lit_lost, cables_lost = _baselines(net, lost)
    return pd.DataFrame({
        "unserved": _share(of_country(missing), of_country(had)),
        "disrupted": _share(of_country(had * _broken(before, gone)), of_country(had)),
        "lit_lost": lit_lost, "cables_lost": cables_lost,
    }, index=pd.Index(net.country_id, name="country"))


def _real(net: Network) -> Flags:
    """(D,) demands that leave their node."""
    node, demands = net.gateways.node, net.demands
    return np.asarray(node[demands.from_gateway] != node[demands.to_gateway])


def _problem(net: Network) -> tuple[Ints, FlowProblem]:
    """The links in service, and what they have to carry: all demand at one level."""
    links, node, demands = net.links, net.gateways.node, net.demands
    on = np.flatnonzero(links.in_service)
    scale = TOTAL_TBPS / max(demands.total_tbps, NOTHING_TBPS)
    usable = np.minimum(np.nan_to_num(links.lit_tbps[on], nan=UNLIMITED_TBPS)
                        * (1.0 - HEADROOM) * scale, TOTAL_TBPS)
    delay = np.maximum(2.0 * links.latency_ms[on], LEAST_DELAY_MS)
    real = _real(net)
    return on, plain_problem(
        len(net.nodes), np.concatenate([links.a[on], links.b[on]]),
        np.concatenate([links.b[on], links.a[on]]), np.tile(usable, 2), np.tile(delay, 2),
        node[demands.from_gateway][real], node[demands.to_gateway][real],
        scale * demands.tbps[real][:, None])


def _broken(before: Optimum, gone: Flags) -> Floats:
    """(D,) share of each demand's served traffic whose way runs over an arc that is gone.

    The flow towards a target holds no circle. The share p of what stands at a node and comes
    through whole obeys p[n] = sum over arcs out of n of (part of the flow) x (0 if gone, else
    p[head]), p[target] = 1; flows that meet at a node are taken as mixed.
    """
    problem = before.problem
    targets, _, aim = problem.aims
    whole = np.ones((len(targets), problem.n_nodes))
    flows = before.flow_tbps.tocsr()
    for row, target in enumerate(targets.tolist()):
        flow = flows[[row]].toarray()[0]
        used = np.flatnonzero(flow > NOTHING_TBPS)
        tail, head, amount = problem.tail[used], problem.head[used], flow[used]
        out = np.bincount(tail, amount, minlength=problem.n_nodes)
        kept = np.where(gone[used], 0.0, amount / out[tail])
        onward = sparse.coo_matrix((kept, (tail, head)), shape=2 * (problem.n_nodes,)).tocsr()
        onward = onward.multiply((np.arange(problem.n_nodes) != target)[:, None]).tocsr()
        end = ((out == 0) | (np.arange(problem.n_nodes) == target)).astype(np.float64)
        whole[row] = spsolve(sparse.identity(problem.n_nodes, format="csc") - onward.tocsc(), end)
    return np.clip(1.0 - whole[aim, problem.source], 0.0, 1.0)


def _share(part: Floats, total: Floats) -> Floats:
    share = np.divide(part, total, out=np.zeros_like(total), where=total > NOTHING_TBPS)
    return np.asarray(np.clip(share, 0.0, 1.0), np.float64)


def _baselines(net: Network, lost: Ints) -> tuple[Floats, Floats]:
    """(C,) shares of landed lit capacity and of landing cables that were hit anywhere."""
    links, number = net.links, {code: i for i, code in enumerate(net.country_id)}
    hit = np.zeros(len(net.cable_id), bool)
    hit[links.cable[lost][links.cable[lost] >= 0]] = True
    rows = []
    on = np.flatnonzero(links.in_service & net.of_kind("wet"))
    for end in (links.a, links.b):
        code = net.nodes.country[end[on]]
        rows.append(pd.DataFrame({"cable": links.cable[on], "country": code,
                                  "lit": np.nan_to_num(links.lit_tbps[on])}))
    table = pd.concat(rows)
    table = table[table["country"] != ""].groupby(["country", "cable"])["lit"].sum().reset_index()
    place = table["country"].map(number).to_numpy(np.int64)
    gone = hit[table["cable"].to_numpy(np.int64)]
    lit = table["lit"].to_numpy(float)
    ones = np.ones(len(table))
    shares = []
    for weight in (lit, ones):
        total = np.bincount(place, weight, minlength=len(number))
        part = np.bincount(place, weight * gone, minlength=len(number))
        shares.append(np.divide(part, total, out=np.zeros(len(number)), where=total > 0))
    return shares[0], shares[1]

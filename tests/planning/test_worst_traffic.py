"""Worst cases in traffic: equal to solving every set, with proof, limits and refusals."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

import cablenet as cn
from cablenet.errors import InputError, NoPlanFoundError, PlanError
from cablenet.network import Network
from cablenet.testing import random_world, ring, small_world

WORLDS = range(6)


def world(seed: int) -> Network:
    """Random cables with little room, so that some demand goes without."""
    return cn.build_network(random_world(seed, places=6, cables=6))


def every_set(net: Network, k: int, country: str | None = None) -> dict[frozenset[str], float]:
    """Unserved Tbps of every set of at most k cables, each solved from the definition."""
    live = np.unique(net.links.cable[net.links.in_service & (net.links.cable >= 0)])
    ids = [str(net.cable_id[cable]) for cable in live]
    sets = [frozenset(some) for size in range(1, k + 1) for some in combinations(ids, size)]
    scores = cn.score(net, cn.all_losses(net, order=k), ["unserved"])
    if country is None:
        values = scores.to_frame()["unserved_tbps"].tolist()
    else:
        values = [scores.by_country(row)["unserved_tbps"].iloc[net.country_index(country)]
                  for row in range(len(sets))]
    return dict(zip(sets, values, strict=True))


@pytest.mark.parametrize("seed", WORLDS)
def test_the_worst_sets_are_those_of_brute_force(seed: int) -> None:
    net = world(seed)
    k = 2 if seed else 3
    truth = every_set(net, k)
    found = cn.worst_traffic(net, k, next_best=4)
    assert found.certificate.status == "optimal" and found.certificate.checked
    values = [one.unserved_tbps for one in found.attacks]
    assert values == pytest.approx(sorted(truth.values(), reverse=True)[:5], abs=2e-6)
    for one in found.attacks:
        assert truth[frozenset(one.ids)] == pytest.approx(one.unserved_tbps, abs=2e-6)
    assert len({frozenset(one.ids) for one in found.attacks}) == 5


@pytest.mark.parametrize("seed", WORLDS[4:])
def test_the_worst_for_one_country_is_that_of_brute_force(seed: int) -> None:
    net = world(seed)
    asks = np.bincount(net.gateways.country[net.demands.from_gateway], net.demands.tbps)
    country = str(net.country_id[int(np.argmax(asks))])
    truth = every_set(net, 2, country)
    found = cn.worst_traffic(net, 2, country=country)
    assert found.attack.unserved_tbps == pytest.approx(max(truth.values()), abs=2e-6)


def test_both_cables_at_the_hub_leave_everybody_without() -> None:
    """A ring with its hub at AA: all that is asked between AA and the others goes unserved, what
    BB, CC and DD ask of each other still has bc and cd."""
    net = cn.build_network(ring())
    found = cn.worst_traffic(net, 2, next_best=1)
    assert found.attack.ids == ("ab", "da")
    hub = net.gateways.country == net.country_index("AA")
    torn = hub[net.demands.from_gateway] != hub[net.demands.to_gateway]
    assert found.attack.unserved_tbps == pytest.approx(net.demands.tbps[torn].sum())
    assert set(found.attack.by_country) >= {"BB", "CC", "DD"}
    assert found.attacks[1].unserved_tbps < found.attack.unserved_tbps
    assert found.common == ("ab", "da")
    assert found.scenarios().names == tuple(" + ".join(one.names) for one in found.attacks)


def test_what_all_worst_share_is_not_claimed_while_others_may_be_equal() -> None:
    """Two islands with a cable each and equal demand: either cable is the worst."""
    net = cn.build_network(small_world(
        [("a", "AA", 0, 0), ("b", "BB", 10, 0), ("c", "CC", -10, 0)],
        {"ab": [("a", "b")], "ac": [("a", "c")]}, hubs=["AA"]))
    with pytest.raises(PlanError, match="may be equal"):
        _ = cn.worst_traffic(net, 1, next_best=1).common


def test_questions_that_cannot_be_are_refused() -> None:
    net = cn.build_network(ring())
    with pytest.raises(InputError, match="at least one unit"):
        cn.worst_traffic(net, 0)
    with pytest.raises(InputError, match="only 4 units"):
        cn.worst_traffic(net, 5)
    with pytest.raises(InputError, match="fault model"):
        cn.worst_traffic(net, 1, min_rate=0.5)
    with pytest.raises(cn.errors.UnknownNameError, match="XX"):
        cn.worst_traffic(net, 1, country="XX")
    with pytest.raises(NoPlanFoundError, match="none leaves more than"):
        cn.worst_traffic(net, 2, time_limit_s=1e-9)


def test_more_sets_than_can_be_looked_at_are_sent_to_a_sweep(
        monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cablenet.planning.worst_traffic.MOST_SETS", 9)
    with pytest.raises(InputError, match=r"10 sets of at most 2 of 4 units .* cablenet sweep"):
        cn.worst_traffic(cn.build_network(ring()), 2)

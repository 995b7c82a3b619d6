"""p-median: by hand, equal to every choice tried, and what is refused."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from cablenet.errors import InputError
from cablenet.planning.p_median import p_median


def test_two_depots_on_a_line_stand_in_the_middle_of_their_halves() -> None:
    """Clients and sites at 0, 1, 2, 10, 11, 12: open at 1 and 11, one step from four clients: 4."""
    at = np.array([0, 1, 2, 10, 11, 12])
    found = p_median(np.abs(at[:, None] - at[None, :]), 2)
    assert found.sites.tolist() == [1, 4]
    assert found.nearest.tolist() == [1, 1, 1, 4, 4, 4]
    assert (found.certificate.objective, found.certificate.status) == (4.0, "optimal")


def test_a_heavy_client_draws_its_site() -> None:
    """One site for clients at 0, 1, 9 that weigh 1, 1, 5: at 9 the cost is 9 + 8 = 17."""
    at = np.array([0, 1, 9])
    found = p_median(np.abs(at[:, None] - at[None, :]), 1, weight=np.array([1, 1, 5]))
    assert (found.sites.tolist(), found.certificate.objective) == ([2], 17.0)


@pytest.mark.parametrize("seed", range(60))
def test_the_choice_is_the_cheapest_of_all(seed: int) -> None:
    rng = np.random.default_rng(seed)
    clients, sites = int(rng.integers(3, 12)), int(rng.integers(2, 9))
    p = int(rng.integers(1, sites + 1))
    distance, weight = rng.integers(0, 30, (clients, sites)), rng.integers(1, 5, clients)
    cost = distance * weight[:, None]
    best = min(int(cost[:, list(some)].min(axis=1).sum())
               for some in combinations(range(sites), p))
    found = p_median(distance, p, weight=weight)
    assert (found.certificate.objective, found.certificate.status) == (best, "optimal")
    assert len(set(found.sites.tolist())) == p


def test_one_site_more_never_costs_more() -> None:
    distance = np.random.default_rng(5).integers(1, 90, (25, 12))
    costs = [p_median(distance, p).certificate.objective for p in range(1, 13)]
    assert costs == sorted(costs, reverse=True)


@pytest.mark.parametrize(("distance", "p", "told"), [
    (np.ones((2, 2)), 1, "whole numbers"), (-np.ones((2, 2), int), 1, "whole numbers"),
    (np.ones((2, 2), int), 0, "p = 0"), (np.ones((2, 2), int), 3, "only|there are 2 sites"),
    (np.ones((0, 2), int), 1, "at least one"),
])
def test_what_is_no_question_is_refused(distance: np.ndarray, p: int, told: str) -> None:
    with pytest.raises(InputError, match=told):
        p_median(distance, p)


def test_weights_are_one_for_each_client() -> None:
    with pytest.raises(InputError, match="one for each client"):
        p_median(np.ones((2, 2), int), 1, weight=np.array([1]))

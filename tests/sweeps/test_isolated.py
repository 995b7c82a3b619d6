"""Counting who is cut off from bits: against plain sums over random bits, awkward ones too."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from cablenet.kernels import reach
from cablenet.sweeps.isolated import count_cut


def compiled_of(rng, askers, countries):
    """As much of a compiled network as counting needs."""
    country = rng.integers(0, countries, askers)
    return SimpleNamespace(
        askers=SimpleNamespace(
            country=country, gateways=rng.integers(1, 4, askers),
            people=rng.integers(0, 9, askers).astype(float),
            users=rng.integers(0, 5, askers).astype(float)),
        country_size=np.bincount(country, minlength=countries) + (rng.random(countries) < 0.3))


def check(compiled, bits, countries):
    got = count_cut(compiled, reach.pack(bits), len(bits), countries)
    askers = compiled.askers
    whole = np.array([[(bits[s, askers.country == c].sum() == compiled.country_size[c])
                       and (askers.country == c).any() for c in range(countries)]
                      for s in range(len(bits))])
    people, users = bits * askers.people, bits * askers.users
    assert got.scenario["isolated_countries"].tolist() == whole.sum(1).tolist()
    assert got.scenario["isolated_gateways"].tolist() == (bits @ askers.gateways).tolist()
    assert got.scenario["isolated_people"].tolist() == people.sum(1).tolist()
    assert got.scenario["isolated_users"].tolist() == users.sum(1).tolist()
    assert got.country["isolated"].harmed.tolist() == whole.sum(0).tolist()
    for name, values in (("isolated_people", people), ("isolated_users", users)):
        by_country = np.array([values[:, askers.country == c].sum(1) for c in range(countries)])
        tally = got.country[name]
        assert tally.harmed.tolist() == (by_country > 0).sum(1).tolist()
        assert tally.total.tolist() == by_country.sum(1).tolist()
        assert tally.worst.tolist() == by_country.max(1, initial=0.0).tolist()


@pytest.mark.parametrize("seed", range(60))
def test_counts_are_plain_sums_over_the_bits(seed):
    rng = np.random.default_rng(seed)
    askers, countries = int(rng.integers(1, 12)), int(rng.integers(1, 6))
    compiled = compiled_of(rng, askers, countries)
    bits = rng.random((int(rng.integers(1, 300)), askers)) < rng.random()
    bits[:, rng.random(askers) < 0.3] = bits[:, [0]]  # some askers alike
    check(compiled, bits, countries)


def test_askers_that_differ_in_one_last_bit_of_a_word_are_told_apart():
    # each asker is cut off in one scenario only: the last of a word, where sums of words collide
    rng = np.random.default_rng(1)
    bits = np.zeros((640, 10), bool)
    bits[np.arange(10) * 64 + 63, np.arange(10)] = True
    check(compiled_of(rng, 10, 3), bits, 3)

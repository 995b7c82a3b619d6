"""Bit-sliced reachability against networkx, and the packing of bits."""

from __future__ import annotations

import numpy as np
import pytest
from twins.reach import reached as reached_slowly

from cablenet.kernels import reach


@pytest.mark.parametrize("batch", [1, 63, 64, 65, 200])
def test_packing_and_unpacking_gives_the_same_flags(batch):
    flags = np.random.default_rng(batch).random((batch, 7)) < 0.5
    words = reach.pack(flags)
    assert words.shape == (7, -(-batch // 64))
    assert (reach.unpack(words, batch) == flags).all()


def test_the_spare_bits_of_the_last_word_are_off():
    words = reach.pack(np.ones((3, 1), bool))
    assert words[0, 0] == 0b111


@pytest.mark.parametrize("seed", range(12))
def test_reach_equals_networkx_scenario_by_scenario(seed):
    # 12 graphs x 70 scenarios = 840 cases, across a word's edge; loops and parallel links included
    rng = np.random.default_rng(seed)
    n, n_links, batch = int(rng.integers(2, 14)), int(rng.integers(0, 24)), 70
    a, b = rng.integers(0, n, n_links), rng.integers(0, n, n_links)
    sources = rng.choice(n, int(rng.integers(1, min(n, 3) + 1)), replace=False)
    alive = rng.random((batch, n_links)) < 0.6
    words = reach.reached(a, b, reach.pack(alive), n, sources)
    got = reach.unpack(words, batch)
    for row in range(batch):
        want = reached_slowly(a, b, alive[row], n, sources)
        assert set(np.flatnonzero(got[row]).tolist()) == want


def test_a_path_drawn_against_the_order_of_its_links_is_still_found():
    # 4 - 3 - 2 - 1 - 0 from source 0, links listed from the far end
    a, b = np.array([4, 3, 2, 1]), np.array([3, 2, 1, 0])
    alive = np.array([[True] * 4, [True, True, False, True]])
    got = reach.unpack(reach.reached(a, b, reach.pack(alive), 5, np.array([0])), 2)
    assert got.tolist() == [[True] * 5, [True, True, False, False, False]]


def test_the_order_of_pieces_starts_at_the_source():
    a, b = np.array([3, 0, 1]), np.array([2, 1, 2])
    indptr, joins = np.arange(len(a) + 1) * 2, np.stack([a, b], axis=1).ravel()
    assert reach.piece_order(4, indptr, joins, np.array([0])).tolist() == [1, 2, 0]


@pytest.mark.parametrize("seed", range(40))
def test_ranges_of_bits_are_set_and_read_back(seed):
    rng = np.random.default_rng(seed)
    size, rows = int(rng.integers(1, 400)), 5
    words = np.zeros((rows, -(-size // 64)), np.uint64)
    want = np.zeros((rows, size), bool)
    row = rng.integers(0, rows, 12)
    first, last = np.sort(rng.integers(0, size + 1, (2, 12)), axis=0)
    for r, low, high in zip(row, first, last, strict=True):
        want[r, low:high] = True
    reach.set_ranges(words, row, first, last)
    assert (reach.unpack(words, size) == want.T).all()
    for r in range(rows):
        assert reach.bits_on(words[r], size).tolist() == np.flatnonzero(want[r]).tolist()


def test_used_bits_are_the_scenarios_there_are():
    assert reach.unpack(reach.used_bits(70)[None, :], 128)[:, 0].sum() == 70
    assert reach.used_bits(64).tolist() == [2**64 - 1]

"""Combinations by number against `itertools`, for every stretch of every small case."""

from itertools import combinations

import pytest

from cablenet.kernels.combinations import combination, combinations_between, rank_of


@pytest.mark.parametrize(("n", "k"), [(n, k) for n in range(1, 8) for k in range(1, min(n, 5) + 1)])
def test_every_stretch_is_what_itertools_gives(n, k):
    every = list(combinations(range(n), k))
    for start in range(len(every) + 1):
        for stop in range(start, len(every) + 1):
            got = combinations_between(n, k, start, stop)
            assert [tuple(row) for row in got.tolist()] == every[start:stop]


def test_a_number_and_its_combination_belong_together():
    for rank, subset in enumerate(combinations(range(9), 4)):
        assert combination(9, 4, rank) == list(subset)
        assert rank_of(9, list(subset)) == rank


def test_a_stretch_far_inside_agrees_with_its_numbers():
    # 526 cables have 24,117,100 triples (526 * 525 * 524 / 6): the last is the last three cables
    assert combinations_between(526, 3, 24_117_099, 24_117_100).tolist() == [[523, 524, 525]]
    some = combinations_between(526, 3, 9_999_990, 10_000_010)
    assert [rank_of(526, row) for row in some.tolist()] == list(range(9_999_990, 10_000_010))

"""OR-Library's p-median optima are proved; what is no instance is told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cablenet.errors import ReadError
from cablenet.planning.p_median import p_median
from cablenet.validation import p_medians

DATA = Path(__file__).parents[2] / "../shared/data"
needs_data = pytest.mark.skipif(not (DATA / "pmed").exists(), reason="no p-median instances here")


@needs_data
@pytest.mark.parametrize("number", [1, 3, 4, 5, 7, 14, 18])
def test_the_optima_that_take_no_more_than_a_second_are_proved(number: int) -> None:
    """The other thirteen of the first twenty take 87 s together: `cablenet validate --data`."""
    distance, p = p_medians.read_instance(DATA / "pmed" / f"pmed{number}.txt")
    found = p_median(distance, p).certificate
    assert (found.objective, found.status) == (p_medians.OPTIMA[number - 1], "optimal")


def test_an_edge_given_twice_has_its_last_length(tmp_path: Path) -> None:
    path = tmp_path / "pmed1.txt"
    path.write_text("3 3 1\n1 2 9\n2 3 4\n2 1 5\n")
    distance, p = p_medians.read_instance(path)
    np.testing.assert_array_equal(distance, [[0, 5, 9], [5, 0, 4], [9, 4, 0]])
    assert p == 1
    assert list(p_medians.find_instances(tmp_path.parent)) in ([1], [])


@pytest.mark.parametrize("text", ["", "3 2\n", "2 1 1\n1 2 x\n", "2 2 1\n1 2 3\n"])
def test_what_is_no_instance_is_told(tmp_path: Path, text: str) -> None:
    path = tmp_path / "pmed1.txt"
    path.write_text(text)
    with pytest.raises(ReadError, match=r"pmed1\.txt"):
        p_medians.read_instance(path)


def test_without_data_it_is_skipped() -> None:
    assert [check.status for check in p_medians.check_p_medians(None)] == ["skipped"]

"""SNDlib designs that survive any link failure are reproduced; bad files are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from cablenet.errors import InputError
from cablenet.planning.capacity_design import design_capacity
from cablenet.readers.sndlib import read_sndlib
from cablenet.validation import link_design

DATA = Path(__file__).parents[2] / "../shared/data/sndlib"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="no SNDlib networks here")
HEAD = "?SNDlib native format; type: network; version: 1.0\n"
GOOD = HEAD + """NODES (
  A ( 1.0 2.0 )
  B ( 2.0 2.0 )
)
LINKS (
  L1 ( A B ) 0.00 0.00 0.00 0.00 ( 40.00 3290.00 )
)
DEMANDS (
  D1 ( A B ) 1 34.00 UNLIMITED
)
"""


@needs_data
@pytest.mark.parametrize(("name", "cost"), sorted(link_design.PROVED.items()))
def test_the_values_of_sndlib_networks_are_proved(name: str, cost: float) -> None:
    found = design_capacity(link_design.problem_of(DATA / f"{name}.txt"))
    assert (found.certificate.status, found.certificate.objective) == ("optimal", cost)


def test_a_network_is_read(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_text(GOOD)
    assert read_sndlib(path) == (["A", "B"], [(0, 1, 40.0, 3290.0)], [(0, 1, 34.0)])


@pytest.mark.parametrize(("old", "new", "told"), [
    (HEAD, "?xml\n", "first line"),
    ("NODES", "KNOTS", "no section NODES"),
    ("( A B ) 0.00", "( A C ) 0.00", "'L1' names node 'C'"),
    ("34.00", "many", r"line 10: not an entry of DEMANDS: D1 \( A B \) 1 many"),
    ("( 40.00 3290.00 )", "( )", "'L1' has no module"),
])
def test_what_is_no_network_is_told(tmp_path: Path, old: str, new: str, told: str) -> None:
    path = tmp_path / "x.txt"
    path.write_text(GOOD.replace(old, new, 1))
    with pytest.raises(InputError, match=told):
        read_sndlib(path)


def test_without_data_the_small_cases_still_run() -> None:
    assert [check.status for check in link_design.check_link_design(None)] == ["pass", "skipped"]

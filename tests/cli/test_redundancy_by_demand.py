"""`plan redundancy` by demand: a ring keeps its share through any cable, not through the hub."""

import json

import pytest

from cablenet.cli import main
from cablenet.files import write_layers
from cablenet.testing import ring


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("redundancy") / "ring"
    write_layers(ring(), folder)
    return folder


def run(capsys, *arguments):
    with pytest.raises(SystemExit) as ended:
        main([*map(str, arguments)])
    out, err = capsys.readouterr()
    return int(ended.value.code or 0), out, err


def test_a_map_without_named_events_is_planned_and_what_nothing_saves_is_named(capsys, world):
    code, out, err = run(capsys, "plan", "redundancy", world, "--share", 50, "--reach-km", 3000,
                         "--leave-out-impossible", "--json")
    assert code == 0, err
    plan = json.loads(out)
    assert plan["chosen"] == [] and plan["status"] == "optimal"
    assert any(one.startswith("DD through 'D (DD)'") for one in plan["left_out"])
    assert not any("through 'AB'" in one for one in plan["left_out"])


def test_a_promise_file_with_a_share_is_planned_by_demand(capsys, world, tmp_path):
    """Through the loss of one station a country with one has nothing left, whatever is built."""
    file = tmp_path / "p.toml"
    file.write_text('never_joined = [["BB", "DD"]]\n[[promise]]\nshare = 0.5\ncountries = ["DD"]\n')
    code, _, err = run(capsys, "plan", "redundancy", world, "--promise", file, "--reach-km", 3000)
    assert code == 1
    assert "DD through" in err and "leave out what is impossible" in err

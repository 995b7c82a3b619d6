"""`cablenet score --draws N`: an interval beside each figure, the same for the same seed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cablenet.cli import main
from cablenet.files import write_layers
from cablenet.testing import ring


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("draws") / "ring"
    write_layers(ring(), folder)
    return folder


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["score", *arguments])
    out, err = capsys.readouterr()
    return int(ended.value.code or 0), out, err


def test_every_figure_has_its_interval_and_unit(capsys: pytest.CaptureFixture[str],
                                                world: Path) -> None:
    """BB, CC and DD lose one of two ways: 10 of 20 Tbps each on the map, other figures in draws."""
    asked = (str(world), "--cable", "ab", "--draws", "9", "--seed", "3", "--json",
             "--metric", "capacity_loss", "--metric", "isolated")
    code, out, err = run(capsys, *asked)
    assert code == 0, err
    found = json.loads(out)
    assert (found["draws"], found["seed"]) == (9, 3)
    loss = found["scores"]["capacity_loss_tbps"]
    assert (loss["value"], loss["unit"]) == (30.0, "Tbps")
    assert loss["low"] < loss["median"] < loss["high"]
    people = found["scores"]["isolated_people"]
    assert people["low"] == people["high"] == 0.0
    assert run(capsys, *asked)[1] == out, "the same seed gives the same answer"


def test_the_table_says_what_was_not_drawn(capsys: pytest.CaptureFixture[str],
                                           world: Path) -> None:
    code, out, _ = run(capsys, str(world), "--cable", "ab", "--draws", "3")
    assert code == 0
    assert "Not drawn: unserved, cost, margin" in out


def test_one_draw_is_refused(capsys: pytest.CaptureFixture[str], world: Path) -> None:
    code, _, err = run(capsys, str(world), "--cable", "ab", "--draws", "1")
    assert code == 2
    assert "take 2 or more" in err

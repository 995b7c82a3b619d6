"""`sweep` and `cut-sets` from the outside: what they print, write, resume and refuse."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from cablenet.cli import main
from cablenet.files import write_layers
from cablenet.testing import chain, ring


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli") / "ring"
    write_layers(ring(), folder)
    return folder


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    out, err = capsys.readouterr()
    return int(ended.value.code or 0), out, err


def swept(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    code, out, err = run(capsys, "sweep", *arguments, "--workers", "0", "--json")
    assert code == 0, err
    found: dict[str, Any] = json.loads(out)
    assert found["solved"] + found["failed"] == found["scenarios"]
    return found


def test_every_pair_of_a_ring(capsys, world, tmp_path):
    # 4 cables: 4 single losses isolate nobody, each of the 6 pairs isolates the countries between
    found = swept(capsys, str(world), "--order", "2", "--out", str(tmp_path / "s"))
    assert found["scenarios"] == 10
    assert [row["harmful"] for row in found["orders"]] == [0, 6]
    worst = found["worst"][0]
    assert {worst["unit_1"], worst["unit_2"]} == {"ab", "da"}  # BB, CC and DD at once
    assert worst["isolated_countries"] == 3
    parts = pd.read_parquet(tmp_path / "s" / "parts")
    assert len(parts) == 6
    countries = pd.read_parquet(tmp_path / "s" / "aggregate" / "countries.parquet")
    assert countries.set_index("country")["isolated_scenarios"].to_dict() == {
        "AA": 0, "BB": 3, "CC": 4, "DD": 3}


def test_a_finished_sweep_is_not_done_twice_and_another_map_is_refused(capsys, world, tmp_path):
    ask = ["--order", "1", "--out", str(tmp_path / "s")]
    first = swept(capsys, str(world), *ask)
    code, _, err = run(capsys, "sweep", str(world), *ask)
    assert code == 2 and "--resume" in err
    assert swept(capsys, str(world), *ask, "--resume")["digest"] == first["digest"]
    write_layers(chain(), tmp_path / "chain")
    before = sorted(path.read_bytes() for path in (tmp_path / "s").rglob("*.parquet"))
    code, _, err = run(capsys, "sweep", str(tmp_path / "chain"), *ask, "--resume")
    assert code == 2 and "another" in err
    assert sorted(path.read_bytes() for path in (tmp_path / "s").rglob("*.parquet")) == before


def test_drawn_years_write_their_risk(capsys, world, tmp_path):
    found = swept(capsys, str(world), "--years", "60", "--seed", "3", "--pair", "BB-DD",
                  "--metric", "isolated", "--metric", "capacity_loss", "--out", str(tmp_path / "s"))
    assert found["scenarios"] == 60
    assert {row["label"] for row in found["availability of pairs"]} == {"BB-DD"}
    names = {path.name for path in (tmp_path / "s" / "risk").iterdir()}
    assert {"availability.csv", "return_periods.png", "return_periods_all_countries.csv"} <= names
    again = swept(capsys, str(world), "--years", "60", "--seed", "3", "--pair", "BB-DD",
                  "--metric", "isolated", "--metric", "capacity_loss", "--out", str(tmp_path / "t"))
    assert again["digest"] == found["digest"]


def test_random_sets_and_named_events(capsys, world, tmp_path):
    found = swept(capsys, str(world), "--order", "3", "--samples", "50", "--out",
                  str(tmp_path / "s"))
    assert found["scenarios"] == 50
    events = tmp_path / "events.toml"
    events.write_text('[[event]]\nid = "x"\nname = "two at once"\nrate_per_year = 0.1\n'
                      'parts = [{kind = "joint_loss", cables = ["ab", "da"]}]\n')
    found = swept(capsys, str(world), "--events", str(events), "--out", str(tmp_path / "e"))
    rows = pd.read_parquet(tmp_path / "e" / "parts")
    assert found["scenarios"] == 1
    assert rows["isolated_countries"].tolist() == [3] and rows["name"].tolist() == ["two at once"]


def test_a_sweep_in_words(capsys, world, tmp_path):
    code, out, _ = run(capsys, "sweep", str(world), "--order", "2", "--workers", "0", "--out",
                       str(tmp_path / "s"))
    assert code == 0
    assert "10 of 10 scenarios" in out and "ab + da" in out


@pytest.mark.parametrize(("arguments", "words"), [
    (["--order", "5"], "1 to 4"),
    ([], "one source"),
    (["--order", "2", "--years", "3"], "one source"),
    (["--order", "2", "--metric", "isolatd"], "isolated"),
    (["--order", "2", "--unit", "ship"], "station"),
    (["--years", "0"], "at least 1"),
    (["--years", "3", "--seed", "-1"], "seed"),
    (["--order", "1", "--top", "0"], "top 0"),
    (["--years", "3", "--samples", "9"], "--samples"),
    (["--order", "1", "--hazard", "earthquake"], "--hazard"),
    (["--order", "1", "--pair", "BB-CC"], "--pair"),
    (["--years", "5", "--hazard", "tsunami"], "earthquake"),
    (["--years", "5", "--pair", "BBDD"], "IN-JP"),
    (["--order", "2", "--scheduler", "nowhere"], "tcp://"),
    (["--order", "2", "--workers", "-1"], "workers"),
    (["--events", "no-such-file.toml"], "no-such-file.toml"),
])
def test_bad_requests_end_with_2_and_one_message(capsys, world, tmp_path, arguments, words):
    out = tmp_path / "s"
    code, _, err = run(capsys, "sweep", str(world), *arguments, "--out", str(out))
    assert code == 2
    assert words in err and err.count("cablenet:") == 1
    assert not out.exists() or not list(out.rglob("*.parquet"))


def test_cut_sets_of_a_ring(capsys, world):
    code, out, _ = run(capsys, "cut-sets", str(world), "--max-order", "2", "--json")
    assert code == 0
    sets = json.loads(out)["cut_sets"]
    assert len(sets) == 10  # 3 for BB, 4 for CC, 3 for DD
    assert {tuple(row["ids"]) for row in sets if row["isolates"] == "BB"} == {
        ("ab", "bc"), ("ab", "cd"), ("ab", "da")}
    code, out, _ = run(capsys, "cut-sets", str(world), "--max-order", "2", "--country", "CC")
    assert code == 0 and "4 minimal sets" in out
    assert run(capsys, "cut-sets", str(world), "--max-order", "9")[0] == 2
    code, out, _ = run(capsys, "cut-sets", str(world), "--country", "AA")
    assert code == 0 and "no set of at most 3 units (cable) does it" in out

"""`--demand` and `--demand-year`: a user's matrix on the command line, good and bad."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cablenet.cli import main
from cablenet.files import write_layers
from cablenet.testing import ring

GOOD = "from,to,class,tbps,year\nAA,BB,,8,2030\nCC,DD,health,2,2030\n"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demand") / "ring"
    write_layers(ring(), folder)
    return folder


@pytest.fixture
def matrix(tmp_path: Path) -> Path:
    file = tmp_path / "m.csv"
    file.write_text(GOOD, encoding="utf-8")
    return file


def run(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    return int(ended.value.code or 0), out, err


def answer(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> dict[str, Any]:
    code, out, err = run(capsys, *arguments, "--json")
    assert code == 0, err
    value: dict[str, Any] = json.loads(out)
    return value


def test_the_network_tells_what_demand_it_carries(capsys, world, matrix):
    found = answer(capsys, "network", world, "--demand", matrix)
    assert (found["demands"], found["demand_tbps"]) == (2, 10.0)
    assert found["demand_by_basis"] == {"assumed": 1.0}
    # 8 Tbps split by the shares (health .003), and 2 of health alone
    assert found["demand_by_class"]["health"] == pytest.approx(0.2024)
    assert "demand is that of m.csv" in found["notes"]
    assert found["fingerprint"] != answer(capsys, "network", world)["fingerprint"]


def test_a_score_and_a_sweep_are_of_the_demand_that_is_given(capsys, world, matrix, tmp_path):
    """Without ab and bc nobody reaches BB, so its 8 Tbps have no path left."""
    got = answer(capsys, "score", world, "--demand", matrix, "--demand-year", "2030",
                 "--cable", "ab", "--cable", "bc", "--metric", "added_latency")
    assert got["scores"]["demand_without_path_tbps"]["value"] == 8.0
    swept = answer(capsys, "sweep", world, "--demand", matrix, "--order", "2", "--workers", "0",
                   "--metric", "added_latency", "--out", tmp_path / "out")
    assert max(row["demand_without_path_tbps"] for row in swept["worst"]) == 10.0


@pytest.mark.parametrize(("row", "words"), [
    ("AX,BB,,1,", "m.csv: 'line 2' from: 'AX' is no gateway or country of this map; nearest: "),
    ("AA,BB,,-1,", "m.csv: 'line 2' tbps: '-1' is not a finite number from 0 on"),
    ("AA,BB,,nan,", "m.csv: 'line 2' tbps: 'nan' is not a finite number from 0 on"),
    ("AA,BB,,inf,", "m.csv: 'line 2' tbps: 'inf' is not a finite number from 0 on"),
    ("AA,AA,,1,", "m.csv: 'line 2' to: 'AA' is where the demand comes from"),
    ("AA,BB,video,1,", "m.csv: 'line 2' class: 'video' is no class of traffic; known: emergency"),
    ("AA,BB,,1,2024", "m.csv: year: the matrix is of 2024, but 2030 is asked about"),
])
@pytest.mark.parametrize("command", [["network"], ["score", "--cable", "ab"]])
def test_a_bad_row_ends_with_2_and_one_message(capsys, world, tmp_path, row, words, command):
    file = tmp_path / "m.csv"
    file.write_text(f"from,to,class,tbps,year\n{row}\n", encoding="utf-8")
    code, out, err = run(capsys, command[0], world, *command[1:], "--demand", file,
                         "--demand-year", "2030")
    assert (code, out, err.count("m.csv")) == (2, "", 1), err
    assert words in err


@pytest.mark.parametrize(("name", "text", "words"), [
    ("m.csv", "", "m.csv: is empty"), ("m.csv", "from,to,tbps\n", "m.csv: holds no demand"),
    ("m.csv", "from,to\nAA,BB\n", "m.csv: tbps: is a required column and missing"),
    ("m.csv", "PK\x03\x04\x00", "m.csv: 'line 1': contains a NUL character"),
    ("m.parquet", "no", "m.parquet: is no whole Parquet file"),
    ("none.csv", None, "none.csv: does not exist"),
])
def test_a_file_that_is_no_matrix_ends_with_2(capsys, world, tmp_path, name, text, words):
    if text is not None:
        (tmp_path / name).write_text(text, encoding="utf-8")
    code, _, err = run(capsys, "network", world, "--demand", tmp_path / name)
    assert code == 2
    assert words in err


def test_the_year_of_the_day_counts_where_no_other_is_named(capsys, world, matrix):
    code, _, err = run(capsys, "network", world, "--as-of", "2025-01-01", "--demand", matrix)
    assert code == 2
    assert "the matrix is of 2030, but 2025 is asked about" in err
    assert answer(capsys, "network", world, "--as-of", "2025-01-01", "--demand", matrix,
                  "--demand-year", "2030")["demand_tbps"] == 10.0


def test_without_a_file_the_demand_of_the_map_is_grown_to_the_year(capsys, world):
    now, later = (answer(capsys, "network", world, "--demand-year", year)
                  for year in ("2023", "2025"))
    # two years at 23 % a year: 1.23 ** 2 = 1.5129
    assert later["demand_tbps"] / now["demand_tbps"] == pytest.approx(1.5129, rel=2e-3)
    assert any("grown from 2023 to 2025" in note for note in later["notes"])
    code, _, err = run(capsys, "network", world, "--demand-year", "2300")
    assert code == 2
    assert "no growth of demand is known" in err

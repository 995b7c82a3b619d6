"""The commands answer in words or in one JSON object, and end with 0, 1 or 2."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cablenet.cli import main
from cablenet.files import write_layers
from cablenet.testing import ring
from cablenet.validation.check import at_least, skipped


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


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    code, out, err = run(capsys, *arguments, "--json")
    assert code == 0, err
    value: dict[str, Any] = json.loads(out)
    return value


def test_network_counts_what_is_in_a_map(capsys: pytest.CaptureFixture[str], world: Path) -> None:
    found = answer(capsys, "network", str(world))
    assert (found["cables"], found["landing_points"], found["countries"]) == (4, 4, 4)
    assert found["landings"] == found["landings_linked"] == 8
    assert {"links", "nodes"} <= set(found)


def test_score_takes_several_failures_as_one(capsys: pytest.CaptureFixture[str],
                                             world: Path) -> None:
    """Both cables of BB on the ring are lost, so BB is isolated and nobody else."""
    found = answer(capsys, "score", str(world), "--cable", "ab", "--cable", "bc")
    assert found["scores"]["isolated_countries"] == {"value": 1.0, "unit": "countries"}
    assert found["countries"]["BB"]["isolated"] == 1.0
    assert "isolated" not in {k for k, v in found["countries"].get("CC", {}).items() if v == 1.0}


def test_score_takes_a_place(capsys: pytest.CaptureFixture[str], world: Path) -> None:
    found = answer(capsys, "score", str(world), "--at", "5,0,50")
    assert found["links_lost"] == ["ab/1"]


def test_score_takes_an_area_file(capsys: pytest.CaptureFixture[str], world: Path,
                                  tmp_path: Path) -> None:
    square = {"type": "Polygon", "coordinates": [[[4, -1], [6, -1], [6, 1], [4, 1], [4, -1]]]}
    file = tmp_path / "area.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {}, "geometry": square}]}))
    assert answer(capsys, "score", str(world), "--area", str(file))["links_lost"] == ["ab/1"]


def test_check_says_a_sound_map_is_sound(capsys: pytest.CaptureFixture[str], world: Path) -> None:
    assert answer(capsys, "check", str(world))["errors"] == []


@pytest.mark.parametrize(("arguments", "words"), [
    (["score", "{world}", "--cable", "nowhere"], "no cable 'nowhere'"),
    (["score", "{world}", "--at", "90,45,10"], "hits nothing"),
    (["score", "{world}", "--at", "here"], "LON,LAT,RADIUS_KM"),
    (["score", "{world}"], "name at least one failure"),
    (["score", "{world}", "--event", "no such event"], "no event 'no such event'"),
    (["score", "{world}", "--cable", "ab", "--metric", "lost_demnad"], "no metric 'lost_demnad'"),
    (["network", "{world}", "--as-of", "yesterday"], "YYYY-MM-DD"),
    (["network", "/no/such/map"], "does not exist"),
    (["run", "no-such-study"], "no study 'no-such-study'"),
    (["import", "no-such-format", "{world}", "--out", "{world}/x"], "no format"),
    (["bench", "no-such-bench"], "no bench 'no-such-bench'"),
])
def test_bad_input_is_one_message_and_exit_code_2(
    capsys: pytest.CaptureFixture[str], world: Path, arguments: list[str], words: str
) -> None:
    code, out, err = run(capsys, *[part.format(world=world) for part in arguments])
    assert code == 2
    assert words in err and err.strip().startswith("cablenet: ")
    assert out == "" and "Traceback" not in err


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "--help")
    assert code == 0
    for name in ("run", "check", "import", "network", "score", "plan", "validate", "bench"):
        assert name in out


@pytest.mark.parametrize(("options", "told"), [
    (["--losses", "0"], "give 1 or more"),
    (["--losses", "1", "--unit", "ship"], "use cable, station, cable+station or place"),
    (["--losses", "1", "--promise", "x.toml"], "give one"),
    (["--promise", "missing.toml"], "not a readable TOML file"),
    ([], "--losses"),
])
def test_a_promise_that_says_nothing_is_told_before_anything_is_priced(
        options: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "plan", "redundancy", *options)
    assert code == 2
    assert told in " ".join(err.split())


def test_validate_tells_what_stands_behind_a_miss_and_counts(
        capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    found = [at_least("held", 1.0, 0.5, "a source"),
             at_least("missed", 0.25, 0.5, "another source", ("half as much",)),
             skipped("left", "a third", "its data is not here")]
    monkeypatch.setattr("cablenet.validation.run_checks", lambda *_, **__: found)
    code, said, _ = run(capsys, "validate")
    assert code == 0
    assert "missed: miss; source: another source\n  half as much\n" in said
    assert said.endswith("\n1 pass, 1 miss, 1 skipped\n")
    assert max(map(len, said.splitlines())) < 100


def test_no_years_are_refused_before_the_map_is_read(
        capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, _, err = run(capsys, "twin", str(tmp_path / "no map"), "--years", "0")
    assert code == 2 and "--years is 0; give 1 or more" in err

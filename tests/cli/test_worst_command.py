"""`worst` from the outside: what it prints, its keys, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cablenet.cli import main
from cablenet.files import write_layers
from cablenet.maps import vendored
from cablenet.testing import ring


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder: Path = tmp_path_factory.mktemp("worst") / "ring"
    write_layers(ring(), folder)
    return str(folder)


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["worst", *arguments])
    out, err = capsys.readouterr()
    return int(ended.value.code or 0), out, err


def test_the_worst_pair_for_traffic_as_json(capsys, world):
    code, out, err = run(capsys, world, "--k", "2", "--metric", "unserved_tbps", "--json",
                         "--next-best", "1", "--ties")
    assert code == 0, err
    told = json.loads(out)
    assert told["status"] == "optimal" and told["checked"] and told["gap"] == 0
    assert told["elements"] == told["common"] == ["ab", "da"]
    assert told["objective"] > told["next_best"][0]["objective"] > 0
    code, _, err = run(capsys, world, "--k", "2", "--metric", "unserved_tbps", "--curve")
    assert code == 2 and "knows no --curve" in err


def test_the_worst_pair_of_a_ring_as_json(capsys, world):
    # hub AA on a ring AA-BB-CC-DD: losing both cables at AA isolates the three others
    code, out, err = run(capsys, world, "--k", "2", "--json", "--ties", "--next-best", "2")
    assert code == 0, err
    told = json.loads(out)
    assert {key: told[key] for key in ("status", "objective", "bound", "gap", "checked")} == {
        "status": "optimal", "objective": 3.0, "bound": 3.0, "gap": 0.0, "checked": True}
    assert told["elements"] == told["common"] == ["ab", "da"]
    assert told["isolated"] == ["BB", "CC", "DD"]
    assert [other["objective"] for other in told["next_best"]] == [2, 2]
    assert told["seconds"] >= 0


def test_the_same_as_text_and_a_curve(capsys, world):
    code, out, _ = run(capsys, world, "--k", "2", "--ties")
    assert code == 0 and "3 countries cut off (proved)" in out and "in every worst" in out
    code, out, _ = run(capsys, world, "--k", "2", "--curve", "--json")
    assert code == 0
    assert [step["objective"] for step in json.loads(out)["curve"]] == [0.0, 3.0]


def test_a_page_of_the_worst_case_and_of_what_to_harden(capsys, world, tmp_path, monkeypatch):
    monkeypatch.setattr(vendored, "read_vendored", lambda name: b"/* stand-in */")
    page = tmp_path / "worst.html"
    code, out, err = run(capsys, world, "--k", "2", "--curve", "--report", str(page), "--json")
    assert code == 0, err
    assert [step["objective"] for step in json.loads(out)["curve"]] == [0.0, 3.0]
    assert "What ever more failures can do" in page.read_text(encoding="utf-8")
    # with one of AB, DA safe the ring holds under any single loss and two losses isolate at most 2
    code, out, err = run(capsys, world, "--k", "2", "--harden", "1", "--report", str(page),
                         "--json")
    assert code == 0, err
    told = json.loads(out)
    assert (told["before"]["objective"], told["objective"], told["bound"]) == (3, 2, 2)
    assert "once hardened" in page.read_text(encoding="utf-8")


def test_a_pair_and_a_country(capsys, world):
    code, out, _ = run(capsys, world, "--k", "2", "--pair", "AA-CC", "--json")
    assert code == 0 and json.loads(out)["objective"] == 2.0
    code, out, _ = run(capsys, world, "--k", "1", "--country", "CC", "--json")
    assert code == 0 and json.loads(out)["objective"] == 0.0


@pytest.mark.parametrize(("words", "match"), [
    (("--k", "0"), "at least one unit"),
    (("--k", "9"), "only 4 units"),
    (("--k", "1", "--unit", "ship"), "no unit 'ship'"),
    (("--k", "1", "--metric", "money"), "known: isolated, people, unserved_tbps"),
    (("--k", "1", "--unit", "nonsense"), "mixed"),
    (("--k", "1", "--unit", "cable+ship"), "no unit 'ship'"),
    (("--k", "1", "--metric", "unserved_tbps", "--seed", "2"), "knows no --seed"),
    (("--k", "1", "--radius-km", "5"), "--radius-km goes with --unit place"),
    (("--k", "1", "--time-limit", "0"), "give a number above 0"),
    (("--k", "1", "--unit", "place", "--draws", "2", "--country", "BB", "--ties"),
     "leave out --country, --ties"),
    (("--k", "1", "--country", "ZZ"), "no country 'ZZ'"),
    (("--k", "1", "--pair", "AA"), "is not CC-CC"),
    (("--k", "2", "--curve", "--ties"), "leave out"),
    (("--k", "2", "--harden", "1", "--ties"), "what to harden only"),
])
def test_bad_words_end_with_one_message(capsys, world, words, match):
    code, out, err = run(capsys, world, *words)
    assert code == 2 and match in err and not out


def test_too_little_time_is_no_answer(capsys, world):
    code, _, err = run(capsys, world, "--k", "2", "--time-limit", "1e-12")
    assert code == 1 and "none does more than" in err


def test_the_time_limit_reaches_the_search_for_traffic(capsys, world, monkeypatch):
    import cablenet as cn

    limits = []
    search = cn.worst_traffic
    monkeypatch.setattr(cn, "worst_traffic", lambda *words, **options: (
        limits.append(options.get("time_limit_s")), search(*words, **options))[1])
    traffic = (world, "--k", "1", "--metric", "unserved_tbps")
    assert run(capsys, *traffic, "--time-limit", "77")[0] == 0
    assert run(capsys, *traffic)[0] == 0
    assert limits == [77.0, None]  # not given: the library's own, half an hour
    code, _, err = run(capsys, *traffic, "--time-limit", "1e-9")
    assert code == 1 and "in 1e-09 s" in err


def test_one_of_anything_is_told_in_the_singular(capsys, world):
    """The loss of its one station cuts off the one gateway of BB."""
    code, out, err = run(capsys, world, "--k", "1", "--unit", "station", "--country", "BB")
    assert code == 0, err
    assert "1 of at most 1 unit (station)" in out
    assert "1 gateway cut off" in out and "of at most 1 unit recounted" in out

"""`plan redundancy`: line and promise file ask together; what a mode does not take is refused."""

import json

import pytest

from cablenet.cli import main
from cablenet.cli.redundancy_modes import GOES_WITH
from cablenet.files import write_layers
from cablenet.testing import ring


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Cables AA-BB-CC-DD-AA, hub in AA: no one cable isolates, any one station isolates its own."""
    folder = tmp_path_factory.mktemp("modes") / "ring"
    write_layers(ring(), folder)
    return folder


def run(capsys, *arguments):
    with pytest.raises(SystemExit) as ended:
        main(["plan", "redundancy", *map(str, arguments)])
    out, err = capsys.readouterr()
    return int(ended.value.code or 0), out, " ".join(err.split())


def file_of(folder, text):
    out = folder / "p.toml"
    out.write_text(text)
    return out


def test_a_budget_on_the_line_binds_the_promise_of_a_file(capsys, world, tmp_path):
    """Two lost cables isolate BB, so a third is needed, and no cable costs a tenth of a million."""
    promise = file_of(tmp_path, '[[promise]]\nlosses = 2\nunit = "cable"\ncountries = ["BB"]\n')
    code, out, err = run(capsys, world, "--promise", promise, "--json")
    assert code == 0, err
    assert json.loads(out)["cost_musd"] > 0.1
    code, out, err = run(capsys, world, "--promise", promise, "--budget-musd", "0.1", "--json")
    assert code == 1 and not out and "0.1" in err


def test_countries_and_further_plans_on_the_line_go_into_the_promise(capsys, world, tmp_path):
    promise = file_of(tmp_path, '[[promise]]\nlosses = 2\nunit = "cable"\n')
    code, out, err = run(capsys, world, "--promise", promise, "--country", "BB", "--next-best", "1",
                         "--json")
    assert code == 0, err
    told = json.loads(out)
    assert told["promises"] == ["BB: any 2 cables"]
    assert len(told["next_best"]) == 1


def test_what_cannot_be_saved_is_left_out_by_a_word_on_the_line(capsys, world, tmp_path):
    """Each country has one station; a second one is not offered to those that reach is short of."""
    promise = file_of(tmp_path, '[[promise]]\nshare = 0.5\ncountries = ["DD"]\n')
    code, _, err = run(capsys, world, "--promise", promise)
    assert code == 1 and "DD through" in err
    code, out, err = run(capsys, world, "--promise", promise, "--leave-out-impossible", "--json")
    assert code == 0, err
    assert json.loads(out)["left_out"]


@pytest.mark.parametrize(("text", "line", "told"), [
    ("budget_musd = 5\n", ("--budget-musd", "1"), "--budget-musd is said by the file"),
    ("next_best = 0\n", ("--next-best", "1"), "--next-best is said by the file"),
    ("leave_out_impossible = false\nnext_best = 2\n",
     ("--leave-out-impossible", "--next-best", "0"),
     "--next-best and --leave-out-impossible are said by the file"),
])
def test_what_file_and_line_both_say_is_refused(capsys, world, tmp_path, text, line, told):
    promise = file_of(tmp_path, f"{text}[[promise]]\n")
    code, out, err = run(capsys, world, "--promise", promise, *line)
    assert code == 2 and not out
    assert told in err and "by the line; leave one out" in err


def test_countries_of_file_and_line_are_refused(capsys, world, tmp_path):
    promise = file_of(tmp_path, '[[promise]]\n[[promise]]\ncountries = ["BB"]\n')
    code, _, err = run(capsys, world, "--promise", promise, "--country", "CC")
    assert code == 2 and "--country is said by the file" in err


CONNECTION, SHARE = "[[promise]]\n", "[[promise]]\nshare = 0.5\n"
LEAST = ("--least-loss", "--budget-musd", "5")
SILENT = [
    (("--country", "BB"), ("--avoid", "CN"), "--avoid goes with --losses or --promise"),
    (("--share", "50"), ("--avoid", "CN"), "--avoid goes with --losses or --promise"),
    (LEAST, ("--avoid", "CN"), "--avoid goes with --losses or --promise"),
    (("--country", "BB"), ("--report", "x.html"), "--report goes with --losses or --promise"),
    (("--share", "50"), ("--report", "x.html"), "--report goes with --losses or --promise"),
    (SHARE, ("--report", "x.html"), "--report goes with --losses or --promise"),
    (SHARE, ("--round-hazards",), "--round-hazards goes with --losses or --promise"),
    (("--country", "BB"), ("--next-best", "0"),
     "--next-best goes with --losses, --promise, --share or --least-loss; not with --country"),
    (("--country", "BB"), ("--leave-out-impossible",), "--leave-out-impossible goes with --losses"),
    (LEAST, ("--leave-out-impossible",), "or --least-loss with --share; not with --least-loss"),
    (("--country", "BB"), ("--curve", "x.png"), "--curve goes with --least-loss; not with"),
    (("--share", "50"), ("--curve", "x.png"), "--curve goes with --least-loss; not with --share"),
    (CONNECTION, ("--curve", "x.png"), "--curve goes with --least-loss; not with --promise"),
    (CONNECTION, ("--unit", "cable+station"), "--unit goes with --losses; not with --promise"),
    (("--country", "BB"), ("--unit", "cable"), "--unit goes with --losses; not with --country"),
    (("--share", "50"), ("--unit", "cable"), "--unit goes with --losses; not with --share"),
    (("--losses", "1"), ("--gap", "1"),
     "--gap goes with --promise with a share, --share or --least-loss; not with --losses"),
    (("--country", "BB"), ("--time-limit-s", "9"), "--time-limit-s goes with --losses, --promise"),
    (("--country", "BB"), ("--reach-km", "9"), "--reach-km goes with --losses, --promise"),
    (("--losses", "1"), ("--reach-km", "9", "--candidates", "x.csv"), "leave it out with"),
    ((*LEAST, "--budget-musd", "6", "--curve", "x.png"), ("--next-best", "1"), "with one budget"),
]


@pytest.mark.parametrize(("mode", "option", "told"), SILENT)
def test_what_a_mode_does_not_take_is_refused_before_the_map_is_read(
        capsys, tmp_path, mode, option, told):
    if isinstance(mode, str):
        mode = ("--promise", file_of(tmp_path, mode))
    code, out, err = run(capsys, tmp_path / "no map", *mode, *option)
    assert code == 2 and not out
    assert told in err


@pytest.mark.parametrize("mode", [("--country", "BB"), ("--losses", "1"), ("--share", "50"),
                                  ("--least-loss",), ("--promise", CONNECTION)])
@pytest.mark.parametrize("budget", ["0", "-1", "nan"])
def test_a_budget_that_buys_nothing_is_refused_before_the_map_is_read(
        capsys, tmp_path, mode, budget):
    if mode[0] == "--promise":
        mode = ("--promise", file_of(tmp_path, CONNECTION))
    code, out, err = run(capsys, tmp_path / "no map", *mode, "--budget-musd", budget)
    assert code == 2 and not out
    assert f"--budget-musd is {budget}; give million USD above 0" in err


def test_a_budget_of_nothing_in_a_file_is_refused(capsys, tmp_path):
    code, _, err = run(capsys, tmp_path / "no map", "--promise",
                       file_of(tmp_path, f"budget_musd = 0\n{CONNECTION}"))
    assert code == 2 and "budget_musd is 0; give million USD above 0" in err


@pytest.mark.parametrize(("words", "told"), [
    (("--time-limit-s", "0"), "give seconds above 0"), (("--gap", "-1"), "give percent from 0 on"),
    (("--next-best", "-1"), "give a number of plans"),
])
def test_numbers_that_cannot_be_are_refused_before_the_map_is_read(capsys, tmp_path, words, told):
    code, _, err = run(capsys, tmp_path / "no map", "--share", "50", *words)
    assert code == 2 and told in err


def test_the_time_limit_reaches_the_plan_of_losses(capsys, world):
    code, _, err = run(capsys, world, "--losses", "2", "--unit", "cable", "--time-limit-s", "1e-9")
    assert code == 1 and "time" in err


def test_the_day_asked_about_holds_for_a_map_of_ones_own(capsys, world, monkeypatch):
    import cablenet as cn

    days = []
    build = cn.build_network
    monkeypatch.setattr(cn, "build_network", lambda layers, **words: (
        days.append(layers.as_of), build(layers, **words))[1])
    run(capsys, world, "--country", "BB", "--as-of", "2031-05-01")
    assert str(days[0]) == "2031-05-01"


def test_every_option_of_the_command_has_a_mode_that_takes_it():
    import inspect

    from cablenet.cli.plan import redundancy

    options = set(inspect.signature(redundancy).parameters) - {"ctx"}
    assert options == set().union(*GOES_WITH.values())

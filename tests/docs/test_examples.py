"""Every example of the documents runs: the Python of a page from top to bottom, each command.

What would take long runs with the smaller counts of `SMALLER`. All commands are parsed, and as many
run that each option shown is used once; one that serves, signs, needs a file of the reader's or
minutes of its own is run elsewhere: `ONLY_PARSED` says where.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import matplotlib.pyplot as plt
import pytest
import typer

import cablenet as cn
from cablenet.cli.entry import app, main

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SMALLER = {
    "order=3": "order=1", "order=2": "order=1", "cut_sets(net, 3,": "cut_sets(net, 1,",
    "10_000": "20", "1000)": "20)", "years=1000": "years=20", "draws=100": "draws=2",
    "draws=10,": "draws=2,", "range(1, 31)": "range(1, 4)",
    "worst_traffic(net, 2, next_best=9)": "worst_traffic(net, 1)",
    "named_events(net), [": 'named_events(net, ["Bab el-Mandeb"]), [',
    "--order 3": "--order 1", "--order 2": "--order 1", "--samples 1000000": "--samples 1000",
    "--years 10000": "--years 20", "--years 200": "--years 20", "--draws 100": "--draws 2",
    "--draws 50": "--draws 2", "--draws 20": "--draws 2", "--k 30": "--k 3",
    "--k 2 --metric unserved_tbps": "--k 1 --metric unserved_tbps",
    "--one-more IN+JP": "--one-more IN+JP --no-router --years 2",
    "--zone SEAIOCMA": "--zone SEAIOCMA --no-router --years 2",
    "--max-order 4": "--max-order 1", "--max-order 3": "--max-order 1",
}
"""The same calls with smaller counts: what is tested is the example, not the patience."""

ONLY_PARSED = {
    "run": "tests/study", "serve": "tests/api", "worker": "tests/api", "admit": "tests/api",
    "sign": "tests/cli/test_sign_commands.py", "audit": "tests/cli/test_sign_commands.py",
    "import": "tests/readers", "validate": "tests/validation", "bench": "tests/bench",
}
"""Commands of which only the words are checked here, and where they are run."""

ELSEWHERE = {
    "cn.plan_demand(": "minutes on the atlas; tests/planning/test_plan_demand.py",
    "from cablenet_api.client import": "needs a service; tests/api/test_manners.py",
}
"""Blocks that hold such a call are only compiled here, and where what they call is run."""

NEEDS = ("world", "mine.csv", "promises.toml", "my_events.toml", "tcp://")
"""Words of commands that need a reader's own file, map or cluster: parsed only."""


def blocks(page: Path, *, python: bool) -> list[str]:
    """The blocks of a page that are Python, or the others."""
    return [text for kind, text in BLOCK.findall(page.read_text(encoding="utf-8"))
            if (kind == "python") == python]


def smaller(text: str) -> str:
    for whole, small in SMALLER.items():
        text = text.replace(whole, small)
    return text


def commands() -> list[str]:
    """Every line of a page that calls cablenet, once."""
    lines = (line.split("#")[0].strip() for page in PAGES for text in blocks(page, python=False)
             for line in text.replace("\\\n", " ").splitlines())
    return sorted({line for line in lines if line.startswith("cablenet ")})


def files_of_the_reader() -> None:
    """What the pages take to lie in the folder one works in."""
    Path("matrix.csv").write_text(
        "from,to,class,tbps,year,source,confidence\nIN,Singapore,,40,2030,a return,sourced\n",
        encoding="utf-8")
    Path("durations.csv").write_text("quantile,hours\n0,100\n1,900\n", encoding="utf-8")
    Path("fault.toml").write_text(
        '[[event]]\nid = "today"\nname = "Fault off Luzon"\n'
        'parts = [{ kind = "disk", lon = 120.9, lat = 21.4, radius_km = 5 }]\n', encoding="utf-8")
    Path("mine.csv").write_text("candidate_id,from_id,to_id\nmine,to-nukualofa,fj-suva\n",
                                encoding="utf-8")


def run_here() -> list[str]:
    """The fewest lines, longest first, that use every option the pages show at least once."""
    chosen, seen = [], set()
    for line in sorted(commands(), key=lambda line: (-len(line.split()), line)):
        words = line.split()
        if words[1] in ONLY_PARSED or any(need in line for need in NEEDS):
            continue
        uses = {(words[1], word) for word in words[1:] if word.startswith("--") or words[1] == word}
        if not uses <= seen:
            chosen.append(line)
            seen |= uses
    return chosen


@pytest.mark.filterwarnings("ignore:FigureCanvasAgg is non-interactive")
@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, python=True)],
                         ids=lambda page: str(page.relative_to(ROOT)))
def test_the_python_of_a_page_runs_from_top_to_bottom(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    files_of_the_reader()
    layers = cn.atlas()
    names = {"cn": cn, "layers": layers, "net": cn.build_network(layers)}
    for number, text in enumerate(blocks(page, python=True), 1):
        ready = compile(smaller(text), f"{page.name}, Python block {number}", "exec")
        if not any(call in text for call in ELSEWHERE):
            exec(ready, names)
        plt.close("all")


@pytest.mark.parametrize("line", commands())
def test_a_command_of_a_page_is_one_the_program_knows(line):
    words, command = shlex.split(line)[1:], typer.main.get_command(app)
    while hasattr(command, "commands"):
        name, *words = words
        assert name in command.commands, line
        command = command.commands[name]
    command.make_context(name, words)  # raises what a user would be told


@pytest.mark.parametrize("line", run_here())
def test_a_command_of_a_page_runs(line, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    files_of_the_reader()
    try:
        main(shlex.split(smaller(line))[1:])
        code = 0
    except SystemExit as end:
        code = end.code or 0
    told = capsys.readouterr()
    assert code in (0, 1), f"{line}\n{told.err}"
    assert told.out.strip(), line

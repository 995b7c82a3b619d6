"""The house keeps its order: floors, circles, doors to heavy libraries, what the wheel holds."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "cablenet"

FLOORS: list[tuple[str, ...]] = [
    ("errors", "solvers", "kernels", "geo"),
    ("schema",),
    ("layer_checks", "traffic"),
    ("layers", "network_graph"),
    ("network",),
    ("build", "readers", "scenarios", "hazards", "risk"),
    ("metrics",),
    ("scoring", "flow_answer", "framing", "sweeps"),
    ("planning", "ready"),
    ("repair", "uncertainty"),
    ("files", "maps", "testing"),
    ("catalogue",),
    ("report", "validation"),
    ("bench",),
    ("study",),
    ("cli",),
]
"""Rooms from the ground up. A room imports from lower floors, or from itself."""

DOORS = {
    "ortools": ["solvers.py", "bench/repair_peers.py"],
    "networkx": ["network_graph.py", "bench/"],
    "numba": ["kernels/jit.py"],
    "igraph": ["bench/"],
    "rustworkx": ["bench/"],
    "pyvrp": ["bench/"],
    "dask": ["sweeps/dask_pool.py"],
    "distributed": ["sweeps/dask_pool.py"],
    "matplotlib": ["maps/", "scoring.py", "risk.py", "planning/", "repair/",
                   "bench/growth_plot.py"],
}
"""Where each heavy library may be imported; the bench holds it beside ours on purpose."""


PICTURES = {
    "network.py",
    "planning/demand_plan.py",
    "planning/fortification.py",
    "planning/route_choice.py",
    "planning/survival_plan.py",
    "planning/traffic_attacks.py",
    "planning/worst_case.py",
    "scoring.py",
}
"""Whose `.plot()` and `.explore()` may call up to `cablenet.maps`, when they are asked."""


def modules() -> Iterator[tuple[str, Path, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        if "vendor" not in path.parent.name:
            yield path.relative_to(PACKAGE).as_posix(), path, ast.parse(path.read_text())


def imports(tree: ast.Module, typing_too: bool = True) -> Iterator[str]:
    """Full names imported anywhere in a module; type-checking blocks only on request."""
    skipped: set[ast.AST] = set()
    if not typing_too:
        for node in ast.walk(tree):
            if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
                skipped |= set(ast.walk(node))
    for node in ast.walk(tree):
        if node in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room(relative: str) -> str:
    return relative.split("/")[0].removesuffix(".py")


def floor_of(name: str) -> int:
    return next(i for i, rooms in enumerate(FLOORS) if name in rooms)


def test_every_room_has_a_floor() -> None:
    known = {name for rooms in FLOORS for name in rooms} | {"__init__", "__main__"}
    assert {room(relative) for relative, *_ in modules()} <= known


def test_a_file_imports_only_from_floors_below_its_own() -> None:
    upward = []
    for relative, _, tree in modules():
        mine = room(relative)
        if mine in ("__init__", "__main__", "cli"):
            continue
        for name in imports(tree):
            parts = name.split(".")
            if parts[0] != "cablenet" or len(parts) < 2 or parts[1] == mine:
                continue
            if relative in PICTURES and parts[1] in ("maps", "scoring"):
                continue
            if floor_of(parts[1]) >= floor_of(mine):
                upward.append(f"{relative} -> {name}")
    assert not upward, upward


def test_no_two_modules_import_each_other_in_a_circle() -> None:
    names = {relative.removesuffix(".py").replace("/", ".").removesuffix(".__init__"): tree
             for relative, _, tree in modules() if room(relative) not in ("__init__", "cli")}
    edges: dict[str, set[str]] = {}
    for module, tree in names.items():
        edges[module] = set()
        for name in imports(tree, typing_too=False):
            target = name.removeprefix("cablenet.")
            while target and target not in names:
                target = target.rpartition(".")[0]
            picture = target.startswith("maps") and f"{module.replace('.', '/')}.py" in PICTURES
            if target and target != module and not module.startswith(target + ".") and not picture:
                edges[module].add(target)

    def visit(module: str, path: tuple[str, ...]) -> None:
        assert module not in path, " -> ".join([*path[path.index(module):], module])
        if module not in done:
            for target in sorted(edges[module]):
                visit(target, (*path, module))
            done.add(module)

    done: set[str] = set()
    for module in sorted(edges):
        visit(module, ())


@pytest.mark.parametrize("library", sorted(DOORS))
def test_a_heavy_library_comes_in_by_its_door_only(library: str) -> None:
    found = {relative for relative, _, tree in modules()
             if any(name.split(".")[0] == library for name in imports(tree))}
    assert all(any(relative == door or relative.startswith(door) for door in DOORS[library])
               for relative in found), found


def test_a_test_that_is_skipped_for_want_of_a_package_says_why() -> None:
    for path in sorted((ROOT / "tests").rglob("*.py")):
        silent = [node.lineno for node in ast.walk(ast.parse(path.read_text()))
                  if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.importorskip"
                  and not any(word.arg == "reason" for word in node.keywords)]
        assert not silent, (path.name, silent)


@pytest.mark.parametrize("folder", ["api/cablenet_api", "notebooks"])
def test_the_top_floor_says_import_cablenet_and_nothing_deeper(folder: str) -> None:
    for path in sorted((ROOT / folder).rglob("*.py")):
        deep = [name for name in imports(ast.parse(path.read_text()))
                if (name.startswith("cablenet.") and name.count(".") > 1)
                or name.split(".")[0] in ("ortools", "networkx", "geopandas")]
        assert not deep, (path.name, deep)


def test_every_module_says_first_what_it_is() -> None:
    for relative, _, tree in modules():
        words = ast.get_docstring(tree)
        assert words or (relative.endswith("__init__.py") and not tree.body), relative


def test_nothing_in_the_library_asks_the_clock_or_the_environment() -> None:
    """Waits, clocks and environment belong to the command line, the bench and the solvers."""
    allowed = ("cli/", "bench/", "solvers.py", "maps/vendor.py", "planning/", "repair/",
               "readers/")
    for relative, _, tree in modules():
        if not relative.startswith(allowed):
            named = set(imports(tree))
            assert not {n for n in named if n.split(".")[0] in ("time", "random")}, relative


def test_the_wheel_holds_exactly_three_packages(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path],
                   cwd=ROOT, check=True, capture_output=True)
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        names = wheel.namelist()
    tops = {name.split("/")[0] for name in names if ".dist-info/" not in name}
    assert tops == {"cablenet", "cablenet_api", "cablenet_geodata"}
    assert "cablenet/py.typed" in names
    assert "cablenet_geodata/segments.geojson" in names
    assert not [name for name in names if "/build/" in name and name.startswith("cablenet_geodata")]


def test_every_public_name_loads() -> None:
    import cablenet as cn

    for name in cn.__all__:
        assert getattr(cn, name) is not None, name


def test_the_version_is_written_once() -> None:
    import cablenet

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert cablenet.__version__ == project["version"]


def test_the_lock_holds_hashes_and_no_addresses() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    assert "--hash=sha256:" in lock
    assert "://" not in lock and "index-url" not in lock


def test_help_answers_at_once() -> None:
    """Under half a second on a quiet machine; here only: no heavy import on the way."""
    code = ("import sys, cablenet.cli; "
            "print([m for m in ('geopandas', 'pandas', 'ortools', 'matplotlib', 'networkx') "
            "if m in sys.modules])")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

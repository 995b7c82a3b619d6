"""Every bad input is one clear message and exit code 2, soon, with nothing written."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cablenet.cli.entry import main
from cablenet.errors import InputError
from cablenet.readers import check_layers, find_format, read_layers

HERE = Path(__file__).parent
LAID_OVER = {"maps": "good", "exports": "good_export", "parquet": ""}
CASES = [f"files/{file.name}" for file in sorted((HERE / "files").iterdir())] + [
    f"{group}/{case.name}" for group in LAID_OVER for case in sorted((HERE / group).iterdir())]

OPENED: list[str] = []
WATCH = [False]


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if WATCH[0] and event in ("open", "sqlite3.connect") and isinstance(arguments[0], (str, bytes)):
        name = arguments[0]
        OPENED.append(name.decode() if isinstance(name, bytes) else name)


sys.addaudithook(_watch)


@pytest.fixture
def opened() -> Iterator[list[str]]:
    """Every file that is opened while the test runs."""
    OPENED.clear()
    WATCH[0] = True
    yield OPENED
    WATCH[0] = False


def lay_out(case: str, folder: Path) -> Path:
    """The case as a path to read: a copy of the file, or the good map with bad files laid over."""
    group, name = case.split("/", 1)
    if group == "files":
        return Path(shutil.copy(HERE / case, folder / name))
    target = folder / name
    good = LAID_OVER[group]
    if good:
        shutil.copytree(HERE / good, target)
    shutil.copytree(HERE / case, target, dirs_exist_ok=True)
    if name == "segments_as_csv":
        (target / "segments.geojson").unlink()
    return target


def test_the_corpus_is_large() -> None:
    assert len(CASES) >= 100


def test_what_is_laid_over_is_itself_good(tmp_path: Path) -> None:
    for good in ("good", "good_export"):
        shutil.copytree(HERE / good, tmp_path / good)
        assert len(read_layers(tmp_path / good).cables) == 1


@pytest.mark.parametrize("case", CASES)
def test_each_is_one_clear_error_in_time(case: str, tmp_path: Path, opened: list[str]) -> None:
    path = lay_out(case, tmp_path)
    opened.clear()
    before = sorted(tmp_path.rglob("*"))
    start = time.process_time()
    with pytest.raises(InputError) as caught:
        read_layers(path)
    assert time.process_time() - start < 5
    message = str(caught.value)
    names = {file.name for file in (path, *path.rglob("*"))} if path.is_dir() else {path.name}
    assert any(name in message for name in names)
    assert all(problem.message and problem.cure for problem in caught.value.problems)
    assert len(message) < 4000
    assert sorted(tmp_path.rglob("*")) == before
    strange = [name for name in opened if not name.startswith((
        str(tmp_path), f"file:{tmp_path}", sys.prefix, sys.base_prefix, str(HERE.parents[1])))]
    assert strange == []


@pytest.mark.parametrize("case", CASES)
def test_the_command_line_says_so_with_exit_code_2(
        case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = lay_out(case, tmp_path)
    out = tmp_path / "out"
    try:
        form = find_format(path)
    except InputError:
        form = "folder"
    with pytest.raises(SystemExit) as left:
        main(["import", form, str(path), "--out", str(out)])
    assert left.value.code == 2
    assert not out.exists()
    said = capsys.readouterr()
    assert "Traceback" not in said.err
    assert said.err.lstrip().startswith("cablenet: ")


@pytest.mark.parametrize("case", ["files/nan.geojson", "maps/duplicate_ids", "exports/latitude_95"])
def test_check_reports_what_cannot_be_read(case: str, tmp_path: Path) -> None:
    path = lay_out(case, tmp_path)
    report = check_layers(path)
    assert not report.is_usable
    assert report.errors
    with pytest.raises(SystemExit) as left:
        main(["check", str(path)])
    assert left.value.code == 2


def test_a_path_that_is_not_there_is_told() -> None:
    with pytest.raises(InputError, match="does not exist"):
        read_layers("no/such/map.gpkg")
    with pytest.raises(InputError, match="does not exist"):
        read_layers("bad\x00name")


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path, opened: list[str]) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("cable_id,name,status\nc,C,live\n")
    shutil.copytree(HERE / "good", tmp_path / "map")
    (tmp_path / "map" / "cables.csv").unlink()
    (tmp_path / "map" / "cables.csv").symlink_to(secret)
    opened.clear()
    with pytest.raises(InputError, match="leads out of its folder"):
        read_layers(tmp_path / "map")
    assert str(secret) not in opened


@pytest.mark.parametrize("count", [100_000, 1_000_000])
def test_noise_is_refused_in_time(tmp_path: Path, count: int) -> None:
    """Features without geometry: the first twenty faults are told, or that there are too many."""
    file = tmp_path / "noise.geojson"
    file.write_text('{"type":"FeatureCollection","features":[' + ",".join(
        ['{"type":"Feature"}'] * count) + "]}")
    start = time.process_time()
    with pytest.raises(InputError) as caught:
        read_layers(file)
    assert time.process_time() - start < 5
    assert len(str(caught.value)) < 5000

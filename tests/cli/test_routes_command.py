"""`cablenet plan routes`: ways on the terminal, as JSON and in a folder; what is wrong is told."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

import cablenet as cn
from cablenet.cli import main


def run(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["plan", "routes", *map(str, arguments)])
    out, err = capsys.readouterr()
    return int(ended.value.code or 0), out, err


@pytest.mark.filterwarnings("ignore:FigureCanvasAgg is non-interactive")
def test_the_folder_holds_the_ways_told_and_none_enters_what_is_avoided(capsys, tmp_path):
    folder = tmp_path / "ways"
    code, out, err = run(capsys, "Vung Tau", "114.0,4.8", "--avoid", "CN", "--most", "3",
                         "--out", folder, "--json")
    assert code == 0, err
    told = json.loads(out)
    assert (told["start"], told["end"], told["avoided"]) == ("vn-vung-tau", "114, 4.8", ["CN"])
    assert 1 <= len(told["routes"]) <= 3
    lines, other = (gpd.read_file(folder / "routes.gpkg", layer="routes"),
                    gpd.read_file(folder / "routes.geojson"))
    table = pd.read_csv(folder / "routes.csv")
    for frame in (lines, other, table):
        assert frame["length_km"].tolist() == [row["length_km"] for row in told["routes"]]
    assert lines.geometry.geom_equals_exact(other.geometry, 1e-6).all()
    zones = cn.atlas().tables["jurisdictions"]
    chinese = [("CN" in str(codes).split(";")) for codes in zones["claimants"]]
    waters = shapely.union_all(zones.geometry[chinese].to_numpy())
    assert not waters.is_empty and not lines.intersects(waters).any()
    # a straight line from Vung Tau to Brunei enters them: there was something to avoid
    assert shapely.LineString([(107.1, 10.3), (114.0, 4.8)]).intersects(waters)
    assert (folder / "map.png").read_bytes().startswith(b"\x89PNG")


def test_the_terminal_shows_a_row_for_each_way_and_a_lon_below_0_comes_after_dashes(capsys):
    code, out, err = run(capsys, "--most", "2", "--", "-9.4,38.7", "-17.2,32.6")
    assert code == 0, err
    assert out.startswith("-9.4, 38.7 to -17.2, 32.6: ")
    assert "way 1" in out
    assert out.endswith(" ways tried; shared: km within 25 km of a cable in service\n")


@pytest.mark.parametrize(("words", "code", "told"), [
    (("Tuaz", "Maruyama"), 2, "Tuaz"),
    (("Tuas", "200,10"), 2, "(200, 10) is no place"),
    (("Tuas", "Maruyama", "--keep-km-from-cables", "0"), 2, "must lie above 0"),
    (("Tuas", "Maruyama", "--avoid", "ZZ"), 2, "ZZ"),
    (("Tuas", "Maruyama", "--avoid", "JP"), 1, "lies in or behind waters that JP claims"),
])
def test_what_is_wrong_ends_with_one_message(capsys, words, code, told):
    ended, out, err = run(capsys, *words)
    assert (ended, out) == (code, "")
    assert told in err.replace("\n", " ")

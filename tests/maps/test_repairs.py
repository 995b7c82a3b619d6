"""A repair plan drawn and written: lines where the ships sail, every file that is promised."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from repair.test_dispatch import outage, sea

from cablenet.maps.projection import Window
from cablenet.maps.repairs import draw_repairs
from cablenet.repair import plan_repairs
from cablenet.study.repair_folder import write_repairs


@pytest.fixture(scope="module")
def world():
    """Two ships at the two ends of the line AA - BB - CC, four faults, two of them close."""
    net = sea(ships=[("one", 0, 0, "ZONE", 10.0), ("two", 20, 0, "ZONE", 10.0)])
    hit = outage(net, (5.0, "near"), (5.2, "near"), (5.3, "near"), (18.0, "far"))
    return net, plan_repairs(net, hit)


def test_every_ship_sent_has_its_line_and_its_name(world):
    from matplotlib.collections import LineCollection

    net, plan = world
    axes = draw_repairs(net, plan)
    lines = [one for one in axes.collections if isinstance(one, LineCollection)]
    assert len(lines) == 1 + plan.schedule["ship"].nunique()  # cables, then one a ship
    names = {text.get_text() for text in axes.figure.axes[1].get_legend().get_texts()}
    assert {"One: 2 jobs", "Two: 2 jobs"} <= names  # two each: neither waits for the other


def test_a_line_runs_from_the_base_to_the_fault(world):
    _, plan = world
    row = plan.schedule[plan.schedule["ship_id"] == "two"].iloc[0]
    ends = np.array(plan.tracks[row["job_id"]].coords)[[0, -1]]
    assert ends[0] == pytest.approx([20.0, 0.0], abs=1e-6)
    assert ends[1] == pytest.approx([18.0, 0.0], abs=0.01)


def test_close_faults_get_a_frame_of_their_own(world):
    net, plan = world
    assert not draw_repairs(net, plan).child_axes  # four faults over 13 degrees of 20
    hit = outage(net, (5.0, "near"), (5.1, "near"), (5.2, "near"))
    assert len(draw_repairs(net, plan_repairs(net, hit), window=Window(-20, 60, -30, 30)
                            ).child_axes) == 1


def test_a_plan_is_written_whole(world, tmp_path):
    net, plan = world
    files = write_repairs(net, plan.with_traffic(), tmp_path / "out")
    names = {file.name for file in files}
    assert {"map.png", "gantt.png", "curve.png", "unserved.png", "jobs.csv", "ships.csv",
            "not_repaired.csv", "restoration.csv", "unserved.csv", "voyages.geojson"} == names
    assert all(file.is_file() for file in files)
    assert len(pd.read_csv(tmp_path / "out/jobs.csv")) == 4
    assert len(gpd.read_file(tmp_path / "out/voyages.geojson")) == 4

"""The real exports of 2022 and 2021, where they are at hand: nothing is lost, and it is quick."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from cablenet.geo.geodesic import line_lengths_km
from cablenet.readers import ImportResult, import_map

DATA = Path(__file__).parents[3] / "shared" / "data"
EXPORTS = {
    "telegeography_v3_2022": (526, 1436, 2410),
    "telegeography_v2_2021": (484, 1301, 2144),
}


@pytest.fixture(scope="module", params=sorted(EXPORTS))
def real(request: pytest.FixtureRequest) -> tuple[str, ImportResult]:
    path = DATA / request.param
    if not path.is_dir():
        pytest.skip(f"the export {request.param} is not here: its licence keeps it out of the repo")
    return request.param, import_map(path)


def test_all_cables_points_and_landings_are_in_the_map(real: tuple[str, ImportResult]) -> None:
    """526 cables, 1,436 points and 2,410 landings in 2022, as counted in the files."""
    name, result = real
    layers = result.layers
    assert (len(layers.cables), len(layers.stations), len(layers.landings)) == EXPORTS[name]
    segments = layers.segments
    ends = {(cable, end) for column in ("from_id", "to_id")
            for cable, end in zip(segments["cable_id"], segments[column], strict=True)}
    landings = zip(layers.landings["cable_id"], layers.landings["station_id"], strict=True)
    assert not set(landings) - ends
    assert not (layers.stations["country"] == "ZZ").any()


def test_every_cable_in_parts_is_listed(real: tuple[str, ImportResult]) -> None:
    """The 2022 drawing leaves about 66 cables in parts after welding and dateline pairing.

    We count 60 there, because vertices up to 20 m apart are welded (four cables drawn with such
    gaps) and because an end at the dateline is also paired with an inner vertex across it. Gaps
    of up to 5 km that a loose end points at, and shared landings, leave 46.
    """
    name, result = real
    counts = result.report.counts
    listed = {note.cable_id for note in result.report.of_kind("cable_in_parts")}
    assert counts["cables_in_parts"] == len(listed)
    if name == "telegeography_v3_2022":
        assert 55 <= counts["cables_in_parts_once_paired_at_the_dateline"] <= 66
        assert len(listed) == 46


def test_drawn_lengths_are_near_published_ones(real: tuple[str, ImportResult]) -> None:
    """The drawing is 0.94 of the published length in the median."""
    _, result = real
    segments, cables = result.layers.segments, result.layers.cables.set_index("cable_id")
    drawn = segments.assign(km=line_lengths_km(segments.geometry.to_numpy())).groupby(
        "cable_id")["km"].sum()
    ratio = (drawn / cables["length_km"]).dropna()
    assert ratio.median() == pytest.approx(0.94, abs=0.02)


def test_the_import_is_quick(real: tuple[str, ImportResult]) -> None:
    """Under ten seconds of processor time (two when nothing else runs)."""
    name, _ = real
    start = time.process_time()
    import_map(DATA / name)
    assert time.process_time() - start < 10

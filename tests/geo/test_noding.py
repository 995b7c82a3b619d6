"""Noding of drawn cables: small drawings whose joints and sections are counted by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString

from cablenet.geo.geodesic import line_length_km
from cablenet.geo.noding import Noded, node_lines


def line(*places: tuple[float, float]) -> np.ndarray:
    return np.array(places, dtype=float)


def places(*at: tuple[float, float]) -> np.ndarray:
    return np.array(at, dtype=float).reshape(-1, 2)


def total_km(noded: Noded) -> float:
    return sum(line_length_km(LineString(section.coordinates)) for section in noded.sections)


def kinds(noded: Noded) -> list[str]:
    return sorted(mend.kind for mend in noded.mends)


def test_a_branch_that_ends_on_an_inner_vertex_makes_a_junction() -> None:
    """Drawn: 0-1-2-3 with a branch from 1 up. Landings at 0, 3 and the branch's end."""
    noded = node_lines([line((0, 0), (1, 0), (2, 0), (3, 0)), line((1, 0), (1, 1))],
                       places((0, 0), (3, 0), (1, 1)))
    assert noded.t_junctions == 1
    assert len(noded.sections) == 3
    junction = [joint for joint in noded.joints if joint.place < 0]
    assert [(joint.lon, joint.lat, joint.degree) for joint in junction] == [(1.0, 0.0, 3)]
    assert noded.parts_left == 1
    assert noded.mends == ()


def test_a_landing_half_way_along_splits_the_line_and_pulls_it_over() -> None:
    """0.003 degrees north of the line is 0.332 km on WGS84 (110.574 km a degree)."""
    noded = node_lines([line((0, 0), (2, 0))], places((0, 0), (2, 0), (1.5, 0.003)))
    assert len(noded.sections) == 2
    [mend] = noded.mends
    assert (mend.kind, mend.place) == ("split_at_landing", 2)
    assert mend.km == pytest.approx(0.003 * 110.574, rel=1e-3)
    middle = next(joint for joint in noded.joints if joint.place == 2)
    assert (middle.lon, middle.lat, middle.degree) == (1.5, 0.003, 2)


def test_an_end_within_a_kilometre_of_a_landing_moves_onto_it() -> None:
    noded = node_lines([line((0, 0), (2, 0))], places((0, 0), (2.005, 0)))
    assert kinds(noded) == ["end_moved_to_landing"]
    assert noded.sections[0].coordinates[-1].tolist() == [2.005, 0.0]


def test_a_landing_far_from_the_middle_gets_a_connector_and_a_junction() -> None:
    """0.2 degrees north of the middle: 22.1 km; the line's ends are landings already."""
    noded = node_lines([line((0, 0), (2, 0))], places((0, 0), (2, 0), (1, 0.2)))
    [mend] = noded.mends
    assert mend.kind == "connector_added"
    assert mend.km == pytest.approx(0.2 * 110.574, rel=1e-3)
    assert sorted(section.connector for section in noded.sections) == [False, False, True]
    assert noded.parts_left == 1


def test_a_landing_beyond_a_loose_end_has_the_line_drawn_on_to_it() -> None:
    noded = node_lines([line((0, 0), (2, 0))], places((0, 0), (2.1, 0)))
    assert kinds(noded) == ["line_drawn_on_to_landing"]
    assert len(noded.sections) == 1
    assert not noded.sections[0].connector
    assert {joint.place for joint in noded.joints} == {0, 1}


def test_ends_on_both_sides_of_the_dateline_are_one_line_that_passes_180() -> None:
    noded = node_lines([line((170, 10), (179.9998, 12)), line((-179.9998, 12), (-170, 10))],
                       places((170, 10), (-170, 10)))
    assert (noded.parts_welded, noded.parts_paired) == (2, 1)
    assert kinds(noded) == ["dateline_paired"]
    [section] = noded.sections
    assert section.coordinates[:, 0].tolist() == pytest.approx([170, 179.9998, 180.0002, 190])


def test_an_end_at_the_dateline_with_no_partner_is_told() -> None:
    noded = node_lines([line((170, 10), (179.9998, 12))], places((170, 10)))
    assert kinds(noded) == ["dateline_unpaired"]
    assert [joint.degree for joint in noded.joints] == [1, 1]


def test_a_line_that_jumps_across_the_dateline_is_taken_the_short_way() -> None:
    noded = node_lines([line((179, 0), (-179, 0))], places((179, 0), (-179, 0)))
    assert total_km(noded) == pytest.approx(2 * 111.32, rel=1e-3)


def test_a_closed_ring_with_one_landing_becomes_two_ways_round() -> None:
    noded = node_lines([line((0, 0), (1, 0), (1, 1), (0, 1), (0, 0))], places((0, 0)))
    assert len(noded.sections) == 2
    assert all(section.start != section.end for section in noded.sections)
    assert sorted(joint.place for joint in noded.joints) == [-1, 0]


def test_a_ring_without_any_landing_is_kept() -> None:
    noded = node_lines([line((0, 0), (1, 0), (1, 1), (0, 0))], places())
    assert len(noded.sections) == 2
    assert total_km(noded) == pytest.approx(
        line_length_km(LineString([(0, 0), (1, 0), (1, 1), (0, 0)])))


def test_where_building_stops_there_is_a_joint() -> None:
    noded = node_lines([line((0, 0), (1, 0)), line((1, 0), (2, 0))], places((0, 0), (2, 0)),
                       built=[True, False])
    assert [section.is_built for section in noded.sections] == [True, False]


def test_a_loose_end_two_kilometres_from_another_part_is_drawn_on_to_it() -> None:
    noded = node_lines([line((0, 0), (2, 0)), line((1, 0.02), (1, 1))],
                       places((0, 0), (2, 0), (1, 1)))
    assert (noded.parts_paired, noded.parts_left) == (2, 1)
    assert kinds(noded) == ["gap_closed"]


def test_parts_far_from_each_other_stay_apart() -> None:
    noded = node_lines([line((0, 0), (1, 0)), line((5, 0), (6, 0))],
                       places((0, 0), (1, 0), (5, 0), (6, 0)))
    assert noded.parts_left == 2


def test_two_landings_at_one_place_both_stay() -> None:
    noded = node_lines([line((0, 0), (1, 0))], places((0, 0), (1, 0), (1, 0)))
    assert sorted(joint.place for joint in noded.joints) == [0, 1, 2]


def test_no_lines_leaves_the_landings_alone() -> None:
    noded = node_lines([], places((0, 0), (1, 1)))
    assert noded.sections == ()
    assert [joint.degree for joint in noded.joints] == [0, 0]


@st.composite
def drawings(draw: st.DrawFn) -> tuple[list[np.ndarray], np.ndarray]:
    """A trunk on a coarse grid, branches from its vertices, landings anywhere near."""
    coordinate = st.integers(-8, 8)
    trunk = draw(st.lists(st.tuples(coordinate, coordinate), min_size=3, max_size=6, unique=True))
    lines = [np.array(trunk, dtype=float)]
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.sampled_from(trunk))
        end = draw(st.tuples(coordinate, coordinate))
        if end != start:
            lines.append(np.array([start, end], dtype=float))
    landings = draw(st.lists(st.tuples(coordinate, coordinate), max_size=5, unique=True))
    return lines, np.array(landings, dtype=float).reshape(-1, 2)


@settings(max_examples=60, deadline=None)
@given(drawings())
def test_every_landing_is_a_joint_and_every_section_ends_at_its_joints(
        drawing: tuple[list[np.ndarray], np.ndarray]) -> None:
    lines, landings = drawing
    noded = node_lines(lines, landings)
    assert sorted(j.place for j in noded.joints if j.place >= 0) == list(range(len(landings)))
    for section in noded.sections:
        for joint, end in ((noded.joints[section.start], section.coordinates[0]),
                           (noded.joints[section.end], section.coordinates[-1])):
            assert (end[0] - joint.lon) % 360 == pytest.approx(0, abs=1e-9)
            assert end[1] == joint.lat
    for number, joint in enumerate(noded.joints):
        assert joint.degree == sum((s.start == number) + (s.end == number)
                                   for s in noded.sections)
        if joint.place >= 0:
            assert (joint.lon, joint.lat) == tuple(landings[joint.place])
            assert joint.degree > 0


def mended(noded: Noded) -> list[tuple[str, int]]:
    """What was mended, less the remark that a loose end happens to lie at the dateline."""
    return sorted((m.kind, m.place) for m in noded.mends if m.kind != "dateline_unpaired")


@settings(max_examples=60, deadline=None)
@given(drawings(), st.sampled_from([180.0, 360.0, -360.0, 177.0]))
def test_shifting_a_drawing_across_the_dateline_changes_nothing(
        drawing: tuple[list[np.ndarray], np.ndarray], shift: float) -> None:
    lines, landings = drawing
    away = np.array([shift, 0.0])
    here = node_lines(lines, landings)
    there = node_lines([one + away for one in lines],
                       np.column_stack([(landings[:, 0] + shift + 180) % 360 - 180,
                                        landings[:, 1]]))
    assert len(here.sections) == len(there.sections)
    assert here.parts_left == there.parts_left
    assert mended(here) == mended(there)
    assert total_km(here) == pytest.approx(total_km(there), rel=1e-6, abs=1e-6)

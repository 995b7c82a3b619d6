"""The map of traffic: how full links are before and after, and what countries lose or wait."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
import shapely

from cablenet.build import build_network
from cablenet.flow_answer import FlowAnswer, flow_optimum
from cablenet.maps import draw_traffic, save_map
from cablenet.maps.land import Land
from cablenet.maps.traffic import (
    ADDED_COLOURS,
    NEWLY_FULL,
    UNSERVED_COLOURS,
    country_tints,
    link_loads,
)
from cablenet.scenarios.losses import cable_losses
from cablenet.scenarios.scenario_set import ScenarioSet
from cablenet.testing import small_world

LAND = Land(np.array(["AA"], object), np.array([shapely.MultiPolygon([shapely.box(-2, -2, 0, 2)])],
                                               object))


def answer(long_tbps: float) -> tuple[FlowAnswer, ScenarioSet]:
    """AA, a hub, and BB ask each other for 1 Tbps; `main` straight is lost, `long` is left.

    AA (0, 0) ---- main ---- BB (10, 0), and AA -- long -- u (5, 20) -- long -- BB
    """
    net = build_network(small_world(
        [("a", "AA", 0, 0), ("b", "BB", 10, 0)],
        {"main": [("a", "b")], "long": [("a", "u"), ("u", "b")]}, hubs=["AA"],
        units={"u": ("long", 5, 20)}, lit_tbps={"main": 10.0, "long": long_tbps}))
    failing = cable_losses(net, ["main"])
    return flow_optimum(net, failing), failing


def test_load_moves_from_the_lost_link_to_the_other() -> None:
    # room is lit less a fifth: main 8, long 8; 1 Tbps each way
    flow, _ = answer(10.0)
    net, loads = flow.case.net, link_loads(flow)
    main, way = net.link_index("main/1"), net.link_index("long/1")
    assert (loads.before_tbps[main], loads.before_share[main]) == pytest.approx((1.0, 1 / 8))
    assert (loads.after_tbps[main], loads.after_share[main]) == (0.0, 0.0)
    assert (loads.before_share[way], loads.after_share[way]) == pytest.approx((0.0, 1 / 8))


def test_countries_that_lose_and_countries_that_wait_have_different_tints() -> None:
    # room for 0.8 of 1 Tbps each way: both go without a fifth
    losing, _ = country_tints(answer(1.0)[0])
    assert set(losing.values()) <= set(UNSERVED_COLOURS[2:])
    # all fits: about 2 x 2,480 km in place of 1,113 km, some 38 ms more there and back
    waiting, used = country_tints(answer(10.0)[0])
    assert waiting == dict.fromkeys(("AA", "BB"), ADDED_COLOURS[3])
    assert used == {ADDED_COLOURS[3]}


def test_two_maps_are_drawn_and_the_legend_names_only_what_is_there() -> None:
    axes = draw_traffic(*answer(10.0), land=LAND)
    titles = [one.get_title("left") for one in axes.figure.axes if one.get_title("left")]
    assert titles == ["MAIN: before", "MAIN: after"]
    words = _words(axes)
    assert "30 ms and more" in words
    assert not any("of its demand" in word for word in words)


def test_a_link_that_fills_up_is_told_from_one_that_was_full() -> None:
    from matplotlib.colors import to_rgba

    axes = draw_traffic(*answer(1.0), land=LAND)
    above, below = axes.figure.axes[:2]
    assert to_rgba(NEWLY_FULL) not in _line_colours(above)
    assert to_rgba(NEWLY_FULL) in _line_colours(below)


def test_the_same_answer_gives_the_same_bytes() -> None:
    flow, failing = answer(10.0)
    one, two = io.BytesIO(), io.BytesIO()
    save_map(draw_traffic(flow, failing, land=LAND), one, 60)
    save_map(draw_traffic(flow, failing, land=LAND), two, 60)
    assert one.getvalue() == two.getvalue()


def _line_colours(axes: Any) -> set[tuple[float, ...]]:
    from matplotlib.collections import LineCollection
    from matplotlib.colors import to_rgba_array

    return {(*map(float, colour[:3]), 1.0) for part in axes.collections
            if isinstance(part, LineCollection) for colour in to_rgba_array(part.get_colors())}


def _words(axes: Any) -> list[str]:
    from matplotlib.legend import Legend

    return [text.get_text() for place in axes.figure.axes for artist in place.get_children()
            if isinstance(artist, Legend) for text in artist.get_texts()]

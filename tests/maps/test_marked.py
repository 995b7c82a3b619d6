"""Attacks on the muted map: colours, crosses, rings, what the legend says, which window."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.colors import to_rgba
from matplotlib.legend import Legend
from twins.worlds import built

from cablenet.build import build_network
from cablenet.maps.attacks import marks_of
from cablenet.maps.marked import COLOURS, HARD, WORLD, Mark, draw_marked
from cablenet.maps.projection import INDO_PACIFIC
from cablenet.planning.fortification import fortify
from cablenet.planning.worst_case import worst_case
from cablenet.planning.worst_traffic import worst_traffic
from cablenet.testing import ring, small_world


def words_of(axes: Any) -> list[str]:
    return [text.get_text() for place in axes.figure.axes for artist in place.get_children()
            if isinstance(artist, Legend) for text in artist.get_texts()]


def colours_of(axes: Any) -> set[tuple[float, ...]]:
    return {tuple(map(float, colour)) for collection in axes.collections
            if hasattr(collection, "get_colors") for colour in collection.get_colors()}


def test_each_unit_of_an_attack_has_its_colour_and_its_name() -> None:
    axes = worst_case(built(ring), 2).plot()
    assert {"AB", "DA", "country cut off", "gateway cut off"} <= set(words_of(axes))
    assert {to_rgba(COLOURS[0]), to_rgba(COLOURS[1])} <= colours_of(axes)
    assert axes.get_title("left") == "The worst 2 cables: 3 countries cut off (proved)"


def test_a_station_is_a_cross_where_it_stands() -> None:
    net = built(ring)
    (mark,) = marks_of(net, [("station", "b", "B")], 25.0)
    node = net.node_index("b")
    assert mark.spots == [(net.nodes.lon[node], net.nodes.lat[node])]
    (place,) = marks_of(net, [("place", "place:0.5,0.25", "somewhere")], 400.0)
    assert place.spots == [(0.5, 0.25)]


def test_many_units_share_one_colour() -> None:
    net = built(ring)
    marks = marks_of(net, [("cable", "ab", "AB")] * (len(COLOURS) + 1), 25.0)
    assert [mark.label for mark in marks] == [f"{len(COLOURS) + 1} units that fail"]


def test_what_is_hardened_is_green() -> None:
    axes = fortify(built(ring), 1, 2).plot()
    assert any(word.startswith("hardened: ") for word in words_of(axes))
    assert to_rgba(HARD) in colours_of(axes)


def test_the_worst_for_traffic_is_drawn_too() -> None:
    axes = worst_traffic(built(ring), 2).plot()
    assert {"AB", "DA"} <= set(words_of(axes)) and "Tbps unserved" in axes.get_title("left")


def test_the_window_holds_what_is_marked() -> None:
    wide = build_network(small_world(
        [("a", "AA", -70, 0), ("b", "BB", 100, 0), ("c", "CC", 60, 0), ("d", "DD", 62, 3)],
        {"ab": [("a", "b")], "bc": [("b", "c")], "cd": [("c", "d")]}, hubs=["AA"]))

    def shown(*cables: str) -> tuple[float, float]:
        marks = [Mark(key, wide.links_of_cable(wide.cable_index(key))) for key in cables]
        low, high = draw_marked(wide, marks).get_xlim()
        return float(low), float(high)

    low, high = shown("cd")
    assert low < 60 and high > 62 and high - low < 30
    assert shown("ab") == (WORLD.west, WORLD.east)  # 70 W lies outside the Indo-Pacific
    assert INDO_PACIFIC.west < shown("bc")[0] < 60


def test_nothing_marked_is_a_map_of_the_world() -> None:
    axes = draw_marked(built(ring), [Mark("nothing", np.empty(0, np.int64))])
    assert "nothing" in words_of(axes)

"""The printed map: what is drawn, where, and that nothing is torn at the dateline."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest

from cablenet.maps import palette
from cablenet.maps.land import Land
from cablenet.maps.projection import INDO_PACIFIC, Window, in_window, miller_y, window_of
from cablenet.maps.sheet import save_map
from cablenet.maps.static import draw_map
from cablenet.network import Network
from cablenet.scenarios.losses import cable_losses
from cablenet.scoring import Scores, score


def test_a_line_over_the_dateline_is_drawn_in_one_piece(net: Network) -> None:
    east = net.links.geometry[net.link_index("east/1")]
    parts = in_window(east, INDO_PACIFIC)
    assert len(parts) == 1
    low, _, high, _ = parts[0].bounds
    assert (low, high) == (170.0, 190.0)


def test_a_window_of_a_small_network_runs_on_past_180(net: Network) -> None:
    window = window_of(net)
    assert window.west < 170.0
    assert 200.0 < window.east < 215.0


def test_a_network_of_the_world_opens_on_the_indo_pacific(net: Network) -> None:
    from cablenet.build import build_network
    from cablenet.testing import small_world

    wide = small_world([("a", "AA", -70, 0), ("b", "BB", 100, 0)], {"ab": [("a", "b")]},
                       hubs=["AA"])
    assert window_of(build_network(wide)) == INDO_PACIFIC


def test_miller_keeps_the_equator_and_stretches_the_north() -> None:
    # y(60 N) = 1.25 ln tan(45 + 0.4 * 60 degrees) = 1.25 ln 2.60509 = 1.19684 rad = 68.574 degrees
    y = miller_y(np.array([0.0, 60.0, -60.0]))
    assert y[0] == pytest.approx(0.0, abs=1e-12)
    assert y[1] == pytest.approx(68.574, abs=0.001)
    assert y[2] == pytest.approx(-y[1])


def test_the_same_map_gives_the_same_bytes(net: Network, scores: Scores, land: Land) -> None:
    assert _png(draw_map(net, scores, land=land)) == _png(draw_map(net, scores, land=land))


def test_a_map_of_its_own_is_1800_pixels_wide(net: Network, land: Land) -> None:
    picture = _png(draw_map(net, land=land))
    assert int.from_bytes(picture[16:20], "big") == 1800


def test_a_map_goes_onto_given_axes(net: Network, land: Land) -> None:
    from matplotlib.figure import Figure

    axes = Figure().add_subplot()
    assert draw_map(net, ax=axes, land=land) is axes


def test_a_country_cut_off_has_the_darkest_tint(net: Network, scores: Scores) -> None:
    # losing `east` cuts both BB and CC off from the hub AA; AA has no hub abroad to lose
    loss = dict(zip(net.country_id, palette.country_loss(net, scores), strict=True))
    assert loss == {"AA": 0.0, "BB": 1.0, "CC": 1.0}
    assert palette.loss_class(np.array([0.0, 0.04, 0.05, 0.3, 0.5, 1.0])).tolist() == [
        0, 0, 1, 2, 3, 4]


def test_the_legend_names_only_what_is_on_the_map(net: Network, land: Land) -> None:
    words = _words(draw_map(net, land=land))
    assert "hub" in words
    assert not any("mesh" in word or "not in service" in word for word in words)
    assert not any("cut off" in word for word in words)


def test_one_scenario_is_drawn_in_red_and_named(net: Network, land: Land) -> None:
    one = score(net, cable_losses(net, ["east"]), ["isolated"])
    axes = draw_map(net, one, land=land)
    colours = [tuple(collection.get_colors()[0]) for collection in axes.collections
               if hasattr(collection, "get_colors") and len(collection.get_colors())]
    from matplotlib.colors import to_rgba

    assert to_rgba(palette.LOST) in colours
    assert axes.get_title("left") == "EAST"


def test_a_window_knows_its_size() -> None:
    width, height = Window(0, 90, -30, 30).size
    assert width == 90.0
    assert height == pytest.approx(2 * miller_y(np.array([30.0]))[0])


def _png(axes: Any) -> bytes:
    file = io.BytesIO()
    save_map(axes, file)
    return file.getvalue()


def _words(axes: Any) -> list[str]:
    from matplotlib.legend import Legend

    return [text.get_text() for place in axes.figure.axes for artist in place.get_children()
            if isinstance(artist, Legend) for text in artist.get_texts()]

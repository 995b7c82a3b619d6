"""The worst places on the map and on drawn routes: by hand, and what is refused."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import cablenet as cn
from cablenet.errors import InputError, UnknownNameError
from cablenet.network import Network
from cablenet.testing import small_world


def crossing_lines(sigma_km: float) -> Network:
    """Island BB hangs on two cables of AA that cross half way; island CC on one of its own.

    AA -. .- BB    the landings stand 330 km apart, one disk takes both cables at the crossing
         X
    AA -' '- BB
    |
    CC
    """
    world = small_world(
        [("a", "AA", 0, 0), ("b", "BB", 10, 0), ("a2", "AA", 0, 3), ("b2", "BB", 10, 3),
         ("c", "CC", 0, -8)],
        {"one": [("a", "b2")], "two": [("a2", "b")], "three": [("a", "c")]}, hubs=["AA"])
    net = cn.build_network(world)
    links = dataclasses.replace(net.links, sigma_km=np.where(
        net.of_kind("wet"), sigma_km, net.links.sigma_km))
    return dataclasses.replace(net, links=links)


def test_surveyed_lines_keep_their_places_in_every_draw() -> None:
    """The crossing takes BB with its million people, either end of its cable takes CC."""
    found = cn.worst_places(crossing_lines(0.0), 2, draws=5)
    table = found.to_frame()
    assert (table["in_worst_2"] == 1.0).all()
    assert table["value"].tolist() == [1e6, 1e6]
    assert (table["low"] == table["high"]).all()


def test_a_crossing_of_uncertain_lines_is_not_always_there() -> None:
    """With standard errors of 60 km two lines seldom cross within 25 km of where they do on the
    map; what takes CC is its landing, and that stays."""
    found = cn.worst_places(crossing_lines(60.0), 40, metric="isolated", draws=30, seed=3)
    frame = found.uncertain.to_frame()
    value = frame[frame["column"] == "isolated_countries"].set_index("scenario")
    crossing = value.loc[[name for name in value.index if "km from" in name]]  # far from land
    assert len(crossing) == 1 and crossing["value"].iloc[0] == 1
    assert crossing["low"].iloc[0] == crossing["median"].iloc[0] == 0
    assert crossing["among_worst"].iloc[0] < 0.5
    assert value.drop(crossing.index)["low"].max() == 1
    assert found.to_json()["draws"] == 30
    again = cn.worst_places(crossing_lines(60.0), 40, metric="isolated", draws=30, seed=3)
    assert again.to_json() == found.to_json()


def test_what_cannot_be_asked_is_refused() -> None:
    net = crossing_lines(0.0)
    with pytest.raises(InputError, match="at least one place"):
        cn.worst_places(net, 0)
    with pytest.raises(UnknownNameError, match="metric of worst places"):
        cn.worst_places(net, metric="money")
    with pytest.raises(InputError, match=r"two|2"):
        cn.worst_places(net, draws=1)

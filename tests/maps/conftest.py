"""A small world on both sides of the dateline, some land, and a stand-in for MapLibre."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from cablenet.build import build_network
from cablenet.maps import vendored
from cablenet.maps.land import Land
from cablenet.network import Network
from cablenet.scenarios.losses import cable_losses
from cablenet.scoring import Scores, score
from cablenet.testing import small_world


@pytest.fixture(scope="session")
def net() -> Network:
    """Hub AA at 170 E, BB at 170 W behind the dateline, CC on BB's cable.

    AA (170) --east-- BB (-170) --far-- CC (-160)
    """
    layers = small_world(
        [("a", "AA", 170, 0), ("b", "BB", -170, 0), ("c", "CC", -160, -10)],
        {"east": [("a", "b")], "far <script>alert(1)</script>": [("b", "c")]}, hubs=["AA"],
        name="both sides of the dateline",
    )
    return build_network(layers)


@pytest.fixture(scope="session")
def scores(net: Network) -> Scores:
    return score(net, cable_losses(net), ["isolated"])


@pytest.fixture(scope="session")
def land() -> Land:
    """One square island for each of AA and BB."""
    shapes = [shapely.MultiPolygon([shapely.box(165, -4, 169, 4)]),
              shapely.MultiPolygon([shapely.box(-169, -4, -165, 4)])]
    return Land(np.array(["AA", "BB"], object), np.array(shapes, object))


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """MapLibre's files replaced by nothing much, for tests of our own text."""
    monkeypatch.setattr(vendored, "read_vendored", lambda name: b"/* stand-in */")

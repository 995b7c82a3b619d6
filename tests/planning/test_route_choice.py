"""Route choices on a small sea: what is avoided, what is kept apart, what is dominated.

The sea is one open rectangle, -5..15 east, -15..5 north; all else is land. A cable runs along
the equator from a (0, 0) to b (10, 0).
"""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from cablenet.build import build_network
from cablenet.errors import InfeasibleError, InputError, UnknownNameError
from cablenet.geo.geodesic import line_length_km
from cablenet.geo.sea_router import SeaRouter
from cablenet.geo.sea_waters import without_waters
from cablenet.planning.route_choice import AIMS, route_choices, spread, undominated
from cablenet.planning.route_danger import judged_points
from cablenet.testing import small_world
from tests.planning.conftest import claimed_waters

DEEP = np.full((720, 1440), 4000.0)


@pytest.fixture(scope="module")
def net():
    layers = small_world([("a", "AA", 0, 0), ("b", "BB", 10, 0), ("c", "CC", 5, -14)],
                         {"ab": [("a", "b")]}, hubs=["AA"])
    return build_network(layers.with_tables(jurisdictions=claimed_waters()))


@pytest.fixture(scope="module")
def tables():
    import cablenet as cn

    return cn.hazard_tables()


@pytest.fixture(scope="module")
def free(router, net, tables):
    return route_choices(net, "a", "b", router, tables, DEEP, keep_km_from_cables=50.0)


@pytest.fixture(scope="module")
def shut(router, net, tables):
    return route_choices(net, "a", "b", router, tables, DEEP, avoid=["CC"])


def test_no_way_enters_forbidden_waters_disputed_ones_included(net, free, shut) -> None:
    waters = shapely.union_all(net.layers.jurisdictions.geometry.to_numpy())
    assert any(line.intersects(waters) for line in free.routes.geometry)
    assert not any(line.intersects(waters) for line in shut.routes.geometry)
    assert shut.routes["jurisdictions"].tolist() == [""] * len(shut)
    assert shut.routes["length_km"].min() > free.routes["length_km"].min()


def test_every_choice_is_measured_on_its_own_line_and_none_beats_another(free) -> None:
    ways = free
    assert len(ways) > 1
    values = ways.routes[list(AIMS)].to_numpy()
    for i in range(len(values)):
        assert not any((values[k] <= values[i]).all() for k in range(len(values)) if k != i)
    for row in ways.routes.itertuples():
        # 0.03 million USD per km and 5 for each landing
        assert row.cost_musd == pytest.approx(
            0.03 * line_length_km(row.geometry) + 10, abs=0.01)
    # beside the cable all the way, or away from it but for the two ends
    assert ways.routes["shared_km"].iloc[0] == pytest.approx(1113.2, abs=2.0)
    assert ways.routes["shared_km"].min() < 250.0


def test_shallow_water_is_left_where_faults_weigh_more(router, net, tables) -> None:
    # north of the equator 100 m deep, south of it 4,000 m: the dangers are 0.72 to 0.023
    shelf = DEEP.copy()
    shelf[360 - 4:] = 100.0
    ways = route_choices(net, "a", "b", router, tables, shelf)
    assert ways.routes["faults_per_year"].min() < ways.routes["faults_per_year"].iloc[0] / 2
    assert ways.routes["shallow_km"].min() < ways.routes["shallow_km"].iloc[0] / 2


def test_a_choice_goes_into_a_network(router, net, tables, free) -> None:
    again = build_network(net.layers, candidates=free.candidates([0]))
    assert again.cable_index("new:a:b:way 1") == len(net.cable_id)
    loose = route_choices(net, (0.0, 0.0), "c", router, tables, DEEP)
    with pytest.raises(InputError, match="is no station"):
        loose.candidates()


def test_ends_that_cannot_be_are_refused(router, net, tables) -> None:
    with pytest.raises(InfeasibleError, match="'c' lies in or behind waters that CC claims"):
        route_choices(net, "a", "c", router, tables, DEEP, avoid=["CC"])
    with pytest.raises(InputError, match="km from the sea"):
        route_choices(net, "a", (60.0, 60.0), router, tables, DEEP)
    with pytest.raises(UnknownNameError):
        route_choices(net, "a", "nowhere", router, tables, DEEP)
    with pytest.raises(UnknownNameError):
        route_choices(net, "a", "b", router, tables, DEEP, avoid=["ZZ"])
    with pytest.raises(InputError, match="keep_km"):
        route_choices(net, "a", "b", router, tables, DEEP, keep_km_from_cables=0.0)


def test_of_two_ways_the_dearer_and_no_better_one_goes() -> None:
    values = np.array([[10.0, 1.0, 5.0], [11.0, 1.0, 5.0], [12.0, 0.5, 5.0], [10.0, 2.0, 9.0]])
    assert undominated(values).tolist() == [0, 2]
    # 3 % better in one is not enough to be a choice of its own
    assert undominated(np.array([[10.0, 1.0, 5.0], [10.1, 0.98, 5.0]])).tolist() == [0]
    far = np.array([[0.0, 9.0], [9.0, 0.0], [4.0, 4.0], [0.1, 8.9]])
    assert spread(far, 3).tolist() == [0, 1, 2]
    assert spread(far, 1).tolist() == [0]


def test_waters_taken_out_are_land_to_every_line(router) -> None:
    shut = SeaRouter.from_mask(without_waters(router.mask, shapely.box(3, -3, 4, 3)),
                               router.factor)
    line = shut.route(0.0, 0.0, 10.0, 0.0)
    assert not line.intersects(shapely.box(3, -3, 4, 3))


def test_a_picture_names_each_choice(shut) -> None:
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    ways = shut
    ax = ways.plot()
    words = [text.get_text() for text in ax.get_legend().get_texts()]
    assert [word.split(":")[0] for word in words[:len(ways)]] == ways.routes["choice"].tolist()
    assert "claimed by CC" in words
    plt.close("all")


def test_judged_points_cover_the_whole_line() -> None:
    line = shapely.LineString([(179.0, 0.0), (183.0, 1.0)])
    points, km = judged_points(line)
    assert km.sum() == pytest.approx(line_length_km(line), rel=1e-4)
    assert np.abs(points[:, 0]).max() <= 180.0

"""Candidates round forbidden waters, cables and dangers: 0 km inside, whatever is drawn.

The sea is one open rectangle, -5..15 east, -15..5 north; all else is land. Stations a (0, 0),
b (10, 0), c (5, -14), d (0, -10); a cable runs from a to b. CC claims a strip from its coast in
the south up to 1 north, and with BB a disputed patch beside it.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from cablenet.build import build_network
from cablenet.errors import InputError, UnknownNameError
from cablenet.geo.geodesic import line_lengths_km
from cablenet.geo.sea_router import SeaRouter
from cablenet.planning.all_candidates import candidate_table
from cablenet.planning.route_danger import danger, shared_km, step_points
from cablenet.planning.sea_rules import cautious, check_own_lines, forbidden_waters
from cablenet.testing import small_world
from tests.planning.conftest import claimed_waters

DEEP = np.full((720, 1440), 4000.0)


@pytest.fixture(scope="module")
def layers():
    layers = small_world([("a", "AA", 0, 0), ("b", "BB", 10, 0), ("c", "CC", 5, -14),
                          ("d", "DD", 0, -10)], {"ab": [("a", "b")]}, hubs=["AA"])
    return layers.with_tables(jurisdictions=claimed_waters())


def km_inside(lines, waters) -> float:
    return float(line_lengths_km(shapely.intersection(lines, waters)).sum())


def test_no_candidate_has_a_km_in_forbidden_waters(router, layers) -> None:
    waters = forbidden_waters(layers, ["CC"])
    free = candidate_table(layers, router)
    shut = candidate_table(layers, router.without(waters))
    # c lies in CC's waters: nothing lands there; the others are joined round the strip
    assert set(free.ids()) == {"new:a:b", "new:a:c", "new:a:d", "new:b:c", "new:b:d", "new:c:d"}
    assert set(shut.ids()) == {"new:a:b", "new:a:d", "new:b:d"}
    lines = shut.drawn(np.arange(3)).geometry.to_numpy()
    assert km_inside(free.drawn(np.arange(6)).geometry.to_numpy(), waters) > 500.0
    assert km_inside(lines, waters) == 0.0
    # from a (0, 0) past the corner (6, 2) of the disputed patch to b (10, 0): at least
    # 111.2 x (hypot(6, 2) + hypot(4, 2)) = 1,200 km, against 1,113
    row = list(shut.ids()).index("new:a:b")
    assert 1200.0 < shut.length_km[row] < 1200.0 * 1.06
    # what is built ends at the stations, and stays out as well
    net = shut.network([0, 1, 2])
    wet = net.of_kind("wet") & ~net.links.in_service
    assert km_inside(net.links.geometry[wet], waters) == 0.0


def test_a_place_behind_closed_waters_is_at_no_sea(router, layers) -> None:
    shut = router.without(forbidden_waters(layers, ["CC"]))
    lon, lat = np.array([0.0, 5.0]), np.array([0.0, -14.0])
    assert (shut.nearest_cells(lon, lat) >= 0).tolist() == [True, False]
    with pytest.raises(ValueError, match="closed waters"):
        shut.tree(5.0, -14.0)
    # a turn of the globe further on nothing is different
    assert shut.nearest_cells(lon + 360.0, lat).tolist() == shut.nearest_cells(lon, lat).tolist()


def test_existing_cables_are_gone_round_where_asked(router, layers) -> None:
    import cablenet as cn

    net = build_network(layers)
    risk = danger(net, cn.hazard_tables(), DEEP, 50.0)

    def beside(own: SeaRouter) -> float:
        table = candidate_table(layers, own)
        line = table.drawn(np.flatnonzero(table.ids() == "new:a:b")).geometry.to_numpy()
        return shared_km(*step_points(line), risk.cables, 50.0)

    assert beside(router) == pytest.approx(1113.2, abs=5.0)  # along the cable all the way
    assert beside(cautious(router, risk, near=True, hazards=False)) < 300.0


def test_shallow_water_is_gone_round_where_asked(router, layers) -> None:
    import cablenet as cn

    # 100 m deep from 1 degree south to the north; 2 x 1 degree more leads through 4,000 m
    shelf = DEEP.copy()
    shelf[360 - 4:] = 100.0
    risk = danger(build_network(layers), cn.hazard_tables(), shelf, 25.0)

    def south(own: SeaRouter) -> float:
        table = candidate_table(layers, own)
        return float(table.drawn(np.flatnonzero(table.ids() == "new:a:b")).total_bounds[1])

    assert south(router) > -0.2
    assert south(cautious(router, risk, near=False, hazards=True)) < -1.0


def test_what_cannot_be_avoided_is_told(layers) -> None:
    with pytest.raises(UnknownNameError, match="no country 'ZZ'"):
        forbidden_waters(layers, ["ZZ"])
    with pytest.raises(InputError, match="no waters of DD on this map"):
        forbidden_waters(layers, ["CC", "DD"])
    assert forbidden_waters(layers, []) is None


def test_a_users_own_line_through_forbidden_waters_is_named(layers) -> None:
    own = gpd.GeoDataFrame({"candidate_id": ["mine", "other"]}, geometry=[
        shapely.LineString([(0, 0), (10, 0)]), shapely.LineString([(0, 0), (0, -10)])],
        crs="EPSG:4326")
    with pytest.raises(InputError, match=r"mine.*enters waters that CC") as told:
        check_own_lines(own, forbidden_waters(layers, ["CC"]), ["CC"])
    assert "other" not in str(told.value)

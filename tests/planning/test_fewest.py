"""The fewest units that isolate a country: by hand, by brute force, and against other ways."""

from __future__ import annotations

import numpy as np
import pytest
from twins import sweeps
from twins.worlds import built

from cablenet.build import build_network
from cablenet.errors import UnknownNameError
from cablenet.metrics.margin import country_margins
from cablenet.planning.fewest import fewest_to_isolate
from cablenet.scenarios.units import units_of
from cablenet.sweeps.cut_sets import cut_sets
from cablenet.testing import random_world, small_world


def two_ways():
    """BB on two cables to hub AA; CC on one; DD by land to AA.

    BB ==b1, b2== AA --ac-- CC;  DD ~land~ AA
    """
    return small_world([("a", "AA", 0, 0), ("b", "BB", -10, 0), ("c", "CC", 10, 0)],
                       {"b1": [("a", "b")], "b2": [("a", "b")], "ac": [("a", "c")]},
                       hubs=["AA"], name="two ways")


def test_the_fewest_cables_are_counted_by_hand():
    found = fewest_to_isolate(built(two_ways))
    frame = found.to_frame().set_index("country")
    assert frame["fewest"].to_dict() == {"CC": 1, "BB": 2}
    assert frame.loc["BB", "ids"] == "b1 + b2"
    assert set(frame["status"]) == {"optimal"}
    assert found.already == ("AA",), "the only hub has no hub abroad to lose"


@pytest.mark.parametrize("start", range(0, 40, 10))
def test_fewest_units_equal_the_smallest_of_all_cut_sets(start):
    for seed in range(start, start + 10):
        net = build_network(random_world(seed, places=5 + seed % 3, cables=3 + seed % 4,
                                         hubs=1 + seed % 3))
        unit = ("cable", "station", "segment", "cable+station")[seed % 4]
        found = fewest_to_isolate(net, unit).to_frame().set_index("country")["fewest"]
        want = cut_sets(net, 4, unit).fewest()
        assert found[found <= 4].to_dict() == want.to_dict(), (seed, unit)
        units = units_of(net, unit)
        for code, one in sweeps.minimal_sets(net, units, min(2, len(units))).items():
            if one:
                assert found[str(net.country_id[code])] == len(one[0]), (seed, unit)


@pytest.mark.parametrize("seed", range(6))
def test_fewest_cables_are_the_margin_of_an_intact_network(seed):
    net = build_network(random_world(seed, places=9, cables=12, hubs=2))
    margin = country_margins(net)
    found = fewest_to_isolate(net)
    for code, one in zip(found.countries, found.sets, strict=True):
        assert margin[net.country_index(code)] == len(one)
    assert all(np.isinf(margin[net.country_index(code)]) for code in found.never)
    assert all(margin[net.country_index(code)] in (0, np.inf) for code in found.already)


def test_an_unknown_country_is_told():
    with pytest.raises(UnknownNameError, match="ZZ"):
        fewest_to_isolate(built(two_ways), countries=["ZZ"])

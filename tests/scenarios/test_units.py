"""What may fail as one: which links each kind of unit takes."""

from __future__ import annotations

import numpy as np
import pytest
from twins import worlds
from twins.worlds import built

from cablenet.errors import UnknownNameError
from cablenet.scenarios import losses
from cablenet.scenarios.units import units_of
from cablenet.testing import ring, trunk_and_branch


@pytest.mark.parametrize("unit", ["cable", "station", "segment"])
@pytest.mark.parametrize("seed", range(0, worlds.WORLDS, 5))
def test_units_are_the_single_losses_of_that_kind(seed, unit):
    net = worlds.network(seed)
    units, singles = units_of(net, unit), losses.all_losses(net, 1, unit)
    assert units.name.tolist() == list(singles.names)
    for u in range(len(units)):
        taken = set(units.members(u).tolist())
        lost = set(singles.links_lost(u).tolist())
        assert taken <= lost  # what goes dark with them comes on top
        assert all(net.links.in_service[link] for link in taken)


def test_a_mixture_lists_one_kind_after_the_other():
    net = built(ring)
    both = units_of(net, "cable+station")
    assert both.id.tolist() == [*units_of(net).id, *units_of(net, "station").id]
    assert both.owner.tolist() == np.repeat(
        np.arange(len(both)), np.diff(both.indptr)).tolist()


def test_a_kind_of_risk_group_is_a_unit_and_all_of_them_are_srlg():
    net = built(trunk_and_branch)
    kinds = {str(key).split(":")[0] for key in units_of(net, "srlg").id}
    assert {"cable", "station"} <= kinds
    with pytest.raises(UnknownNameError, match="station"):
        units_of(net, "ship")


def test_what_is_out_of_service_is_no_unit():
    net = built(ring)
    off = net.links.in_service & (net.links.cable != net.cable_index("ab"))
    assert "ab" not in units_of(net.with_service(off)).id.tolist()

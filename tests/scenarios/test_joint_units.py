"""Units of any kind lost together are one scenario that can be made again."""

from __future__ import annotations

import numpy as np
import pytest
from twins.worlds import built, network

from cablenet.errors import InputError, NothingHitError, UnknownNameError
from cablenet.scenarios.dark import dark_links
from cablenet.scenarios.joint_units import joint_units
from cablenet.scenarios.units import units_of
from cablenet.testing import ring


@pytest.mark.parametrize("kind", ["cable", "station", "segment", "place", "srlg"])
def test_two_units_take_the_links_of_both_and_what_goes_dark(kind):
    net = network(4)
    units = units_of(net, kind, radius_km=60.0)
    first, last = 0, len(units) - 1
    got = joint_units(net, "both", [(kind, str(units.id[u])) for u in (first, last)],
                      radius_km=60.0)
    lost = np.union1d(units.members(first), units.members(last))
    assert got.links_lost(0).tolist() == np.union1d(lost, dark_links(net, lost)).tolist()
    again = got.recipe.regenerate(net)
    assert (again.failed != got.failed).nnz == 0
    assert len(got.faults) > 0 if kind == "place" else len(got.faults) == 0


@pytest.mark.parametrize(("units", "error", "match"), [
    ([], NothingHitError, "no unit"),
    ([("ship", "x")], UnknownNameError, "no unit 'ship'"),
    ([("cable", "x")], UnknownNameError, "no cable 'x'"),
    ([("srlg", "x")], UnknownNameError, "no srlg 'x'"),
    ([("place", "here")], InputError, "place:LON,LAT"),
])
def test_what_does_not_exist_is_told(units, error, match):
    with pytest.raises(error, match=match):
        joint_units(built(ring), "nothing", units)

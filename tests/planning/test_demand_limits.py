"""Plans for demand under limits: pairs never joined, a latest year, where a cable must land."""

from datetime import date

import pytest

import cablenet as cn
from cablenet.errors import InfeasibleError, InputError
from cablenet.planning.demand_promise import DemandPromise
from cablenet.planning.plan_demand import plan_demand
from cablenet.testing import small_world
from tests.planning.test_plan_demand import line_world, proposed

KEPT = DemandPromise(0.5, countries=("A",), failures=("AH",))
ROWS = [("ah2", "a2", "h2", 5, 5.0), ("bh", "b1", "h2", 9, 5.0)]


def test_without_limits_the_cheapest_cable_is_built():
    assert plan_demand(line_world(*ROWS), KEPT).chosen == ("ah2",)


def test_a_pair_never_joined_goes_round_by_another_country():
    """Without AH, A reaches H over B: BA is still there, and `bh` goes on from it."""
    plan = plan_demand(line_world(*ROWS), KEPT, never_joined=[("H", "A")])
    assert plan.chosen == ("bh",) and plan.certificate.status == "optimal"


def test_a_cable_that_must_land_in_b_answers_the_promise_too():
    """9 for `bh` alone, not 14 for both."""
    assert plan_demand(line_world(*ROWS), KEPT, must_land=["B"]).chosen == ("bh",)


def test_a_cable_that_only_must_land_is_told_so():
    net = line_world(*ROWS, ("ab2", "a2", "b1", 2, 5.0))
    plan = plan_demand(net, KEPT, must_land=["B"])
    assert set(plan.chosen) == {"ab2", "ah2"}  # 7, less than 9
    reasons = plan.cables.set_index("cable_id")["reason"]
    assert reasons["ab2"] == "lands where must_land asks for it"


def test_limits_that_leave_nothing_are_told():
    net = line_world(*ROWS)
    with pytest.raises(InfeasibleError, match="no candidate is left under never_joined A, H"):
        plan_demand(net, KEPT, never_joined=[("A", "H"), ("B", "H")])
    with pytest.raises(InfeasibleError, match="must_land asks for a new cable in B"):
        plan_demand(net, KEPT, must_land=["B"], never_joined=[("B", "H")])
    with pytest.raises(LookupError, match="country"):
        plan_demand(net, KEPT, must_land=["Atlantis"])


def test_a_budget_too_small_for_where_it_must_land_names_both():
    with pytest.raises(InfeasibleError, match="cannot keep together") as told:
        plan_demand(line_world(*ROWS), KEPT, must_land=["B"], budget_musd=8)
    assert any("must_land B" in one for one in told.value.conflict)
    assert "budget_musd = 8" in told.value.conflict


def test_a_latest_year_needs_the_day_of_the_map_and_counts_from_it():
    """A cable takes some years to build (docs/planning.md): none is ready in the year of the map,
    all are ten years on."""
    with pytest.raises(InputError, match="ready_by counts from the day of the map"):
        plan_demand(line_world(*ROWS), KEPT, ready_by=2030)
    layers = small_world(
        [("a1", "A", 0, 0), ("a2", "A", 0, 2), ("h1", "H", 5, 0), ("h2", "H", 5, 2)],
        {"ah": [("a1", "h1")]}, hubs=["H"]).dated(date(2026, 1, 1))
    net = cn.build_network(layers, candidates=proposed(layers, ROWS[0]))
    with pytest.raises(InfeasibleError, match="no candidate is left under ready_by 2026"):
        plan_demand(net, KEPT, ready_by=2026)
    assert plan_demand(net, KEPT, ready_by=2036).chosen == ("ah2",)

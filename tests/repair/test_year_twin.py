"""The year twin: laws that hold on every run, stages that add up, durations for the sweeps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import cablenet as cn
from cablenet.errors import InputError, MismatchError, PlanError
from cablenet.repair.fleet import fleet_of
from cablenet.repair.queue_kernel import serve
from cablenet.repair.year_twin import check_little

YEARS = 25


@pytest.fixture(scope="module")
def atlas():
    net = cn.build_network(cn.atlas())
    return net, cn.fault_model(net)


@pytest.fixture(scope="module")
def twin(atlas):
    return cn.simulate_years(*atlas, years=YEARS, seed=4)


def test_the_stages_of_a_repair_add_up_to_its_outage(twin):
    frame = twin.to_frame()
    stages = [name for name in frame.columns if name.endswith("_days") and name != "outage_days"]
    assert len(stages) == 7
    assert (frame[stages].to_numpy(float) >= -1e-9).all()
    assert frame[stages].sum(axis=1).to_numpy() == pytest.approx(frame["outage_days"].to_numpy())


def test_little_is_checked_and_a_schedule_that_breaks_it_is_refused(twin):
    """One fault called an hour later than the kernel counted: the two sides differ by an hour."""
    check_little(twin.case, twin.served)
    called = twin.served.called_h.copy()
    called[3] += 1.0
    with pytest.raises(PlanError, match="Little"):
        check_little(twin.case, replace(twin.served, called_h=called))


def test_no_ship_is_in_two_places(twin):
    for number in range(len(twin.ships)):
        mine = np.flatnonzero(twin.served.ship == number)
        mine = mine[np.argsort(twin.served.called_h[mine])]
        leaves = twin.served.begin_h[mine] + twin.case.work_h[mine]
        assert (twin.served.called_h[mine][1:] >= leaves[:-1] - 1e-9).all()


def test_permits_and_agreements_are_kept(twin):
    flag = twin.case.flag[twin.served.ship]
    asked = twin.case.permit_h[np.arange(len(flag)), flag]
    assert (twin.served.begin_h >= asked - 1e-9).all()
    assert np.isfinite(twin.case.charter_h[twin.served.ship, twin.case.group]).all()


def test_the_same_seed_gives_the_same_bytes(atlas, twin):
    again = cn.simulate_years(*atlas, years=YEARS, seed=4)
    assert again.outage_days.tobytes() == twin.outage_days.tobytes()
    assert cn.simulate_years(*atlas, years=YEARS, seed=5).outage_days.tobytes() != \
        twin.outage_days.tobytes()


def test_ships_without_end_and_at_every_fault_make_nobody_wait_for_a_ship(atlas, twin):
    """As many ships as faults, each under every agreement, and no end of spares: a ship is always
    free."""
    case = twin.case
    many = 400
    wide = replace(case, charter_h=np.zeros((many, case.charter_h.shape[1])),
                   flag=np.zeros(many, np.int64), mobilise_h=np.zeros(many),
                   base_h=np.zeros((many, case.base_h.shape[1])), speed_km_h=np.full(many, 1e12),
                   dock_due_h=np.full(many, np.inf), calls=None)
    served = serve(wide)
    assert served.called_h == pytest.approx(case.call_h)
    assert served.waiting_fault_h == 0.0


def test_a_ship_docks_when_it_did_in_every_fleet_and_longer_dockings_mean_longer_waits(atlas, twin):
    net, model = atlas
    fewer = cn.simulate_years(net, model, years=1, seed=4, ships=twin.ships[5:])
    assert fewer.case.dock_due_h.tolist() == twin.case.dock_due_h[5:].tolist()
    waits = [cn.simulate_years(net, model, years=YEARS, seed=4, dock_days=days).summary()[
        "mean_wait_for_ship_days"] for days in (0.0, 14.0, 200.0)]
    assert waits[0] <= waits[1] < waits[2]
    with pytest.raises(InputError, match="-1 days cannot be"):
        cn.simulate_years(net, model, years=1, dock_days=-1.0)


def test_a_fast_lane_shortens_outages_there(atlas, twin):
    quick = cn.simulate_years(*atlas, years=YEARS, seed=4,
                              rules=cn.RepairRules(fast_lane={"ID": 1.0, "CN": 1.0}))
    saved = twin.compare(quick)
    assert saved["outage_days_saved_per_year"] > saved["half_width"] > 0


def test_durations_are_of_the_type_the_fault_model_takes(atlas, twin):
    net, _ = atlas
    found = twin.durations()
    days = twin.outage_days[twin.counted]
    assert found.mean_h / 24 == pytest.approx(days.mean(), rel=0.02)
    assert cn.fault_model(net, durations=found).durations is found


def test_what_cannot_be_simulated_is_told(atlas, twin):
    net, model = atlas
    with pytest.raises(InputError, match="at least 1"):
        cn.simulate_years(net, model, years=0)
    with pytest.raises(InputError, match="no ship"):
        cn.simulate_years(net, model, years=1, ships=())
    with pytest.raises(MismatchError, match="other years"):
        twin.compare(cn.simulate_years(net, model, years=1, seed=4))
    moved = [replace(fleet_of(net)[0], lon=1.0, lat=2.0)]
    world = cn.twin_world(net, model, ports=[(103.8, 1.25)], years=20)
    with pytest.raises(InputError, match="no port"):
        cn.simulate_years(net, model, years=1, ships=moved, world=world)


def test_warnings_name_a_fleet_near_saturation(atlas):
    """One ship for every fault of the atlas: 88 a year at three weeks each cannot be done."""
    net, model = atlas
    one = replace(fleet_of(net)[0], zones=frozenset())
    told = cn.simulate_years(net, model, years=3, ships=(one,)).warnings
    assert any("busy" in text for text in told)

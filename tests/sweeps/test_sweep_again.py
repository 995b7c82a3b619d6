"""A finished sweep is asked again of a changed network, and read back as tables."""

from __future__ import annotations

import numpy as np
import pytest
from twins import worlds
from twins.worlds import built

from cablenet.errors import InputError, UnknownNameError
from cablenet.hazards import constant_duration, constant_model
from cablenet.scenarios import losses
from cablenet.sweeps.compiled import (
    event_sweep,
    exhaustive_sweep,
    random_sweep,
    sweep_again,
    years_sweep,
)
from cablenet.sweeps.runner import run_sweep
from cablenet.testing import ring


def model_of(net):
    return constant_model(net, np.where(net.of_kind("wet") & net.links.in_service, 0.5, 0.0),
                          constant_duration(800.0))


@pytest.mark.parametrize("make", [
    lambda net: exhaustive_sweep(net, 2, "cable+station", ["isolated", "capacity_loss"], top=7),
    lambda net: random_sweep(net, 40, 2, "segment", seed=9),
    lambda net: event_sweep(net, losses.cable_losses(net), ["isolated"]),
    lambda net: years_sweep(net, model_of(net), 5, seed=3, pairs=[("BB", "DD")]),
])
def test_the_same_network_gives_the_same_job_and_digest(make, tmp_path):
    net = built(ring)
    run = run_sweep(make(net), tmp_path / "one", workers=0)
    again = run_sweep(sweep_again(net, run.recipe, model_of(net)), tmp_path / "two", workers=0)
    assert (again.fingerprint, again.digest) == (run.fingerprint, run.digest)


def test_what_was_built_since_can_fail_too(tmp_path):
    net = worlds.network(1)  # has proposals, out of service
    built_now = net.with_service(np.ones(len(net.links), bool))
    run = run_sweep(exhaustive_sweep(net, 1), tmp_path / "s", workers=0)
    assert sweep_again(built_now, run.recipe).total > run.scenarios


def test_tables_and_rows_are_read_back(tmp_path):
    net = built(ring)
    run = run_sweep(exhaustive_sweep(net, 2), tmp_path / "s", workers=0)
    assert len(run.rows()) == 6  # each pair of the four cables isolates somebody
    assert run.table("orders")["scenarios"].tolist() == [4, 6]
    assert "exhaustive" in repr(run)
    with pytest.raises(UnknownNameError, match="countries"):
        run.table("country")
    with pytest.raises(InputError, match="model"):
        sweep_again(net, {"source": "drawn years"})
    drawn = run_sweep(years_sweep(net, model_of(net), 2), tmp_path / "y", workers=0)
    other = constant_model(net, np.full(len(net.links), 0.1), constant_duration(9.0), "fishing")
    with pytest.raises(InputError, match="same hazards"):
        sweep_again(net, drawn.recipe, other)
    with pytest.raises(InputError, match="no source"):
        sweep_again(net, {"source": "dice"})

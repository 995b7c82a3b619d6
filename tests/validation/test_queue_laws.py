"""The laws of queues in `validate`: the formulas by hand, all checks passed."""

from __future__ import annotations

import pytest

from cablenet.validation.queue_laws import check_queue_laws, cobham_waits_h, erlang_wait_h


def test_the_formulas_by_hand():
    """M/M/1 at load 0.5: u / (1 - u) x work = 100 h. M/M/2 at load 1: C(2, 1) = 1/3, so 1/3 x 100 /
    (2 - 1) = 33.3 h. Cobham, fixed work of 100 h (square 10,000), 0.004 an hour, half urgent: R =
    20 h, u1 = 0.2, u = 0.4: 25 h and 20 / (0.8 x 0.6) = 41.67 h."""
    assert erlang_wait_h(0.005, 100.0, 1) == pytest.approx(100.0)
    assert erlang_wait_h(0.01, 100.0, 2) == pytest.approx(100.0 / 3)
    assert cobham_waits_h(0.004, 0.5, 100.0, 10_000.0) == pytest.approx((25.0, 20 / 0.48))


def test_the_queue_of_repairs_keeps_the_laws():
    found = check_queue_laws()
    assert len(found) == 9
    assert [check.id for check in found if check.status != "pass"] == []

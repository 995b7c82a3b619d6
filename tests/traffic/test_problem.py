"""Outages: what is lost has no room."""

from __future__ import annotations

import numpy as np
import pytest

from cablenet.traffic.problem import Outage, plain_problem, without


def test_a_lost_arc_with_room_is_refused() -> None:
    room, lost = np.array([5.0, 5.0]), np.array([True, False])
    with pytest.raises(ValueError, match="room left"):
        Outage(room, lost)
    problem = plain_problem(2, np.array([0, 0]), np.array([1, 1]), room, np.array([1.0, 2.0]),
                            np.array([0]), np.array([1]), np.array([[1.0]]))
    assert without(problem, lost).room_tbps.tolist() == [0.0, 5.0]

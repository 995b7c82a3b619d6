"""The table of traffic classes: the seven of the shared plan, on three levels."""

from __future__ import annotations

import pytest

from cablenet.traffic.classes import CLASSES, LEVELS, SHARES, class_number

OF_THE_PLAN = {"emergency services", "government", "finance/clearing", "health",
               "air/sea safety", "interconnection of IXPs", "bulk"}


def test_the_classes_are_exactly_the_seven_of_the_shared_plan() -> None:
    assert {row.name for row in CLASSES} == OF_THE_PLAN
    assert len({row.id for row in CLASSES}) == len(CLASSES) == 7


def test_lives_go_before_the_state_and_the_state_before_the_rest() -> None:
    level = {row.id: row.level for row in CLASSES}
    assert level == {"emergency": 1, "safety": 1, "health": 1, "government": 2, "finance": 2,
                     "interconnection": 3, "bulk": 3}
    assert LEVELS == 3
    assert [row.level for row in CLASSES] == sorted(row.level for row in CLASSES)


def test_shares_sum_to_one_and_lie_in_their_ranges() -> None:
    assert sum(SHARES) == pytest.approx(1.0, abs=1e-12)
    assert all(0 < row.low <= row.share <= row.high < 1 for row in CLASSES)
    assert all(row.confidence == "assumed" and row.note for row in CLASSES)


@pytest.mark.parametrize(("text", "number"), [
    ("emergency", 0), ("Air/Sea Safety", 1), (" finance/clearing ", 4), ("BULK", 6),
    ("video", -1), ("", -1),
])
def test_a_class_is_found_by_id_or_name_in_any_case(text: str, number: int) -> None:
    assert class_number(text) == number

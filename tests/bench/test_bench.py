"""The bench prints what its readers rely on, and both sides agree."""

from __future__ import annotations

from cablenet.bench import run_bench
from cablenet.bench.case import Case


def test_a_ratio_is_the_fastest_peer_over_ours() -> None:
    case = Case("x", 3, 0.5, {"slow": 10.0, "fast": 2.0}).to_json()
    assert case["ratio_to_fastest_peer"] == 4.0
    assert Case("x", 3, 0.5).to_json()["ratio_to_fastest_peer"] is None


def test_our_answers_equal_networkx_on_the_atlas() -> None:
    result = run_bench("build")
    assert set(result) == {"name", "machine", "cases"}
    assert all(case["equal"] for case in result["cases"])

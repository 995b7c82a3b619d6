"""More failure never improves a monotone score."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from twins import worlds
from twins.worlds import built

from cablenet.metrics import METRICS, Options
from cablenet.scenarios import losses
from cablenet.testing import small_world

SEEDS = st.integers(0, worlds.WORLDS - 1)
LESS_IS_WORSE = ("margin_cables", "margin_stations")
NOT_MONOTONE = ("added_latency_ms", "added_latency_worst_ms",
                *(heading.name for name in ("unserved", "cost") for part in (
                    METRICS[name].headings, METRICS[name].country_headings) for heading in part))
"""Monotone of the flow optimum is the vector by level alone (tests/traffic/test_laws.py): a total,
or a country's share, may fall when more fails, since others are then served less."""


@st.composite
def growing_failures(draw):
    """A network and rows of lost links, each row holding the one before it."""
    net = worlds.network(draw(SEEDS))
    links = draw(st.permutations(range(len(net.links))))
    stops = sorted(draw(st.lists(st.integers(0, len(links)), min_size=2, max_size=5)))
    return net, [links[:stop] for stop in stops]


@given(growing_failures())
@settings(max_examples=40)
def test_more_failure_never_improves_a_monotone_score(case):
    net, rows = case
    scenarios = worlds.set_of(net, rows)
    for metric in METRICS.values():
        got = metric.measure(net, scenarios, Options())
        assert {h.name for h in metric.headings} == set(got.scenario)
        for heading in metric.headings:
            if heading.monotone:
                never_falls(got.scenario[heading.name], heading.name)
            else:
                assert heading.name in NOT_MONOTONE
        for name, values in [*got.country.items(), *got.gateway.items()]:
            if name not in NOT_MONOTONE:
                never_falls(-values if name in LESS_IS_WORSE else values, name)


def never_falls(values, name):
    with np.errstate(invalid="ignore"):
        fall = np.nan_to_num(values[:-1] - values[1:], posinf=np.inf)  # inf - inf is no fall
    assert (fall <= 1e-6 * (1 + np.abs(np.nan_to_num(values[:-1], posinf=0)))).all(), name


@given(growing_failures())
@settings(max_examples=40)
def test_what_has_failed_or_gone_dark_stays_so_when_more_fails(case):
    net, rows = case
    scenarios = worlds.set_of(net, rows)
    for row in range(len(rows) - 1):
        assert set(scenarios.links_lost(row)) <= set(scenarios.links_lost(row + 1))
    assert not scenarios.failed[:, np.flatnonzero(~net.links.in_service)].nnz


def dear_detour():
    """BB reaches hub AA over ab or the long way over CC; more failure cuts it off altogether."""
    return small_world([("a", "AA", 0, 0), ("b", "BB", 10, 0), ("c", "CC", 5, 40)],
                       {"ab": [("a", "b")], "ac": [("a", "c")], "bc": [("b", "c")]}, hubs=["AA"])


def test_added_latency_is_rightly_called_not_monotone():
    # losing ab sends BB round by CC; losing bc too leaves no path at all, so nothing is added
    net = built(dear_detour)
    both = losses.all_losses(net, order=2)
    got = METRICS["added_latency"].measure(net, both, Options()).scenario
    one, two = both.names.index("AB"), both.names.index("AB + BC")
    assert got["added_latency_worst_ms"][one] > 10
    assert got["added_latency_worst_ms"][two] == 0
    assert got["demand_without_path_tbps"][two] > got["demand_without_path_tbps"][one]

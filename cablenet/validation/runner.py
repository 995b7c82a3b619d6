"""Run all checks on the atlas, with outside data where it is given."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cablenet import catalogue
from cablenet.validation import (
    chokepoints,
    corridors,
    critical_nodes,
    interdiction,
    lengths,
    link_design,
    outages,
    p_medians,
    queue_laws,
    repair_replays,
    service,
    solar,
    year_twins,
)
from cablenet.validation.check import Check

Progress = Callable[[str, int, int], None]


def run_checks(data: Path | None = None, *, events: Path | None = None,
               progress: Progress | None = None) -> list[Check]:
    """Every check, in a fixed order.

    Parameters
    ----------
    data
        a folder that holds outside data sets (here: a TeleGeography v3 export, the inputs of
        Solar Superstorms, instances of critical nodes, networks of SNDlib, p-medians); checks that
        need one are skipped, with the reason, where it is absent
    events
        a folder of past outages (default: those shipped with the atlas)
    """
    tell = progress or (lambda *_: None)
    outages.past_outages(events)  # bad input is told before the long work
    layers = catalogue.atlas()
    tell("lengths", 0, 4)
    out = lengths.check_lengths(layers)
    tell("demand served", 1, 4)
    out += service.check_service(catalogue.build_network(layers))
    tell("chokepoints", 2, 4)
    out += chokepoints.check_chokepoints(layers)
    tell("corridors", 3, 4)
    out += corridors.check_corridors(layers, data)
    out += solar.check_solar(data)
    out += interdiction.check_interdiction()
    out += critical_nodes.check_critical_nodes(data)
    tell("capacity designs (open ones take up to ten minutes each)", 4, 4)
    out += link_design.check_link_design(data)
    out += p_medians.check_p_medians(data)
    out += repair_replays.check_replays(events, progress=tell)
    out += queue_laws.check_queue_laws()
    out += year_twins.check_year_twin(catalogue.build_network(layers))
    out += outages.check_outages(events, progress=tell)
    return out

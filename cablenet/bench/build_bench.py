"""`bench build`: import, build and each first score beside networkx doing the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from cablenet import catalogue
from cablenet.bench import peers
from cablenet.bench.case import Case, Progress, timed
from cablenet.network import Network
from cablenet.scenarios.losses import cable_losses
from cablenet.scoring import score

SEED = 7
FEW = 2
"""Scenarios of the scores that networkx needs seconds for; both sides do the same ones."""


def build_cases(data: Path | None, progress: Progress) -> list[Case]:
    """The atlas, and with `data` the TeleGeography directory there as well."""
    steps = 7 if data is None else 9
    progress("read the atlas", 0, steps)
    read_s, layers = timed(catalogue.atlas)
    progress("build", 1, steps)
    build_s, net = timed(lambda: catalogue.build_network(layers))
    graph_s, graph = timed(lambda: peers.graph_from_tables(layers, net))
    cases = [
        Case("atlas: read and check the map", len(layers.segments), read_s),
        Case("atlas: build the network (groups, demand, power included; networkx: the graph)",
             len(net.links), build_s, {"networkx": graph_s},
             equal=graph.number_of_edges() == int(net.links.in_service.sum())
             and graph.number_of_nodes() == len(net.nodes)),
    ]
    cases += score_cases(net, graph, progress, steps)
    if data is not None:
        cases += _import_cases(data, progress, steps)
    return cases


def score_cases(net: Network, graph: peers.Graph, progress: Progress,
                steps: int) -> list[Case]:
    """Each first score beside networkx, on the same failures."""
    every = cable_losses(net)
    rng = np.random.default_rng(SEED)
    some = every[sorted(rng.choice(len(every), min(FEW, len(every)), replace=False).tolist())]
    out = []
    for step, (name, events, peer) in enumerate([
        ("isolated", every, peers.isolated_people),
        ("added_latency", some, peers.added_latency),
        ("capacity_loss", some, peers.capacity_loss),
        ("margin", some, peers.margins),
    ], start=2):
        progress(name, step, steps)
        ours_s, scores = timed(lambda n=name, e=events: score(net, e, [n]))  # type: ignore[misc]  # mypy infers no defaults
        peer_s, theirs = timed(lambda f=peer, e=events: f(net, graph, e))  # type: ignore[misc]  # mypy infers no defaults
        column = {"isolated": "isolated_people", "added_latency": "added_latency_ms",
                  "capacity_loss": "capacity_loss_tbps", "margin": "margin_cables"}[name]
        ours = scores.parts[name].country[column]
        out.append(Case(f"atlas: {name} per country, whole cables lost one by one", len(events),
                        ours_s, {"networkx": peer_s},
                        equal=bool(np.allclose(ours, theirs, rtol=1e-6, atol=1e-6))))
    return out


def _import_cases(data: Path, progress: Progress, steps: int) -> list[Case]:
    progress("import TeleGeography", steps - 2, steps)
    import_s, layers = timed(lambda: catalogue.read_layers(data))
    progress("build TeleGeography", steps - 1, steps)
    build_s, net = timed(lambda: catalogue.build_network(layers))
    graph_s, graph = timed(lambda: peers.graph_from_tables(layers, net))
    return [
        Case("TeleGeography: import, noding and checks included", len(layers.segments), import_s),
        Case("TeleGeography: build the network (networkx: the graph)", len(net.links), build_s,
             {"networkx": graph_s},
             equal=graph.number_of_edges() == int(net.links.in_service.sum())),
    ]

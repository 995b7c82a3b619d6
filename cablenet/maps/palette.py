"""The colours of all maps, and what a network's links and countries are coloured by."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from cablenet.network import Network
from cablenet.scoring import Scores

OCEAN, LAND, BORDER, GRATICULE = "#e9eff3", "#d8d6cf", "#f6f4ef", "#d9e3e9"
INK, FAINT = "#22313a", "#6d7c85"
STATION, HUB, MESH, OUT_OF_SERVICE = "#2d4654", "#d99a1c", "#8a8fa0", "#8d99a1"
BACKHAUL = "#a99f8d"
LOST = "#c8321f"

CAPACITY_STEPS = (10.0, 50.0, 150.0)
CAPACITY_COLOURS = ("#62a5bf", "#2f84a6", "#155f82", "#0a3a57")
CAPACITY_LABELS = ("under 10 Tbps lit", "10 to 50", "50 to 150", "150 and more")
UNKNOWN_COLOUR = "#5d8ea6"

EXPOSURE_COLOURS = ("#8fb7c6", "#e0b04a", "#de7a2c", "#b5271f")
LOSS_STEPS = (0.05, 0.25, 0.5, 0.999)
LOSS_COLOURS = ("#eadfc8", "#f0c9a0", "#e79a72", "#cf5f4a")
LOSS_LABELS = ("loses 5 to 25 %", "25 to 50 %", "50 % or more", "cut off")


@dataclass(frozen=True, eq=False)
class LinkColours:
    """One colour and width per link, and the legend that explains them."""

    colour: NDArray[np.object_]
    width: NDArray[np.float64]
    legend: tuple[tuple[str, str], ...]
    title: str


def colour_links(net: Network, scores: Scores | None) -> LinkColours:
    """Links by lit capacity, or, with scores, by how many of the scenarios take them away."""
    if scores is None or len(scores) < 2:
        return _by_capacity(net)
    return _by_exposure(net, scores)


def country_loss(net: Network, scores: Scores | None) -> NDArray[np.float64]:
    """(C,) the worst share a country loses in any of the scenarios, 1 where it is cut off."""
    if scores is None:
        return np.zeros(len(net.country_id))
    return np.asarray(country_losses(net, scores).max(axis=0))


def country_losses(net: Network, scores: Scores) -> NDArray[np.float64]:
    """(S, C) the share each country loses: of its capacity, or of its people cut off."""
    shape = (len(scores), len(net.country_id))
    loss = np.zeros(shape)
    people = np.bincount(net.gateways.country, net.gateways.people, minlength=shape[1])
    for part in scores.parts.values():
        values = part.country
        if "capacity_loss_share" in values:
            loss = np.fmax(loss, values["capacity_loss_share"])
        if "isolated_people" in values:
            loss = np.fmax(loss, values["isolated_people"] / np.maximum(people, 1.0))
        if "isolated" in values:
            loss = np.fmax(loss, np.where(values["isolated"] > 0, 1.0, 0.0))
    return np.clip(loss, 0.0, 1.0)


def gateways_cut(net: Network, scores: Scores) -> NDArray[np.bool_]:
    """(S, G) true where a scenario cuts a gateway off; nowhere without the score `isolated`."""
    for part in scores.parts.values():
        if "isolated" in part.gateway:
            return np.asarray(part.gateway["isolated"] > 0)
    return np.zeros((len(scores), len(net.gateways)), bool)


def loss_class(share: NDArray[np.float64]) -> NDArray[np.int64]:
    """0: hardly touched, 1 to 4: the classes of `LOSS_LABELS`."""
    return np.searchsorted(LOSS_STEPS, share, side="right")


def _by_capacity(net: Network) -> LinkColours:
    lit = net.links.lit_tbps
    step = np.searchsorted(CAPACITY_STEPS, np.nan_to_num(lit), side="right")
    colour = np.array(CAPACITY_COLOURS, dtype=object)[step]
    colour[~np.isfinite(lit)] = UNKNOWN_COLOUR
    width = np.where(np.isfinite(lit), 0.7 + 0.35 * step, 0.9)
    legend = tuple(zip(CAPACITY_COLOURS, CAPACITY_LABELS, strict=True))
    cables = net.of_kind("wet", "land") & net.links.in_service
    if not np.isfinite(lit[cables]).all():
        legend = (*legend, (UNKNOWN_COLOUR, "capacity unknown"))
    return LinkColours(colour, width, legend, "Cables, lit capacity each way")


def _by_exposure(net: Network, scores: Scores) -> LinkColours:
    count = np.asarray(scores.scenarios.failed.sum(axis=0)).ravel()
    cables = net.of_kind("wet", "land") & net.links.in_service
    seen = count[cables & (count > 0)]
    steps = np.unique(np.ceil(np.quantile(seen, (0.5, 0.8, 0.95))).astype(int) + 1) if len(
        seen) else np.array([1])
    step = np.searchsorted(steps, count, side="right")
    colours = EXPOSURE_COLOURS[:len(steps)] + EXPOSURE_COLOURS[-1:]
    bounds = [0, *steps.tolist()]
    labels = [f"in {low} to {high - 1}" if high - 1 > low else f"in {low}"
              for low, high in pairwise(bounds)]
    labels += [f"in {bounds[-1]} or more"]
    width = 0.7 + 0.3 * step.astype(float)
    return LinkColours(np.array(colours, dtype=object)[step], width,
                       tuple(zip(colours, labels, strict=True)),
                       f"Cables, lost in how many of {len(scores)} scenarios")

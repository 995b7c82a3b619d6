"""What an overlay does to scores, as its owner sees it and as each tier lets partners see it."""

from __future__ import annotations

import hashlib
import hmac
import math
from collections import OrderedDict
from collections.abc import Sequence
from datetime import date
from threading import Lock

import cablenet as cn
from cablenet_api.answers import ScoreAnswer, answer_of, stamp
from cablenet_api.events import ScoreRequest
from cablenet_api.failures import scenarios_of
from cablenet_api.plans.errors import NotAllowedError
from cablenet_api.workspaces.laying import world_with
from cablenet_api.workspaces.overlays import KeptOverlay
from cablenet_api.worlds import World, Worlds

FLOWS = ("capacity_loss", "unserved")
"""Scores that tell of capacities in Tbps; the others are the same with and without an overlay, or
would tell shares, which know no grain."""
UNIT = 2.0**64


class OverlaidWorlds:
    """Networks with an overlay on them, the least used one let go."""

    def __init__(self, worlds: Worlds, kept: int) -> None:
        self._worlds, self._kept, self._lock = worlds, kept, Lock()
        self._ready: OrderedDict[tuple[str, int, date | None], World] = OrderedDict()

    def get(self, overlay: KeptOverlay, as_of: date | None) -> World:
        """The world of one version of an overlay on one day."""
        key = (overlay.id, overlay.version, as_of)
        with self._lock:
            if key not in self._ready:
                self._ready[key] = world_with(self._worlds.get(as_of), overlay)
                while len(self._ready) > self._kept:
                    self._ready.popitem(last=False)
            self._ready.move_to_end(key)
            return self._ready[key]


def questions_in(base: World, request: ScoreRequest) -> list[str]:
    """What a request asks, one digest for each scenario: by what is lost, so that asking the same
    in other words is the same question."""
    events = scenarios_of(base, request.events)
    about = "|".join([base.network.fingerprint, *sorted(set(request.metrics)),
                      str(request.capacity_rule)])
    return [hashlib.sha256(about.encode() + events.links_lost(row).tobytes()).hexdigest()
            for row in range(len(events))]


def exact(base: World, over: World, request: ScoreRequest) -> ScoreAnswer:
    """The scores with the overlay; stamped with the shared network, for a fingerprint of the other
    would let anybody try guesses of the overlay against it."""
    for country in request.countries or ():
        base.network.country_index(country)
    scores = cn.score(over.network, scenarios_of(over, request.events), request.metrics,
                      capacity_rule=request.capacity_rule)
    return answer_of(scores, request.countries).model_copy(
        update={"network": stamp(base.network)})


def rounded(answer: ScoreAnswer, questions: Sequence[str], overlay: KeptOverlay) -> ScoreAnswer:
    """The answer as the aggregated tier tells it: Tbps of countries, in multiples of the grain.

    How a figure is rounded: see `in_grains`.
    """
    headings = [one for one in answer.country_headings if one.unit == "Tbps"]
    names = {one.name for one in headings}
    scenarios = [one.model_copy(update={"values": {}, "countries": [
        country.model_copy(update={"values": {
            name: None if value is None else in_grains(
                value, overlay.content.grain_tbps, overlay, f"{question}|{country.country}|{name}")
            for name, value in country.values.items() if name in names}})
        for country in one.countries]})
        for one, question in zip(answer.scenarios, questions, strict=True)]
    return answer.model_copy(update={"headings": [], "country_headings": headings,
                                     "scenarios": scenarios})


def check_aggregated(request: ScoreRequest) -> None:
    """Refuse scores that the aggregated tier cannot tell."""
    if not set(request.metrics) <= set(FLOWS):
        raise NotAllowedError(f"at the aggregated tier ask for {' or '.join(FLOWS)}")


def in_grains(value: float, grain: float, overlay: KeptOverlay, about: str) -> float:
    """A figure as the aggregated tier tells it: a multiple of the grain, shaken before.

    It is shaken by the sum of two draws of up to half a grain each way (triangular dither: the
    error then has mean 0 and a variance of grain^2 / 4 whatever the figure; Lipshitz, Wannamaker
    and Vanderkooy, J. Audio Eng. Soc. 40, 1992). The draws come from the question and a secret of
    the overlay: the same question has the same answer, no series of questions finds the threshold
    of a rounding, and whoever averages Q of them still errs by grain / (2 sqrt(Q)). Nothing is told
    as less than 0.
    """
    drawn = hmac.new(overlay.secret, f"{overlay.version}|{about}".encode(), hashlib.sha256)
    first, second = (int.from_bytes(drawn.digest()[i:i + 8], "big") / UNIT for i in (0, 8))
    return max(math.floor(value / grain + first + second - 0.5) * grain, 0.0)

"""Processes about the fewest and the worst losses, about hardening, and how sure scores are."""

from __future__ import annotations

from typing import Any

import cablenet as cn
from cablenet_api.failures import scenarios_of
from cablenet_api.processes.desk import Desk
from cablenet_api.processes.found import Found
from cablenet_api.processes.loss_inputs import (
    DrawsInputs,
    FewestInputs,
    FortifyInputs,
    WorstCurveInputs,
    WorstPlacesInputs,
)
from cablenet_api.worlds import World


def fortify(world: World, asked: FortifyInputs, desk: Desk) -> Found:
    """Which units to harden so that the worst losses of the others do least."""
    plan = cn.fortify(world.network, asked.harden, asked.k, **_words(asked))
    return Found(plan.to_json(), lambda: cn.result_layers(plan))


def worst_curve(world: World, asked: WorstCurveInputs, desk: Desk) -> Found:
    """The worst of one loss, of two, and so on."""
    curve = cn.worst_curve(world.network, range(1, asked.most + 1), progress=desk.told,
                           **_words(asked))
    return Found(curve.to_json(), lambda: cn.result_layers(curve))


def _words(asked: FortifyInputs | WorstCurveInputs) -> dict[str, Any]:
    return {"unit": asked.unit, "metric": asked.metric, "country": asked.country,
            "pair": asked.pair, "radius_km": asked.radius_km, "seed": asked.seed}


def fewest(world: World, asked: FewestInputs, desk: Desk) -> Found:
    """The fewest losses that isolate each country."""
    found = cn.fewest_to_isolate(world.network, asked.unit, countries=asked.countries,
                                 radius_km=asked.radius_km, seed=asked.seed, progress=desk.told)
    return Found(found.to_json(), lambda: cn.result_layers(found))


def worst_places(world: World, asked: WorstPlacesInputs, desk: Desk) -> Found:
    """The places whose loss hurts most."""
    desk.check_count(asked.count * asked.draws, "places on drawn lines", "ask for fewer draws")
    found = cn.worst_places(world.network, asked.count, metric=asked.metric,
                            radius_km=asked.radius_km, draws=asked.draws, seed=asked.seed,
                            progress=desk.told)
    return Found(found.to_json(), lambda: cn.result_layers(found))


def draws(world: World, asked: DrawsInputs, desk: Desk) -> Found:
    """Scores on networks whose numbers are drawn within their ranges."""
    desk.check_count(len(asked.events) * asked.draws, "drawn scenarios", "ask for fewer draws")
    found = cn.draws(world.network, scenarios_of(world, asked.events), asked.metrics,
                     draws=asked.draws, seed=asked.seed, what=asked.what, progress=desk.told)
    ranges = found.to_frame()
    moves = {column: found.ranking(column, tries=40).to_dict("records")
             for column in found.scores.to_frame().columns}
    return Found({"draws": len(found), "seed": asked.seed,
                  "ranges": ranges.to_dict("records"), "moved_most_by": moves},
                 lambda: cn.result_layers(found))

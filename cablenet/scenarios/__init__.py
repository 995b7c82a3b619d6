"""Where scenarios come from: a new source is one function and one line in `SOURCES`."""

from __future__ import annotations

from cablenet.scenarios import areas, cuts, joint_units, losses, named
from cablenet.scenarios.scenario_set import SOURCES, Recipe, ScenarioSet, as_set, concat

SOURCES.update({
    "cable_losses": losses.cable_losses,
    "station_losses": losses.station_losses,
    "all_losses": losses.all_losses,
    "joint_loss": losses.joint_loss,
    "joint_units": joint_units.joint_units,
    "cut": cuts.cut,
    "disk": areas.disk,
    "area": areas.area_from_wkt,
    "areas": areas.areas_from_wkt,
    "corridor": areas.corridor,
    "chokepoint": areas.chokepoint,
    "denial": areas.denial,
    "together": named.together,
    "named_events": named.events_from_records,
})

__all__ = ["SOURCES", "Recipe", "ScenarioSet", "areas", "as_set", "concat", "cuts", "losses",
           "named"]

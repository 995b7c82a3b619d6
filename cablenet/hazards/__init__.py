"""Hazards: what breaks cables how often, drawn as timelines of failures and repairs."""

from __future__ import annotations

from cablenet.hazards.durations import (
    RepairDurations,
    constant_duration,
    durations_from_frame,
    durations_from_quantiles,
)
from cablenet.hazards.making import HAZARDS, fault_model
from cablenet.hazards.model import FaultModel, constant_model
from cablenet.hazards.storms import read_tracks
from cablenet.hazards.tables import HazardTables, hazard_tables, read_hazard_tables
from cablenet.hazards.timeline import CAUSES, HOURS_A_YEAR, States, Timeline

__all__ = ["CAUSES", "HAZARDS", "HOURS_A_YEAR", "FaultModel", "HazardTables", "RepairDurations",
           "States", "Timeline", "constant_duration", "constant_model", "durations_from_frame",
           "durations_from_quantiles", "fault_model", "hazard_tables", "read_hazard_tables",
           "read_tracks"]

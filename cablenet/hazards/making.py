"""`fault_model`: from a network and the hazard tables to what breaks how often."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cablenet.errors import InputError, UnknownNameError
from cablenet.hazards.background import Background, background
from cablenet.hazards.drags import anchor_drags
from cablenet.hazards.durations import RepairDurations, durations_from_frame
from cablenet.hazards.earthquakes import earthquakes
from cablenet.hazards.events import Events, join_events
from cablenet.hazards.model import FaultModel
from cablenet.hazards.pieces import Pieces, cut_pieces
from cablenet.hazards.solar import solar_storm
from cablenet.hazards.storms import cyclones
from cablenet.hazards.tables import HazardTables
from cablenet.hazards.timeline import BACKGROUND
from cablenet.network import Network, frozen

Floats = NDArray[np.float64]
HAZARDS = ("background", "earthquake", "slope_failure", "cyclone", "anchor_drag", "solar_storm")
NATURAL = ("earthquake", "slope_failure", "cyclone")


def fault_model(net: Network, tables: HazardTables, hazards: Sequence[str] | None = None,
                durations: RepairDurations | None = None, *,
                rate_per_1000km_year: float | None = None, tracks: pd.DataFrame | None = None,
                seed: int = 0) -> FaultModel:
    """Say what breaks how often on the wet links in service.

    All faults together are `rate_per_1000km_year` (default: the world's rate) times the km in
    service. Earthquakes, slope failures and cyclones take their part out of the natural faults
    (where they would be more than `natural_events_share` of these, their probabilities are scaled
    down by one factor), anchor drags out of anchoring. A solar storm, never seen on
    today's cables, comes on top.

    Parameters
    ----------
    hazards
        names of `HAZARDS`; default: all
    durations
        default: the observed ones of the tables
    tracks
        cyclone tracks of `read_tracks`; default: synthetic ones
    seed
        for synthetic tracks of cyclones and anchors, which belong to the model, not to a draw

    Raises
    ------
    UnknownNameError
        a hazard that does not exist
    """
    chosen = tuple(HAZARDS if hazards is None else hazards)
    for name in chosen:
        if name not in HAZARDS:
            raise UnknownNameError("hazard", name, HAZARDS)
    if rate_per_1000km_year is not None and not 0 <= rate_per_1000km_year < np.inf:
        raise InputError(f"a rate of {rate_per_1000km_year:g} faults per 1000 km and year makes "
                         "no sense; give 0 or more")
    pieces = cut_pieces(net)
    alone = background(pieces, tables, rate_per_1000km_year)
    total = float(alone.rate.sum())
    events, notes = _joint(net, pieces, alone, tables, chosen, tracks, seed)
    alone = _less(alone, events)
    if "background" not in chosen:
        alone = replace(alone, rate=np.zeros(len(pieces)))
    km = float(pieces.km.sum())
    notes = (f"{total:.4g} faults a year on {km:,.0f} km in service "
             f"({1000 * total / km if km else 0:.3g} per 1000 km)", *notes)
    per_piece = alone.rate * alone.mix.sum(axis=1)[alone.depth_class]
    return FaultModel(
        len(net.links), frozen(pieces.link.astype(np.int32)), frozen(_steady(pieces.km_from)),
        frozen(_steady(pieces.km_to)), frozen(_steady(per_piece)),
        frozen(alone.depth_class.astype(np.int8)), frozen(_steady(_shares(alone.mix))),
        replace(events, rate_per_year=frozen(_steady(events.rate_per_year)),
                probability=frozen(_steady(events.probability)),
                km=frozen(_steady(events.km).astype(np.float32)),
                delay_h=frozen(_steady(events.delay_h))),
        durations or durations_from_frame(tables["repair_durations"]), net.fingerprint, notes)


def _joint(net: Network, pieces: Pieces, alone: Background, tables: HazardTables,
           chosen: Sequence[str], tracks: pd.DataFrame | None,
           seed: int) -> tuple[Events, tuple[str, ...]]:
    """All events asked for, held to the natural and anchoring faults they are a part of."""
    parts, notes = [], []
    if "earthquake" in chosen or "slope_failure" in chosen:
        parts.append(earthquakes(pieces, tables, shaking="earthquake" in chosen,
                                 slopes="slope_failure" in chosen))
    if "cyclone" in chosen:
        parts.append(cyclones(pieces, tables, seed, tracks))
    if parts:
        natural = join_events(parts)
        limit = (tables.number("natural_events_share")
                 * float(alone.by_cause()[BACKGROUND.index("natural")]))
        found = natural.faults_per_year(*NATURAL)
        if found > limit:
            natural = natural.scaled(limit / found, *NATURAL)
            notes.append(f"events of nature would cause {found:.3g} faults a year; probabilities "
                         f"scaled by {limit / found:.3g} to their part, {limit:.3g}")
        parts = [natural]
    if "anchor_drag" in chosen:
        row = alone.mix[alone.depth_class, BACKGROUND.index("anchoring")]
        parts.append(anchor_drags(pieces, alone.rate * row, tables, seed))
    if "solar_storm" in chosen:
        parts.append(solar_storm(net, tables))
    return join_events(parts), tuple(notes)


def _less(alone: Background, events: Events) -> Background:
    """The background without what events now bring, cause by cause."""
    taken = np.zeros(len(BACKGROUND))
    taken[BACKGROUND.index("natural")] = events.faults_per_year(*NATURAL)
    taken[BACKGROUND.index("anchoring")] = events.faults_per_year("anchor_drag")
    before = alone.by_cause()
    left = np.divide(np.maximum(before - taken, 0.0), before, out=np.zeros_like(before),
                     where=before > 0)
    return replace(alone, mix=alone.mix * left)


def _shares(mix: Floats) -> Floats:
    """Rows that add up to 1 (rows of nothing stay so)."""
    total = mix.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(mix, total, out=np.zeros_like(mix), where=total > 0))


def _steady(values: NDArray[np.floating]) -> Floats:
    """Values to 32 bits: what is left is the same on machines whose last digits differ."""
    mantissa, exponent = np.frexp(np.asarray(values, float))
    return np.asarray(np.ldexp(np.round(mantissa * 2.0**32) / 2.0**32, exponent), float)

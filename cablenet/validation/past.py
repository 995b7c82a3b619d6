"""`past_outages` and `replay_outage`: a real outage laid beside what was seen, as frames."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from cablenet.errors import InputError, UnknownNameError
from cablenet.validation import outage_scores as scores
from cablenet.validation import outages
from cablenet.validation.outage_events import ORDER


def past_outages(folder: Path | None = None) -> pd.DataFrame:
    """The past outages that can be replayed: day, name, systems cut, countries with an outcome.

    Parameters
    ----------
    folder
        holds `events.csv`, `event_cuts.csv` and `event_country_impact.csv` (default: those shipped)
    """
    return pd.DataFrame([
        {"event_id": one.id, "day": one.day, "name": one.name, "systems": ", ".join(one.systems),
         "countries": len(one.observed), "sources": one.sources}
        for one in outages.past_outages(folder)]).set_index("event_id")


def replay_outage(event_id: str, folder: Path | None = None) -> pd.DataFrame:
    """What an outage did to each country, as seen and as we find it on the map of that day.

    Returns
    -------
    country (index)
    seen, ours
        the class of severity, one of unaffected, low, medium, high, severe, cut_off
    unserved, disrupted
        shares of the country's demand that stays lost, and that had to find another way
    lit_lost, cables_lost
        two simpler counts: the share of landed lit capacity, and of landing cables, that was hit

    Raises
    ------
    UnknownNameError
        no such event
    InputError
        the event cannot be replayed, with the reason
    """
    from cablenet_geodata import path

    found = {one.id: one for one in outages.past_outages(folder)}
    if event_id not in found:
        raise UnknownNameError("past outage", event_id, found)
    thresholds = scores.read_thresholds(path("validation") / "severity.toml")
    table, notes = outages.outcomes(found[event_id], thresholds)
    if table is None:
        raise InputError(f"{event_id} cannot be replayed: {notes[-1]}")
    words = {name: [ORDER[number] for number in table[name]] for name in ("seen", "ours")}
    return table.assign(**words).set_index("country")[
        ["seen", "ours", "unserved", "disrupted", "lit_lost", "cables_lost"]]

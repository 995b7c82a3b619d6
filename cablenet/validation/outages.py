"""Past outages replayed on the network of their day, beside what was seen and simpler counts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from cablenet import catalogue
from cablenet.errors import InputError
from cablenet.validation import outage_scores as scores
from cablenet.validation.check import Check, at_least, skipped
from cablenet.validation.outage_cuts import lost_links
from cablenet.validation.outage_events import ORDER, Outage, read_outages
from cablenet.validation.outage_replay import replay

Progress = Callable[[str, int, int], None]
PROMISED, MARGIN, QUIET = 0.70, 0.10, 0.90
CONTROLS = ("E2024_BALTIC", "E2025_MATSU")
"""Events that had no effect on any country, by which we are caught crying wolf."""
SOURCE = "events.csv, event_cuts.csv, event_country_impact.csv"
WAYS = ("ours", "lit", "cables")


def check_outages(folder: Path | None = None, *, progress: Progress | None = None) -> list[Check]:
    """One check an event, one overall, one for the countries that saw nothing.

    Parameters
    ----------
    folder
        holds the three tables (default: those shipped with the atlas)
    """
    from cablenet_geodata import path

    outages = past_outages(folder)
    if not outages:
        return [skipped("outages", SOURCE, "no past outages here; name a folder with --events")]
    thresholds = scores.read_thresholds(path("validation") / "severity.toml")
    checks: list[Check] = []
    tables: list[pd.DataFrame] = []
    for i, outage in enumerate(outages):
        (progress or (lambda *_: None))(f"outage {outage.id}", i, len(outages))
        table, notes = outcomes(outage, thresholds)
        if table is None:
            checks.append(skipped(f"outage-{outage.id}", outage.sources or SOURCE, notes[-1]))
            continue
        tables.append(table)
        checks.append(_event_check(outage, table, notes))
    if not tables:
        return [*checks, skipped("outages-overall", SOURCE, "no event could be replayed")]
    whole = pd.concat(tables, ignore_index=True)
    return [_overall(whole), *_quiet(whole), *checks]


def past_outages(folder: Path | None = None) -> list[Outage]:
    """The events of a folder, or those shipped (none where they are not); bad rows are an error."""
    from cablenet_geodata import path

    if folder is None and not path("validation").is_dir():
        return []
    if folder is not None and not folder.is_dir():
        raise InputError(f"--events: {folder} is not a folder; name one that holds {SOURCE}")
    return read_outages(folder or path("validation"), set(catalogue.atlas().countries["country"]))


def outcomes(outage: Outage, thresholds: scores.Thresholds
             ) -> tuple[pd.DataFrame | None, list[str]]:
    """One row a country seen in an event: its class observed, ours, and those of the baselines.

    None where the event cannot be replayed; the last note then says why.
    """
    if not outage.observed:
        return None, ["no country's outcome is recorded"]
    try:
        net = catalogue.build_network(catalogue.atlas(outage.day, scaled=True))
    except InputError as error:
        return None, [str(error)]
    lost, notes = lost_links(net, outage)
    if not len(lost):
        return None, ["; ".join(notes) or "hits nothing on our map"]
    shares = replay(net, lost).loc[list(outage.observed)]
    table = pd.DataFrame({
        "event": outage.id, "country": list(outage.observed),
        "seen": [ORDER.index(status) for status in outage.observed.values()],
        "ours": [scores.severity(gone, moved, thresholds) for gone, moved in
                 zip(shares["unserved"], shares["disrupted"], strict=True)],
        "lit": [scores.class_of(share, thresholds.unserved) for share in shares["lit_lost"]],
        "cables": [scores.class_of(share, thresholds.unserved)
                   for share in shares["cables_lost"]],
    })
    return pd.concat([table, shares.reset_index(drop=True)], axis=1), notes


def _event_check(outage: Outage, table: pd.DataFrame, notes: list[str]) -> Check:
    ours, seen = table["ours"].to_numpy(np.int64), table["seen"].to_numpy(np.int64)
    tau = scores.tau_b(ours, seen)
    told = "undefined, one class only" if np.isnan(tau) else f"{tau:.2f}"
    return at_least(f"outage-{outage.id}", scores.within_one(ours, seen), PROMISED,
                    outage.sources or SOURCE, (
                        f"{outage.name}, {outage.day}: Kendall's tau-b {told}",
                        *[_told(row) for _, row in table.iterrows()], *notes))


def _told(row: pd.Series) -> str:
    far = "" if abs(row["ours"] - row["seen"]) <= 1 else " (missed)"
    return (f"{row['country']}: observed {ORDER[row['seen']]}, ours {ORDER[row['ours']]}{far}; "
            f"{row['unserved']:.0%} unserved, {row['disrupted']:.0%} disrupted, landed lit "
            f"{row['lit_lost']:.0%}, cables {row['cables_lost']:.0%}")


def _overall(table: pd.DataFrame) -> Check:
    """Within one class, and balanced accuracy at least ten points above the best of the others."""
    seen, event = table["seen"].to_numpy(np.int64), pd.factorize(table["event"])[0]
    by = {way: table[way].to_numpy(np.int64) for way in WAYS}
    accuracy = {way: scores.balanced_accuracy(by[way], seen) for way in WAYS}
    constant, constant_near = scores.best_constant(seen)
    plain = 1.0 / len(np.unique(seen))
    low, high = scores.bootstrap(by["ours"], seen, event)
    near = {way: scores.within_one(by[way], seen) for way in WAYS}
    needed = max(accuracy["lit"], accuracy["cables"], plain) + MARGIN
    good = near["ours"] >= PROMISED and accuracy["ours"] >= needed
    return Check(
        "outages-overall", round(accuracy["ours"], 4), round(needed, 4),
        f"balanced accuracy at least {MARGIN:g} above the best baseline, and at least "
        f"{PROMISED:g} within one class", SOURCE, "pass" if good else "miss", (
            f"{len(table)} country outcomes of {len(set(table['event']))} events",
            f"balanced accuracy: ours {accuracy['ours']:.3f} (95 % interval {low:.3f} to "
            f"{high:.3f}, events drawn again), share of landed lit {accuracy['lit']:.3f}, share "
            f"of cables {accuracy['cables']:.3f}, any constant {plain:.3f}",
            f"within one class: ours {near['ours']:.3f}, share of landed lit {near['lit']:.3f}, "
            f"share of cables {near['cables']:.3f}, always '{ORDER[constant]}' "
            f"{constant_near:.3f}",
            f"Kendall's tau-b: ours {scores.tau_b(by['ours'], seen):.3f}, share of landed lit "
            f"{scores.tau_b(by['lit'], seen):.3f}, share of cables "
            f"{scores.tau_b(by['cables'], seen):.3f}"))


def _quiet(table: pd.DataFrame) -> list[Check]:
    """Countries that saw nothing, and events that did nothing, are at most low with us."""
    calm = table[table["seen"] == 0]
    control = table[table["event"].isin(CONTROLS)]
    checks = []
    for id, rows, share in (("outages-unaffected-quiet", calm, QUIET),
                            ("outages-controls-quiet", control, 1.0)):
        if not len(rows):
            checks.append(skipped(id, SOURCE, "no such outcome could be replayed"))
            continue
        wolf = rows[rows["ours"] > 1]
        loud = [f"{event} {country}: ours {ORDER[ours]}" for event, country, ours in
                zip(wolf["event"], wolf["country"], wolf["ours"], strict=True)]
        checks.append(at_least(id, float((rows["ours"] <= 1).mean()), share, SOURCE,
                               (f"{len(rows)} outcomes", *loud)))
    return checks

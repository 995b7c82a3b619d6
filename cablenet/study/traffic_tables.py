"""The tables of a study's traffic: plain frames, ranked, with readable columns."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cablenet.report import Bars, Heading, Table
from cablenet.study.traffic import FELT_TBPS, EventTraffic, PairsTraffic, Traffic

SHOWN = 10
"""Countries and links in each ranking."""
QUANTILES = (0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 1.0)
BINS_TBPS = (0.01, 0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0)
BIN_WORDS = ("nothing", "to 0.01", "0.01 to 0.1", "0.1 to 0.5", "0.5 to 1", "1 to 2", "2 to 5",
             "5 to 10", "10 to 20", "over 20")
ALL = Heading("demand", "Tbps", "peak, larger direction", 3)
NEW = Heading("newly unserved", "Tbps", "served before the event, not after it", 3, bar=True)
SHARE = Heading("of its demand", "%", "share newly unserved", 2)
MOVED = Heading("rerouted", "Tbps", "passed a lost link before, served another way now", 2)
ADDED = Heading("added round trip", "ms", "mean over what is served, after less before", 1,
                bar=True)


def overview_table(traffic: Traffic) -> Table:
    """One row an event."""
    frame = pd.DataFrame([event.overview for event in traffic.events])
    for name in ("newly_unserved_share", "fill_before_share", "fill_after_share"):
        frame[name] = 100 * frame[name]
    return Table(
        "traffic-events", "Traffic after each event", frame,
        "The flow optimum: most demand served level by level, ties shared fairly, then least "
        "delay; checked without the solver. Full links are counted in each direction.", "event", {
            "cables_hit": Heading("cables hit", "", "systems that lose a section", 0),
            "rerouted_tbps": MOVED,
            "newly_unserved_tbps": Heading("newly unserved", "Tbps",
                                           "served before the event, not after it", 3),
            "newly_unserved_share": Heading("of all demand", "%", "share newly unserved", 2),
            "newly_full_links": Heading("links newly full", "", "in one direction", 0),
            "added_round_trip_ms": Heading("added round trip", "ms",
                                           "mean over all that is served", 2),
            "added_per_rerouted_ms": Heading(
                "per rerouted Tbps", "ms", "delay added in all, what is displaced included, by "
                "Tbps rerouted; only where all is served", 1),
            "fill_before_share": Heading("room of cables in use before", "%",
                                         "by length; room is lit capacity less headroom", 1),
            "fill_after_share": Heading("and after", "%", "of what is left", 1),
        })


def class_table(event: EventTraffic) -> Table:
    """Demand and what is unserved of it, by class."""
    frame = event.answer.by_class().sort_values("level", kind="stable").reset_index(drop=True)
    frame["newly"] = (frame["unserved_tbps"] - frame["unserved_before_tbps"]).clip(lower=0.0)
    frame["share"] = 100 * frame["newly"] / frame["demand_tbps"]
    return Table(
        f"traffic-{key_of(event)}-classes", "By class of traffic", frame,
        "A lower level is served first; classes of one level share what is left.", "class", {
            "level": Heading("level", "", "1 is served first", 0), "demand_tbps": ALL,
            "unserved_before_tbps": Heading("unserved before", "Tbps", "nothing failed", 4),
            "unserved_tbps": Heading("unserved after", "Tbps", "", 4),
            "newly": NEW, "share": SHARE})


def losing_table(event: EventTraffic) -> Table:
    """The countries that lose most."""
    frame = event.countries
    frame = frame[frame["newly_unserved_tbps"] > FELT_TBPS].nlargest(
        SHOWN, "newly_unserved_tbps")
    frame = frame[["name", "demand_tbps", "newly_unserved_tbps", "newly_unserved_share",
                   "rerouted_tbps", "added_round_trip_ms"]].reset_index(drop=True)
    frame["newly_unserved_share"] *= 100
    return Table(f"traffic-{key_of(event)}-countries", "Countries that lose most", frame,
                 "By the country whose inhabitants ask.", "name", {
                     "name": Heading("country"), "demand_tbps": ALL, "newly_unserved_tbps": NEW,
                     "newly_unserved_share": SHARE, "rerouted_tbps": MOVED,
                     "added_round_trip_ms": ADDED})


def delay_table(event: EventTraffic) -> Table:
    """The countries whose round trips grow most."""
    frame = event.countries
    frame = frame[frame["added_round_trip_ms"] > 0].nlargest(SHOWN, "added_round_trip_ms")
    frame = frame[["name", "demand_tbps", "rerouted_tbps", "round_trip_before_ms",
                   "round_trip_ms", "added_round_trip_ms"]].reset_index(drop=True)
    return Table(f"traffic-{key_of(event)}-delay", "Round trips that grow most", frame,
                 "Means over all that is served, by the country whose inhabitants ask. Countries "
                 "whose own links are whole are slower where others take up their room.", "name", {
                     "name": Heading("country"), "demand_tbps": ALL, "rerouted_tbps": MOVED,
                     "round_trip_before_ms": Heading("before", "ms", "", 1),
                     "round_trip_ms": Heading("after", "ms", "", 1),
                     "added_round_trip_ms": ADDED})


def saving_table(event: EventTraffic) -> Table:
    """Full links on which more room would serve most."""
    frame = event.links
    frame = frame[frame["full"] & (frame["saves_tbps_per_tbps"] > FELT_TBPS)].sort_values(
        ["saves_tbps_per_tbps", "room_tbps"], ascending=False, kind="stable").head(SHOWN)
    return Table(
        f"traffic-{key_of(event)}-saves", "Full links where more room would serve most",
        _link_rows(frame, "saves_tbps_per_tbps"),
        "One more Tbps on such a link alone would serve so much more demand.", "link_id",
        {**LINK_HEADINGS, "saves_tbps_per_tbps": Heading(
            "one more Tbps serves", "Tbps", "whatever its level", 2)})


def delay_saving_table(event: EventTraffic) -> Table:
    """Full links on which more room would save most delay."""
    frame = event.links
    frame = frame[frame["full"] & (frame["saves_ms"] > 0)].nlargest(SHOWN, "saves_ms")
    return Table(
        f"traffic-{key_of(event)}-saves-delay", "Full links where more room would save most delay",
        _link_rows(frame, "saves_ms"),
        "One more Tbps of room on such a link alone would take so much off the sum of Tbps × ms "
        "over all that is served.", "link_id",
        {**LINK_HEADINGS, "saves_ms": Heading("one more Tbps saves", "Tbps × ms", "", 0,
                                              bar=True)})


LINK_HEADINGS = {
    "link_id": Heading("link"), "way": Heading("from and to"),
    "room_tbps": Heading("room", "Tbps", "lit capacity less headroom", 2),
    "load_before_tbps": Heading("load before", "Tbps", "", 2),
    "newly_full": Heading("newly full")}


def _link_rows(frame: pd.DataFrame, last: str) -> pd.DataFrame:
    out = frame[["link_id", "cable", "room_tbps", "load_before_tbps", "newly_full",
                 last]].reset_index(drop=True)
    out["cable"] = np.where(out["cable"] == "", "on land", out["cable"])
    out.insert(2, "way", [f"{a} → {b}" for a, b in zip(frame["from"], frame["to"], strict=True)])
    return out


def quantile_table(pairs: PairsTraffic) -> Table:
    """How much pairs of cables leave newly unserved."""
    low, high = (np.quantile(pairs.values(side), QUANTILES, method="inverted_cdf")
                 for side in ("low", "high"))
    words = ["half of all pairs", *(f"{100 * q:g} % of all pairs" for q in QUANTILES[1:-1]),
             "all pairs"]
    frame = pd.DataFrame({"pairs": words, "low": low, "high": high,
                          "share": 100 * high / pairs.asked_tbps})
    some = {side: float((pairs.values(side) > FELT_TBPS).mean()) for side in ("low", "high")}
    sure = (f"{100 * some['low']:.1f} %" if round(some["low"], 3) == round(some["high"], 3) else
            f"{100 * some['low']:.1f} to {100 * some['high']:.1f} %")
    return Table(
        "traffic-pairs", "Unserved demand after every pair of cables", frame,
        f"{pairs.count:,} pairs; {sure} of them leave something unserved that the intact network "
        f"serves. {bracket_words(pairs)}", "pairs", {
            "pairs": Heading("so many leave no more than"),
            "low": Heading("newly unserved, lower sides", "Tbps",
                           "were every pair at its proven lower side", 3),
            "high": Heading("upper sides", "Tbps", "were every pair at its proven upper side", 3),
            "share": Heading("upper sides, of all demand", "%", "", 3)})


def bracket_words(pairs: PairsTraffic) -> str:
    """Which figures are exact and which are sides of brackets."""
    wide = pairs.bracketed
    if not len(wide):
        return "Every pair is exact."
    width = wide["unserved_high_tbps"] - wide["unserved_low_tbps"]
    return (f"{pairs.count - len(wide):,} pairs are exact; of the other {len(wide):,} the optimum "
            f"lies in a proven bracket, half of them at most {width.median():.2f} Tbps wide, the "
            f"widest {width.max():.1f} Tbps. An upper side is the most that a pair can leave.")


def worst_pairs_table(pairs: PairsTraffic, names: dict[str, str]) -> Table:
    """The pairs that are proven worst, and how many others may be worse."""
    frame = pairs.pairs.head(SHOWN)
    newly = frame["unserved_low_tbps"] - pairs.intact_tbps
    out = pd.DataFrame({
        "pair": [f"{names.get(a, a)} + {names.get(b, b)}" for a, b in zip(
            frame["unit_1"], frame["unit_2"], strict=True)],
        "newly": newly, "share": 100 * newly / pairs.asked_tbps})
    exact = bool(frame["exact"].all())
    told = "Each of these is solved exactly" if exact else "These figures are lower sides"
    other = pairs.undecided
    rest = (f"; the brackets of {len(other):,} other pairs reach above the last of them, up to "
            f"{other['unserved_high_tbps'].max() - pairs.intact_tbps:,.1f} Tbps (an upper side), "
            "so they may be worse." if len(other) else "; no other pair can be worse.")
    return Table(
        "traffic-worst-pairs", "The pairs of cables proven worst", out.reset_index(drop=True),
        told + rest, "pair", {
            "pair": Heading("pair"),
            "newly": Heading("newly unserved" if exact else "newly unserved, at least", "Tbps",
                             "beyond the intact network", 3, bar=True),
            "share": Heading("of all demand", "%", "", 3)}, shown=SHOWN)


def pairs_chart(pairs: PairsTraffic) -> Bars:
    """How many pairs leave how much; those that leave nothing are in the caption."""
    def counted(side: str) -> pd.Series[int]:
        values = pairs.values(side)
        step = np.where(values > FELT_TBPS, 1 + np.searchsorted(BINS_TBPS, values), 0)
        return pd.Series(np.bincount(step, minlength=len(BIN_WORDS)), index=list(BIN_WORDS))

    low, high = counted("low"), counted("high")
    same = bool((low == high).all())
    frame = pd.DataFrame({"pairs": high} if same else
                         {"at least (lower side)": low, "at most (upper side)": high})
    quiet = (f"{low.iloc[0]:,} pairs" if low.iloc[0] == high.iloc[0] else
             f"{high.iloc[0]:,} pairs, or up to {low.iloc[0]:,} by the lower sides,")
    last = max(int(np.flatnonzero(frame.to_numpy().any(axis=1)).max(initial=0)), 1)
    sides = ("Every pair is exact." if same else
             "Each pair is counted twice, by the lower and by the upper side of its bracket.")
    return Bars("traffic-pairs-chart", "How many pairs of cables leave how much unserved",
                frame.iloc[1:last + 1], "Tbps newly unserved", "pairs",
                f"Not drawn: {quiet} that leave nothing newly unserved. {sides}")


def key_of(event: EventTraffic) -> str:
    """The event in addresses and file names."""
    return event.id.replace("_", "-")

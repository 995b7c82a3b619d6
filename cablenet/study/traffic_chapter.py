"""The chapters of the report about traffic: what it says, with maps, and its findings."""

from __future__ import annotations

import io
from typing import Any

from cablenet.maps import draw_traffic, save_map
from cablenet.network import Network
from cablenet.report import Finding, Picture, Section, Words
from cablenet.report.content import Block
from cablenet.study import traffic_tables as tables
from cablenet.study.traffic import FELT_TBPS, EventTraffic, PairsTraffic, Traffic

PAGE_DOTS = 110
"""Dots to the inch of the maps inside the page; those beside it are finer."""
Maps = dict[str, Any]


def traffic_maps(traffic: Traffic) -> Maps:
    """The drawn map of each event, by its key."""
    return {tables.key_of(event): draw_traffic(event.answer, event.scenarios)
            for event in traffic.events}


def traffic_sections(traffic: Traffic, net: Network, maps: Maps) -> list[Section]:
    """One section over all, one for each event."""
    blocks: list[Block] = [tables.overview_table(traffic)]
    if traffic.pairs is not None:
        names = dict(zip(map(str, net.cable_id), map(str, net.cable_name), strict=True))
        blocks += [tables.quantile_table(traffic.pairs), tables.pairs_chart(traffic.pairs),
                   tables.worst_pairs_table(traffic.pairs, names)]
    first = Section(
        "traffic", "Where traffic goes",
        "Demand is served class by class in order of priority, ties are shared fairly, and what is "
        "served takes the ways that add least delay. Room is lit capacity less the headroom kept "
        "free; a link is full when nothing of its room is left. Links fill up with nothing failed "
        "too, since the shortest ways are taken first: a full link is no loss in itself.", blocks)
    return [first, *(_event_section(event, maps[tables.key_of(event)])
                     for event in traffic.events)]


def traffic_findings(traffic: Traffic) -> list[Finding]:
    """One sentence an event, one for the pairs."""
    found = []
    for event in traffic.events:
        numbers = event.overview
        if event.leaves_unserved:
            text = (f"{event.name} leaves {event.newly_unserved_tbps:,.1f} Tbps unserved "
                    f"({100 * float(numbers['newly_unserved_share']):.1f} % of all demand), most "
                    f"of it of {_most(event)}.")
        else:
            text = (f"{event.name} leaves nothing newly unserved: "
                    f"{float(numbers['rerouted_tbps']):,.1f} Tbps find another way.")
        found.append(Finding(text, "traffic-events", (event.name,),
                             "bad" if event.leaves_unserved else "warn", why(event), event.name))
    if traffic.pairs is not None:
        found.append(_pairs_finding(traffic.pairs))
    return found


def why(event: EventTraffic) -> str:
    """The numbers behind an event: what is rerouted, onto what, and what room is left there."""
    numbers, relief = event.overview, event.relief
    hit = int(numbers["cables_hit"])
    lead = (f"{hit} {'cable is' if hit == 1 else 'cables are'} hit. "
            f"{float(numbers['rerouted_tbps']):,.1f} Tbps that passed them go another way; "
            f"{relief['links']} cable sections, counted each way, carry more than before "
            f"and {relief['full']} of these are full; "
            f"{numbers['newly_full_links']} links, land included, are newly full. ")
    room = (f"{relief['half_free']} of the sections that carry more still have half of their room "
            f"free, the median {100 * float(relief['median_free_share']):.0f} %. ")
    use = (f"Of the room of all cables, weighed by length, "
           f"{100 * float(numbers['fill_before_share']):.1f} % was in use and "
           f"{100 * float(numbers['fill_after_share']):.1f} % of what is left is now. ")
    slow = (f"The mean round trip changes by {float(numbers['added_round_trip_ms']):+.1f} ms over "
            "all that is served")
    each = float(numbers["added_per_rerouted_ms"])
    tail = "." if each != each else (
        f"; laid on what is rerouted alone, that is {each:+.0f} ms, what it displaces included.")
    return (lead + room + use + slow + tail).replace("+-", "-")


def traffic_summary(traffic: Traffic) -> dict[str, Any]:
    """The numbers for summary.json."""
    out: dict[str, Any] = {"events": [
        {"id": event.id, **event.overview, "unserved_tbps": event.answer.unserved_tbps,
         "demand_tbps": float(event.answer.case.problem.tbps.sum()),
         "proved": bool(event.answer.before.proved and event.answer.after.proved),
         "relief": event.relief} for event in traffic.events]}
    if traffic.pairs is not None:
        pairs = traffic.pairs
        worst = pairs.pairs.head(tables.SHOWN)
        out["pairs"] = {
            "pairs": pairs.count, "exact": pairs.count - len(pairs.bracketed),
            "intact_unserved_tbps": pairs.intact_tbps,
            "share_leaving_more_low": float((pairs.values("low") > FELT_TBPS).mean()),
            "share_leaving_more_high": float((pairs.values("high") > FELT_TBPS).mean()),
            "quantiles": tables.quantile_table(pairs).frame.to_dict("records"),
            "worst": worst.to_dict("records")}
    return out


def _event_section(event: EventTraffic, axes: Any) -> Section:
    key = tables.key_of(event)
    picture = io.BytesIO()
    save_map(axes, picture, PAGE_DOTS)
    blocks: list[Block] = [
        Words(why(event)),
        Picture(f"traffic-{key}-map", "Load before and after", picture.getvalue(),
                f"Two maps of the cables, before and after {event.name}. {why(event)}",
                "Links by the share of their room in use, wider with more load; countries by what "
                "they newly go without or, where that is nothing, by the round trip added."),
        tables.class_table(event)]
    if event.leaves_unserved:
        blocks += [tables.losing_table(event), tables.saving_table(event)]
    blocks += [tables.delay_table(event), tables.delay_saving_table(event)]
    intro = (f"**{event.newly_unserved_tbps:,.2f} Tbps** are newly unserved, most of it of "
             f"{_most(event)}." if event.leaves_unserved else
             "**Nothing is newly unserved**: all that was served before is served after. By "
             "numbers, why not:")
    return Section(f"traffic-{key}", f"Traffic after {event.name}", intro, blocks)


def _most(event: EventTraffic) -> str:
    first = event.countries.nlargest(1, "newly_unserved_tbps").iloc[0]
    return (f"{first['name']} ({float(first['newly_unserved_tbps']):,.1f} Tbps, "
            f"{100 * float(first['newly_unserved_share']):.0f} % of its demand)")


def _pairs_finding(pairs: PairsTraffic) -> Finding:
    low, high = (100 * float((pairs.values(side) > FELT_TBPS).mean()) for side in ("low", "high"))
    share = f"{low:.1f} %" if f"{low:.1f}" == f"{high:.1f}" else f"{low:.1f} to {high:.1f} %"
    least, most = (float(pairs.values(side).max(initial=0.0)) for side in ("low", "high"))
    worst = f"{most:,.1f} Tbps" if most - least < 0.05 else f"{least:,.1f} to {most:,.1f} Tbps"
    return Finding(
        f"Of all {pairs.count:,} pairs of cables, {share} leave something newly unserved; the "
        f"worst leaves {worst}.", "traffic-pairs", (), "warn", tables.bracket_words(pairs))

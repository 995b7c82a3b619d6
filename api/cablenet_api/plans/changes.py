"""What changed under a plan and between its versions, in sentences that people can act on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cablenet_api.plans.annexing import cables_in_service
from cablenet_api.plans.document import Annex, CountryEffect, PlanDocument
from cablenet_api.worlds import World

LISTED = 8
"""So many cables are named in one sentence; the rest are counted."""
KEYS = {"parties": "organisation", "scenarios": "id", "restoration_paths": "id",
        "permits": "country", "ship_calls": "zone", "priority_traffic": "traffic_class"}
"""Sections whose entries have a name of their own; others are told apart by their content."""
NOTICED_TBPS, NOTICED_SHARE = 0.001, 0.001


@dataclass(frozen=True)
class Change:
    """One difference: the section, what kind, and a sentence."""

    section: str
    kind: str
    sentence: str


@dataclass(frozen=True)
class CablesChanged:
    """How the cables in service differ between two annexes."""

    left: tuple[str, ...]
    joined: tuple[str, ...]
    resized: tuple[str, ...]

    @property
    def any(self) -> bool:
        """Whether anything differs."""
        return bool(self.left or self.joined or self.resized)

    def __str__(self) -> str:
        parts = [f"{_named(ids)} {verb}" for ids, verb in (
            (self.left, "left the network"), (self.joined, "joined it"),
            (self.resized, "changed in capacity or extent")) if ids]
        return ", ".join(parts) or "no cable left, joined or changed"


def cables_changed(before: Mapping[str, float], after: Mapping[str, float]) -> CablesChanged:
    """Which cables left, joined, or carry another capacity."""
    both = before.keys() & after.keys()
    return CablesChanged(
        left=tuple(sorted(before.keys() - after.keys())),
        joined=tuple(sorted(after.keys() - before.keys())),
        resized=tuple(sorted(key for key in both if before[key] != after[key])))


def differences(before: PlanDocument, after: PlanDocument) -> tuple[Change, ...]:
    """Everything that differs between two versions, section by section.

    Computed figures come with their cause: "scenario 'luzon': unserved in PH +2.1 % of its demand
    (0.40 to 0.46 Tbps): apcn-2 left the network".
    """
    old, new = (one.model_dump(mode="json", by_alias=True) for one in (before, after))
    found: list[Change] = []
    for section in old:
        if section != "annex" and old[section] != new[section]:
            found += _section(section, old[section], new[section])
    return (*found, *_annexes(before.annex, after.annex))


def stale_because(plan: PlanDocument, world: World, code_version: str) -> tuple[Change, ...]:
    """Why the annex of a plan no longer describes this network; nothing when it does."""
    annex, net = plan.annex, world.network
    if annex is None or annex.network_fingerprint == net.fingerprint:
        return ()
    cables = cables_changed(annex.cables_in_service, cables_in_service(net))
    sentence = str(cables) if cables.any else (
        "cables are the same; demand, routes, gateways or hubs differ")
    found = [Change("annex", "network", f"the network under the plan changed: {sentence}")]
    if annex.code_version != code_version:
        found.append(Change("annex", "code", f"computed by cablenet {annex.code_version}, "
                                             f"this is {code_version}"))
    hit = sorted({cable for effect in annex.effects for cable in effect.cables_hit}
                 & {*cables.left, *cables.resized})
    if hit:
        found.append(Change("scenarios", "network", f"its scenarios hit {_named(hit)}"))
    return tuple(found)


# -- sections ---------------------------------------------------------------------------------


def _section(section: str, old: Any, new: Any) -> Iterator[Change]:
    if isinstance(old, list):
        yield from _entries(section, old, new)
    elif isinstance(old, dict) and isinstance(new, dict):
        for field in old:
            if old[field] != new.get(field):
                yield Change(section, "changed",
                             f"{section}: {_spelt(field)} {_short(old[field])} -> "
                             f"{_short(new[field])}")
    else:
        yield Change(section, "changed", f"{section}: {_short(old)} -> {_short(new)}")


def _entries(section: str, old: Sequence[Any], new: Sequence[Any]) -> Iterator[Change]:
    key = KEYS.get(section)
    if key is None:
        gone = [one for one in old if one not in new]
        come = [one for one in new if one not in old]
        if gone and len(old) == len(new) and all(isinstance(one, dict) for one in (*old, *new)):
            for place, (was, now) in enumerate(zip(old, new, strict=True), start=1):
                yield from _fields(section, f"{section} {place}", was, now)
            return
        yield from (Change(section, "removed", f"{section}: without {_short(one)}")
                    for one in gone)
        yield from (Change(section, "added", f"{section}: with {_short(one)}") for one in come)
        if not gone and not come:
            yield Change(section, "moved", f"{section}: another order")
        return
    was, now = ({one[key]: one for one in rows} for rows in (old, new))
    for name in was.keys() - now.keys():
        yield Change(section, "removed", f"{section}: '{name}' taken out")
    for name in now.keys() - was.keys():
        yield Change(section, "added", f"{section}: '{name}' added")
    changed = [name for name in was if name in now and was[name] != now[name]]
    for name in changed:
        yield from _fields(section, f"{section} '{name}'", was[name], now[name])
    if not changed and was.keys() == now.keys():
        yield Change(section, "moved", f"{section}: another order")


def _fields(section: str, entry: str, was: Mapping[str, Any], now: Mapping[str, Any]
            ) -> Iterator[Change]:
    """What differs in one entry, field by field."""
    for field in was:
        if was[field] != now.get(field):
            yield Change(section, "changed", f"{entry}: {_spelt(field)} {_short(was[field])} -> "
                                             f"{_short(now.get(field))}")


# -- computed figures -------------------------------------------------------------------------


def _annexes(before: Annex | None, after: Annex | None) -> Iterator[Change]:
    if before is None or after is None:
        if before is not after:
            yield Change("annex", "added" if before is None else "removed",
                         f"annex: {'computed' if before is None else 'taken out'}")
        return
    if before.network_fingerprint != after.network_fingerprint:
        cause = str(cables_changed(before.cables_in_service, after.cables_in_service))
        yield Change("annex", "network", f"annex: another network: {cause}")
    elif before.code_version != after.code_version:
        cause = f"cablenet {before.code_version} -> {after.code_version}"
        yield Change("annex", "code", f"annex: {cause}")
    else:
        cause = "the scenario itself was changed"
    old = {effect.scenario: effect for effect in before.effects}
    for effect in after.effects:
        known = old.get(effect.scenario)
        was = {one.country: one for one in known.countries} if known else {}
        for one in effect.countries:
            if one.country in was:
                yield from _effects(effect.scenario, was[one.country], one, cause)


def _effects(scenario: str, was: CountryEffect, now: CountryEffect,
             cause: str) -> Iterator[Change]:
    share = now.unserved_share - was.unserved_share
    if abs(share) >= NOTICED_SHARE or abs(now.unserved_tbps - was.unserved_tbps) >= NOTICED_TBPS:
        yield Change("annex", "effect", f"scenario '{scenario}': unserved in {now.country} "
                     f"{100 * share:+.1f} % of its demand ({was.unserved_tbps:.3f} to "
                     f"{now.unserved_tbps:.3f} Tbps): {cause}")
    if now.people_isolated != was.people_isolated:
        yield Change("annex", "effect", f"scenario '{scenario}': people isolated in {now.country} "
                     f"{was.people_isolated / 1e6:.2f} -> {now.people_isolated / 1e6:.2f} million: "
                     f"{cause}")


def _named(ids: Sequence[str]) -> str:
    more = len(ids) - LISTED
    return ", ".join(ids[:LISTED]) + (f" and {more} more" if more > 0 else "")


def _short(value: Any) -> str:
    """A value as people read it: entries of a record as "metric 'people_isolated', at least 1"."""
    text = _words(value) or "nothing"
    return text if len(text) <= 160 else text[:157] + "..."


def _words(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{_spelt(key)} {_words(one)}" for key, one in value.items()
                         if one not in (None, [], {}))
    if isinstance(value, list):
        return "; ".join(map(_words, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else f"'{value}'" if isinstance(value, str) else str(value)


def _spelt(field: str) -> str:
    return field.replace("_", " ")

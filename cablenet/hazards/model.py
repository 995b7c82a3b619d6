"""`FaultModel`: what breaks how often, alone or together; `draw` makes a block of years of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cablenet.errors import InputError
from cablenet.hazards.durations import RepairDurations
from cablenet.hazards.events import Events, join_events
from cablenet.hazards.timeline import BACKGROUND, CAUSES, HOURS_A_YEAR, Timeline, timeline
from cablenet.network import Network, frozen

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Hits = tuple[NDArray[np.int32], NDArray[np.float32], Floats, NDArray[np.int16], Ints]


@dataclass(frozen=True, eq=False)
class FaultModel:
    """Faults that come alone, by stretch of cable, and events that hit several links at once.

    Holds arrays only, so it can be sent to workers.

    Attributes
    ----------
    links
        how many links the network has
    link, km_from, km_to
        (P,) the stretches of cable
    rate_per_stretch
        (P,) faults a year of each stretch, all causes
    mix_of, mix
        (P,) the row of `mix` (M, causes of `BACKGROUND`) that says of what a stretch fails
    events
        what hits several links at once
    durations
        how long an outage lasts
    notes
        what was done to reach these numbers, one sentence each
    """

    links: int
    link: NDArray[np.int32]
    km_from: Floats
    km_to: Floats
    rate_per_stretch: Floats
    mix_of: NDArray[np.int8]
    mix: Floats
    events: Events
    durations: RepairDurations
    network_fingerprint: str = ""
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return (f"<FaultModel: {self.rate_per_stretch.sum():.4g} faults a year alone and "
                f"{self.events.faults_per_year():.4g} in {len(self.events)} kinds of event, "
                f"{self.durations!r}>")

    @property
    def rate_per_year(self) -> Floats:
        """(links, causes of `BACKGROUND`) faults a year that come alone."""
        out = np.zeros((self.links, len(BACKGROUND)))
        np.add.at(out, self.link, self.rate_per_stretch[:, None] * self.mix[self.mix_of])
        return out

    @property
    def faults_per_year(self) -> Floats:
        """(links,) all expected faults a year, alone and in events."""
        events = self.events
        weight = events.probability * events.rate_per_year[events.owner]
        alone = np.bincount(self.link, self.rate_per_stretch, minlength=self.links)
        return np.asarray(alone + np.bincount(events.link, weight, minlength=self.links), float)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over all that decides what is drawn."""
        digest = hashlib.sha256(f"{self.links}|{self.network_fingerprint}".encode())
        for part in (self, self.events, self.durations):
            for item in fields(part):
                value = getattr(part, item.name)
                if isinstance(value, np.ndarray):
                    digest.update(f"\x1d{item.name}{value.shape}{value.dtype}".encode())
                    digest.update(np.ascontiguousarray(value).tobytes())
        return digest.hexdigest()

    def draw(self, block: int, years: int, seed: int) -> Timeline:
        """Draw one block of whole years; it depends on its three arguments and nothing else.

        Faults are a Poisson process, and so are events; each hit of an event happens with its
        own probability. Drawing starts as long before the block as an outage can last, so the
        block starts in the long-run state of the world.

        Raises
        ------
        InputError
            fewer than one year, or a negative block or seed
        """
        if years < 1 or years != int(years):
            raise InputError(f"cannot draw {years} years; ask for whole years, at least 1")
        if min(block, seed) < 0 or (block, seed) != (int(block), int(seed)):
            raise InputError("block and seed are whole and count from 0; "
                             f"got block {block}, seed {seed}")
        rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, block])))
        before = self.durations.longest_h + (
            float(self.events.delay_h.max()) if len(self.events.delay_h) else 0.0)
        span = before + years * HOURS_A_YEAR
        one, two = self._draw_alone(rng, span), self._draw_events(rng, span)
        start = np.concatenate([one[2], two[2]]) - before
        end = start + self.durations.draw(rng, len(start))
        return timeline(block, years, np.concatenate([one[0], two[0]]),
                        np.concatenate([one[1], two[1]]), start, end,
                        cause=np.concatenate([one[3], two[3]]),
                        event=np.concatenate([one[4], two[4]]),
                        network_fingerprint=self.network_fingerprint)

    def _draw_alone(self, rng: np.random.Generator, span_h: float) -> Hits:
        """Faults that come alone: when, on which stretch, where on it, and of what."""
        cumulative = np.cumsum(self.rate_per_stretch)
        total = float(cumulative[-1]) if len(cumulative) else 0.0
        count = int(rng.poisson(total * span_h / HOURS_A_YEAR))
        start = rng.random(count) * span_h
        stretch = np.searchsorted(cumulative, rng.random(count) * total, side="right")
        stretch = np.minimum(stretch, max(len(cumulative) - 1, 0))
        share, luck = rng.random(count), rng.random(count)
        if count == 0:
            return _no_hits()
        km = self.km_from[stretch] + share * (self.km_to - self.km_from)[stretch]
        cause = np.zeros(count, np.int16)
        row = self.mix_of[stretch]
        for kind, mix in enumerate(self.mix):
            mine = np.flatnonzero(row == kind)
            part = np.searchsorted(np.cumsum(mix), luck[mine] * mix.sum(), side="right")
            cause[mine] = np.minimum(part, len(BACKGROUND) - 1)
        return (self.link[stretch], km.astype(np.float32), start, cause,
                np.full(count, -1, np.int64))

    def _draw_events(self, rng: np.random.Generator, span_h: float) -> Hits:
        """Events as they come, and of each the hits that happen; `event` numbers the occurrence."""
        events = self.events
        cumulative = np.cumsum(events.rate_per_year)
        total = float(cumulative[-1]) if len(cumulative) else 0.0
        count = int(rng.poisson(total * span_h / HOURS_A_YEAR))
        if count == 0:
            return _no_hits()
        when = rng.random(count) * span_h
        which = np.searchsorted(cumulative, rng.random(count) * total, side="right")
        which = np.minimum(which, len(events) - 1)
        sizes = np.diff(events.indptr)[which]
        occurrence = np.repeat(np.arange(count), sizes)
        ends = np.cumsum(sizes)
        hit = np.arange(ends[-1]) - np.repeat(ends - sizes, sizes) + np.repeat(
            events.indptr[which], sizes)
        happens = rng.random(len(hit)) < events.probability[hit]
        hit, occurrence = hit[happens], occurrence[happens]
        return (events.link[hit], events.km[hit], when[occurrence] + events.delay_h[hit],
                events.cause[hit], occurrence * len(events) + which[occurrence])

    def event_names(self, drawn: Timeline) -> NDArray[np.str_]:
        """(K,) the name of the event each outage of a timeline belongs to, '' where alone."""
        names = np.append(self.events.name, "")
        return np.asarray(names[np.where(drawn.event < 0, len(self.events),
                                         drawn.event % max(len(self.events), 1))])

    def events_frame(self) -> pd.DataFrame:
        """One row an event: name, kind, rate, links within reach and faults to be expected."""
        events = self.events
        return pd.DataFrame({
            "name": events.name, "kind": np.array(CAUSES, object)[events.kind],
            "rate_per_year": events.rate_per_year, "links": np.diff(events.indptr),
            "faults_per_event": events.faults_per_event})

    def by_cause(self) -> pd.DataFrame:
        """Expected faults a year by cause."""
        alone = self.rate_per_year.sum(axis=0)
        joint = [self.events.faults_per_year(cause) for cause in CAUSES[len(BACKGROUND):]]
        return pd.DataFrame({"faults_per_year": [*alone, *joint]},
                            index=pd.Index(CAUSES, name="cause"))


def constant_model(net: Network, rate_per_year: Floats, durations: RepairDurations,
                   cause: str = "unknown") -> FaultModel:
    """A model of given faults a year on each link (L,), independent of one another."""
    rate = np.asarray(rate_per_year, float)
    if rate.shape != (len(net.links),) or not (np.isfinite(rate) & (rate >= 0)).all():
        raise InputError(f"give one rate of at least 0 a year for each of the {len(net.links)} "
                         "links")
    if cause not in BACKGROUND:
        raise InputError(f"'{cause}' is no cause of faults that come alone; "
                         f"known: {', '.join(BACKGROUND)}")
    mine = np.flatnonzero(rate > 0)
    mix = np.zeros((1, len(BACKGROUND)))
    mix[0, BACKGROUND.index(cause)] = 1.0
    return FaultModel(len(net.links), frozen(mine.astype(np.int32)), frozen(np.zeros(len(mine))),
                      frozen(net.links.length_km[mine].copy()), frozen(rate[mine]),
                      frozen(np.zeros(len(mine), np.int8)), frozen(mix), join_events([]),
                      durations, net.fingerprint, ("rates given by link",))


def _no_hits() -> Hits:
    none = np.zeros(0)
    return (none.astype(np.int32), none.astype(np.float32), none, none.astype(np.int16),
            none.astype(np.int64))

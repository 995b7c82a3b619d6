"""`twin_traffic`: what simulated years leave unserved and cut off, state by state, by country.

A chunk is one year of all policies together, so that a loss which several of them suffer is scored
once. States, dark sections and the flow optimum are those of the sweeps.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cablenet.errors import InputError, MismatchError
from cablenet.hazards.timeline import HOURS_A_YEAR, Timeline, timeline
from cablenet.metrics.reachability import reachability
from cablenet.metrics.traffic_rules import TrafficRules
from cablenet.metrics.values import Options
from cablenet.network import Network, frozen
from cablenet.repair.twin_result import YearTwin, mean_and_half_width
from cablenet.scenarios.units import units_of
from cablenet.sweeps.dask_pool import Tls
from cablenet.sweeps.job import METHOD, Part, Progress, Tally
from cablenet.sweeps.nested_states import StateScorer
from cablenet.sweeps.runner import tallies_of
from cablenet.sweeps.unserved import UnservedMeasure, unserved_measure
from cablenet.sweeps.year_measures import IsolatedYears
from cablenet.sweeps.years import dead_units_of

if TYPE_CHECKING:
    import pyarrow as pa

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Tell = Callable[[str, int, int], None]
Outages = tuple[NDArray[np.int32], Floats, Floats]
"""(F,) links, and the hours from and to which each is out."""


@dataclass(frozen=True, eq=False)
class TwinTraffic:
    """What the years of one policy cost those who use the cables.

    Attributes
    ----------
    countries
        (C,) by code
    unserved_tbps_days
        (Y, C) peak demand beyond the intact network's that the flow optimum leaves unserved, times
        days, by the year and the country that asks for it
    isolated_people_days
        (Y, C) people cut off from every hub abroad, times days
    states, scored, programs
        stretches of time in which nothing changed, distinct losses looked at, and those of them
        that took linear programs; over all policies scored together
    """

    countries: tuple[str, ...]
    unserved_tbps_days: Floats
    isolated_people_days: Floats
    states: int
    scored: int
    programs: int

    def __repr__(self) -> str:
        mean, half = mean_and_half_width(self.unserved_tbps_days.sum(axis=1))
        return (f"<TwinTraffic: {len(self.unserved_tbps_days)} years, {mean:,.1f} +- {half:,.1f} "
                "Tbps-days unserved a year>")

    def to_frame(self) -> pd.DataFrame:
        """One row a country that lost anything, most unserved first, with 95 % half widths."""
        rows = [{"country": name, **_figures(self.unserved_tbps_days[:, at],
                                             self.isolated_people_days[:, at])}
                for at, name in enumerate(self.countries)
                if self.unserved_tbps_days[:, at].any() or self.isolated_people_days[:, at].any()]
        columns = ["country", *_figures(np.zeros(2), np.zeros(2))]
        return pd.DataFrame(rows, columns=columns).sort_values(
            ["unserved_tbps_days_per_year", "country"], ascending=[False, True],
            ignore_index=True)

    def saved(self, other: TwinTraffic) -> dict[str, float]:
        """What another policy saves a year beside this one, paired by year.

        Raises
        ------
        MismatchError
            not the same years or countries
        """
        if (self.countries, self.unserved_tbps_days.shape) != (
                other.countries, other.unserved_tbps_days.shape):
            raise MismatchError("these are other years or countries; score both policies together")
        found = _figures(
            (self.unserved_tbps_days - other.unserved_tbps_days).sum(axis=1),
            (self.isolated_people_days - other.isolated_people_days).sum(axis=1))
        return {f"{name}_saved" if not name.endswith("half_width") else
                name.replace("half_width", "saved_half_width"): value
                for name, value in found.items()}


def _figures(unserved: Floats, people: Floats) -> dict[str, float]:
    one, two = mean_and_half_width(unserved), mean_and_half_width(people)
    return {"unserved_tbps_days_per_year": one[0], "unserved_half_width": one[1],
            "isolated_people_days_per_year": two[0], "isolated_half_width": two[1]}


@dataclass(frozen=True, eq=False)
class TrafficJob:
    """The years of some policies on one network: a job for the pools of the sweeps.

    Attributes
    ----------
    outages
        of each policy
    """

    measure: UnservedMeasure
    isolated: IsolatedYears
    unit_of_link: Ints
    n_units: int
    outages: tuple[Outages, ...]
    years: int

    @property
    def chunks(self) -> int:
        return self.years

    def size(self, chunk: int) -> int:
        return 1

    @property
    def describe(self) -> Mapping[str, Any]:
        return {"source": "simulated years", "method": METHOD, "years": self.years,
                "policies": len(self.outages), "network": self.measure.case.net.fingerprint}

    @property
    def fingerprint(self) -> str:
        digest = hashlib.sha256(repr(sorted(self.describe.items())).encode())
        for arrays in self.outages:
            for array in arrays:
                digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()

    def run(self, chunk: int) -> Part:
        """One year: (policies, C) Tbps-days and people-days, and what was looked at for them."""
        import pyarrow as pa

        scorer = StateScorer(self.measure)
        shape = (len(self.outages), len(self.isolated.labels))
        unserved, people, states = np.zeros(shape), np.zeros(shape), 0
        for policy, outage in enumerate(self.outages):
            drawn = _year_of(outage, chunk)
            parts = drawn.states()
            dead = dead_units_of(drawn, parts, self.unit_of_link, self.n_units, 0, len(parts))
            lost = np.asarray(self.measure.lost_links(dead, len(parts)).todense(), bool)
            days = parts.hours / 24.0
            unserved[policy] = days @ scorer.unserved(lost)
            people[policy] = self.isolated.lost(dead, days, parts.year, 1)[1][0]
            states += len(parts)
        return Part(pa.table({"year": pa.array([], pa.int64())}), {
            "unserved": unserved, "people": people,
            "counts": np.array([states, scorer.scored, scorer.programs])})

    def merge(self, tallies: Iterable[Tally]) -> Mapping[str, pa.Table]:
        """A row a year and policy: all countries together."""
        import pyarrow as pa

        rows = [(year, policy, float(tally["unserved"][policy].sum()),
                 float(tally["people"][policy].sum()))
                for year, tally in enumerate(tallies) for policy in range(len(self.outages))]
        names = ("year", "policy", "unserved_tbps_days", "isolated_people_days")
        return {"years": pa.table({name: [row[n] for row in rows]
                                   for n, name in enumerate(names)})}


def twin_traffic(
    *twins: YearTwin,
    rules: TrafficRules | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
    tls: Tls | None = None,
    progress: Tell | None = None,
) -> tuple[TwinTraffic, ...]:
    """Score the simulated years of one or more policies of one network.

    Faults at sea only, as simulated. Every distinct loss is scored once a year; states between two
    nested losses that leave the same unserved are not scored at all (`sweeps.nested_states`).

    Parameters
    ----------
    rules
        limits of rerouting; refusals are not taken here
    workers, scheduler, tls
        as of `run_sweep`: processes here (0: this one), or a Dask cluster

    Raises
    ------
    InputError
        no twin, or rules that refuse waters or restore by backup
    MismatchError
        twins of different networks or numbers of years
    SweepError
        the pool stopped
    """
    if not twins:
        raise InputError("no simulated years to score; name at least one")
    first = twins[0]
    if any((twin.net.fingerprint, twin.years) != (first.net.fingerprint, first.years)
           for twin in twins):
        raise MismatchError("these simulations are of other networks or numbers of years")
    outages = [(twin.faults["link"].to_numpy(np.int32),
                twin.faults["start_h"].to_numpy(float) - twin.warm_up_h,
                twin.served.done_h - twin.warm_up_h) for twin in twins]
    job = traffic_job(first.net, outages, first.years, rules or TrafficRules())

    def tell(now: Progress) -> None:
        if progress:
            progress("traffic", now.done, now.total)

    tallies = tallies_of(job, workers=workers, scheduler=scheduler, tls=tls, progress=tell)
    states, scored, programs = np.sum([tally["counts"] for tally in tallies], axis=0).tolist()
    return tuple(TwinTraffic(
        job.isolated.labels, frozen(np.array([tally["unserved"][policy] for tally in tallies])),
        frozen(np.array([tally["people"][policy] for tally in tallies])), states, scored, programs)
        for policy in range(len(twins)))


def traffic_job(net: Network, outages: Sequence[Outages], years: int,
                rules: TrafficRules) -> TrafficJob:
    """Compile the network for the states that the outages of each policy make."""
    if rules.refuse or rules.restore:
        raise InputError("simulated years are scored without refusals and restoration; leave "
                         "them out of the rules of traffic")
    units = units_of(net, "segment")
    unit_of_link = np.full(len(net.links), -1)
    unit_of_link[units.links] = units.owner
    return TrafficJob(unserved_measure(net, units, 2, Options(None, rules)),
                      IsolatedYears(reachability(net, units), tuple(map(str, net.country_id))),
                      unit_of_link, len(units), tuple(outages), years)


def _year_of(outage: Outages, year: int) -> Timeline:
    link, start, end = outage
    here = (start < (year + 1) * HOURS_A_YEAR) & (end > year * HOURS_A_YEAR)
    none = np.zeros(int(here.sum()))
    return timeline(0, 1, link[here], none.astype(np.float32), start[here] - year * HOURS_A_YEAR,
                    end[here] - year * HOURS_A_YEAR, cause=none.astype(np.int16),
                    event=none.astype(np.int64) - 1)

"""What has happened since the faults: steps told, and which repairs are done or under way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import pandas as pd

from cablenet.errors import InputError, UnknownNameError
from cablenet.repair.case import RepairCase
from cablenet.repair.problem import BASE, NEVER

Step = Literal["located", "ship_sailed", "permit_granted", "on_site", "repair_done", "restored"]
STEPS: tuple[Step, ...] = get_args(Step)
"""Steps of a job in their usual order."""
BEGUN = frozenset({"ship_sailed", "on_site", "repair_done", "restored"})


@dataclass(frozen=True)
class RepairStep:
    """Something that has happened to a job, or by what hour it is now expected.

    Attributes
    ----------
    hour
        after the faults; later than now: expected then, so not yet
    ship
        the ship that sailed, by id; none: as planned. For `permit_granted`: whose permit it is;
        none: any ship's
    """

    job: str
    step: Step
    hour: float
    ship: str = ""

    def __post_init__(self) -> None:
        if self.step not in STEPS:
            raise UnknownNameError("step", self.step, STEPS)
        if not 0 <= self.hour < NEVER:
            raise InputError(f"{self.step} of {self.job} at hour {self.hour}: give hours after the "
                             "faults, 0 or more")


@dataclass(frozen=True)
class Begun:
    """A repair that is done or whose ship has set out: its ship, where it came from, its hours."""

    job: int
    ship: int
    came_from: int
    hours: Mapping[str, int]


def told_of(case: RepairCase, steps: Iterable[RepairStep]) -> dict[str, dict[str, RepairStep]]:
    """The steps by job and kind.

    Raises
    ------
    UnknownNameError
        a job or ship that the plan does not know
    InputError
        the same step of a job twice
    """
    jobs, ships = {job.id for job in case.every}, {ship.id for ship in case.ships}
    out: dict[str, dict[str, RepairStep]] = {}
    for one in steps:
        if one.job not in jobs:
            raise UnknownNameError("job", one.job, jobs)
        if one.ship and one.ship not in ships:
            raise UnknownNameError("ship", one.ship, ships)
        mine = out.setdefault(one.job, {})
        if one.step in mine:
            raise InputError(f"{one.step} of {one.job} is told twice; tell it once")
        mine[one.step] = one
    return out


def begun_by(case: RepairCase, schedule: pd.DataFrame,
             told: Mapping[str, Mapping[str, RepairStep]], now_h: int, *,
             as_planned: bool) -> list[Begun]:
    """The jobs of the schedule that are done or under way at an hour, ship by ship.

    What is told stands; a job that nobody tells of is not begun where its ship is told to have
    sailed for another before it could be done. The rest of a job under way takes as long as it
    would from there; if only what is told has happened (not `as_planned`), it ends no sooner than
    now. A ship lies where it set out for last.
    """
    number = {job.id: j for j, job in enumerate(case.jobs)}
    ship_of = {ship.id: s for s, ship in enumerate(case.ships)}
    mine: dict[int, list[tuple[float, int, bool]]] = {}
    for row in schedule.to_dict("records"):
        name = str(row["job_id"])
        steps = told.get(name, {})
        happened = [one for kind, one in steps.items() if kind in BEGUN and one.hour <= now_h]
        named = [one.ship for one in steps.values() if one.ship and one.step in BEGUN]
        ship = ship_of[named[-1] if named else str(row["ship_id"])]
        later = "ship_sailed" in steps and steps["ship_sailed"].hour > now_h
        if happened or (as_planned and not later):
            first = min((one.hour for one in happened), default=float(row["depart_h"]))
            mine.setdefault(ship, []).append((first, number[name], bool(happened)))
    out = []
    for ship, jobs in sorted(mine.items()):
        place, free = BASE, 0
        sailed = sorted(first for first, _, is_told in jobs if is_told)
        for first, job, is_told in sorted(jobs):
            hours = _hours(case, ship, place, free, job, told.get(case.jobs[job].id, {}),
                           0 if as_planned else now_h)
            called_off = any(first <= hour < hours["leave_h"] for hour in sailed)
            if not is_told and (hours["depart_h"] > now_h or called_off):
                continue
            out.append(Begun(job, ship, place, hours))
            place, free = job, max(free, hours["leave_h"])
    return sorted(out, key=lambda one: (one.ship, one.hours["depart_h"], one.hours["start_h"],
                                        case.jobs[one.job].id))


def _hours(case: RepairCase, ship: int, place: int, free: int, job: int,
           steps: Mapping[str, RepairStep], not_before: int) -> dict[str, int]:
    """The hours of one job: as told, else what follows from those before, not before an hour."""
    problem = case.problem

    def at(step: Step, hour: int) -> int:
        return round(steps[step].hour) if step in steps else max(hour, not_before)

    sail = problem.sail_h(ship, place, job)
    if sail >= NEVER and "on_site" not in steps:
        sail = int(problem.base_h[ship, job])
        if sail >= NEVER:
            raise InputError(f"{case.ships[ship].name} has no way to {case.jobs[job].id}; name "
                             "another ship, or tell when it is on site")
    ready = max(free, int(problem.ready_h[ship, job]))
    depart = (round(steps["ship_sailed"].hour) if "ship_sailed" in steps
              else round(steps["on_site"].hour) - sail if "on_site" in steps and sail < NEVER
              else ready)
    arrive = at("on_site", depart + sail)
    permit = at("permit_granted", int(problem.permit_h[ship, job]))
    work, test = int(problem.work_h[job]), int(problem.test_h[job])
    leave = max(arrive, permit) + work
    if "restored" in steps and "repair_done" not in steps:
        leave = min(leave, round(steps["restored"].hour))
    leave = at("repair_done", leave)
    done = at("restored", leave + test)
    start = max(min(max(arrive, permit), leave), 0)
    return {"depart_h": max(min(depart, arrive), 0), "arrive_h": arrive, "permit_h": permit,
            "start_h": start, "leave_h": leave, "done_h": done}


def routes_left(schedule: pd.DataFrame, ships: Sequence[str],
                waiting: Sequence[str]) -> tuple[tuple[int, ...], ...]:
    """The routes of a schedule through the jobs that still wait, by their numbers there."""
    number = {job: n for n, job in enumerate(waiting)}
    left = schedule[schedule["job_id"].isin(number)].sort_values(["start_h", "depart_h"])
    return tuple(tuple(number[str(job)] for job in left.loc[left["ship_id"] == ship, "job_id"])
                 for ship in ships)

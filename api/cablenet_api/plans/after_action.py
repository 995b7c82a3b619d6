"""The report after an activation: what was forecast, what came, and which targets were met."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cablenet_api.plans.document import Target
from cablenet_api.plans.incident import STEPS, ForecastJob, Incident, Step, hours_of

HOURS_PER_DAY = 24.0
PHASES: dict[str, tuple[Step | None, Step]] = {
    "locate": (None, "located"), "sail": ("located", "ship_sailed"),
    "transit": ("ship_sailed", "on_site"), "permit": (None, "permit_granted"),
    "work": ("on_site", "restored"), "whole": (None, "restored"),
}
"""A phase lasts from one step to another (none: from the fault)."""


@dataclass(frozen=True)
class PhaseError:
    """One phase of one job: hours forecast and actual. `error_h` > 0: it took longer."""

    job: str
    phase: str
    forecast_h: float
    actual_h: float

    @property
    def error_h(self) -> float:
        """Actual less forecast, hours."""
        return self.actual_h - self.forecast_h


@dataclass(frozen=True)
class TargetResult:
    """One target of the plan; `reached` is None where nothing was entered to judge it by."""

    target: Target
    value: float | None

    @property
    def reached(self) -> bool | None:
        """Whether the target was met."""
        return None if self.value is None else self.value <= self.target.at_most


@dataclass(frozen=True)
class AfterAction:
    """All of the report; phases against the first forecast, the one that was acted on."""

    incident: Incident
    phases: tuple[PhaseError, ...]
    targets: tuple[TargetResult, ...]
    open_jobs: tuple[str, ...]

    def mean_error_h(self) -> dict[str, float]:
        """Mean signed error of each phase over the jobs that have it."""
        by_phase: dict[str, list[float]] = {}
        for one in self.phases:
            by_phase.setdefault(one.phase, []).append(one.error_h)
        return {phase: sum(errors) / len(errors) for phase, errors in by_phase.items()}

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "incident": self.incident.id, "plan": self.incident.plan,
            "version": self.incident.version, "simulated": self.incident.simulated,
            "phases": [{"job": one.job, "phase": one.phase, "forecast_h": one.forecast_h,
                        "actual_h": one.actual_h, "error_h": one.error_h} for one in self.phases],
            "mean_error_h": self.mean_error_h(),
            "targets": [{"measure": one.target.measure, "at_most": one.target.at_most,
                         "value": one.value, "reached": one.reached} for one in self.targets],
            "open_jobs": list(self.open_jobs),
            "log": [one.model_dump(mode="json") for one in self.incident.actuals],
        }


def after_action(incident: Incident, targets: Sequence[Target]) -> AfterAction:
    """Judge an incident against the first forecast that knew its jobs, and the plan's targets."""
    first = next((one for one in incident.forecasts if one.jobs or one.not_served), None)
    jobs = first.jobs if first else []
    known = [job.job for job in jobs] + (sorted(first.not_served) if first else [])
    phases = [error for job in jobs for error in _phases(job, dict(hours_of(incident, job.job)))]
    hours = {job: dict(hours_of(incident, job)) for job in known}
    return AfterAction(
        incident, tuple(phases),
        tuple(TargetResult(target, _value(incident, target.measure, hours))
              for target in targets),
        tuple(job for job in known if "restored" not in hours[job]))


def _phases(job: ForecastJob, actual: dict[Step, float]) -> list[PhaseError]:
    return [PhaseError(job.job, phase, _span(job.hours, begin, end), _span(actual, begin, end))
            for phase, (begin, end) in PHASES.items()
            if all(step is None or (step in job.hours and step in actual) for step in (begin, end))]


def _span(hours: dict[Step, float], begin: Step | None, end: Step) -> float:
    return hours[end] - (hours[begin] if begin is not None else 0.0)


def _value(incident: Incident, measure: str, hours: dict[str, dict[Step, float]]) -> float | None:
    """What was reached, in the unit of the measure; None where it cannot be told yet."""
    if measure == "declare_hours":
        declared = [one.at for one in incident.actuals if one.step == "declared"]
        return (min(declared) - incident.started).total_seconds() / 3600 if declared else None
    step, days = {"permit_hours": (STEPS[2], False), "ship_on_site_days": (STEPS[3], True),
                  "restored_80_percent_days": (STEPS[4], True),
                  "restored_days": (STEPS[4], True)}[measure]
    reached = sorted(job[step] for job in hours.values() if step in job)
    needed = len(hours) if measure != "restored_80_percent_days" else -(-len(hours) * 4 // 5)
    if not hours or len(reached) < needed:
        return None
    return reached[needed - 1] / (HOURS_PER_DAY if days else 1.0)

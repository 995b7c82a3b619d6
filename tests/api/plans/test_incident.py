"""Activations: the log, the forecast beside it, and the report afterwards."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cablenet_api.events import Event
from cablenet_api.plans import incident as log
from cablenet_api.plans.after_action import after_action
from cablenet_api.plans.document import PlanDocument
from cablenet_api.plans.errors import NotAllowedError
from cablenet_api.plans.incident import Actual, Forecast, ForecastJob, Incident
from pydantic import TypeAdapter

from .conftest import NOON

EVENT = TypeAdapter(Event).validate_python({"kind": "cable_loss", "cable": "ab"})
FIRST = Forecast(made_at=NOON, not_served={"far": "refused"}, jobs=[
    ForecastJob(job="j1", cable="ab", ship="s1", hours={
        "located": 12, "ship_sailed": 36, "permit_granted": 72, "on_site": 60, "restored": 240})])


def opened() -> Incident:
    return Incident("i1", "ring", 1, "two", EVENT, NOON, False, (FIRST,))


def actual(step: str, hour: float, job: str | None = "j1", entered: float | None = None) -> Actual:
    return Actual.model_validate({
        "at": NOON + timedelta(hours=hour), "organisation": "india", "step": step, "job": job,
        "entered_at": NOON + timedelta(hours=hour if entered is None else entered)})


@pytest.mark.parametrize(("bad", "told"), [
    (actual("located", -1), "before the fault"),
    (actual("located", 5, entered=4), "a forecast, not an actual"),
    (actual("located", 5, job="j9"), "no job 'j9' in this incident; known: far, j1"),
    (actual("located", 5, job=None), "name the job"),
])
def test_what_cannot_have_happened_is_refused(bad: Actual, told: str) -> None:
    with pytest.raises(NotAllowedError, match=told):
        log.enter(opened(), bad)


def test_a_step_is_entered_once_and_nothing_after_the_end() -> None:
    one = log.enter(opened(), actual("located", 10))
    with pytest.raises(NotAllowedError, match="entered already"):
        log.enter(one, actual("located", 11))
    done = log.close(one, NOON + timedelta(days=20))
    with pytest.raises(NotAllowedError, match="closed"):
        log.enter(done, actual("note", 12))


def test_the_report_holds_the_signed_error_of_each_phase(document: PlanDocument) -> None:
    """Forecast: sail 36 - 12 = 24 h, transit 60 - 36 = 24, work 240 - 60 = 180.
    Actual: located 6, sailed 48 (42 h later: +18), on site 60 (12 h: -12), restored 264 (204: +24).
    """
    now = opened()
    for step, hour in (("declared", 3.0), ("located", 6.0), ("ship_sailed", 48.0),
                       ("on_site", 60.0), ("permit_granted", 50.0), ("restored", 264.0)):
        now = log.enter(now, actual(step, hour, None if step == "declared" else "j1"))
    report = after_action(now, document.targets)
    assert report.mean_error_h() == {"locate": -6, "sail": 18, "transit": -12, "permit": -22,
                                     "work": 24, "whole": 24}
    assert log.done_jobs(now) == {"j1"}
    assert report.open_jobs == ("far",)
    targets = {one.target.measure: (one.value, one.reached) for one in report.targets}
    assert targets["declare_hours"] == (3.0, True)
    assert targets["restored_days"] == (None, None)  # 'far' is still open


def test_a_later_forecast_stands_beside_the_first() -> None:
    later = FIRST.model_copy(update={"made_at": NOON + timedelta(days=2)})
    assert log.recompute(opened(), later).forecasts == (FIRST, later)

"""The processes that take minutes or hours: sweeps that go on after any death, studies, checks."""

from __future__ import annotations

import shutil
from typing import Any

import cablenet as cn
from cablenet_api.failures import scenarios_of
from cablenet_api.processes.building_inputs import (
    DemandCurveInputs,
    DemandInputs,
    DemandSearch,
)
from cablenet_api.processes.desk import Desk
from cablenet_api.processes.found import Found
from cablenet_api.processes.inputs import (
    BasesInputs,
    ReportInputs,
    SweepInputs,
    ValidateInputs,
)
from cablenet_api.worlds import World

SHOWN = 1_000
"""Rows of each table in an answer; the digest is over all of them."""


def sweep(world: World, asked: SweepInputs, desk: Desk) -> Found:
    """Score combinations, a random sample, named failures or drawn years, in chunks that are kept.
    """
    job = _sweep_job(world, asked)
    count = sum(job.size(chunk) for chunk in range(job.chunks))
    desk.check_count(count, "scenarios", "lower the order or take samples")

    def run() -> cn.SweepRun:
        return cn.run_sweep(job, desk.folder, workers=0, resume=True,
                            scheduler=desk.scheduler, tls=desk.tls,
                            progress=lambda now: desk.tell(now.done / max(now.total, 1)))

    try:
        found = run()
    except cn.errors.MismatchError:  # begun by another release, or on another map: done anew
        shutil.rmtree(desk.folder)
        found = run()
    layers = cn.result_layers(found)  # now: they are read from the desk, which is cleared
    return Found({"scenarios": found.scenarios, "solved": found.solved, "failed": found.failed,
                  "digest": found.digest, "recipe": dict(found.recipe),
                  **(_tables(found, asked) if asked.years is None else _risk(found))},
                 lambda: layers)


def _sweep_job(world: World, asked: SweepInputs) -> Any:
    net = world.network
    if asked.years is not None:
        return cn.years_sweep(net, cn.fault_model(net, asked.hazards), asked.years,
                              seed=asked.seed, metrics=asked.metrics,
                              pairs=[(one, other) for one, other in asked.pairs or ()])
    if asked.events is not None:
        return cn.event_sweep(net, scenarios_of(world, asked.events), asked.metrics)
    if asked.samples is not None:
        return cn.random_sweep(net, asked.samples, asked.order, asked.unit, asked.metrics,
                               seed=asked.seed, top=asked.top)
    return cn.exhaustive_sweep(net, asked.order, asked.unit, asked.metrics, top=asked.top)


def _tables(found: cn.SweepRun, asked: SweepInputs) -> dict[str, Any]:
    return {**{name: found.table(name).head(SHOWN).to_dict("records")
               for name in ("worst", "orders", "countries")
               if found.aggregate(name).is_file()},
            **({"rows": found.rows().head(SHOWN).to_dict("records")} if asked.events else {})}


def _risk(found: cn.SweepRun) -> dict[str, Any]:
    """What drawn years mean: by loss, what to expect of whom, and what is reached how often."""
    losses = [column.removesuffix("_per_year") for name in ("countries", "capacity", "pairs")
              if found.aggregate(name).is_file() for column in found.table(name).columns
              if column.endswith("_per_year")]
    told: dict[str, Any] = {}
    for name in losses:
        risk = cn.risk_of(found, name)
        told[name] = {"unit": risk.unit, "a_year": risk.to_frame().reset_index().to_dict("records"),
                      "return_periods": risk.total().return_periods().to_dict("records")}
    down = {"countries": "isolated_h", "pairs": "parted_h"}
    return {"risk": told, "availability": {
        what: cn.availability_of(found, name).to_frame().reset_index().to_dict("records")
        for what, name in down.items() if name in told}}


def bases(world: World, asked: BasesInputs, desk: Desk) -> Found:
    """Ports for ships against drawn years of faults."""
    desk.check_count(2 * asked.years, "simulated years", "ask for fewer years")
    net, router = world.network, cn.ship_router() if asked.sea_router else None
    model = cn.fault_model(net)
    if asked.one_more is not None:
        table = cn.one_more_ship(net, model, asked.one_more, years=asked.years, seed=asked.seed,
                                 router=router, progress=desk.told)
        return Found({"countries": asked.one_more, "years": asked.years,
                      "ports": table.drop(columns="geometry").to_dict("records")},
                     lambda: {"ports": table})
    assert asked.agreement is not None  # one of the two is given
    plan = cn.plan_bases(net, model, asked.agreement, ships=asked.ships, years=asked.years,
                         seed=asked.seed, router=router, progress=desk.told)
    return Found(plan.to_json(), lambda: cn.result_layers(plan))


def demand(world: World, asked: DemandInputs, desk: Desk) -> Found:
    """Shares of demand kept, or least lost for a budget, among all cables within reach."""
    net, words = _demand_case(world, asked, desk)
    plan = cn.plan_demand(
        net, budget_musd=asked.budget_musd,
        model=None if asked.budget_musd is None else cn.fault_model, next_best=asked.next_best,
        **words)
    return Found(plan.to_json(), lambda: cn.result_layers(plan))


def demand_curve(world: World, asked: DemandCurveInputs, desk: Desk) -> Found:
    """The least expected loss for each of several budgets."""
    net, words = _demand_case(world, asked, desk)
    curve = cn.demand_curve(net, asked.budgets_musd, model=cn.fault_model, **words)
    return Found(curve.to_json(), lambda: cn.result_layers(curve))


def _demand_case(world: World, asked: DemandSearch, desk: Desk
                 ) -> tuple[cn.Network, dict[str, Any]]:
    """The network with all cables within reach, and what every plan is asked."""
    table = cn.candidate_table(
        world.network.layers, kinds=("cable", "landing"), reach_km=asked.reach_km,
        progress=lambda done, total: desk.tell(done / max(total, 1) / 2))
    net = cn.demand_network(table)
    desk.tell(0.5)
    return net, {"promises": [one.promise() for one in asked.promises],
                 "sweep": cn.single_failures(net).recipe,
                 "leave_out_impossible": asked.leave_out_impossible, "gap": asked.gap,
                 "time_limit_s": asked.time_limit_s, **asked.limits}


def report(world: World, asked: ReportInputs, desk: Desk) -> Found:
    """A whole study on the shipped atlas: its summary, and its report as one page of HTML."""
    shutil.rmtree(desk.folder, ignore_errors=True)  # a study appears whole or not at all
    desk.folder.parent.mkdir(parents=True, exist_ok=True)
    made = cn.run_study(asked.study, out=desk.folder, as_of=asked.as_of, progress=desk.told)
    parts = (made.analysis.events, made.analysis.redundancy, made.analysis.repairs)
    return Found({"summary": made.summary,
                  "report_html": (desk.folder / "report.html").read_text(encoding="utf-8")},
                 lambda: {name: layer for part in parts if part is not None
                          for name, layer in cn.result_layers(part).items()})


def validate(world: World, asked: ValidateInputs, desk: Desk) -> dict[str, Any]:
    """The atlas and the code held against published figures; what needs data not here is skipped.
    """
    checks = cn.run_checks(progress=desk.told)
    return {"checks": [check.to_json() for check in checks]}

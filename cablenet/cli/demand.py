"""`plan redundancy --share` and `--least-loss`: plans by the demand that is still served."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cablenet.cli.common import progress

REACH_KM = 1500.0
"""How far a new cable may reach unless told otherwise: what is drawn here takes a minute."""


def demand_plan(layers: Any, share: float | None, countries: Sequence[str] | None,
                budgets_musd: Sequence[float], candidates: Path | None, reach_km: float | None,
                next_best: int, leave_out: bool, gap: float, time_limit_s: float,
                curve_file: Path | None) -> Any:
    """The plan, or the curve where several budgets are given."""
    import cablenet as cn
    from cablenet.errors import InputError

    promises = () if share is None else (
        cn.DemandPromise(share / 100.0, tuple(countries) if countries else None),)
    if share is None and countries:
        raise InputError("--country with --least-loss has no meaning without --share: the loss is "
                         "that of all; give --share too")
    if curve_file is not None and len(budgets_musd) < 2:
        raise InputError("--curve needs two budgets or more; give --budget-musd again")
    if len(budgets_musd) > 1 and curve_file is None:
        raise InputError("several budgets make a curve; say where its picture goes: --curve FILE")
    with progress("price candidates") as tell:
        own = None if candidates is None else cn.read_candidates(candidates, layers)
        table = cn.candidate_table(
            layers, kinds=("cable", "landing") if own is None else (), own=own,
            reach_km=REACH_KM if reach_km is None else reach_km,
            progress=lambda done, total: tell("", done, total))
    with progress("draw candidates"):
        net = cn.demand_network(table)
        sweep = cn.cable_losses(net) + cn.station_losses(net) + cn.named_events(net)
    with progress("plan redundancy") as tell:
        options: dict[str, Any] = {
            "promises": promises, "sweep": sweep.recipe, "gap": gap,
            "model": cn.fault_model if budgets_musd else None,
            "leave_out_impossible": leave_out, "time_limit_s": time_limit_s,
            "progress": lambda what, done, total: tell(what, done, total)}
        if curve_file is None:
            return cn.plan_demand(net, budget_musd=budgets_musd[0] if budgets_musd else None,
                                  next_best=next_best, **options)
        curve = cn.demand_curve(net, budgets_musd, **options)
        curve.plot().figure.savefig(curve_file, dpi=150)
        return curve

"""`plan redundancy --share` and `--least-loss`: plans by the demand that is still served."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cablenet.cli.common import progress

if TYPE_CHECKING:
    from cablenet.planning.demand_promise import DemandPromise

REACH_KM = 1500.0
"""How far a new cable may reach unless told otherwise: what is drawn here takes a minute."""


def asked(share: float | None, countries: Sequence[str] | None) -> tuple[DemandPromise, ...]:
    """The promise that `--share` and `--country` make."""
    from cablenet.errors import InputError
    from cablenet.planning.demand_promise import DemandPromise

    if share is not None:
        return (DemandPromise(share / 100.0, tuple(countries) if countries else None),)
    if countries:
        raise InputError("--country with --least-loss has no meaning without --share: the loss is "
                         "that of all; give --share too")
    return ()


def demand_plan(layers: Any, promises: Sequence[DemandPromise], budgets_musd: Sequence[float],
                candidates: Path | None, reach_km: float | None, curve_file: Path | None,
                **options: Any) -> Any:
    """The plan, or the curve where several budgets are given; options are those of `plan_demand`.
    """
    import cablenet as cn

    with progress("price candidates") as tell:
        own = None if candidates is None else cn.read_candidates(candidates, layers)
        table = cn.candidate_table(
            layers, kinds=("cable", "landing") if own is None else (), own=own,
            reach_km=REACH_KM if reach_km is None else reach_km,
            progress=lambda done, total: tell("", done, total))
    with progress("draw candidates"):
        net = cn.demand_network(table)
        sweep = cn.single_failures(net)
    with progress("plan redundancy") as tell:
        options |= {
            "promises": promises, "sweep": sweep.recipe,
            "model": cn.fault_model if budgets_musd else None,
            "progress": lambda what, done, total: tell(what, done, total)}
        if curve_file is None:
            return cn.plan_demand(net, budget_musd=budgets_musd[0] if budgets_musd else None,
                                  **options)
        curve = cn.demand_curve(net, budgets_musd, **options)
        curve.plot().figure.savefig(curve_file, dpi=150)
        return curve

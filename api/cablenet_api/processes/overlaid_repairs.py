"""Repair plans with an overlay at the aggregated tier: one question each, answered by country."""

from __future__ import annotations

import hashlib

import pandas as pd

import cablenet as cn
from cablenet_api.failures import scenarios_of
from cablenet_api.plans.errors import NotAllowedError
from cablenet_api.processes.found import Found
from cablenet_api.processes.inputs import RepairsInputs
from cablenet_api.workspaces.overlaid import in_grains
from cablenet_api.workspaces.overlays import KeptOverlay
from cablenet_api.worlds import World

LEVEL = 0.95
"""Of its demand: a country with less is below (assumed, as in `Restoration.service_days`)."""


def check_aggregated(asked: RepairsInputs) -> None:
    """Refuse what the aggregated tier cannot tell: whether a fair plan exists turns on single
    hours, and no grain hides a yes or no."""
    if asked.fairness is not None:
        raise NotAllowedError("at the aggregated tier leave fairness out")


def question_in(base: World, asked: RepairsInputs) -> str:
    """The digest of what is asked: by where the faults are and what is lost, so that asking the
    same in other words is the same question."""
    outage = scenarios_of(base, [asked.event])
    where = outage.faults[["segment_id", "lon", "lat", "depth_m", "cause"]]
    rest = asked.model_dump_json(exclude={"event", "overlay", "map"})
    about = "|".join(["repairs", base.network.fingerprint, rest,
                      *sorted("|".join(map(str, row)) for row in where.itertuples(index=False))])
    return hashlib.sha256(about.encode() + outage.links_lost(0).tobytes()).hexdigest()


def told_of(plan: cn.RepairPlan, base: World, asked: RepairsInputs, overlay: KeptOverlay) -> Found:
    """What each country loses until the horizon, in grains, and nothing else."""
    exact = plan.by_country(LEVEL)
    table = in_grains_by_country(exact, question_in(base, asked), overlay)
    table.insert(1, "name", base.network.country_name.astype(str))
    return Found({"tier": "aggregated", "level": LEVEL, "horizon_days": asked.horizon_days,
                  "grains": grains_of(overlay), "countries": table.to_dict("records")},
                 lambda: {"country_repairs": table})


def grains_of(overlay: KeptOverlay) -> dict[str, float]:
    """By figure: what answers are multiples of."""
    content = overlay.content
    return {"unserved_tbps_days": content.grain_tbps * content.grain_days,
            "days_below": content.grain_days, "spares_days": content.grain_days}


def in_grains_by_country(exact: pd.DataFrame, question: str, overlay: KeptOverlay) -> pd.DataFrame:
    """Figures by country, each rounded as those of scores are."""
    return pd.DataFrame({"country": exact["country"], **{
        name: [in_grains(value, grain, overlay, f"{question}|{country}|{name}")
               for country, value in zip(exact["country"], exact[name], strict=True)]
        for name, grain in grains_of(overlay).items()}})

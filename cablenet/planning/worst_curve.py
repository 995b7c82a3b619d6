"""`worst_curve`: the worst case for every number of failures, from one case made ready once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from cablenet.errors import InputError
from cablenet.hazards.model import FaultModel
from cablenet.network import Network
from cablenet.planning.asked import Asked
from cablenet.planning.worst_case import TIME_LIMIT, WorstCase, solve
from cablenet.scenarios.units import Units

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, eq=False)
class WorstCurve:
    """The worst case for several k."""

    cases: tuple[WorstCase, ...]

    def __len__(self) -> int:
        return len(self.cases)

    def __repr__(self) -> str:
        return f"<WorstCurve of {len(self)} steps>\n{self.to_frame()}"

    def to_frame(self) -> pd.DataFrame:
        """One row a k: objective, bound, status, how many units it took, people cut off."""
        return pd.DataFrame([
            {"k": case.k, "objective": case.attack.value, "bound": case.certificate.bound,
             "status": case.certificate.status, "units_used": len(case.attack),
             "isolated_people": case.people, "seconds": case.certificate.seconds}
            for case in self.cases])

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return {"curve": [case.to_json() for case in self.cases]}

    def plot(self) -> Any:
        """What k failures can do, against k; returns the matplotlib axes."""
        import matplotlib.pyplot as plt

        frame, first = self.to_frame(), self.cases[0]
        axes = plt.figure(figsize=(7, 4), layout="constrained").add_subplot()
        axes.step(frame["k"], frame["objective"], where="post", label="found")
        if (frame["bound"] > frame["objective"]).any():
            axes.step(frame["k"], frame["bound"], where="post", linestyle=":", label="at most")
            axes.legend()
        axes.set_xlabel(f"units that fail at once ({first.unit})")
        axes.set_ylabel(f"{first.counts} cut off")
        return axes


def worst_curve(net: Network, ks: Iterable[int], *, unit: str | Units = "cable",
                metric: str = "isolated", country: str | None = None,
                pair: Sequence[str] | None = None,
                min_rate: float | None = None, model: FaultModel | None = None,
                radius_km: float = 25.0, seed: int = 1, time_limit: float = TIME_LIMIT,
                progress: Progress | None = None) -> WorstCurve:
    """The worst case of every k, each proved; parameters and errors as of `worst_case`."""
    asked = Asked(net, unit, metric, country, pair, min_rate, model, radius_km, seed, time_limit)
    steps = sorted(set(ks))
    if not steps:
        raise InputError("a curve needs at least one k")
    asked.check(steps[0])
    asked.check(steps[-1])
    case, out = asked.case(steps[-1]), []
    for done, k in enumerate(steps):
        if progress:
            progress(f"k = {k}", done, len(steps))
        out.append(solve(asked, case, k))
    return WorstCurve(tuple(out))

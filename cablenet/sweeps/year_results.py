"""Reading a sweep of drawn years back: losses by year and label, and the risk they mean."""

from __future__ import annotations

from cablenet.errors import InputError, UnknownNameError
from cablenet.risk import Availability, Risk, annual_risk, availability
from cablenet.sweeps.runner import SweepRun

UNITS = {"isolated_h": "hours", "isolated_people_h": "people-hours",
         "isolated_user_h": "user-hours", "parted_h": "hours",
         "capacity_loss_tbps_h": "Tbps-hours"}


def risk_of(run: SweepRun, heading: str = "isolated_user_h") -> Risk:
    """Risk by country of one loss of drawn years.

    Raises
    ------
    UnknownNameError
        a loss the sweep does not hold
    InputError
        chunks that failed: their years would be missing without a word
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    if run.failed:
        raise InputError(f"{run.failed:,} of {run.scenarios:,} years failed; run the sweep again "
                         "with --resume before asking for risk")
    held = [path.stem for path in sorted((run.out / "aggregate").glob("*.parquet"))]
    labels: list[str] = []
    losses_held: list[str] = []
    for name in held:
        table = pq.read_table(run.aggregate(name))
        losses_held += [column.removesuffix("_per_year") for column in table.column_names
                        if column.endswith("_per_year")]
        if "label" in table.column_names and f"{heading}_per_year" in table.column_names:
            labels = table["label"].to_pylist()
    if not labels:
        raise UnknownNameError("loss of this sweep", heading, losses_held)
    losses = np.zeros((run.scenarios, len(labels)))
    number = pa.array(labels)
    for part in run.parts:
        table = pq.read_table(part, filters=[("heading", "=", heading)])
        column = pc.index_in(table["label"], number).to_numpy()
        losses[table["year"].to_numpy(), column] = table["value"].to_numpy()
    return annual_risk(losses, labels, UNITS.get(heading, heading))


def availability_of(run: SweepRun, heading: str = "isolated_h") -> Availability:
    """How much of the time each country is joined to a hub abroad (`parted_h`: pairs)."""
    risk = risk_of(run, heading)
    return availability(risk.losses, risk.labels)

"""What made each job wait: its own permit, an earlier job of its ship, the charter, or the way."""

from __future__ import annotations

from cablenet.repair.durations import HOURS_PER_DAY, LOCATE
from cablenet.repair.fleet import Ship
from cablenet.repair.jobs import Job


def held_by(job: Job, ship: Ship, arrive_h: int, permit_h: int, before: Job | None,
            left_before_h: int) -> str:
    """The last thing that had to be there before work could start, in words.

    Parameters
    ----------
    before, left_before_h
        the ship's job before this one and the hour it left it; None: it came from its base
    """
    if permit_h > arrive_h:
        country = job.last_permit(ship.flag, ship.charter_h(job))
        return f"permit of {country}, there on day {permit_h / HOURS_PER_DAY:.1f}"
    if before is not None and left_before_h >= ship.ready_h(job):
        return (f"{ship.name}, busy with {before.cable_name} ({before.id}) until day "
                f"{left_before_h / HOURS_PER_DAY:.1f}")
    if ship.free_h > LOCATE.hours + ship.charter_h(job):
        return f"{ship.name}, free from day {ship.free_h / HOURS_PER_DAY:.1f}"
    if ship.charter_h(job):
        return f"charter of {ship.name}, then its voyage"
    return f"{ship.name}, mobilising and sailing"

"""The queue: jobs are claimed for a while, kept alive by beats, and finished by whoever holds them.

A claim lapses when no beat comes; the job then goes to the next worker. The number of attempts
marks the holder: one who comes back late holds an old number, and nothing it says is taken.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from cablenet_api.access.tokens import Caller
from cablenet_api.problems import RefusedError
from cablenet_api.store.keyed import new_key, now
from cablenet_api.store.tables import jobs

MOST_ATTEMPTS = 15
"""Workers that may die over one job (assumed: more than the restarts in the life of a long one).
What a computation does to its own process, running out of memory, ends it the first time."""
LIVE = ("accepted", "running")


@dataclass(frozen=True)
class Claim:
    """A job in the hands of one worker."""

    id: str
    attempt: int
    process: str
    inputs: str
    organisation: str


def add_job(connection: Connection, caller: Caller, process: str, inputs: str,
            most_waiting: int) -> Row[Any]:
    """A new job at the end of its organisation's own queue."""
    waiting = connection.execute(select(func.count()).select_from(jobs).where(
        jobs.c.organisation == caller.organisation, jobs.c.state == "accepted")).scalar_one()
    if waiting >= most_waiting:
        raise RefusedError("too-many-jobs", f"{waiting} jobs of your organisation wait already")
    key, moment = new_key(), now()
    connection.execute(insert(jobs).values(
        id=key, organisation=caller.organisation, person=caller.person, process=process,
        inputs=inputs, state="accepted", message="", attempts=0, revision=1, created_at=moment,
        changed_at=moment))
    return job_of(connection, caller, key)


def job_of(connection: Connection, caller: Caller, key: str) -> Row[Any]:
    """One job of the caller's organisation."""
    row = connection.execute(select(jobs).where(
        jobs.c.id == key, jobs.c.organisation == caller.organisation)).one_or_none()
    if row is None:
        raise RefusedError("not-found", "no such job")
    return row


def jobs_of(connection: Connection, caller: Caller, after: str, limit: int) -> list[Row[Any]]:
    """Jobs of the caller's organisation whose ids follow one, in the order of ids."""
    return list(connection.execute(
        select(jobs).where(jobs.c.organisation == caller.organisation, jobs.c.id > after)
        .order_by(jobs.c.id).limit(limit)))


def dismiss_job(connection: Connection, caller: Caller, key: str) -> Row[Any]:
    """Stop a job, or forget the results of one that has ended."""
    job_of(connection, caller, key)
    connection.execute(update(jobs).where(jobs.c.id == key).values(
        state="dismissed", result=None, layers=None, message="dismissed", lease_until=None,
        revision=jobs.c.revision + 1, changed_at=now()))
    return job_of(connection, caller, key)


def claim_job(connection: Connection, worker: str, lease_s: float, most_running: int
              ) -> Claim | None:
    """The next job, now held by `worker`; None when there is nothing to do.

    Fair turn: first the organisation with the fewest running jobs, then the one whose last job
    began longest ago, then the oldest job. An organisation with `most_running` gets none.
    """
    moment = now()
    lapsed = (jobs.c.state == "running") & (jobs.c.lease_until < moment)
    connection.execute(update(jobs).where(lapsed, jobs.c.attempts >= MOST_ATTEMPTS).values(
        state="failed", message=f"its worker died {MOST_ATTEMPTS} times", lease_until=None,
        revision=jobs.c.revision + 1, changed_at=moment))
    others = jobs.alias()
    running = (select(func.count()).select_from(others)
               .where(others.c.organisation == jobs.c.organisation, others.c.state == "running",
                      others.c.lease_until >= moment).scalar_subquery())
    last = (select(func.coalesce(func.max(others.c.started_at), ""))
            .where(others.c.organisation == jobs.c.organisation).scalar_subquery())
    row = connection.execute(
        select(jobs).where((jobs.c.state == "accepted") | lapsed, running < most_running)
        .order_by(running, last, jobs.c.created_at, jobs.c.id).limit(1)
        .with_for_update(skip_locked=True, of=jobs)).one_or_none()
    if row is None:
        return None
    connection.execute(update(jobs).where(jobs.c.id == row.id).values(
        state="running", worker=worker, attempts=row.attempts + 1, started_at=moment,
        lease_until=_later(lease_s), revision=jobs.c.revision + 1, changed_at=moment,
        message=""))
    return Claim(row.id, row.attempts + 1, row.process, row.inputs, row.organisation)


def beat(connection: Connection, claim: Claim, lease_s: float,
         progress: int | None = None) -> bool:
    """Hold a job longer, and tell how far it is where that is news; False when it is no longer
    held: lapsed and taken over, or dismissed."""
    news = {} if progress is None else {"progress": progress, "revision": jobs.c.revision + 1,
                                        "changed_at": now()}
    return connection.execute(_held(claim).values(lease_until=_later(lease_s), **news)
                              ).rowcount == 1


def finish(connection: Connection, claim: Claim, state: str, result: str | None,
           message: str, layers: str | None = None) -> bool:
    """Write how a job ended, once; False when it is no longer held, and then nothing is written."""
    return connection.execute(_held(claim).values(
        state=state, result=result, message=message, layers=layers, lease_until=None,
        **({"progress": 100} if state == "successful" else {}),
        revision=jobs.c.revision + 1, changed_at=now())).rowcount == 1


def _held(claim: Claim) -> Any:
    return update(jobs).where(jobs.c.id == claim.id, jobs.c.state == "running",
                              jobs.c.attempts == claim.attempt)


def _later(seconds: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat(timespec="microseconds")

"""`/readyz`: one look at the database for all who ask, and never a good word for one that is gone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from cablenet_api.routes import readiness
from cablenet_api.routes.readiness import Shared


class Database:
    """Answers, or refuses, when it is let; counts how often it was asked."""

    def __init__(self) -> None:
        self.asked, self.gone, self.go = 0, False, Event()
        self.go.set()

    def look(self) -> None:
        self.asked += 1
        assert self.go.wait(30)
        if self.gone:
            raise OSError("gone")


def in_a_loop(made: Coroutine[Any, Any, Any]) -> Any:
    """What a coroutine answers in a loop of its own: this thread may hold that of a browser."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, made).result()


def at_age(monkeypatch: pytest.MonkeyPatch, fresh_s: float, holds_s: float) -> None:
    monkeypatch.setattr(readiness, "FRESH_S", fresh_s)
    monkeypatch.setattr(readiness, "HOLDS_S", holds_s)


def test_all_who_ask_at_once_share_one_look() -> None:
    database = Database()
    shared = Shared(database.look)

    async def crowd() -> None:
        await asyncio.gather(*(shared() for _ in range(500)))
        await asyncio.gather(*(shared() for _ in range(500)))  # half a second is not over

    in_a_loop(crowd())
    assert database.asked == 1


def test_all_who_wait_hear_that_the_database_is_gone_and_the_next_looks_again() -> None:
    database = Database()
    database.gone = True
    shared = Shared(database.look)

    async def crowd() -> list[object]:
        told = await asyncio.gather(*(shared() for _ in range(9)), return_exceptions=True)
        database.gone = False
        await shared()
        return list(told)

    assert [type(one) for one in in_a_loop(crowd())] == [OSError] * 9
    assert database.asked == 2


def test_a_slow_look_keeps_nobody_waiting_who_had_a_good_one(monkeypatch: pytest.MonkeyPatch
                                                              ) -> None:
    at_age(monkeypatch, 0.0, 1e9)
    database = Database()
    shared = Shared(database.look)

    async def run() -> None:
        await shared()
        await asyncio.sleep(0)
        database.go.clear()
        await asyncio.wait_for(shared(), 5)  # the look behind it stands still
        database.gone = True
        database.go.set()
        while shared._running is not None and not shared._running.done():
            await asyncio.sleep(0.001)
        with pytest.raises(OSError):  # nothing old is given after a look that failed
            await shared()

    shared._good_at = 0.0  # as if there had been one
    in_a_loop(run())


def test_what_is_too_old_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    at_age(monkeypatch, 0.0, 0.0)
    database = Database()
    shared = Shared(database.look)

    async def run() -> None:
        await shared()
        database.gone = True
        with pytest.raises(OSError):
            await shared()

    in_a_loop(run())
    assert database.asked == 2


def test_who_leaves_takes_the_look_from_nobody_else() -> None:
    database = Database()
    database.go.clear()
    shared = Shared(database.look)

    async def run() -> None:
        impatient, patient = asyncio.create_task(shared()), asyncio.create_task(shared())
        while not database.asked:
            await asyncio.sleep(0.001)
        impatient.cancel()
        await asyncio.sleep(0)
        database.go.set()
        await patient

    in_a_loop(run())
    assert database.asked == 1

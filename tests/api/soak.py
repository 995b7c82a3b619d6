"""The service under load while its processes are killed and its database restarts.

    python tests/api/soak.py DATABASE      the long form of `test_survival` (make soak)

Writers send scenarios with an Idempotency-Key each, and again until an answer comes. In the end
every write that was acknowledged must be there once, and the sweeps that ran meanwhile must have
the digest of a sweep that nobody disturbed. Only processes begun here are killed, by their own ids.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Lock, Thread

from cablenet_api import Settings, admit_member
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

HERE = Path(__file__).parent
LOSS = {"kind": "cable_loss", "cable": "ab"}
MOST_P99_MS = 250.0
MOST_GROWTH = 0.03
"""Of the server's memory, from the first tenth of the crowd to its end."""
SWEEP = {"samples": 400, "order": 2, "seed": 7, "metrics": ["margin"]}


@dataclass
class Told:
    """What the writers saw."""

    acknowledged: set[str] = field(default_factory=set)
    done_unanswered: set[str] = field(default_factory=set)
    statuses: dict[str, int] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def count(self, what: str) -> None:
        with self.lock:
            self.statuses[what] = self.statuses.get(what, 0) + 1


class Disturbed:
    """A server and a worker that can be killed and come back."""

    def __init__(self, database: str, folder: Path) -> None:
        self.database, self.folder = database, folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.token = admit_member(Settings(database=database), f"soak {time.time_ns()}", "me",
                                  "admin", 10)["secret"]
        self.running = {name: self.begin(name) for name in ("server", "worker")}

    def begin(self, name: str) -> subprocess.Popen[bytes]:
        words = ([str(HERE / "ring_server.py"), self.database, str(self.port),
                  str(self.folder / "files")] if name == "server"
                 else [str(HERE / "ring_worker.py"), self.database, "2"])
        return subprocess.Popen(
            [sys.executable, *words], start_new_session=True, stderr=subprocess.DEVNULL,
            env={**os.environ, "CABLENET_FILES": str(self.folder / "files")})

    def kill(self, name: str) -> None:
        """kill -9, and begin anew."""
        self.end(name)
        self.running[name] = self.begin(name)

    def end(self, name: str) -> None:
        self.running[name].send_signal(signal.SIGKILL)
        self.running[name].wait()

    def ask(self, verb: str, path: str, body: object = None, key: str | None = None
            ) -> tuple[int, dict[str, str], object]:
        """One request; status 0 when nobody answers."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        if key:
            headers["Idempotency-Key"] = key
        try:
            line.request(verb, path, None if body is None else json.dumps(body), headers)
            reply = line.getresponse()
            text = reply.read()
            return reply.status, {k.lower(): v for k, v in reply.headers.items()}, json.loads(text)
        except (OSError, http.client.HTTPException, ValueError):
            return 0, {}, None
        finally:
            line.close()

    def surely(self, verb: str, path: str, body: object = None, seconds: float = 60.0) -> object:
        """The same until it succeeds."""
        key, ends = f"sure {time.time_ns()}".replace(" ", "-"), time.monotonic() + seconds
        while time.monotonic() < ends:
            status, _, value = self.ask(verb, path, body, key if verb == "POST" else None)
            if 200 <= status < 300:
                return value
            time.sleep(0.2)
        raise AssertionError(f"{verb} {path} never succeeded")


def write(house: Disturbed, path: str, told: Told, stop: Event, number: int) -> None:
    """One writer: new scenarios, each sent until it is known what became of it."""
    turn = 0
    while not stop.is_set():
        turn += 1
        name = f"{number}-{turn}"
        while True:
            status, headers, value = house.ask("POST", path, {"name": name, "events": [LOSS]},
                                               f"key-{name}")
            kind = value.get("type", "") if isinstance(value, dict) else ""
            told.count(f"{status} {kind}".strip())
            if status == 201:
                told.acknowledged.add(name)
                break
            if kind.endswith("done-unanswered"):
                told.done_unanswered.add(name)
                break
            if status == 503:
                assert "retry-after" in headers
            if stop.is_set() and status == 0:
                break
            time.sleep(0.1)


def soak(database: str, *, kills: int, restarts: int, restart: str | None, seed: int,
         writers: int = 4, between_s: tuple[float, float] = (0.5, 3.0)) -> dict[str, object]:
    """Load, kills and restarts; figures, or an AssertionError when a promise was broken."""
    drawn, told, stop = random.Random(seed), Told(), Event()
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:  # computations die a bit later
        house = Disturbed(database, Path(folder))
        try:
            made = house.surely("POST", "/workspaces", {"name": "soak"})
            path = f"/workspaces/{made['id']}/scenarios"
            threads = [Thread(target=write, args=(house, path, told, stop, number))
                       for number in range(writers)]
            for thread in threads:
                thread.start()
            jobs = [house.surely("POST", "/processes/sweep/execution", {"inputs": SWEEP})["jobID"]
                    for _ in range(2)]
            blows = ["kill"] * kills + ["restart"] * (restarts if restart else 0)
            drawn.shuffle(blows)
            for number, blow in enumerate(blows):
                time.sleep(drawn.uniform(*between_s))
                if blow == "kill":
                    house.kill(("server", "worker")[number % 2])
                else:
                    subprocess.run([str(restart)], check=True, capture_output=True, timeout=60)
            house.surely("GET", "/readyz")
            time.sleep(1.0)
            stop.set()
            for thread in threads:
                thread.join(60)
            digests = {ended(house, job) for job in jobs}
            names = kept_names(house, path)
        finally:
            for name in house.running:
                house.end(name)
    assert told.acknowledged <= set(names), "an acknowledged write is lost"
    assert told.done_unanswered <= set(names), "a write that was said to be done is lost"
    assert len(names) == len(set(names)), "a write was done twice"
    bad = {what for what in told.statuses if what.split(" ")[0] not in ("0", "201", "409", "503")}
    assert not bad, bad
    assert len(digests) == 1
    return {"acknowledged": len(told.acknowledged), "kept": len(names), "blows": blows,
            "done_unanswered": len(told.done_unanswered), "statuses": told.statuses,
            "digest": digests.pop()}


def ended(house: Disturbed, job: str) -> str:
    ends = time.monotonic() + 90
    while time.monotonic() < ends:
        status = house.surely("GET", f"/jobs/{job}")
        if status["status"] == "successful":
            return str(house.surely("GET", f"/jobs/{job}/results")["digest"])
        assert status["status"] in ("accepted", "running"), status
        time.sleep(0.3)
    raise AssertionError("a sweep did not end")


def kept_names(house: Disturbed, path: str) -> list[str]:
    names: list[str] = []
    after = ""
    while after is not None:
        page = house.surely("GET", f"{path}?limit=1000&after={after}")
        names += [one["scenarios"]["name"] for one in page["items"]]
        after = page["next"]
    return names


async def crowd(port: int, *, connections: int, per_s: float, seconds: float) -> dict[str, object]:
    """Many open connections that ask /readyz in turn; how long answers took."""
    lines = [await asyncio.open_connection("127.0.0.1", port) for _ in range(connections)]
    took: list[float] = []
    errors = 0

    async def one(number: int) -> None:
        nonlocal errors
        reader, writer = lines[number % connections]
        begun = time.perf_counter()
        try:
            writer.write(b"GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n")
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 30)
            size = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            await reader.readexactly(size)
            errors += not head.startswith(b"HTTP/1.1 200")
        except (OSError, asyncio.IncompleteReadError, TimeoutError, IndexError):
            errors += 1
        took.append(time.perf_counter() - begun)

    begun, tasks = time.perf_counter(), []
    for number in range(int(per_s * seconds)):
        await asyncio.sleep(max(begun + number / per_s - time.perf_counter(), 0))
        tasks.append(asyncio.create_task(one(number)))
    await asyncio.gather(*tasks)
    for _, writer in lines:
        writer.close()
    took.sort()
    return {"requests": len(took), "errors": errors, "p50_ms": round(took[len(took) // 2] * 1e3, 1),
            "p99_ms": round(took[int(len(took) * 0.99)] * 1e3, 1),
            "seconds": round(time.perf_counter() - begun, 1)}


def resident_mb(pid: int) -> float:
    """Memory of a process, MB (Linux)."""
    line = next(one for one in Path(f"/proc/{pid}/status").read_text().splitlines()
                if one.startswith("VmRSS"))
    return int(line.split()[1]) / 1e3


def crowded(database: str, *, connections: int, per_s: float, seconds: float) -> dict[str, object]:
    """The crowd while a sweep runs; memory of the server after the first tenth and at the end.
    Figures, or an AssertionError when a promise was broken."""
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:  # computations die a bit later
        house = Disturbed(database, Path(folder))
        try:
            house.surely("GET", "/readyz")
            job = house.surely("POST", "/processes/sweep/execution", {"inputs": {
                **SWEEP, "samples": 200_000}})["jobID"]
            warm = asyncio.run(crowd(house.port, connections=connections, per_s=per_s,
                                     seconds=seconds / 10))
            before = resident_mb(house.running["server"].pid)
            found = asyncio.run(crowd(house.port, connections=connections, per_s=per_s,
                                      seconds=seconds))
            after = resident_mb(house.running["server"].pid)
            swept = house.surely("GET", f"/jobs/{job}")["status"]
        finally:
            for name in house.running:
                house.end(name)
    figures = {**found, "warm_p99_ms": warm["p99_ms"], "mb_before": before, "mb_after": after,
               "sweep": swept}
    assert found["requests"] == int(per_s * seconds) and found["errors"] == 0, figures
    assert found["p99_ms"] < MOST_P99_MS, figures
    assert after < before * (1 + MOST_GROWTH), figures
    assert swept in ("running", "successful"), figures
    return figures


def own_database(address: str) -> str:
    """On PostgreSQL a new database beside the one named; on SQLite the file itself."""
    if not address.startswith("postgresql"):
        return address
    engine, name = create_engine(address, isolation_level="AUTOCOMMIT"), f"soak_{time.time_ns()}"
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return make_url(address).set(database=name).render_as_string(hide_password=False)


if __name__ == "__main__":
    address = own_database(sys.argv[1])
    minutes = float(os.environ.get("CABLENET_SOAK_MINUTES", "15"))
    print(json.dumps(soak(address, kills=20, restarts=5, seed=1, between_s=(0.5, 6.0),
                          restart=os.environ.get("CABLENET_TEST_RESTART")), indent=1))
    print(json.dumps(crowded(address, connections=1000, per_s=200, seconds=minutes * 60), indent=1))

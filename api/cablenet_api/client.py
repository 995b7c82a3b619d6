"""A Python client of the service, with the library's nouns and no dependency of its own.

    from cablenet_api.client import connect

    service = connect("https://cables.example", token="cn_...")
    service.score([{"kind": "cable_loss", "cable": "smw-4"}], countries=["IN", "JP"])
    job = service.start("sweep", order=2)
    job.wait()
    space = service.workspace("Indian Ocean")
    plan = space.plans()[0]
    plan.step("submit")

Writes name the version that was read (If-Match); each POST has an Idempotency-Key, so one that got
no answer is sent again and done once. Where the service says to come back later, this does.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

TRIES, WAIT_S, LONGEST_PAUSE_S = 5, 120.0, 60.0
"""How often a request is sent, how long an answer may take, and the longest pause in between."""
LATER = (429, 503)
Record = dict[str, Any]


class ServiceError(Exception):
    """What the service refused: `status`, the `kind` of problem, what it says, its findings."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        self.status, self.problem = status, dict(problem)
        self.kind = str(problem.get("type", "")).rsplit("/", 1)[-1]
        super().__init__(f"{status} {self.kind}: {problem.get('detail', '')}")


@dataclass(frozen=True)
class Answer:
    """One answer: its value and what its headers tell."""

    value: Any
    etag: str | None
    location: str | None


def connect(address: str, token: str | None = None, organisation: str | None = None) -> Service:
    """A service at an address; `organisation` for people of several."""
    if not address.startswith(("http://", "https://")):
        raise ValueError(f"'{address}' is no http(s) address")
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    if organisation:
        headers["Cablenet-Organisation"] = organisation
    return Service(address.rstrip("/"), headers)


@dataclass(frozen=True)
class Service:
    """One service, asked on somebody's behalf."""

    address: str
    headers: Mapping[str, str]

    def ask(self, verb: str, path: str, body: object = None, etag: str | None = None) -> Answer:
        """One request, sent again while the service is busy or away.

        Raises
        ------
        ServiceError
            when it is refused
        """
        headers = {**self.headers, "Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if etag is not None:
            headers["If-Match"] = etag
        if verb == "POST":
            headers["Idempotency-Key"] = secrets.token_hex(16)
        data = None if body is None else json.dumps(body, allow_nan=False).encode()
        for turn in range(1, TRIES + 1):
            asked = Request(self.address + path, data, headers, method=verb)  # noqa: S310  # http(s), by `connect`
            try:
                with urlopen(asked, timeout=WAIT_S) as reply:  # noqa: S310  # the same
                    return _answer(reply)
            except HTTPError as error:
                with error:
                    problem = _problem(error.read())
                if error.code not in LATER or turn == TRIES or (
                        problem.get("type") == "/problems/budget-spent"):
                    raise ServiceError(error.code, problem) from None
                pause = float(error.headers.get("Retry-After") or 1)
            except (URLError, ConnectionError, TimeoutError):
                if turn == TRIES or verb not in ("GET", "POST"):  # others may have been done
                    raise
                pause = float(turn)
            time.sleep(min(pause, LONGEST_PAUSE_S))
        raise AssertionError("the last turn answers or raises")

    def score(self, events: Sequence[Record], metrics: Sequence[str] = ("isolated",),
              countries: Sequence[str] | None = None, as_of: str | None = None) -> Record:
        """What failures do: the answer of POST /score."""
        return dict(self.ask("POST", "/score", _given(
            events=list(events), metrics=list(metrics), as_of=as_of,
            countries=None if countries is None else list(countries))).value)

    def names(self, as_of: str | None = None) -> Record:
        """Every name a request may use."""
        return dict(self.ask("GET", "/names" + (f"?as_of={as_of}" if as_of else "")).value)

    def start(self, process: str, **inputs: object) -> Job:
        """Begin a job: any process of GET /processes."""
        body = {"inputs": inputs}
        return Job(self, str(self.ask("POST", f"/processes/{process}/execution", body).location))

    def workspaces(self) -> list[Workspace]:
        """The workspaces of the caller's organisation."""
        return [Workspace(self, f"/workspaces/{one['id']}", one["name"])
                for one in self.all_of("/workspaces")]

    def workspace(self, name: str) -> Workspace:
        """The first workspace of a name; `LookupError` when there is none."""
        for one in self.workspaces():
            if one.name == name:
                return one
        raise LookupError(f"no workspace '{name}'")

    def found_workspace(self, name: str) -> Workspace:
        """A new workspace."""
        made = self.ask("POST", "/workspaces", {"name": name}).value
        return Workspace(self, f"/workspaces/{made['id']}", made["name"])

    def all_of(self, path: str) -> Iterator[Record]:
        """The entries of a list, page after page."""
        after: object = ""
        while after is not None:
            page = self.ask("GET", path + (f"?after={after}" if after else "")).value
            yield from page.get("items", page.get("jobs", []))
            after = page["next"]


@dataclass(frozen=True)
class Job:
    """A computation that goes on without its caller."""

    service: Service
    path: str

    def status(self) -> Record:
        """How it stands."""
        return dict(self.service.ask("GET", self.path).value)

    def wait(self, every_s: float = 1.0) -> Record:
        """Wait until it has ended, and give its result."""
        while self.status()["status"] in ("accepted", "running"):
            time.sleep(every_s)
        return self.result()

    def result(self) -> Record:
        """What it has found."""
        return dict(self.service.ask("GET", f"{self.path}/results").value)

    def dismiss(self) -> Record:
        """Stop it."""
        return dict(self.service.ask("DELETE", self.path).value)


@dataclass(frozen=True)
class Workspace:
    """A place that several organisations share."""

    service: Service
    path: str
    name: str

    def share(self, organisation: str) -> None:
        """Share it with one more organisation, by its id."""
        self.service.ask("POST", f"{self.path}/parties", {"organisation": organisation})

    def _made(self, what: str, body: object) -> Kept:
        return Kept(self.service, str(self.service.ask("POST", f"{self.path}/{what}", body)
                                      .location))

    def _all(self, what: str) -> list[Kept]:
        return [Kept(self.service, f"{self.path}/{what}/{one['id']}")
                for one in self.service.all_of(f"{self.path}/{what}")]

    def scenarios(self) -> list[Kept]:
        """The sets of failures kept here."""
        return self._all("scenarios")

    def add_scenarios(self, name: str, events: Sequence[Record], note: str = "") -> Kept:
        """Keep a set of failures."""
        return self._made("scenarios", {"name": name, "note": note, "events": list(events)})

    def plans(self) -> list[Kept]:
        """The contingency plans."""
        return self._all("plans")

    def add_plan(self, document: Record) -> Kept:
        """A new plan, as a draft."""
        return self._made("plans", document)

    def match(self, event: Record) -> list[Record]:
        """The plans in force nearest to what has happened."""
        return list(self.service.ask("POST", f"{self.path}/plan-matches", {"event": event}).value)

    def incidents(self) -> list[Kept]:
        """Activations and exercises."""
        return self._all("incidents")

    def open_incident(self, event: Record, **more: object) -> Kept:
        """Activate the plan nearest to an event."""
        return self._made("incidents", {"event": event, **more})

    def overlays(self) -> list[Kept]:
        """One's own overlays, and those of partners that are not hidden."""
        return self._all("overlays")

    def add_overlay(self, content: Record) -> Kept:
        """Lay true capacities, stocks or spare depots over the shared map."""
        return self._made("overlays", content)


@dataclass(frozen=True)
class Kept:
    """Something kept in versions: scenarios, a plan, an activation, an overlay."""

    service: Service
    path: str

    def read(self) -> Record:
        """Its newest version."""
        return dict(self.service.ask("GET", self.path).value)

    def replace(self, body: Record) -> Record:
        """The next version, made from the newest; 412 when somebody was faster."""
        return dict(self.service.ask("PUT", self.path, body, self._etag()).value)

    def erase(self) -> None:
        """Take it away."""
        self.service.ask("DELETE", self.path, None, self._etag())

    def step(self, step: str, **said: object) -> Record:
        """A step of a plan: submit, approve, sign, enter_into_force, ..."""
        return self.tell("steps", step=step, **said)

    def tell(self, what: str, **body: object) -> Record:
        """A line of an incident's log (`actuals`), a new forecast (`forecasts`), its `closing`."""
        return dict(self.service.ask("POST", f"{self.path}/{what}", body, self._etag()).value)

    def report(self) -> Record:
        """The after-action report of an incident."""
        return dict(self.service.ask("GET", f"{self.path}/report").value)

    def score(self, events: Sequence[Record], **more: object) -> Record:
        """Scores with an overlay."""
        return dict(self.service.ask("POST", f"{self.path}/scores",
                                     {"events": list(events), **more}).value)

    def _etag(self) -> str | None:
        return self.service.ask("GET", self.path).etag


def _given(**fields: object) -> Record:
    return {key: value for key, value in fields.items() if value is not None}


def _answer(reply: Any) -> Answer:
    body = reply.read()
    return Answer(json.loads(body) if body else None, reply.headers.get("ETag"),
                  reply.headers.get("Location"))


def _problem(body: bytes) -> Record:
    try:
        found = json.loads(body)
    except ValueError:  # a gateway's own page
        return {}
    return found if isinstance(found, dict) else {}

"""Every error as problem+json (RFC 9457), from one table of error to status."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

import cablenet as cn

MEDIA_TYPE = "application/problem+json"
SHOWN = 20
LONGEST = 300


@dataclass(frozen=True)
class Kind:
    """One kind of problem: its name in the address, its status and what it means."""

    slug: str
    status: int
    title: str
    cure: str


class BodyError(Exception):
    """A request body refused before any route saw it."""

    def __init__(self, slug: str, detail: str) -> None:
        self.slug = slug
        super().__init__(detail)


class RequestEventsError(Exception):
    """What was wrong with each event of a request: (number of the event, error) pairs."""

    def __init__(self, found: Sequence[tuple[int, cn.errors.CablenetError]]) -> None:
        self.found = tuple(found)
        super().__init__("; ".join(f"event {number}: {error}" for number, error in self.found))


class AtlasUnavailableError(Exception):
    """The map the service answers from cannot be loaded; no fault of the caller."""


class BusyError(Exception):
    """All places to compute in stayed taken for as long as a request may wait."""


KINDS: dict[str, Kind] = {kind.slug: kind for kind in (
    Kind("invalid-request", 422, "The request does not have the form that is asked for",
         "compare it with /openapi.json; each entry of `problems` points at one place"),
    Kind("unknown-name", 422, "A name that the map or a table does not know",
         "take a name from GET /names"),
    Kind("nothing-hit", 422, "A failure that touches nothing in service",
         "check the place (lon, lat), the radius and the date"),
    Kind("missing-capacity", 422, "A flow score on a map without capacities",
         "name a capacity_rule"),
    Kind("bad-input", 422, "Input that breaks a rule of the library",
         "each entry of `problems` names place and cure"),
    Kind("mismatch", 409, "Values that belong to different networks",
         "make both for the same network: compare their fingerprints"),
    Kind("infeasible", 409, "Proved: no plan can keep the promise", "ask for less"),
    Kind("no-plan-found", 503, "The limit was reached before a plan was found", "allow more time"),
    Kind("library-error", 422, "The library refused the request", "read the detail"),
    Kind("not-json", 400, "The body is no plain JSON text in UTF-8",
         "send finite numbers, whole characters, each key once, nested at most 32 deep"),
    Kind("not-json-type", 415, "The body is not declared as JSON",
         "send Content-Type: application/json, without Content-Encoding"),
    Kind("too-large", 413, "The body is larger than the service takes", "split the request"),
    Kind("atlas-unavailable", 503, "The map cannot be loaded", "tell the operator"),
    Kind("busy", 503, "All places to compute in are taken", "try again later"),
    Kind("server-error", 500, "The service failed", "report it: this is a fault of the service"),
)}

STATUS_OF: tuple[tuple[type[Exception], str], ...] = (
    (RequestValidationError, "invalid-request"),
    (cn.errors.UnknownNameError, "unknown-name"),
    (cn.errors.NothingHitError, "nothing-hit"),
    (cn.errors.MissingCapacityError, "missing-capacity"),
    (cn.errors.MismatchError, "mismatch"),
    (cn.errors.InputError, "bad-input"),
    (cn.errors.InfeasibleError, "infeasible"),
    (cn.errors.NoPlanFoundError, "no-plan-found"),
    (cn.errors.CablenetError, "library-error"),
    (AtlasUnavailableError, "atlas-unavailable"),
    (BusyError, "busy"),
)
"""The one table, most special first: the first class an error is an instance of decides."""


class Place(BaseModel):
    """One finding: where in the request, what is wrong, and how to mend it."""

    pointer: str = Field(description="JSON pointer into the request body, or the parameter's name")
    message: str
    cure: str = ""


class Problem(BaseModel):
    """An error answer (RFC 9457)."""

    type: str = Field(description="address of an explanation of this kind of problem")
    title: str
    status: int
    detail: str
    problems: list[Place] = Field(default_factory=list, description="every finding, at most 20")


def kind_of(error: Exception) -> Kind:
    """The row of the table for an error."""
    if isinstance(error, BodyError):
        return KINDS[error.slug]
    if isinstance(error, RequestEventsError):
        return kind_of(error.found[0][1])
    return next(KINDS[slug] for known, slug in STATUS_OF if isinstance(error, known))


def problem_response(kind: Kind, detail: str, places: Sequence[Place] = (),
                     headers: Mapping[str, str] | None = None) -> Response:
    """One problem as an answer; plain ASCII JSON, so that no character can break it."""
    problem = Problem(type=f"/problems/{kind.slug}", title=kind.title, status=kind.status,
                      detail=detail, problems=list(places[:SHOWN]))
    return Response(json.dumps(problem.model_dump()), kind.status, headers, MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Answer every error of the table, of routing and of the unforeseen as a problem."""
    for error in (*(known for known, _ in STATUS_OF), RequestEventsError):
        app.add_exception_handler(error, _answer)
    app.add_exception_handler(HTTPException, _answer_http)
    app.add_exception_handler(Exception, _answer_unforeseen)


async def _answer(request: Request, error: Exception) -> Response:
    kind = kind_of(error)
    if isinstance(error, RequestValidationError):
        places = [_validation_place(found) for found in error.errors()[:SHOWN]]
        return problem_response(kind, f"{len(error.errors())} findings; the first: "
                                      f"{places[0].pointer}: {places[0].message}", places)
    if isinstance(error, RequestEventsError):
        return problem_response(kind, str(error)[:2000], _event_places(error))
    retry = {"Retry-After": "5"} if kind.slug == "busy" else None
    return problem_response(kind, str(error)[:2000], headers=retry)


async def _answer_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    kind = Kind(status.phrase.lower().replace(" ", "-"), status, status.phrase, "")
    return problem_response(kind, str(error.detail)[:LONGEST], headers=error.headers)


async def _answer_unforeseen(request: Request, error: Exception) -> Response:
    """500 without any detail from inside; the error itself still reaches the server's log."""
    return problem_response(KINDS["server-error"], "the request could not be answered")


def _validation_place(found: Mapping[str, Any]) -> Place:
    return Place(pointer=_pointer(found["loc"]), message=str(found["msg"])[:LONGEST])


def _pointer(steps: Sequence[str | int]) -> str:
    """A JSON pointer (RFC 6901), without the event's kind that pydantic puts after its number."""
    kept = [step for i, step in enumerate(steps)
            if not (i >= 2 and isinstance(step, str) and steps[i - 2] in ("events", "parts"))]
    return "".join("/" + str(step)[:60].replace("~", "~0").replace("/", "~1")
                   for step in kept if step != "body")


def _event_places(error: RequestEventsError) -> list[Place]:
    places = []
    for number, cause in error.found:
        pointer = f"/events/{number}"
        findings = getattr(cause, "problems", ())
        places += [Place(pointer=pointer, message=one.message, cure=one.cure) for one in findings]
        if not findings:
            places.append(Place(pointer=pointer, message=str(cause)[:LONGEST],
                                cure=kind_of(cause).cure))
    return places

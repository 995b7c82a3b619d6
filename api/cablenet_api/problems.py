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
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.responses import Response

import cablenet as cn
from cablenet_api.plans.errors import IncompleteError, PlansError, SignatureError

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


class RefusedError(Exception):
    """A request the service refuses, by the kind of problem it is; with the seconds after which
    it may be sent again, where these are known."""

    def __init__(self, slug: str, detail: str, retry_after_s: int | None = None) -> None:
        self.slug, self.retry_after_s = slug, retry_after_s
        super().__init__(detail)


class BodyError(RefusedError):
    """A request body refused before any route saw it."""


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
    Kind("bad-query", 400, "A query parameter that is unknown or cannot be read",
         "the detail names the parameter and what it may hold"),
    Kind("not-json-type", 415, "The body is not declared as JSON",
         "send Content-Type: application/json, without Content-Encoding"),
    Kind("too-large", 413, "The body is larger than the service takes", "split the request"),
    Kind("not-logged-in", 401, "The request does not say on whose behalf it acts",
         "send Authorization: Bearer with a token that holds good"),
    Kind("not-allowed", 403, "The caller's role does not hold this",
         "ask an admin of your organisation"),
    Kind("not-found", 404, "Nothing of this id that the caller may see", "check the id"),
    Kind("last-admin", 409, "An organisation would be left without an admin",
         "make somebody else admin first"),
    Kind("result-not-ready", 404, "The job has not ended yet", "ask for its status, then again"),
    Kind("no-result", 409, "The job ended without a result", "read the detail; ask again"),
    Kind("no-such-form", 406, "The result does not come in the form asked for",
         "ask for one of json, geojson, parquet, gpkg by `f` or Accept"),
    Kind("budget-spent", 429, "The questions that an overlay's owner allows are asked",
         "wait, or ask the owner"),
    Kind("too-many-requests", 429, "More requests than one caller may send",
         "wait for Retry-After seconds"),
    Kind("key-used", 422, "An Idempotency-Key that was sent with another request",
         "make a new key for each request"),
    Kind("under-way", 409, "The first request with this Idempotency-Key is under way",
         "wait for Retry-After seconds, then send it again"),
    Kind("done-unanswered", 409, "The request was done, but its answer is not kept",
         "look at what it was to make"),
    Kind("too-many-jobs", 429, "Too many jobs of one organisation wait", "wait for some to end"),
    Kind("incomplete-plan", 409, "The draft lacks something that review needs",
         "mend each entry of `problems`, then submit again"),
    Kind("bad-signature", 422, "A signature that does not hold for this version",
         "read the present text and sign that, with the key your organisation has registered"),
    Kind("step-not-allowed", 409, "The plan's state or the party's part in it does not allow this",
         "read the plan: its state says what comes next"),
    Kind("conflict", 409, "Somebody did the same at the same moment", "look, and try again"),
    Kind("changed-meanwhile", 412, "The version named by If-Match is not the newest",
         "read the newest version, make the change again, send its ETag"),
    Kind("condition-required", 428, "A write must name the version it was made from",
         "send If-Match with the ETag of the version you read"),
    Kind("store-unavailable", 503, "The database does not answer", "try again later"),
    Kind("provider-unavailable", 503, "The identity provider does not answer", "try again later"),
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
    (IncompleteError, "incomplete-plan"),
    (SignatureError, "bad-signature"),
    (PlansError, "step-not-allowed"),
    (AtlasUnavailableError, "atlas-unavailable"),
    (BusyError, "busy"),
    (IntegrityError, "conflict"),
    (OperationalError, "store-unavailable"),
    (PoolTimeoutError, "store-unavailable"),
)
"""The one table, most special first: the first class an error is an instance of decides."""


_HEADERS = {**{slug: {"Retry-After": "5"} for slug in ("busy", "too-many-jobs",
                                                      "store-unavailable")},
            "provider-unavailable": {"Retry-After": "60"},  # it is asked again once a minute
            "not-logged-in": {"WWW-Authenticate": "Bearer"}}


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
    if isinstance(error, RefusedError):
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
    for error in (*(known for known, _ in STATUS_OF), RequestEventsError, RefusedError):
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
    # what a database says may hold what was sent: it is never handed on
    detail = kind.title if kind.slug in ("store-unavailable", "conflict") else str(error)[:2000]
    headers = _HEADERS.get(kind.slug)
    if isinstance(error, RefusedError) and error.retry_after_s is not None:
        headers = {"Retry-After": str(error.retry_after_s)}
    return problem_response(kind, detail, headers=headers)


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

"""The service held against its own description by schemathesis: no 5xx, no answer it did not tell.

Bounded here: few examples of each operation, anonymous and in every role, of data as described and
of data that breaks the description, and short walks from one operation to the next. `make soak`
asks for more (`CABLENET_EXAMPLES`).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from cablenet_api import Settings, admit_member, create_app
from cablenet_api.access.roles import MAY
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from hypothesis.stateful import run_state_machine_as_test
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi import checks

from tests.api.ring_world import ring_network

EXAMPLES = int(os.environ.get("CABLENET_EXAMPLES", "2"))
CHECKS = [not_a_server_error, checks.status_code_conformance, checks.content_type_conformance,
          checks.response_schema_conformance, checks.response_headers_conformance,
          checks.missing_required_header, checks.unsupported_method,
          checks.allow_header_conformance, checks.use_after_free,
          checks.ensure_resource_availability, checks.ignored_auth]
"""All but two: what has the right form may still name a cable that the map does not have, which is
422 (`positive_data_acceptance`); and what it holds to be broken may be the token left out, which we
put in, or a query parameter that no route reads (`negative_data_rejection`)."""
Described = tuple[Any, Callable[[Any], dict[str, str]]]
ROLES = (None, *sorted(MAY))
BOUNDED = settings(max_examples=EXAMPLES, derandomize=True, database=None,
                   deadline=timedelta(seconds=30), suppress_health_check=list(HealthCheck),
                   phases=[Phase.explicit, Phase.generate])


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Described]:
    """The schema of a running service, and what names a caller of a role, with a token made anew:
    whoever had the last one may have revoked it."""
    folder: Path = tmp_path_factory.mktemp("described")
    made = Settings(database=f"sqlite:///{folder / 'kept.sqlite'}", login="tokens",
                    files=str(folder / "files"), requests_burst=10**9)

    def headers_of(role: Any) -> dict[str, str]:
        if role is None:
            return {}
        made_now = admit_member(made, "mine", f"a {role}", role, 10)
        return {"Authorization": f"Bearer {made_now['secret']}"}

    app = create_app(made, load_network=ring_network)
    yield schemathesis.openapi.from_asgi("/openapi.json", app), headers_of
    app.state.store.close()


def probe(operation: Any, mode: GenerationMode, headers: dict[str, str]) -> None:
    """A few requests to one operation, by one caller."""

    @BOUNDED
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        case.call_and_validate(headers=headers, checks=CHECKS)

    ask()


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("mode", list(GenerationMode))
def test_every_operation_answers_as_it_is_described(described: Described,
                                                    role: str | None, mode: GenerationMode
                                                    ) -> None:
    schema, headers_of = described
    told = 0
    wrong: list[str] = []
    for found in schema.get_all_operations():
        operation = found.ok()
        try:
            probe(operation, mode, headers_of(role))
        except Unsatisfiable:  # it takes nothing that could be broken
            assert mode is GenerationMode.NEGATIVE
            continue
        except (Exception, FailureGroup) as error:  # all findings are told
            wrong.append(f"{operation.label}: {str(error)[:600]}")
        told += 1
    assert not wrong, "\n".join(wrong)
    assert told > 40


@pytest.mark.parametrize("role", ROLES)
def test_walks_from_one_operation_to_the_next_find_nothing_either(
        described: Described, role: str | None) -> None:
    """What one answer names (a workspace made, a plan) is asked for, changed and taken away."""
    schema, headers_of = described
    headers = headers_of(role)
    walked: list[tuple[str, int]] = []

    class Walk(schema.as_state_machine()):
        def get_call_kwargs(self, case: Any) -> dict[str, Any]:
            return {"headers": headers}

        def validate_response(self, response: Any, case: Any, **_: Any) -> None:
            walked.append((case.operation.label, response.status_code))
            case.validate_response(response, checks=CHECKS)

    run_state_machine_as_test(Walk, settings=settings(
        BOUNDED, max_examples=4 * EXAMPLES, stateful_step_count=10))
    # who is let in nowhere would find nothing; where a random walk leads is its own affair
    assert walked and (role is None or any(status != 401 for _, status in walked))

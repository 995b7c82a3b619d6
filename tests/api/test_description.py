"""The service held against its own description by schemathesis: no 5xx, no answer it did not tell.

Bounded here: few examples of each operation, anonymous and in every role, of data as described and
of data that breaks the description, and short walks from one operation to the next. `make soak`
asks for more (`CABLENET_EXAMPLES`).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
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
ROLES = (None, *sorted(MAY))
BOUNDED = settings(max_examples=EXAMPLES, derandomize=True, database=None,
                   deadline=timedelta(seconds=30), suppress_health_check=list(HealthCheck),
                   phases=[Phase.explicit, Phase.generate])


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, dict[Any, Any]]]:
    """The schema of a running service, and a token of each role."""
    folder: Path = tmp_path_factory.mktemp("described")
    made = Settings(database=f"sqlite:///{folder / 'kept.sqlite'}", login="tokens",
                    files=str(folder / "files"), requests_burst=10**9)

    def secret(role: Any, who: str = "a") -> str:
        return str(admit_member(made, "mine", f"{who} {role}", role, 10)["secret"])

    tokens: dict[Any, Any] = {role: secret(role) for role in MAY}
    tokens["anew"] = lambda role: secret(role, "a walking")
    app = create_app(made, load_network=ring_network)
    yield schemathesis.openapi.from_asgi("/openapi.json", app), tokens
    app.state.store.close()


def headers_of(tokens: dict[Any, Any], role: str | None) -> dict[str, str]:
    return {} if role is None else {"Authorization": f"Bearer {tokens[role]}"}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("mode", list(GenerationMode))
def test_every_operation_answers_as_it_is_described(described: tuple[Any, dict[Any, Any]],
                                                    role: str | None, mode: GenerationMode
                                                    ) -> None:
    schema, tokens = described
    told = 0
    wrong: list[str] = []
    for found in schema.get_all_operations():
        operation = found.ok()

        @BOUNDED
        @given(case=operation.as_strategy(generation_mode=mode))
        def probe(case: Any) -> None:
            case.call_and_validate(headers=headers_of(tokens, role), checks=CHECKS)

        try:
            probe()
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
        described: tuple[Any, dict[Any, Any]], role: str | None) -> None:
    """What one answer names (a workspace made, a plan) is asked for, changed and taken away."""
    schema, tokens = described
    tokens = tokens if role is None else {role: tokens["anew"](role)}  # a walk may revoke its own
    walked: list[tuple[str, int]] = []

    class Walk(schema.as_state_machine()):  # type: ignore[misc]
        def get_call_kwargs(self, case: Any) -> dict[str, Any]:
            return {"headers": headers_of(tokens, role)}

        def validate_response(self, response: Any, case: Any, **_: Any) -> None:
            walked.append((case.operation.label, response.status_code))
            case.validate_response(response, checks=CHECKS)

    run_state_machine_as_test(Walk, settings=settings(
        BOUNDED, max_examples=4 * EXAMPLES, stateful_step_count=10))
    # who is let in nowhere would find nothing; where a random walk leads is its own affair
    assert walked and (role is None or any(status != 401 for _, status in walked))

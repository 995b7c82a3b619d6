"""JSON Schemas of what is exchanged, made from what the software itself checks by."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from pydantic import BaseModel

import cablenet as cn
from cablenet_api.plans.document import PlanDocument
from cablenet_api.plans.exchange import ExportedVersion, SignedPlan
from cablenet_api.plans.signing import Signature
from cablenet_api.workspaces.scenarios import Scenarios

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def _of(model: type[BaseModel]) -> Callable[[], dict[str, Any]]:
    return lambda: model.model_json_schema(by_alias=True)


MAKERS: dict[str, Callable[[], dict[str, Any]]] = {
    "layers-v1": lambda: cn.layers_schema(),  # loads the library on first use
    "scenarios-v1": _of(Scenarios),
    "plan-v1": _of(PlanDocument),
    "plan-version-v1": _of(ExportedVersion),
    "signature-v1": _of(Signature),
    "signed-plan-v1": _of(SignedPlan),
}
"""Name and version of each schema, and how it is made. Within a version, optional fields and
further choices may be added; whatever was valid stays valid (a test holds each to what was
published). Any other change is the next version, beside the old one."""


@cache
def made_schema(name: str) -> dict[str, Any]:
    """One schema; KeyError for a name that is none."""
    return {"$schema": DIALECT, **MAKERS[name](), "$id": f"/schemas/{name}.json"}

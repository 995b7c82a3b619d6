"""Routes of JSON Schemas: what maps, scenarios, plans and signatures look like, for other tools."""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field
from starlette.responses import Response

from cablenet_api.problems import RefusedError
from cablenet_api.routes.shapes import problems
from cablenet_api.schemas import MAKERS, made_schema

MEDIA = "application/schema+json"
SchemaFile = Annotated[str, Path(max_length=60, pattern=r"^[a-z0-9-]+\.json$",
                                 description="one of GET /schemas")]


class SchemaList(BaseModel):
    """Every schema that is published."""

    schemas: dict[str, str] = Field(description="name and version: its address, which stays")


def schemas_router() -> APIRouter:
    """These routes; they tell nothing of anybody."""
    router = APIRouter(prefix="/schemas", tags=["service"])

    @router.get("")
    def list_schemas() -> SchemaList:
        """Which JSON Schemas there are."""
        return SchemaList(schemas={name: f"/schemas/{name}.json" for name in MAKERS})

    @router.get("/{file}", response_class=Response, responses={
        200: {"content": {MEDIA: {"schema": {"type": "object"}}}}, **problems(404, 422)})
    def get_schema(file: SchemaFile) -> Response:
        """One JSON Schema (2020-12). What fits a version fits it for good."""
        name = file.removesuffix(".json")
        if name not in MAKERS:
            raise RefusedError("not-found", "no such schema")
        return Response(json.dumps(made_schema(name)), media_type=MEDIA,
                        headers={"Cache-Control": "public, max-age=86400"})

    return router

"""What an operator of the service may set, by argument or by environment (`CABLENET_...`)."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Limits of one running service; every field is also an environment variable.

    `CABLENET_MAX_BODY_BYTES=200000` lowers the largest request, and so on.
    """

    model_config = SettingsConfigDict(env_prefix="CABLENET_", frozen=True)

    max_body_bytes: int = Field(default=1_000_000, gt=0, description="largest request body, bytes")
    max_depth: int = Field(default=32, gt=0, description="deepest nesting of a JSON body")
    networks_kept: int = Field(default=4, gt=0, description="networks (days) kept ready in memory")
    scores_at_once: int = Field(default=2, gt=0, description="requests that compute side by side")
    wait_s: float = Field(default=30.0, gt=0, description="longest wait for a free place, seconds")

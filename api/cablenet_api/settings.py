"""What an operator of the service may set, by argument or by environment (`CABLENET_...`)."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

MOST_MB = 10**9
"""More address space than a machine has (a petabyte), and less than its kernel's counters hold."""


class JobLimits(BaseModel):
    """Limits of the jobs of one organisation, where they are not those of all."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, strict=True)

    job_s: float | None = Field(default=None, gt=0)
    job_mb: int | None = Field(default=None, gt=0, le=MOST_MB)
    job_scenarios: int | None = Field(default=None, gt=0)


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
    database: str = Field(default="sqlite:///cablenet.sqlite",
                          description="sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME")
    files: str | None = Field(default=None, description="folder for layers of results, shared by "
                              "server and workers; default: beside the SQLite database")
    map: str | None = Field(default=None, description="layers to answer from, as `cablenet import` "
                                                      "writes them; default: the shipped atlas")
    jobs_waiting: int = Field(default=100, gt=0, description="waiting jobs of one organisation")
    jobs_at_once: int = Field(default=2, gt=0, description="running jobs of one organisation")
    job_s: float = Field(default=3600.0, gt=0, description="longest time of a job, seconds")
    job_mb: int = Field(default=8000, gt=0, le=MOST_MB,
                        description="most address space of a job, MB")
    requests_per_s: float = Field(default=200.0, gt=0, description="of one caller, in the long run")
    requests_burst: int = Field(default=1000, gt=0, description="of one caller, at once")
    job_scenarios: int = Field(default=100_000_000, gt=0,
                               description="scenarios, drawn and simulated years of one job")
    organisation_limits: dict[str, JobLimits] = Field(
        default={}, description="as JSON, by the name of an organisation: job_s, job_mb and "
                                "job_scenarios that hold for its jobs, each at most that of all")
    scheduler: str | None = Field(default=None, description="tcp:// or tls://host:port of a Dask "
                                  "scheduler that workers spread sweeps over; default: none")
    scheduler_ca: str | None = Field(default=None, description="for tls://: file of the authority")
    scheduler_cert: str | None = Field(default=None, description="file of our certificate")
    scheduler_key: str | None = Field(default=None, description="file of its key")
    lease_s: float = Field(default=60.0, gt=0, description="a worker silent for longer is taken "
                                                           "for dead, seconds")
    login: Literal["none", "tokens"] = Field(
        default="none", description="none: one user, on this machine only; tokens: everybody "
                                    "else, by personal tokens and those of the OIDC provider")
    oidc_issuer: str | None = Field(default=None, description="the provider's `iss`")
    oidc_audience: str | None = Field(default=None, description="what its tokens hold as `aud`")
    oidc_keys: str | None = Field(default=None, description="address of its public keys (JWKS)")

    def of_organisation(self, name: str) -> Settings:
        """These settings with the limits that hold for the jobs of one organisation."""
        own = self.organisation_limits.get(name)
        return self if own is None else self.model_copy(update=own.model_dump(exclude_none=True))

    @model_validator(mode="after")
    def _below_those_of_all(self) -> Settings:
        above = [f"{limit} of '{name}' is {own:g}, above the installation's {most:g}; lower it, or "
                 f"raise CABLENET_{limit.upper()}"
                 for name, limits in self.organisation_limits.items()
                 for limit, own in limits.model_dump(exclude_none=True).items()
                 if own > (most := getattr(self, limit))]
        if above:
            raise ValueError(f"organisation_limits: {'; '.join(above)}")
        return self

    @model_validator(mode="after")
    def _whole_provider(self) -> Settings:
        named = [self.oidc_issuer, self.oidc_audience, self.oidc_keys]
        if any(named) and not all(named):
            raise ValueError("name all of oidc_issuer, oidc_audience and oidc_keys, or none")
        files = [self.scheduler_ca, self.scheduler_cert, self.scheduler_key]
        if any(files) and not all(files):
            raise ValueError("name all of scheduler_ca, scheduler_cert and scheduler_key, or none")
        if all(files) != (self.scheduler or "").startswith("tls://"):
            raise ValueError("a tls:// scheduler needs scheduler_ca, scheduler_cert and "
                             "scheduler_key, and no other takes them")
        return self

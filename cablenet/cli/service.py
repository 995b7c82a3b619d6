"""`serve`, `worker` and `admit`: the service, its workers, and who may use it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cablenet.cli.common import Json, print_json

if TYPE_CHECKING:
    from cablenet_api import Settings

Database = Annotated[str | None, typer.Option(
    "--database", metavar="URL", help="sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME "
                                      "(default: CABLENET_DATABASE, or cablenet.sqlite here).")]

Map = Annotated[str | None, typer.Option(
    "--map", metavar="LAYERS", help="A map of yours, as `cablenet import` writes it (default: "
                                    "CABLENET_MAP, or the shipped atlas).")]


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
    database: Database = None,
    login: Annotated[str | None, typer.Option(
        "--login", metavar="none|tokens", help="none: one user, this machine only; tokens: members "
                                               "with tokens (default: CABLENET_LOGIN, or none).")
    ] = None,
    map: Map = None,
    workers: Annotated[int, typer.Option(
        min=0, help="Workers beside it that compute jobs; 0 where they run elsewhere.")] = 1,
) -> None:
    """Serve the planning desk and the library over HTTP (needs the `server` extra)."""
    _api().serve(host=host, port=port, workers=workers,
                 settings=_settings(database=database, login=login, map=map))


def worker(database: Database = None, map: Map = None) -> None:
    """Compute the jobs that wait in the service's database, one after another, until stopped.

    Start as many as there are cores to spare; each may die at any time.
    """
    _api().run_worker(_settings(database=database, map=map))


def admit(
    organisation: Annotated[str, typer.Argument(help="Its name; founded when it is new.")],
    person: Annotated[str, typer.Argument(help="Log-in name, or `sub` at the OIDC provider.")],
    role: Annotated[str, typer.Option(
        help="viewer, planner, reviewer, signatory or admin.")] = "admin",
    days: Annotated[int, typer.Option(help="How long the token holds good.")] = 90,
    database: Database = None, json: Json = False,
) -> None:
    """Make somebody a member of an organisation and print a token for them, once."""
    made = _api().admit_member(_settings(database=database), organisation, person, role, days)
    if json:
        print_json(made)
        return
    typer.echo(f"{person} is {role} of {organisation} ({made['organisation']})")
    typer.echo(f"token, shown this once, good until {made['expires_at']}:\n{made['secret']}")


def _api() -> Any:
    try:
        import cablenet_api
    except ImportError as error:
        from cablenet.errors import InputError

        raise InputError("the service is not installed; install cablenet[server]") from error
    return cablenet_api


def _settings(**given: str | None) -> Settings:
    """The operator's settings: the environment, and over it what the command names."""
    from pydantic import ValidationError

    from cablenet.errors import InputError

    settings: Settings
    try:
        settings = _api().Settings(**{key: value for key, value in given.items()
                                      if value is not None})
    except ValidationError as error:
        found = error.errors()[0]
        where = ".".join(map(str, found["loc"])) or "settings"
        raise InputError(f"{where}: {found['msg']}") from None
    return settings

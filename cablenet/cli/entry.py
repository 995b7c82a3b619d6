"""The application and its exit codes: 0 done, 1 the answer is no, 2 bad input with one message."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from cablenet.cli import (
    ask,
    audit,
    bases,
    export,
    plan,
    repairs,
    routes,
    service,
    sign,
    sweep,
    twin,
    work,
    worst,
)
from cablenet.errors import CablenetError, PlanError

DONE, NO, BAD_INPUT = 0, 1, 2

app = typer.Typer(
    name="cablenet", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help starts in half the time
    help="Plan for the resilience of submarine cables. LAYERS left out means the shipped atlas.",
)
app.command("run")(work.run)
app.command("check")(work.check)
app.command("import")(work.import_map)
app.command("export")(export.export_map)
app.command("network")(ask.network)
app.command("score")(ask.score)
app.command("sweep")(sweep.sweep)
app.command("cut-sets")(sweep.cut_sets)
app.command("worst")(worst.worst)
plan.app.command("repairs")(repairs.repairs)
plan.app.command("bases")(bases.bases)
plan.app.command("routes")(routes.routes)
app.add_typer(plan.app, name="plan")
app.command("twin")(twin.twin)
app.command("validate")(work.validate)
app.command("bench")(work.bench)
app.command("serve")(service.serve)
app.command("worker")(service.worker)
app.command("admit")(service.admit)
app.command("sign")(sign.sign)
app.add_typer(audit.audit_app, name="audit")


@app.callback(invoke_without_command=True)
def root(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """Plan for the resilience of submarine cables. LAYERS left out means the shipped atlas."""
    if version:
        import cablenet

        typer.echo(cablenet.__version__)
        raise typer.Exit(DONE)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; every error of ours becomes one message on stderr."""
    try:
        app(arguments)
    except PlanError as error:
        _tell(error)
        sys.exit(NO)
    except (CablenetError, OSError) as error:
        _tell(error)
        sys.exit(BAD_INPUT)


def _tell(error: Exception) -> None:
    typer.echo(f"cablenet: {error}", err=True)


if __name__ == "__main__":
    main()

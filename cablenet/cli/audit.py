"""`audit verify` and `audit checkpoint`: what a party keeps, and what it holds a log against."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cablenet.cli.common import Json, print_json
from cablenet.cli.sign import parsed, read_model, service_part, write_once

if TYPE_CHECKING:
    from cablenet_api.audit import Entry

audit_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None,
                        help="Check audit logs against what the parties keep.")
WAIT_S = 30
"""Longest silence of a service that sends its log, seconds (assumed)."""

Log = Annotated[str, typer.Argument(
    metavar="LOG", help="An exported audit log, one JSON entry a line: a file, or the address of "
                        "a served one (https://HOST/workspaces/ID/audit/export).")]
Held = Annotated[list[Path] | None, typer.Option(
    "--checkpoint", metavar="FILE", help="A signed head that a party keeps; may be repeated.")]
TokenFile = Annotated[Path | None, typer.Option(
    "--token-file", metavar="FILE", help="Holds the token for a served log on its first line.")]


@audit_app.command("verify")
def verify(log: Log, checkpoint: Held = None, token_file: TokenFile = None,
           json: Json = False) -> None:
    """Whether an audit log is whole: nothing changed, moved or cut off since the checkpoints."""
    count = len(_whole(log, checkpoint, token_file, json))
    if json:
        print_json({"whole": True, "entries": count, "checkpoints": len(checkpoint or ())})
    else:
        typer.echo(f"{count} entries, whole; {len(checkpoint or ())} checkpoints held")


@audit_app.command("checkpoint")
def make_checkpoint(
    log: Log,
    key: Annotated[Path, typer.Option(
        "--key", metavar="FILE", help="The party's private key (PEM); never leaves here.")],
    organisation: Annotated[str, typer.Option(metavar="ID", help="Who signs.")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where it is kept.")],
    checkpoint: Held = None, token_file: TokenFile = None,
    passphrase_file: Annotated[Path | None, typer.Option(
        metavar="FILE", help="Holds the key's passphrase on its first line.")] = None,
    json: Json = False,
) -> None:
    """Sign the head of an audit log that is whole and holds the checkpoints kept so far."""
    from datetime import UTC, datetime

    from cablenet.errors import InputError

    entries = _whole(log, checkpoint, token_file, json)
    phrase = None if passphrase_file is None else passphrase_file.read_bytes().split(b"\n")[0]
    try:
        private = service_part("plans.signing").key_from_pem(key.read_bytes(), phrase)
        made = service_part("audit").sign_checkpoint(
            entries[-1] if entries else None, organisation, datetime.now(UTC), private)
    except ValueError as error:
        raise InputError(f"{key}: {error}") from error
    write_once(out, made.model_dump_json(by_alias=True).encode())
    if json:
        print_json({"number": made.number, "hash": made.hash, "checkpoint": str(out)})
    else:
        typer.echo(f"entry {made.number}, {made.hash}, signed: {out}")


def _whole(log: str, checkpoint: list[Path] | None, token_file: Path | None,
           json: bool) -> list[Entry]:
    """The entries of a log that is whole; exit code 1 and the first broken place if it is not."""
    from cablenet.errors import InputError

    audit, errors = service_part("audit"), service_part("plans.errors")
    held = [read_model(audit.Checkpoint, path, "a checkpoint") for path in checkpoint or ()]
    entries = [parsed(audit.Entry, line, f"{log}, line {number}", "an audit entry")
               for number, line in enumerate(_lines(log, token_file), 1)]
    try:
        audit.verify(entries, held)
    except errors.BrokenChainError as error:
        if json:
            print_json({"whole": False, "entry": error.at, "why": str(error)})
        else:
            typer.echo(f"{log}: {error}", err=True)
        raise typer.Exit(1) from None
    except errors.SignatureError as error:
        raise InputError(str(error)) from error
    return entries


def _lines(log: str, token_file: Path | None) -> list[str]:
    """The lines of a log. Only a line feed ends one: names may hold what else Unicode calls a line
    break, and JSON leaves that as it is."""
    from cablenet.errors import InputError

    try:
        text = _content(log, token_file).decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{log}: byte {error.start} is no UTF-8; take an exported log, one JSON "
                         "entry a line") from None
    return text.removesuffix("\n").split("\n") if text else []


def _content(log: str, token_file: Path | None) -> bytes:
    """A log from a file or from the service that keeps it."""
    from cablenet.errors import InputError

    if not log.startswith(("http://", "https://")):
        path = Path(log)
        if not path.is_file():
            raise InputError(f"{log}: there is no such file; name an exported log, or the address "
                             "of a served one")
        return path.read_bytes()
    from http.client import HTTPException
    from urllib.request import Request, urlopen

    token = None if token_file is None else token_file.read_text(encoding="utf-8").split("\n")[0]
    asked = Request(log, headers={"Authorization": f"Bearer {token}"} if token else {})  # noqa: S310  # http(s) only, above
    try:
        with urlopen(asked, timeout=WAIT_S) as answer:  # noqa: S310  # the same
            return bytes(answer.read())
    except (OSError, HTTPException) as error:  # the latter: it broke off in the middle
        raise InputError(f"{log}: the service does not give its log: {error}") from None

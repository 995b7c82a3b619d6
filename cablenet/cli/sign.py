"""`sign`: what a signatory does on their own machine, far from the service."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from cablenet.cli.common import Json, print_json

if TYPE_CHECKING:
    from pydantic import BaseModel

    Model = TypeVar("Model", bound=BaseModel)

def sign(
    plan: Annotated[Path | None, typer.Argument(
        help="A version of a plan as the service exports it (JSON).")] = None,
    key: Annotated[Path | None, typer.Option(
        "--key", metavar="FILE", help="The signatory's private key (PEM); never leaves here.")] =
    None,
    new_key: Annotated[Path | None, typer.Option(
        "--new-key", metavar="FILE", help="Make a key, and print the public half to register.")] =
    None,
    organisation: Annotated[str | None, typer.Option(metavar="ID", help="Who signs.")] = None,
    office: Annotated[str | None, typer.Option(
        metavar="NAME", help="In which office, such as 'Secretary (Telecom)'.")] = None,
    reservation: Annotated[str | None, typer.Option(
        metavar="TEXT", help="What the party does not agree to.")] = None,
    passphrase_file: Annotated[Path | None, typer.Option(
        metavar="FILE", help="Holds the key's passphrase on its first line.")] = None,
    out: Annotated[Path | None, typer.Option(
        "--out", metavar="FILE", help="Where the signature goes (default: stdout).")] = None,
    json: Json = False,
) -> None:
    """Sign one version of a contingency plan with Ed25519 over its canonical JSON."""
    from datetime import UTC, datetime

    from cablenet.errors import InputError

    signing = service_part("plans.signing")
    phrase = None if passphrase_file is None else passphrase_file.read_bytes().split(b"\n")[0]
    if new_key is not None:
        made = signing.new_key()
        write_once(new_key, signing.key_to_pem(made, phrase))
        public = signing.public_text(made.public_key())
        if json:
            print_json({"public_key": public, "private_key": str(new_key)})
        else:
            typer.echo(f"private key in {new_key}: keep it, tell nobody\npublic key: {public}")
        return
    if plan is None or key is None or not organisation or not office:
        raise InputError("to sign, give PLAN, --key, --organisation and --office; to make a key, "
                         "--new-key FILE")
    export = service_part("plans.exchange").ExportedVersion
    version = read_model(export, plan, "an exported version of a plan")
    try:
        statement = signing.statement_for(
            version.plan, version.version, version.digest, organisation=organisation,
            office=office, signed_at=datetime.now(UTC), reservation=reservation)
        signature = signing.sign(statement, signing.key_from_pem(key.read_bytes(), phrase))
    except ValueError as error:
        raise InputError(f"{key}: {error}") from error
    text = signature.model_dump_json(by_alias=True)
    if out is None:
        typer.echo(text)
        return
    write_once(out, text.encode())
    typer.echo(f"signed '{version.document.title}', version {version.version}, digest "
               f"{version.digest}\n{out}", err=json)


def service_part(module: str):  # type: ignore[no-untyped-def]  # a module of an optional package
    from importlib import import_module

    from cablenet.errors import InputError

    try:
        return import_module(f"cablenet_api.{module}")
    except ImportError as error:
        raise InputError("the service is not installed; install cablenet[server]") from error


def read_model(model: type[Model], path: Path, what: str) -> Model:
    return parsed(model, path.read_bytes(), str(path), what)


def parsed(model: type[Model], text: str | bytes, place: str, what: str) -> Model:
    from pydantic import ValidationError

    from cablenet.errors import InputError

    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        field = "/".join(map(str, first["loc"])) or "the whole"
        raise InputError(f"{place} is not {what}: {field}: {first['msg']}") from None


def write_once(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read; never over another."""
    import os

    from cablenet.errors import InputError

    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise InputError(f"{path} is there already; name another file") from None
    with os.fdopen(handle, "wb") as file:
        file.write(content)

"""`accredit clients`: add applications, list them, give one a new secret."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from accredit.cli.tools.config import ConfigOption, read_settings

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="The client_id.")]


@app.callback()
def clients() -> None:
    """Add applications that may call, list them, or give one a new secret. Servers read the file when they start.

    \b
    Example:
      accredit clients add my-app --connection facebook --config accredit.toml
    """


@app.command("add")
def add(
    name: NameArgument,
    config: ConfigOption = None,
    confidential: Annotated[
        bool, typer.Option("--confidential", help="Make a secret, with which the client must authenticate.")
    ] = False,
    connection: Annotated[list[str] | None, typer.Option(help="A connection it may use. Repeatable.")] = None,
    grant_type: Annotated[list[str] | None, typer.Option(help="A grant it may use; by default all.")] = None,
    scope: Annotated[list[str] | None, typer.Option(help="A scope of your own it may be granted.")] = None,
    audience: Annotated[list[str] | None, typer.Option(help="An API it may ask access tokens for.")] = None,
    origin: Annotated[list[str] | None, typer.Option(help="A browser origin that may read answers.")] = None,
) -> None:
    """Write a new client's table into the settings file; the rest of the file stays as it is.

    The secret of a confidential client goes to standard output, this once; the file gets its hash. Use it for
    anything that can keep a secret: a server yes, an app on a phone or in a browser no.

    \b
    Example:
      accredit clients add my-server --confidential --scope read:orders --config accredit.toml
    """
    from accredit.cli.tools.client_tables import add_client
    from accredit.errors import ConfigurationError
    from accredit.settings import ClientSettings
    from accredit.settings.client_secret import SecretHash, new_secret

    path = _named(config)
    _check_name(name)
    settings = read_settings(config)
    if name in settings.clients:
        raise ConfigurationError(f"there is a client '{name}' already")
    _check_known("connection", connection, settings.connections)
    _check_known("grant type", grant_type, ClientSettings().grant_types)
    lists = {
        "connections": connection,
        "grant_types": grant_type,
        "scopes": scope,
        "audiences": audience,
        "allowed_origins": origin,
    }
    table: dict[str, object] = {key: list(values) for key, values in lists.items() if values}
    _check_table(table)
    secret = new_secret() if confidential else None
    if secret is not None:
        table["secret_hash"] = str(SecretHash.of(secret))
    add_client(path, name, table)
    typer.echo(f"client '{name}' is in {path}; servers let it in when they are started again", err=True)
    _show_once(secret)


@app.command("list")
def list_clients(
    config: ConfigOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
) -> None:
    """List the clients, how each authenticates, and what each may use. Prints neither secrets nor hashes.

    \b
    Example:
      accredit clients list --config accredit.toml
    """
    import json

    found = read_settings(config).clients
    if as_json:
        rows = [
            {
                "client_id": client_id,
                "authentication": client.auth_method,
                "connections": client.connections,
                "grant_types": client.grant_types,
                "scopes": client.scopes,
                "audiences": client.audiences,
                "allowed_origins": client.allowed_origins,
            }
            for client_id, client in found.items()
        ]
        typer.echo(json.dumps(rows, indent=2))
        return
    from accredit.cli.tools.screen import make_console, make_table

    table = make_table("client_id", "authentication", "connections", "scopes", "audiences")
    for client_id, client in found.items():
        lists = (client.connections, client.scopes, client.audiences)
        table.add_row(client_id, client.auth_method, *(", ".join(one) or "-" for one in lists))
    make_console().print(table, soft_wrap=False)


@app.command("rotate-secret")
def rotate_secret(name: NameArgument, config: ConfigOption = None) -> None:
    """Give a confidential client a new secret, printed this once; the old one ends when servers are started again.

    \b
    Example:
      accredit clients rotate-secret my-server --config accredit.toml
    """
    from accredit.cli.tools.client_tables import replace_secret_hash
    from accredit.settings.client_secret import SecretHash, new_secret

    path = _named(config)
    secret = new_secret()
    replace_secret_hash(path, name, str(SecretHash.of(secret)))
    typer.echo(f"client '{name}' has a new secret; servers go by it when they are started again", err=True)
    _show_once(secret)


def _show_once(secret: str | None) -> None:
    """Print a secret by itself, so that a script can read it; what is for people goes to standard error."""
    if secret is not None:
        typer.echo("its secret, which cannot be shown again:", err=True)
        typer.echo(secret)


def _named(config: Path | None) -> Path:
    from accredit.errors import ConfigurationError

    if config is None:
        raise ConfigurationError("which file? Pass --config FILE or set ACCREDIT_CONFIG")
    return config


def _check_name(name: str) -> None:
    from accredit.errors import ConfigurationError

    # What every client can send in every way, also by Basic. Source: RFC 6749 appendix A.1.
    if not 1 <= len(name) <= 256 or not all("!" <= character <= "~" for character in name):
        raise ConfigurationError("NAME must be 1 to 256 printable ASCII characters without blanks")


def _check_table(table: Mapping[str, object]) -> None:
    """Refuse what the next start would refuse, while the file is still good."""
    from pydantic import ValidationError

    from accredit.errors import ConfigurationError
    from accredit.settings import ClientSettings
    from accredit.settings.sentences import sentences

    try:
        ClientSettings.model_validate(table)
    except ValidationError as exc:
        raise ConfigurationError(sentences(exc, ClientSettings)) from None


def _check_known(what: str, given: Sequence[str] | None, known: Collection[str]) -> None:
    from accredit.errors import ConfigurationError

    for one in given or ():
        if one not in known:
            raise ConfigurationError(f"there is no {what} '{one}'; there is: {', '.join(known) or 'none'}")

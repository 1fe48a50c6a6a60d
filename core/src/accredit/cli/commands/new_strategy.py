"""`accredit new-strategy`: a plugin for one more provider, complete from its first minute."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from accredit.cli.tools.scaffold import Names


class Kind(enum.StrEnum):
    """What clients get from the provider."""

    ACCESS_TOKEN = "access-token"  # noqa: S105 - a kind of token, not a token
    ID_TOKEN = "id-token"  # noqa: S105 - the same
    OIDC = "oidc"
    CODE = "code"
    SIGNED_PAYLOAD = "signed-payload"


def command(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="The strategy's name: lower case letters, digits and hyphens.")
    ],
    kind: Annotated[
        Kind, typer.Option(help="What clients get from the provider; it decides how the audience is proven.")
    ] = Kind.ACCESS_TOKEN,
    directory: Annotated[
        Path | None, typer.Option("--directory", "-d", metavar="DIR", help="By default accredit-NAME.")
    ] = None,
) -> None:
    """Write a plugin for a new provider. Use it to start one: it is installable, and passes the conformance suite.

    The plugin is for an invented provider, which you replace by yours: strategy, settings, a strict simulator, golden
    payloads, tests, and what a published project has beside them. Lines with TODO say where a fact of your provider
    belongs. No file is ever overwritten.

    \b
    Which KIND fits? The first that is true of your provider:
      oidc            it has a discovery document, ID tokens, and codes for them
      id-token        it signs ID tokens, with keys at a fixed address
      access-token    it gives out opaque tokens, and says for which app one is
      code            it does not say that, but exchanges codes
      signed-payload  it signs what it says of a user with your app's secret

    Exit codes: 0 written, 2 the name or the directory cannot be used (the message says why).

    \b
    Example:
      accredit new-strategy acme --kind id-token
    """
    from accredit.cli.tools.scaffold import Names, read_templates, write

    names = Names(name)
    target = directory or Path(names.distribution)
    made = write(read_templates(kind, names), target)
    _report(names, target, made)


def _report(names: Names, target: Path, made: list[Path]) -> None:
    import shlex

    place = str(target) if target.is_absolute() else f"./{target.as_posix()}"
    typer.echo(f"Wrote {names.distribution}, the strategy '{names.strategy}':")
    for path in made:
        typer.echo(f"  {path}")
    typer.echo("\nInstall it, run its tests, and watch what it accepts and refuses:")
    typer.echo(f"  python -m pip install --editable {shlex.quote(f'{place}[testing]')}")
    typer.echo(f"  python -m pytest {shlex.quote(place)}")
    typer.echo("  accredit demo")

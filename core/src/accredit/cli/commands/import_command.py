"""`accredit import`: take over who is linked to what from the database of another package."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from accredit.cli.tools.config import ConfigOption

if TYPE_CHECKING:
    from collections.abc import Sequence

    from accredit.importers import Report

SourceArgument = Annotated[
    str,
    typer.Argument(
        metavar="SOURCE",
        help="django-allauth, social-auth-app-django, django-oauth-toolkit, flask-dance or authlib.",
    ),
]


def command(
    source: SourceArgument,
    database: Annotated[
        str,
        typer.Option(
            "--from",
            metavar="DATABASE_URL",
            envvar="OLD_DATABASE_URL",
            help="The old database, such as postgresql://user@host/name. It is only read.",
        ),
    ],
    config: ConfigOption = None,
    write: Annotated[
        bool, typer.Option("--write/--dry-run", help="Enter what is found; otherwise only say what would be entered.")
    ] = False,
    connection: Annotated[
        list[str] | None,
        typer.Option(metavar="PROVIDER=NAME", help="The connection for one of the old providers. Repeatable."),
    ] = None,
    same_app: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PROVIDER",
            help="Its accounts are of the app of your connection, where the tables do not tell. Repeatable.",
        ),
    ] = None,
    table: Annotated[
        list[str] | None,
        typer.Option(metavar="USUAL=NAME", help="What a table is called, as auth_user=accounts_user. Repeatable."),
    ] = None,
    user_key: Annotated[str, typer.Option(metavar="COLUMN", help="The primary key of the table of users.")] = "id",
    user_ids: Annotated[
        Literal["text", "uuid"] | None, typer.Option(help="What users' ids of 32 hex digits are.")
    ] = None,
    refresh_ttl_s: Annotated[
        int | None,
        typer.Option(min=1, metavar="SECONDS", help="How long the old server's refresh tokens live, if they end."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
) -> None:
    """Take over identities, blocks and refresh tokens from another package's tables.

    Nothing is written without --write: look at the report first. What is left out is listed with the reason, and
    nobody's link is overwritten. A second run changes nothing. Import the accounts before the refresh tokens.

    \b
    Example:
      accredit import django-allauth --from postgresql://app@db/shop --config accredit.toml
    """
    from accredit.cli.tools.importing import import_from
    from accredit.importers import ImportOptions

    options = ImportOptions(
        write=write,
        connections=_pairs("--connection", connection),
        same_app=frozenset(same_app or ()),
        tables=_pairs("--table", table),
        user_key=user_key,
        user_ids=user_ids,
        refresh_ttl_s=refresh_ttl_s,
    )
    report = import_from(source, database, config, options)
    if as_json:
        import json

        typer.echo(json.dumps(report.as_json(), indent=2))
    else:
        _show(report)


def _pairs(option: str, given: Sequence[str] | None) -> dict[str, str]:
    pairs = {}
    for text in given or ():
        name, equals, value = text.partition("=")
        if not name or not equals or not value:
            raise typer.BadParameter("write it as NAME=VALUE", param_hint=option)
        pairs[name] = value
    return pairs


def _show(report: Report) -> None:
    from accredit.cli.tools.screen import make_console, make_table

    table = make_table("what", "outcome", "rows", "why", "for example")
    for line in report.lines():
        table.add_row(line.kind, line.outcome, str(line.count), line.reason, ", ".join(line.rows))
    make_console().print(table, soft_wrap=False)
    for note in report.notes:
        typer.echo(f"note: {note}")
    for client in report.clients:
        typer.echo(f"\n{client.text}")
    rows = f"{report.changes} {'row' if report.changes == 1 else 'rows'}"
    typer.echo(f"\nentered: {rows}" if report.written else f"\nwould be entered: {rows}; --write does it")

"""`accredit db`: make, upgrade, examine and move the database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from accredit.cli.tools.config import ConfigOption

if TYPE_CHECKING:
    from pathlib import Path

    from accredit.cli.tools.databases import Database

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

UrlOption = Annotated[
    str | None,
    typer.Option(
        "--url",
        metavar="URL",
        envvar="ACCREDIT_STORAGE__URL",
        help="The database, by default storage.url of the settings. A password belongs into the environment.",
    ),
]

_EVERY = 20_000
"""Rows, between two lines that say how far it is."""

RevisionOption = Annotated[str, typer.Option("--to", metavar="REVISION", help="Such as 0003.")]


@app.callback()
def db() -> None:
    """Make, upgrade, examine and move the database, SQLite or PostgreSQL.

    A server upgrades its database when it starts, if its role may and older servers can go on; otherwise it says so,
    and `accredit db upgrade` does it. Make a backup first.

    \b
    Example:
      accredit db check --config accredit.toml
    """


@app.command()
def upgrade(config: ConfigOption = None, url: UrlOption = None, to: RevisionOption = "") -> None:
    """Create the schema, or bring it to the newest revision. All of it happens, or nothing.

    Of several that are started at once, one works and the others wait. With --url a role that owns the tables can do
    it for servers whose role may only use them.

    Exit codes: 0 it is there, 2 it cannot be, and why, 1 anything else.

    \b
    Example:
      accredit db upgrade --url postgresql://owner@db.example.com/accredit
    """
    database = _database(config, url)
    before = database.found()
    if to:
        database.require_known(to)
    database.upgrade(to or None, say=_progress)
    after = database.found()
    done = "was there already" if after == before else f"was {before.revision or 'empty'}"
    typer.echo(f"{database.place}: revision {after.revision}, {done}")


@app.command()
def current(
    config: ConfigOption = None,
    url: UrlOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
) -> None:
    """Show the revision of the database, and the newest that this version knows. Changes nothing.

    Exit codes: 0 shown, 2 the database cannot be read, 1 anything else.

    \b
    Example:
      accredit db current --config accredit.toml
    """
    import json

    from accredit.storage.schema.revisions import HEAD

    database = _database(config, url)
    found = database.found()
    if as_json:
        row = {"database": database.place, "revision": found.revision, "newest": HEAD, "runs_with": found.runs_with}
        typer.echo(json.dumps(row, indent=2))
        return
    typer.echo(f"{database.place}: revision {found.revision or 'none, it is empty'}")
    typer.echo(f"this version: revision {HEAD}")
    if found.runs_with is not None:
        typer.echo(f"servers that can use it: those of revision {found.runs_with} and newer")


@app.command()
def check(config: ConfigOption = None, url: UrlOption = None) -> None:
    """Tell whether the database is as this version needs it: its revision, tables, columns and indexes.

    Changes nothing; SQLite and PostgreSQL are compared with what the revisions make beside them.

    Exit codes: 0 it is, 1 an upgrade is pending or something differs, 2 it cannot be used.

    \b
    Example:
      accredit db check --config accredit.toml
    """
    from accredit.storage.schema.revisions import HEAD

    database = _database(config, url)
    found = database.found()
    database.require_usable(found)
    if not found.is_current:
        typer.echo(f"{database.place}: revision {found.revision or 'none'}; `accredit db upgrade` brings it to {HEAD}")
        raise typer.Exit(1)
    said = database.differences()
    for line in said:
        typer.echo(f"{database.place}: {line}")
    if said:
        typer.echo("somebody has changed it by hand: undo that, or restore a backup", err=True)
        raise typer.Exit(1)
    typer.echo(f"{database.place}: revision {found.revision}, as this version needs it")


@app.command()
def downgrade(
    to: RevisionOption,
    config: ConfigOption = None,
    url: UrlOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do it although something is lost.")] = False,
) -> None:
    """Take revisions back, for an older version of Accredit. Stop every server first, and make a backup.

    Without --yes it only says what would be lost.

    Exit codes: 0 done, or said what would be, 2 it cannot be done, 1 anything else.

    \b
    Example:
      accredit db downgrade --to 0002 --yes --config accredit.toml
    """
    database = _database(config, url)
    database.require_known(to)
    found = database.found()
    database.require_usable(found)
    back = database.losses(found, to)
    if not back:
        typer.echo(f"{database.place}: revision {found.revision or 'none'}, nothing is to be taken back")
        return
    for revision, lost in back.items():
        typer.echo(f"{revision} back: {'is lost' if yes else 'would be lost'}: {lost}")
    if not yes:
        typer.echo("nothing was changed; --yes does it")
        return
    database.go_back(to, say=_progress)
    typer.echo(f"{database.place}: revision {database.found().revision}")


@app.command("copy")
def copy_database(
    source: Annotated[str, typer.Argument(metavar="FROM_URL", help="Such as sqlite:///accredit.db.")],
    target: Annotated[str, typer.Argument(metavar="TO_URL", help="Such as postgresql://accredit@db/accredit.")],
    replace: Annotated[bool, typer.Option("--replace", help="Delete first what the target holds.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do it although --replace deletes something.")] = False,
) -> None:
    """Move everything into another database, from SQLite to PostgreSQL or back. All of it arrives, or nothing.

    Stop every server first: what one writes into the source afterwards is not in the target. Refused where servers are
    found to run on either. The target gets its schema, and is compared with the source, row by row, before it is
    committed. Afterwards let storage.url name the target, and start the servers. The source stays as it is, and tables
    of others in it stay where they are. With --replace but without --yes it only says what would be deleted.

    A password belongs into the variable PGPASSWORD or into ~/.pgpass: everybody on a machine can read command lines.

    Exit codes: 0 everything is there, 2 nothing is, and why, 1 nothing was changed: --yes is missing, or anything else.

    \b
    Example:
      accredit db copy sqlite:///accredit.db postgresql://accredit@db.example.com/accredit
    """
    from accredit.cli.tools.databases import copied, would_be_deleted

    if replace and not yes and (deleted := would_be_deleted(source, target)):
        for table, rows in deleted.items():
            typer.echo(f"{_place(target)}: would be deleted: {table}: {rows} rows")
        typer.echo("nothing was changed; --yes does it", err=True)
        raise typer.Exit(1)
    moved = copied(source, target, replace=replace and yes, say=_rows_done)
    for one in moved:
        typer.echo(f"{one.table}: {one.rows} rows, sha256 {one.sha256}")
    typer.echo(f"all of it is in {_place(target)} now, compared row by row; let storage.url name it")


@app.command()
def restored(
    config: ConfigOption = None,
    url: UrlOption = None,
    serving_since: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="When servers began to run on it, as 2026-11-26T03:00:00Z; who logged in since stays. By default now.",
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do it: everybody must log in again.")] = False,
) -> None:
    """End what a database that was restored from a backup must not let in: run it before any server.

    The backup does not know what has happened since: replaced refresh tokens would work again, and so would sessions
    that have ended. So every session ends, older access tokens without a session are refused, and client assertions
    count as used that may have been. Erasures, blocks, links and unlinkings of that time must be repeated: `accredit
    subjects repeat` does it. Refused where servers are found to run on it, unless --serving-since says that they do.

    Exit codes: 0 done, 1 nothing was changed: --yes is missing, 2 it cannot be done.

    \b
    Example:
      accredit db restored --yes --config accredit.toml
    """
    import time

    from accredit.cli.tools.databases import SERVERS_RUN, end_what_is_old

    now = int(time.time())
    since = now if serving_since is None else _time(serving_since, now)
    database = _database(config, url)
    done = end_what_is_old(database, since=since, is_serving=serving_since is not None, write=yes)
    tense = "" if yes else "would be "
    typer.echo(f"{database.place}: {tense}ended: {done.sessions} sessions")
    whose = f"without a session, of {done.subjects} subjects"
    typer.echo(f"{tense}refused: access tokens {whose}, that were issued until {_said(since)}")
    typer.echo(f"{tense}refused: client assertions that end before {_said(done.used_until)}")
    if done.holds_keys:
        typer.echo("look at `accredit keys list`: a key that was revoked since the backup is published again")
    typer.echo(
        "who was erased since the backup is there again, and who was blocked is let in: repeat that, and what was "
        "linked and unlinked, from the events that you have kept: accredit subjects repeat LOG --since TIME"
    )
    if not yes:
        if serving_since is None and database.is_in_use():
            typer.echo(SERVERS_RUN, err=True)
        typer.echo("nothing was changed; --yes does it", err=True)
        raise typer.Exit(1)


def _time(text: str, now: int) -> int:
    import datetime as dt

    from accredit.errors import ConfigurationError

    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None or found.timestamp() > now:
        raise ConfigurationError("--serving-since must be a time that has been, with its zone: 2026-11-26T03:00:00Z")
    return int(found.timestamp())


def _said(epoch_s: int) -> str:
    import datetime as dt

    return dt.datetime.fromtimestamp(epoch_s, dt.UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _rows_done(table: str, rows: int) -> None:
    if rows % _EVERY == 0:
        typer.echo(f"accredit: {table}: {rows} rows are copied", err=True)


def _place(url: str) -> str:
    from accredit.storage.schema.connections import place_of

    return place_of(url)


def _database(config: Path | None, url: str | None) -> Database:
    from accredit.cli.tools.config import read_settings
    from accredit.cli.tools.databases import Database
    from accredit.errors import ConfigurationError

    found = read_settings(config).storage.url if url is None else url
    if found == "memory://":
        raise ConfigurationError("storage.url is memory://, which only the serving process can see; name a database")
    return Database(found)


def _progress(revision: str) -> None:
    typer.echo(f"accredit: revision {revision} is done", err=True)

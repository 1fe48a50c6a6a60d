"""`accredit audit`: what has happened, to whom, why and when, from the audit table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from accredit.cli.tools.config import ConfigOption, read_settings
from accredit.cli.tools.with_subjects import run_with_subjects

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from accredit.exchange.subjects import Subjects
    from accredit.storage import AuditQuery, AuditRow

_OFF = (
    "the audit table is off, and events are in the log only: set `table = true` under [audit] and restart the servers; "
    "what happens from then on is found here"
)


def command(
    config: ConfigOption = None,
    subject: Annotated[
        str | None, typer.Option("--subject", metavar="SUBJECT", help="A user, by the `sub` of our tokens.")
    ] = None,
    identity: Annotated[
        tuple[str, str] | None,
        typer.Option("--identity", metavar="NAMESPACE USER_ID", help="A user, by the account at a provider."),
    ] = None,
    client: Annotated[str | None, typer.Option("--client", metavar="CLIENT_ID", help="One client.")] = None,
    connection: Annotated[str | None, typer.Option("--connection", metavar="NAME", help="One connection.")] = None,
    session: Annotated[str | None, typer.Option("--session", metavar="SID", help="One session.")] = None,
    reason: Annotated[
        str | None, typer.Option("--reason", metavar="REASON", help="Such as wrong_audience; ok where all is well.")
    ] = None,
    outcome: Annotated[
        str | None,
        typer.Option("--outcome", metavar="OUTCOME", help="accepted, refused, limited, failed or abandoned."),
    ] = None,
    event: Annotated[
        str | None, typer.Option("--event", metavar="EVENT", help="Such as exchange.refused or keys.changed.")
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="TIME", help="Not older: 2h (s, m, h, d, w), or 2026-11-26T18:00.")
    ] = None,
    until: Annotated[str | None, typer.Option("--until", metavar="TIME", help="Older than that; as --since.")] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=10_000, help="The latest so many.")] = 50,
    before: Annotated[
        str | None, typer.Option("--before", metavar="ID", help="Earlier than this row: the page before.")
    ] = None,
    keep_on: Annotated[bool, typer.Option("--follow", "-f", help="Go on with what happens, until Ctrl-C.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line, for programs.")] = False,
) -> None:
    """Look up what has happened: logins, refreshes, refusals and changes, from the audit table.

    Needs `table = true` under `[audit]`. Reads the storage of the settings, while servers run. Prints the latest rows,
    the newest at the end; what is asked for by several options must all be so. `accredit explain` asks a provider
    about one token, while its user is there; this tells what was decided before.

    Exit codes: 0 something was found, 1 nothing was, 2 an argument or a setting must be changed, or the storage fails.

    \b
    Example:
      accredit audit --subject 'facebook|1234' --since 2d --config accredit.toml
      accredit audit --outcome refused --since 1h --json --config accredit.toml
      accredit audit --connection facebook --follow --config accredit.toml
    """
    from accredit.cli.tools.audit_rows import follow, latest, names_of, store_of
    from accredit.errors import ConfigurationError

    if not read_settings(config).audit.table:
        raise ConfigurationError(_OFF)
    wanted = _query(
        client_id=client,
        connection=connection,
        session_id=session,
        reason=reason,
        outcome=_known(outcome),
        event=_known_event(event),
        from_id=_bound(since, "--since"),
        before_id=_earlier(_id(before), _bound(until, "--until")),
        limit=limit,
    )
    show = _as_json if as_json else _Lines()

    async def look(subjects: Subjects) -> int:
        import dataclasses

        names: tuple[str, ...] = (subject,) if subject is not None else ()
        if identity is not None:
            names = tuple(one for one in await names_of(subjects, *identity) if subject in {None, one}) or ("",)
        about = dataclasses.replace(wanted, subjects=names)
        store = store_of(subjects)
        rows, known = await latest(store, about)
        show(rows)
        if len(rows) == limit and not keep_on:
            typer.echo(f"accredit: there may be earlier ones: --before {rows[0].id}", err=True)
        if keep_on:
            async for row in follow(store, about, known):
                show((row,))
        return len(rows)

    try:
        found = run_with_subjects(config, look)
    except KeyboardInterrupt:
        raise typer.Exit(0) from None
    if not found:
        typer.echo("accredit: nothing of that kind has happened", err=True)
        raise typer.Exit(1)


def _query(**values: Any) -> AuditQuery:
    from accredit.storage import AuditQuery

    return AuditQuery(**values)


def _bound(text: str | None, option: str) -> int | None:
    import time

    from accredit.cli.tools.times import epoch_ms
    from accredit.storage.ports.audit import first_id

    if text is None:
        return None
    try:
        return first_id(epoch_ms(text, time.time()))
    except ValueError as exc:
        _refuse(str(exc), option)


def _id(text: str | None) -> int | None:
    from accredit.storage.ports.audit import LAST_ID

    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= LAST_ID):
        _refuse("is no id of a row", "--before")
    return int(text)


def _known(outcome: str | None) -> str | None:
    from typing import get_args

    from accredit.audit.event import Outcome

    if outcome is not None and outcome not in get_args(Outcome):
        _refuse(f"is none of {', '.join(get_args(Outcome))}", "--outcome")
    return outcome


def _known_event(event: str | None) -> str | None:
    from accredit.cli.tools.event_names import EVENT_NAMES, names_like

    if event is not None and event not in EVENT_NAMES:
        _refuse(f"is none of {', '.join(names_like(event))}", "--event")
    return event


def _refuse(problem: str, option: str) -> NoReturn:
    raise typer.BadParameter(f"it {problem}", param_hint=option)


def _earlier(one: int | None, other: int | None) -> int | None:
    return one if other is None else other if one is None else min(one, other)


def _as_json(rows: Sequence[AuditRow]) -> None:
    import json

    from accredit.audit.table import fields_of_row

    for row in rows:
        typer.echo(json.dumps(fields_of_row(row)))  # in ASCII, of which a terminal obeys nothing


class _Lines:
    """Prints rows for people: one line each, coloured on a terminal."""

    def __init__(self) -> None:
        self._print: Callable[[AuditRow], None] | None = None

    def __call__(self, rows: Sequence[AuditRow]) -> None:
        """Print some rows; the first time with a head."""
        if not rows:
            return
        if self._print is None:
            from accredit.cli.tools.audit_lines import printer

            self._print = printer(rows)
        for row in rows:
            self._print(row)

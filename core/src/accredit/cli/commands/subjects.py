"""`accredit subjects`: who is a user's, who is locked out, from the command line."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from accredit.cli.tools.config import ConfigOption

if TYPE_CHECKING:
    from pathlib import Path

    from accredit.exchange.subjects import Subjects

T = TypeVar("T")

app = typer.Typer(rich_markup_mode=None, no_args_is_help=True)

SubjectArgument = Annotated[
    str, typer.Argument(metavar="SUBJECT", help="The `sub` of our tokens, such as 'facebook|1234'.")
]
NamespaceArgument = Annotated[
    str, typer.Argument(metavar="NAMESPACE", help="The identity's first half, such as facebook.")
]
UserIdArgument = Annotated[str, typer.Argument(metavar="USER_ID", help="The provider's id of the user.")]


@app.callback()
def subjects() -> None:
    """Look at subjects (our users) and their identities (their accounts at providers); block, link and unlink them.

    What is changed here holds at once in every running server that uses the same database. Each change leaves its
    audit event on standard error, one JSON object a line.

    \b
    Example:
      accredit subjects block 'facebook|1234' --config accredit.toml
    """


@app.command()
def show(subject: SubjectArgument, config: ConfigOption = None) -> None:
    """Show a subject's identities and whether it is blocked."""

    async def look(subjects: Subjects) -> tuple[tuple[tuple[str, str], ...], bool]:
        return await subjects.identities(subject), await subjects.is_blocked(subject)

    identities, blocked = _run(config, look)
    typer.echo(f"{subject}: {'blocked' if blocked else 'not blocked'}")
    for namespace, user_id in identities:
        typer.echo(f"  {namespace} {user_id}")
    if not identities:
        typer.echo("  no identity is stored")


@app.command()
def block(subject: SubjectArgument, config: ConfigOption = None) -> None:
    """Refuse every login of a subject, and end its sessions. Where an API does not ask, access tokens live on."""
    _require_subject(subject)
    _run(config, lambda subjects: subjects.block(subject))
    typer.echo(f"{subject} is blocked")


@app.command()
def unblock(subject: SubjectArgument, config: ConfigOption = None) -> None:
    """Let a subject log in again. Its sessions stay ended."""
    _run(config, lambda subjects: subjects.unblock(subject))
    typer.echo(f"{subject} is not blocked")


@app.command()
def link(
    namespace: NamespaceArgument, user_id: UserIdArgument, subject: SubjectArgument, config: ConfigOption = None
) -> None:
    """Give an identity to a subject. Be sure that both are one person: an equal e-mail address proves nothing."""
    _require_subject(subject)
    if not _run(config, lambda subjects: subjects.link(namespace, user_id, subject)):
        typer.echo(f"accredit: {namespace} {user_id} belongs to another subject; unlink it first", err=True)
        raise typer.Exit(1)
    typer.echo(f"{namespace} {user_id} belongs to {subject}")


@app.command()
def unlink(namespace: NamespaceArgument, user_id: UserIdArgument, config: ConfigOption = None) -> None:
    """Take an identity off its subject: it logs in nobody until it is linked again."""
    _run(config, lambda subjects: subjects.unlink(namespace, user_id))
    typer.echo(f"{namespace} {user_id} belongs to nobody")


@app.command()
def sessions(subject: SubjectArgument, config: ConfigOption = None) -> None:
    """Show a subject's live sessions, newest first: id, client, connection, device, time of the login."""
    import datetime as dt

    found = _run(config, lambda subjects: subjects.sessions(subject))
    for one in found:
        began = dt.datetime.fromtimestamp(one.auth_time, dt.UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        typer.echo(f"{one.id}  {one.client_id}  {one.connection}  {one.device or '-'}  {began}")
    if not found:
        typer.echo(f"{subject}: no session")


@app.command("end-session")
def end_session(
    session_id: Annotated[str, typer.Argument(metavar="SESSION", help="The `sid` of our tokens.")],
    config: ConfigOption = None,
) -> None:
    """End one session: refreshing, userinfo and introspection refuse its tokens at once."""
    if not _run(config, lambda subjects: subjects.end_session(session_id)):
        typer.echo(f"accredit: {session_id} is no live session; `accredit subjects sessions` shows them", err=True)
        raise typer.Exit(1)
    typer.echo(f"{session_id} has ended")


def _require_subject(subject: str) -> None:
    from accredit.models import problem_of_subject_id

    if problem := problem_of_subject_id(subject):
        raise typer.BadParameter(f"it {problem}", param_hint="SUBJECT")


def _run(config: Path | None, work: Callable[[Subjects], Awaitable[T]]) -> T:
    import asyncio

    from accredit.cli.tools.config import read_settings
    from accredit.cli.tools.host import current_host
    from accredit.cli.tools.stored_subjects import stored_subjects
    from accredit.errors import AccessDenied, PluginFailed

    async def run() -> T:
        async with stored_subjects(read_settings(config)) as subjects:
            return await work(subjects)

    host = current_host()
    try:
        return asyncio.run(run()) if host is None else host.with_subjects(work)
    except AccessDenied as error:
        typer.echo(f"accredit: a plugin refuses: {error.description}", err=True)
    except PluginFailed as error:
        typer.echo(f"accredit: {error.detail}", err=True)
    raise typer.Exit(1)

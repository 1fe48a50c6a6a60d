"""`accredit subjects`: who is a user's, who is locked out, from the command line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from accredit.cli.tools.config import ConfigOption
from accredit.cli.tools.with_subjects import run_with_subjects

if TYPE_CHECKING:
    from accredit.exchange.subjects import Subjects
    from accredit.storage import Erasure, KeptToken

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
    """Look at subjects (our users) and their identities (their accounts at providers); block, link, unlink, erase them.

    What is changed here holds at once in every running server that uses the same database. Each change leaves its
    audit event on standard error, one JSON object a line, and in no server's log: keep it outside the database. After
    a backup was restored, `repeat` does again what it says.

    \b
    Example:
      accredit subjects block 'facebook|1234' --config accredit.toml 2>&1 | tee -a changes.log
    """


@app.command()
def show(subject: SubjectArgument, config: ConfigOption = None) -> None:
    """Show a subject's identities, whether it is blocked, and of which connections a provider's token is kept."""

    async def look(subjects: Subjects) -> tuple[tuple[tuple[str, str], ...], bool, tuple[KeptToken, ...]]:
        identities, blocked = await subjects.identities(subject), await subjects.is_blocked(subject)
        return identities, blocked, await subjects.kept_tokens(subject)

    identities, blocked, kept = run_with_subjects(config, look)
    typer.echo(f"{subject}: {'blocked' if blocked else 'not blocked'}")
    for namespace, user_id in identities:
        typer.echo(f"  {namespace} {user_id}")
    if not identities:
        typer.echo("  no identity is stored")
    for token in kept:
        kind = token.kind.replace("_", " ")
        typer.echo(f"  {token.connection}: the provider's {kind} of {token.namespace} {token.user_id} is kept")


@app.command()
def block(subject: SubjectArgument, config: ConfigOption = None) -> None:
    """Refuse every login of a subject, and end its sessions. Where an API does not ask, access tokens live on.

    Somebody of whom nothing is stored is blocked as well, beforehand, and told as such: the id may be misspelt.
    """
    _require_subject(subject)

    async def lock_out(subjects: Subjects) -> bool:
        from accredit.errors import ConfigurationError, StorageFailed

        try:
            is_known = await subjects.is_known(subject)
        except (ConfigurationError, StorageFailed):  # who cannot be looked up is locked out all the same
            is_known = True
        await subjects.block(subject)
        return is_known

    is_known = run_with_subjects(config, lock_out)
    typer.echo(f"{subject} is blocked")
    if not is_known:
        typer.echo(f"accredit: nothing is stored about {subject}: see that the id is right", err=True)


@app.command()
def unblock(subject: SubjectArgument, config: ConfigOption = None) -> None:
    """Let a subject log in again. Its sessions stay ended."""
    run_with_subjects(config, lambda subjects: subjects.unblock(subject))
    typer.echo(f"{subject} is not blocked")


@app.command()
def link(
    namespace: NamespaceArgument, user_id: UserIdArgument, subject: SubjectArgument, config: ConfigOption = None
) -> None:
    """Give an identity to a subject. Be sure that both are one person: an equal e-mail address proves nothing."""
    _require_subject(subject)
    if not run_with_subjects(config, lambda subjects: subjects.link(namespace, user_id, subject)):
        typer.echo(f"accredit: {namespace} {user_id} belongs to another subject; unlink it first", err=True)
        raise typer.Exit(1)
    typer.echo(f"{namespace} {user_id} belongs to {subject}")


@app.command()
def unlink(namespace: NamespaceArgument, user_id: UserIdArgument, config: ConfigOption = None) -> None:
    """Take an identity off its subject: it logs in nobody until it is linked again."""
    run_with_subjects(config, lambda subjects: subjects.unlink(namespace, user_id))
    typer.echo(f"{namespace} {user_id} belongs to nobody")


@app.command()
def sessions(subject: SubjectArgument, config: ConfigOption = None) -> None:
    """Show a subject's live sessions, newest first: id, client, connection, device, time of the login."""
    import datetime as dt

    from accredit.cli.tools.printable import plain

    found = run_with_subjects(config, lambda subjects: subjects.sessions(subject))
    for one in found:
        began = dt.datetime.fromtimestamp(one.auth_time, dt.UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        typer.echo(plain(f"{one.id}  {one.client_id}  {one.connection}  {one.device or '-'}  {began}"))
    if not found:
        typer.echo(f"{subject}: no session")


@app.command("end-session")
def end_session(
    session_id: Annotated[str, typer.Argument(metavar="SESSION", help="The `sid` of our tokens.")],
    config: ConfigOption = None,
) -> None:
    """End one session: refreshing, userinfo and introspection refuse its tokens at once."""
    if not run_with_subjects(config, lambda subjects: subjects.end_session(session_id)):
        typer.echo(f"accredit: {session_id} is no live session; `accredit subjects sessions` shows them", err=True)
        raise typer.Exit(1)
    typer.echo(f"{session_id} has ended")


@app.command()
def export(subject: SubjectArgument, config: ConfigOption = None) -> None:
    """Print all that is stored about a subject, as JSON: for a person who asks.

    Its standing, identities, sessions with profile and device, the times of its refresh tokens, and the rows of the
    audit table. No token, no hash. What your logs and your own tables hold is not among it. Exit code 1: nothing is
    stored.
    """
    from accredit.cli.tools.screen import pretty

    async def look(subjects: Subjects) -> tuple[dict[str, Any], bool]:
        return await subjects.export(subject), await subjects.is_known(subject)

    found, is_known = run_with_subjects(config, look)
    typer.echo(pretty(found))
    if not is_known:
        typer.echo(f"accredit: nothing is stored about {subject}", err=True)
        raise typer.Exit(1)


def _agrees(question: str) -> bool:
    """Ask somebody; where nobody can be asked, as in a script, nobody has agreed."""
    try:
        return typer.confirm(question)
    except typer.Abort:
        typer.echo(err=True)  # the question has ended no line
        return False


@app.command()
def erase(
    subject: SubjectArgument,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    config: ConfigOption = None,
) -> None:
    """Erase a subject: its identities, sessions and refresh tokens go, and audit rows name nobody any more.

    Takes two seconds: what is under way on other servers is caught. A later login of the same person begins anew. Who
    was blocked stays blocked; unblock first where that is not wanted. One row stays: the subject's id, and since when
    tokens of before are good for nothing. Plugins that observe are told, so that a host erases what it keeps itself.
    It may be repeated. Providers of which a token is kept (keep_provider_token) are told.

    Exit code 1: nothing is stored about that subject, and nothing was done; or nobody has agreed; or it is erased, and
    a provider could not be told: the message names it. Its token stays; run this again, or forget-tokens.
    """
    _require_subject(subject)
    if not yes and not _agrees(f"Erase {subject}? This cannot be undone."):
        typer.echo("accredit: nothing was erased; --yes erases without asking", err=True)
        raise typer.Exit(1)

    async def erase_known(subjects: Subjects) -> Erasure | None:
        return await subjects.erase(subject) if await subjects.is_known(subject) else None

    gone = run_with_subjects(config, erase_known)
    if gone is None:
        typer.echo(f"accredit: nothing is stored about {subject}, and nothing was erased", err=True)
        raise typer.Exit(1)
    typer.echo(f"{subject} is erased: {gone.identities} identities, {gone.sessions} sessions")
    if gone.blocked:
        typer.echo(f"{subject} was blocked, and still is")
    if gone.unrevoked:
        typer.echo(
            f"accredit: still to be told that the user is gone: {', '.join(gone.unrevoked)}; run this again, or "
            f"`accredit subjects forget-tokens` where that can never be",
            err=True,
        )
        raise typer.Exit(1)


@app.command("forget-tokens")
def forget_tokens(subject: SubjectArgument, config: ConfigOption = None) -> None:
    """Delete the providers' tokens that are kept of a subject, and tell no provider.

    For those that can never be revoked, such as of a connection that is gone. Where they can, erase or unlink does it.
    """
    _require_subject(subject)
    count = run_with_subjects(config, lambda subjects: subjects.forget_tokens(subject))
    typer.echo(f"{subject}: {count} tokens are forgotten")


@app.command()
def repeat(
    logs: Annotated[
        list[Path], typer.Argument(metavar="LOG...", exists=True, dir_okay=False, help="What was kept of the events.")
    ],
    since: Annotated[str, typer.Option(metavar="TIME", help="When the backup began: 2026-11-26T03:00, in UTC, or 2h.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do it.")] = False,
    config: ConfigOption = None,
) -> None:
    """Do again, in a restored database, what was done to subjects since the backup: who was erased is there again.

    Reads the events of erasures, blocks, links and unlinkings from logs: of servers, and what these commands have left
    on standard error. Other lines are left out. Run it before any server. Without --yes it says what it would do.

    Exit codes: 0 done, or nothing is to be, 1 --yes is missing, or not everything could be done, 2 a log is not usable.

    \b
    Example:
      accredit subjects repeat changes.log --since 2026-11-26T03:00 --yes --config accredit.toml
    """
    import time

    from accredit.cli.tools.changes import changes_in
    from accredit.cli.tools.changes import repeat as do_again
    from accredit.cli.tools.times import epoch_ms

    try:
        since_ms = epoch_ms(since, time.time())
    except ValueError as exc:
        raise typer.BadParameter(f"it {exc}", param_hint="--since") from None
    lines = (line for log in logs for line in log.read_text("utf-8", "replace").split("\n"))
    changes = changes_in(lines, since_ms)

    async def all_again(subjects: Subjects) -> int:
        failed = 0
        for change in changes:
            is_done = await do_again(change, subjects)
            typer.echo(f"{change}{'' if is_done else ': cannot be done, it belongs to another subject'}")
            failed += not is_done
        return failed

    if yes:
        raise typer.Exit(min(1, run_with_subjects(config, all_again)))
    for change in changes:
        typer.echo(f"would be {change}")
    typer.echo(f"accredit: {len(changes)} changes since then; --yes does them again", err=True)
    raise typer.Exit(1 if changes else 0)


def _require_subject(subject: str) -> None:
    from accredit.models import problem_of_subject_id

    if problem := problem_of_subject_id(subject):
        raise typer.BadParameter(f"it {problem}", param_hint="SUBJECT")

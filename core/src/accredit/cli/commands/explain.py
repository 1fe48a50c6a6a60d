"""`accredit explain`: why a provider's token is accepted or refused."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from accredit.cli.tools.config import ConfigOption, read_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from accredit.explaining.report import Report


def command(
    ctx: typer.Context,
    connection: Annotated[str, typer.Option("--connection", metavar="NAME", help="The connection to ask.")],
    config: ConfigOption = None,
    show_profile: Annotated[bool, typer.Option("--show-profile", help="Show the e-mail address in full.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
    html: Annotated[
        Path | None,
        typer.Option("--html", metavar="FILE", help="Also write a page for a ticket; - prints it, and nothing else."),
    ] = None,
) -> None:
    """Verify one token and show every check. Use it when a login fails and you have the user's token.

    Reads the token from standard input, in one line; for OAuth 1.0a as token:secret. The nonce of an ID token may
    follow in a second line. On a terminal it asks for them, and shows nothing of what is typed. A code, and whatever
    else has more to it than a token, is read as the JSON of a client's request; a code is used up by it, so take one
    that no login has used. Asks the provider as an exchange does, but issues nothing: needs no client, no key file and
    no database, and calls no hooks.

    A page of --html is one file without tokens and secrets, which any browser shows. An older one is replaced, and
    only its owner may read it.

    Exit codes: 0 accepted, 3 refused, 4 the provider is in trouble, 5 something of ours is wrong (credentials,
    quota, plugin), 2 an argument, a setting or the input must be changed, 1 anything else.

    \b
    Example:
      accredit explain --connection facebook --config accredit.toml < token.txt
      accredit explain --connection facebook --config accredit.toml --html login.html < token.txt
      accredit explain --connection tiktok --config accredit.toml < request.json
    """
    import asyncio
    import time
    from io import BytesIO

    from accredit.cli.tools.output_file import output_file
    from accredit.cli.tools.screen import pretty
    from accredit.cli.tools.secret_input import read_token
    from accredit.errors import ConfigurationError
    from accredit.explaining.inquiry import Inquiry, secrets_in
    from accredit.explaining.report import report

    if ctx.args:  # not repeated here: it may be a token
        raise ConfigurationError("a token on the command line stays in the shell's history: pipe it in instead")
    to_screen = html == Path("-")
    if to_screen and as_json:
        raise ConfigurationError("--json and --html - would both print: write the page to a file")
    inquiry = Inquiry(read_settings(config), connection)
    token, nonce = read_token()
    # A place for the page first: the provider can be asked about a code only once.
    with nullcontext(BytesIO()) if html is None or to_screen else output_file(html, option="--html") as page:
        found = asyncio.run(inquiry.ask(token, nonce))
        told = report(found, secrets=[*secrets_in(token), nonce or ""], show_email=show_profile)
        if html is not None:
            page.write(_page(told, made_at=time.time(), shows_email=show_profile))
        if to_screen:
            typer.echo(page.getvalue(), nl=False)
        elif as_json:
            typer.echo(pretty({**told.as_json(), "exit_code": inquiry.exit_code}))
        else:
            _show(told, inquiry.exit_code)
    raise typer.Exit(inquiry.exit_code)


def _page(told: Report, *, made_at: float, shows_email: bool) -> bytes:
    from importlib.metadata import version

    from accredit.explaining.page.file import file_of

    return file_of(told, made_at=made_at, made_by=f"accredit {version('accredit')}", shows_email=shows_email)


def _show(told: Report, exit_code: int) -> None:
    from accredit.cli.tools.printable import plain
    from accredit.cli.tools.screen import make_console

    console = make_console()
    console.print(plain(f"{told.connection}: strategy {told.strategy}, {told.brought_by}"), style="bold")
    for title, lines in _sections(told):
        if lines:
            console.print(f"\n{title}", style="bold cyan")
        for line in lines:
            console.print(plain(f"  {line}"))
    colour = {0: "green", 3: "red"}.get(exit_code, "yellow")
    console.print(plain(f"\n{_verdict(told)}"), style=f"bold {colour}")


def _sections(told: Report) -> Iterator[tuple[str, list[str]]]:
    from accredit.cli.tools.screen import pretty

    calls = [(f"{call['method']} {call['url']}", str(call["status"] or "no answer"), call) for call in told.calls]
    yield "calls", [f"{what:<70} {status:<10} {call['duration_ms']:>8} ms" for what, status, call in calls]
    yield "checks", [f"{one['name']:<20} {one['verdict']:<8} {one['duration_ms']:>8} ms" for one in told.checks]
    audience = told.audience or {}
    lines = [f"proof: {audience['proof']}"] if audience else []
    lines += [f"{name}: {', '.join(audience[name])}" for name in ("named", "accepted") if name in audience]
    yield "audience", lines
    if told.whose is not None:
        yield (
            "identity, which is not let in",
            [f"user: {told.strategy}|{told.whose['user_id']}", f"name: {told.whose['name'] or '-'}"],
        )
    if told.profile is not None:
        lines = [f"user: {told.strategy}|{told.user_id}", f"token ends: {_time(told.expires_at)}"]
        yield "identity", [*lines, f"permissions: {', '.join(told.permissions or ['-'])}"]
        yield "profile", pretty(told.profile).splitlines()
    yield "notes", told.notes


def _verdict(told: Report) -> str:
    if told.answer is None:
        return f"accepted, after {told.duration_ms} ms"
    answer = told.answer
    detail = f": {told.detail}" if told.detail else ""
    wait = "" if told.retry_after_s is None else f", to be tried again after {told.retry_after_s} s"
    return (
        f"{told.verdict}, {told.reason}{detail} (after {told.duration_ms} ms)\n"
        f"a client is told: {answer['status']} {answer['error']}, {answer['error_description']}{wait}"
    )


def _time(epoch: int | None) -> str:
    import datetime as dt

    try:
        return "-" if epoch is None else dt.datetime.fromtimestamp(epoch, dt.UTC).isoformat()
    except (ValueError, OverflowError, OSError):  # what a provider says need not be a time
        return str(epoch)

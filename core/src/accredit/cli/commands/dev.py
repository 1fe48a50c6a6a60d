"""`accredit dev`: the exchange and simulated providers, to try your own client on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from accredit.sandbox.sandbox import Provider, Sandbox
    from accredit.testing import Sample


def command(
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8000,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="Print a login of every connection, and one of each kind of refusal.")
    ] = False,
) -> None:
    """Serve the exchange with simulated providers. Use it to develop a client: no account, no network, no setup.

    Prints an address to open in a browser: pick a connection and a person there, and watch each step of a login.
    Below it stands one login to paste into another terminal. All that is on standard error; standard output holds an
    audit event for every request, with the true reason, one JSON object a line. Keys, tokens and users are made up,
    and forgotten at the end. Listens on 127.0.0.1 only; Ctrl-C stops it.

    \b
    Example:
      accredit dev --port 8000
      accredit dev | jq .reason
    """
    from accredit.cli.tools.process import exit_on_signals, require_server

    exit_on_signals()
    require_server("dev")
    _run(port, verbose=verbose)


def _run(port: int, *, verbose: bool) -> None:
    import threading
    from functools import partial

    from accredit.cli.tools.logs import process_logs
    from accredit.cli.tools.printable import plain
    from accredit.playground.make import playground
    from accredit.playground.recorder import Recorder
    from accredit.sandbox.sandbox import NothingInstalled, sandbox

    recorder = Recorder()
    around = partial(playground, recorder)
    try:
        with process_logs() as events, sandbox(port=port, plugins=[recorder], logger=events, around=around) as running:
            _explain(running, verbose=verbose)
            threading.Event().wait()  # until a signal
    except NothingInstalled as exc:
        typer.echo(plain(f"accredit: {exc}"), err=True)
        raise typer.Exit(1) from None


def _explain(running: Sandbox, *, verbose: bool) -> None:
    from accredit.cli.tools.notes import tell_notes
    from accredit.cli.tools.screen import make_console

    tell_notes(skipped=running.skipped, broken=running.broken)
    console = make_console(stderr=True)
    if verbose:
        _list_logins(console, running)
    console.print(f"Open {running.url}/ in a browser, or paste a login (Ctrl-C stops):", style="bold")
    console.print(first_login(running))


def first_login(running: Sandbox) -> str:
    """Return the shortest line to paste; that of a code, which is good once, only where nothing else is there."""
    providers = sorted(running.providers, key=lambda one: (one.good.field == "code", len(_login(running, one))))
    return _login(running, providers[0])


def _login(running: Sandbox, provider: Provider) -> str:
    return curl(running.url, provider.name, provider.good)


def _list_logins(console: Console, running: Sandbox) -> None:
    from accredit.cli.tools.printable import plain

    for provider in running.providers:
        console.print(plain(f"{provider.name} ({provider.source}, simulated on {provider.url})"), style="bold cyan")
        console.print(plain(f"# accepted: {provider.good.about}"), style="green")
        console.print(f"{_login(running, provider)}\n")
    for provider in running.providers:
        console.print(plain(f"{provider.name}: one of each kind that is refused"), style="bold cyan")
        for sample in _one_of_each_kind(provider):
            console.print(plain(f"# refused, {sample.expected}: {sample.about}"), style="red")
            console.print(curl(running.url, provider.name, sample))
        console.print()
    console.print(f"Every refusal at once: accredit demo. Keys: {running.url}/.well-known/jwks.json\n")


def _one_of_each_kind(provider: Provider) -> list[Sample]:
    kinds: dict[str, Sample] = {}
    for sample in provider.refused:
        kinds.setdefault(sample.expected, sample)
    return list(kinds.values())


def curl(url: str, connection: str, sample: Sample) -> str:
    """Return the command line that posts a sample."""
    import json
    import shlex

    from accredit.sandbox.sandbox import parameters

    body = json.dumps(parameters(connection, sample))
    return (
        f"curl --request POST --url {url}/oauth/access_token "
        f"--header 'Content-Type: application/json' --data {shlex.quote(body)}"
    )

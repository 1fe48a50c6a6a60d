"""`accredit dev`: the exchange and simulated providers, to try your own client on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from accredit.sandbox.sandbox import Provider, Sandbox
    from accredit.testing import Sample


def command(port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8000) -> None:
    """Serve the exchange with simulated providers. Use it to develop a client: no account, no network, no setup.

    Prints a curl line for every installed connection, then an audit event for every request. Keys, tokens
    and users are made up, and forgotten at the end. Listens on 127.0.0.1 only; Ctrl-C stops it.

    \b
    Example:
      accredit dev --port 8000
    """
    from accredit.cli.tools.process import exit_on_signals, require_server

    exit_on_signals()
    require_server("dev")
    _run(port)


def _run(port: int) -> None:
    import threading

    from accredit.cli.tools.logs import process_logs
    from accredit.sandbox.sandbox import NothingInstalled, sandbox

    try:
        with process_logs() as events, sandbox(port=port, logger=events) as running:
            _explain(running)
            threading.Event().wait()  # until a signal
    except NothingInstalled as exc:
        typer.echo(f"accredit: {exc}", err=True)
        raise typer.Exit(1) from None


def _explain(running: Sandbox) -> None:
    from accredit.cli.tools.screen import make_console

    console = make_console()
    console.print(f"Accredit listens on {running.url}, with simulated providers behind it.", style="bold")
    for note in running.skipped:
        console.print(f"Skipped: {note}.")
    for problem in running.broken:
        console.print(f"Warning: passed over: {problem}.", style="yellow")
    for provider in running.providers:
        console.print(f"\n{provider.name} ({provider.source}, simulated on {provider.url})", style="bold cyan")
        console.print(f"# accepted: {provider.good.about}", style="green")
        console.print(curl(running.url, provider.name, provider.good))
    for provider in running.providers:
        console.print(f"\n{provider.name}: one of each kind that is refused", style="bold cyan")
        for sample in _one_of_each_kind(provider):
            console.print(f"# refused, {sample.expected}: {sample.about}", style="red")
            console.print(curl(running.url, provider.name, sample))
    console.print(f"\nEvery refusal at once: accredit demo. Keys: {running.url}/.well-known/jwks.json", style="bold")
    console.print("Each request's audit event follows, with the true reason. Ctrl-C stops.", style="bold")


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

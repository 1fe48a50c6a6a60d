"""`accredit simulate`: one simulated provider, to point an exchange of your own at."""

from __future__ import annotations

from typing import Annotated

import typer


def command(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A strategy, such as facebook.")],
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 9000,
) -> None:
    """Serve one simulated provider alone. Use it to try settings, a client or an outage with a provider that obeys.

    Prints the connection to paste into your own settings; the provider's page lists every token, and every fault that
    a token can ask for by ending in ~NAME. Nothing is real, and nothing is kept. Listens on 127.0.0.1 only; Ctrl-C
    stops it.

    Exit codes: 0 stopped, 2 no such simulator is installed or the port is taken, 1 anything else.

    \b
    Example:
      accredit simulate facebook --port 9000
    """
    from accredit.cli.process import exit_on_signals, require_uvicorn

    exit_on_signals()
    require_uvicorn("simulate")
    _run(name, port)


def _run(name: str, port: int) -> None:
    import threading

    from accredit.cli.process import listen
    from accredit.cli.sandbox import find_simulators
    from accredit.errors import ConfigurationError
    from accredit.testing import serve
    from accredit.testing.page import connection_toml

    found = {simulator.strategy: (source, simulator) for source, simulator in find_simulators()[0]}
    if name not in found:
        installed = ", ".join(found) or "none; install a plugin, such as accredit-facebook"
        raise ConfigurationError(f"no simulator is called '{name}'; installed: {installed}")
    source, simulator = found[name]
    with listen("127.0.0.1", port, options="--port") as probe:  # for its sentence about a port that is taken
        port = probe.getsockname()[1]
    with serve(simulator.app(), port=port) as url:
        # All of it is TOML, so that it can also be redirected into a file.
        typer.echo(f"# {name}, simulated by {source}. Tokens, people and faults: {url}/")
        typer.echo("# The connection for your settings file; Ctrl-C stops.")
        typer.echo(connection_toml(name, simulator.settings(url)), nl=False)
        threading.Event().wait()  # until a signal

"""`accredit simulate`: one simulated provider, to point an exchange of your own at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from accredit.testing import Simulator


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
    from accredit.cli.tools.process import exit_on_signals, require_server

    exit_on_signals()
    require_server("simulate")
    _run(name, port)


def _run(name: str, port: int) -> None:
    import threading

    from accredit.serving.addresses import listen
    from accredit.testing import serve
    from accredit.testing.simulator.page import connection_toml

    source, simulator = _find(name)
    with listen("127.0.0.1", port, options="--port") as listener:  # for its sentence about a port that is taken
        port = listener.getsockname()[1]
    with serve(simulator.app(), port=port) as url:
        # All of it is TOML, so that it can also be redirected into a file.
        typer.echo(f"# {name}, simulated by {source}. Tokens, people and faults: {url}/")
        typer.echo("# The connection for your settings file; Ctrl-C stops.")
        typer.echo(connection_toml(name, simulator.settings(url)), nl=False)
        threading.Event().wait()  # until a signal


def _find(name: str) -> tuple[str, Simulator]:
    """Return the simulator of a strategy, with who brings it; what is wrong with other plugins is a warning."""
    from accredit._guard import blamed
    from accredit.cli.tools.printable import plain
    from accredit.errors import ConfigurationError, PluginError
    from accredit.plugins.published import published
    from accredit.testing.simulator.installed import look_for_simulators

    installed = {one.strategy: one for one in look_for_simulators()}
    for strategy, one in installed.items():
        if one.problem is not None:
            if strategy == name:
                raise PluginError(one.problem)
            typer.echo(plain(f"accredit: warning: passed over: {one.problem}"), err=True)
    wanted = installed.get(name)
    if wanted is None or wanted.simulator is None:
        known = ", ".join(strategy for strategy, one in installed.items() if one.simulator is not None)
        known = known or "none; install a plugin, such as accredit-facebook"
        brought = f"; {published()[name]['distribution']} brings it" if name in published() else ""
        raise ConfigurationError(f"no simulator is called '{name}'; installed: {known}{brought}")
    with blamed(f"{wanted.source}: the simulator of '{name}' failed", quotes=True):
        return wanted.source, wanted.simulator()

"""`accredit serve`: the exchange as a server of its own."""

from __future__ import annotations

import socket
import sqlite3
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from accredit.cli.tools.config import ConfigOption, read_settings

if TYPE_CHECKING:
    import asyncio

    from accredit.cli.tools.metrics import MetricsDoor
    from accredit.cli.tools.operator import OperatorDoor
    from accredit.cli.tools.workers import Share
    from accredit.exchange.exchange import Exchange
    from accredit.serving.handed_over import HandedOver
    from accredit.serving.supervisor import Supervisor
    from accredit.settings import ServerSettings, Settings
    from accredit.traces import Traces

_OTHER_FILES = 100
"""Beside connections: database, keys, logs, the listener."""
_LATER_S = 15.0
"""A worker that is told to stop has so long beside its requests: for what is on its way, and for its last lines."""


def command(
    config: ConfigOption = None,
    host: Annotated[str, typer.Option(help="The address to listen on; by default this machine only.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8000,
    workers: Annotated[
        int, typer.Option(min=1, help="How many processes serve together: as many as there are processors for them.")
    ] = 1,
) -> None:
    """Serve the exchange over HTTP. Use it in production, behind a proxy that speaks TLS.

    Every value of FILE can be overridden by the environment: ACCREDIT_CONNECTIONS__FACEBOOK__APP_SECRET is app_secret
    in [connections.facebook]. Audit events go to standard output, one JSON object a line; the server's own messages
    to standard error. SIGTERM and Ctrl-C stop it once the requests in flight are answered.

    With several workers a process of its own starts them, passes on what stops them, and replaces one that has ended. A
    hang-up (SIGHUP) reads the settings anew: workers with the new ones take the place of those with the old ones, and
    no request is lost. Sockets that systemd hands over (LISTEN_FDS) are served instead of --host and --port.

    Exit codes: 0 stopped, 2 something must be changed (the message says what), 1 anything else, such as a database that
    is not there yet: start it again.

    \b
    Example:
      accredit serve --config accredit.toml --port 8000
      accredit serve --config accredit.toml --workers 2
    """
    from accredit.cli.tools.lean import LOOKED_FOR, without
    from accredit.cli.tools.process import exit_on_signals, require_server

    with without(LOOKED_FOR):  # whoever imports them below finds them as they are
        import accredit.cli.tools.logs
        import accredit.exchange.exchange  # noqa: F401 - see above

    exit_on_signals()
    require_server("serve")
    from accredit.serving.handed_over import HandedOver

    handed = HandedOver()
    if workers == 1:
        _serve_alone(read_settings(config), host, port, handed)
    else:
        _serve_together(lambda: read_settings(config), workers, host, port, handed)


def _serve_alone(settings: Settings, host: str, port: int, handed: HandedOver) -> None:
    from accredit.cli.tools.logs import process_logs
    from accredit.cli.tools.metrics import MetricsDoor, metrics_listener
    from accredit.cli.tools.operator import OperatorDoor, operator_listener
    from accredit.cli.tools.process import outlive_hang_ups
    from accredit.cli.tools.traces import traces_of
    from accredit.exchange.exchange import Exchange
    from accredit.serving.addresses import listening
    from accredit.serving.listener import url_of
    from accredit.serving.supervisor import Supervisor

    outlive_hang_ups()
    supervisor = Supervisor()
    with (
        process_logs() as events,
        metrics_listener(settings.metrics, handed.metrics) as beside,
        operator_listener(settings.operator) as page,
        traces_of(settings.traces) as traces,
    ):
        door = None if beside is None else MetricsDoor(settings.metrics, beside)
        operator = None if page is None else OperatorDoor(settings.operator, page)
        exchange = Exchange(settings, plugins=_plugins(door, operator, traces=traces), logger=events)
        _migrate(settings.storage.path)
        with listening(handed.serving, host, port, options="--host or --port") as listeners:

            def announce(_: object) -> None:
                if door is not None:
                    typer.echo(f"accredit: metrics at {door.url}", err=True)
                if operator is not None:
                    typer.echo(f"accredit: operator's page at {operator.url}", err=True)
                address = ", ".join(map(url_of, listeners))
                typer.echo(f"accredit: listening on {address}, issuer {settings.issuer}", err=True)
                supervisor.ready()

            limits = _affordable(settings)
            serving = _serve(exchange, limits, door, operator, traces=traces, listen=lambda: listeners, ready=announce)
            _run(_supervised(serving, supervisor))


async def _supervised(serving: Coroutine[Any, Any, None], supervisor: Supervisor) -> None:
    """Give signs of life meanwhile, from the event loop: one that hangs gives none."""
    import asyncio

    async def ping(every_s: float) -> None:
        while True:
            supervisor.alive()
            await asyncio.sleep(every_s)

    pinging = None if supervisor.ping_s is None else asyncio.create_task(ping(supervisor.ping_s))
    try:
        await serving
    finally:
        supervisor.stopping()
        if pinging is not None:
            pinging.cancel()


def _serve_together(read: Callable[[], Settings], workers: int, host: str, port: int, handed: HandedOver) -> None:
    from accredit.cli.tools.workers import Generation, one_of

    def prepare() -> Generation:
        settings = read()
        _migrate(settings.storage.path)
        return Generation(settings, _affordable(settings))

    def grace_s(settings: Settings) -> float:
        return _grace_s(settings) + _LATER_S

    with one_of(prepare(), workers, host, port, prepare=prepare, grace_s=grace_s, handed=handed) as share:
        _serve_as_one_of_them(*share.generation, share)


def _serve_as_one_of_them(settings: Settings, limits: ServerSettings, share: Share) -> None:
    from accredit.cli.tools.logs import process_logs
    from accredit.cli.tools.metrics import MetricsDoor
    from accredit.cli.tools.operator import OperatorDoor
    from accredit.cli.tools.process import exit_on_signals, stop_without
    from accredit.cli.tools.traces import traces_of
    from accredit.exchange.exchange import Exchange

    exit_on_signals()
    with process_logs(share.place.number, share.turns) as events, traces_of(settings.traces) as traces:
        door = None if share.metrics is None else MetricsDoor(settings.metrics, share.metrics, share.counts)
        operator = None
        if share.operator is not None:
            number = share.place.number
            operator = OperatorDoor(
                settings.operator, share.operator, board=share.board, number=number, is_first=share.is_first
            )
        plugins = _plugins(door, operator, traces=traces)
        exchange = Exchange(settings, plugins=plugins, logger=events, tally=share.tally)

        def ready(listeners: Sequence[socket.socket]) -> None:
            stop_without(share.place.parent)
            share.place.tell_ready(None if share.is_handed_over else listeners[0])

        _run(_serve(exchange, limits, door, operator, traces=traces, listen=share.listen, ready=ready))


def _plugins(*doors: MetricsDoor | OperatorDoor | None, traces: Traces | None) -> tuple[object, ...]:
    plugins = tuple(plugin for door in doors if door is not None for plugin in door.plugins)
    return plugins if traces is None else (*plugins, traces)


def _migrate(path: Path | None) -> None:
    """Let a child process upgrade the database: Alembic and SQLAlchemy would stay in memory here (20 MiB)."""
    import subprocess
    import sys

    from accredit.storage.migrate import is_current

    with suppress(sqlite3.Error):
        if path is None or is_current(path):
            return
    # Whatever goes wrong there goes wrong here again when the store opens, which then says what to change.
    with suppress(OSError):
        subprocess.run(  # noqa: S603 - our own interpreter and module, the operator's own path
            [sys.executable, "-m", "accredit.storage", str(path)], check=False, capture_output=True
        )


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:  # Windows has none
        return None
    factory: Callable[[], Any] = uvloop.new_event_loop
    return factory


def _run(serving: Coroutine[Any, Any, None]) -> None:
    import asyncio

    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(serving)


async def _serve(
    exchange: Exchange,
    limits: ServerSettings,
    door: MetricsDoor | None,
    operator: OperatorDoor | None,
    *,
    traces: Traces | None,
    listen: Callable[[], list[socket.socket]],
    ready: Callable[[Sequence[socket.socket]], object],
) -> None:
    """Serve until a signal comes. `ready` is called when `listen` has been: who connects from then on is answered."""
    from accredit.asgi import create_app
    from accredit.cli.tools.logs import log_server
    from accredit.cli.tools.traces import traced
    from accredit.serving.garbage import settle
    from accredit.serving.server import make_server

    log_server()
    # The exchange is opened below, where an error is still told in a sentence.
    app = traced(create_app(exchange), traces, exchange.settings.issuer)
    server = make_server(app, limits, grace_s=_grace_s(exchange.settings))
    async with exchange, AsyncExitStack() as beside:
        if door is not None:
            await beside.enter_async_context(door.served(limits))
        if operator is not None:
            await beside.enter_async_context(operator.served(limits, exchange.engine))
        listeners = listen()
        ready(listeners)
        settle()
        # uvicorn catches signals meanwhile, and raises them again when it has stopped: see `exit_on_signals`.
        await server.serve(sockets=listeners)


def _grace_s(settings: Settings) -> int:
    """Return how long requests in flight may take once the server has been told to stop."""
    import math

    from accredit.exchange.deadline import STORAGE_TIMEOUT_S

    limits = settings.limits
    return math.ceil(limits.body_timeout_s + limits.exchange_timeout_s + STORAGE_TIMEOUT_S) + 1


def _affordable(settings: Settings) -> ServerSettings:
    """Return how many connections, and what else, the process may bear: each takes an open file."""
    from accredit.serving.open_files import allow_connections

    wanted = settings.server.max_connections
    found = allow_connections(wanted, beside=settings.limits.provider_max_connections + _OTHER_FILES)
    if found < wanted:
        typer.echo(
            f"accredit: the limit of open files leaves {found} connections of server.max_connections = {wanted}: "
            "raise it (ulimit -n, LimitNOFILE=)",
            err=True,
        )
    return settings.server.model_copy(update={"max_connections": found})

"""What `dev` and `demo` run in: a whole server on loopback, with every installed provider simulated beside it.

Unlike the bench of the tests, it is a thing of users: nothing in it is watched or replaced, it listens on real ports,
and has a key file and a database.
"""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from accredit._guard import blamed
from accredit.asgi import create_app
from accredit.errors import ConfigurationError, PluginError
from accredit.exchange.exchange import Exchange
from accredit.plugins import load_connections, make_plugin_manager
from accredit.plugins.api_versions import api_version_of
from accredit.plugins.published import distributions
from accredit.sandbox.clock import Clock
from accredit.sandbox.switches import App, Switches
from accredit.serving.addresses import listen
from accredit.settings import Settings
from accredit.testing import ACCEPTED, Sample, Simulator, serve
from accredit.testing.simulator.installed import look_for_simulators
from accredit.testing.verdict import verdict_of

CLIENT_ID = "sample-app"
STRICT_CLIENT_ID = "strict-app"
"""A client that must send an access token of ours as `Authorization: Bearer`."""
SCOPE = "openid profile email offline_access"


def parameters(connection: str, sample: Sample) -> dict[str, str]:
    """Return what a client posts to try a sample."""
    return {"client_id": CLIENT_ID, **sample.parameters, "connection": connection, "scope": SCOPE}


class NothingInstalled(ConfigurationError):
    """No connection can be simulated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """One simulated provider, and the connection of the same name."""

    name: str
    source: str
    url: str
    samples: tuple[Sample, ...]
    """As they were at the start: those that run out, or are good once, come anew from `simulator`."""
    simulator: Simulator
    switches: Switches
    accepts_only_codes: bool = False

    @property
    def good(self) -> Sample:
        """The first sample that must be accepted."""
        return next(sample for sample in self.samples if sample.expected == ACCEPTED)

    @property
    def refused(self) -> tuple[Sample, ...]:
        """The samples that must not be."""
        return tuple(sample for sample in self.samples if sample.expected != ACCEPTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sandbox:
    """A running exchange. `url` has no trailing slash."""

    url: str
    settings: Settings
    providers: tuple[Provider, ...]
    skipped: tuple[str, ...]
    """Which strategies have no simulator."""
    broken: tuple[str, ...]
    """What is wrong with the plugins that were passed over."""
    exchange: Exchange
    """Served, and so open, in a thread of its own."""
    clock: Clock


@contextmanager
def sandbox(
    *,
    port: int = 0,
    plugins: Iterable[object] = (),
    logger: object = None,
    around: Callable[[Sandbox, App], App] | None = None,
) -> Iterator[Sandbox]:
    """Run every installed plugin's simulator, and an exchange for them, until the block ends.

    Keys and the SQLite database live in a temporary directory. Only ever listens on 127.0.0.1; port 0 takes a free one.
    A plugin that is broken is passed over. `around` puts something around the exchange's app before it is served.

    Raises:
        NothingInstalled: there is no simulator that can be used.
        ConfigurationError: the port is taken.
    """
    skipped, broken, clock = [], [], Clock()
    with ExitStack() as stack:
        tables, providers = {}, []
        for brought in look_for_simulators():
            if brought.problem is not None:
                broken.append(brought.problem)
            elif brought.simulator is None:
                skipped.append(f"{brought.source}: strategy '{brought.strategy}' has no simulator")
            else:
                try:
                    provider, table = _provide(brought.source, brought.simulator, stack, clock)
                except ConfigurationError as exc:
                    broken.append(str(exc))
                else:
                    providers.append(provider)
                    tables[provider.name] = table
        if not providers:
            raise NothingInstalled(_nothing([*skipped, *broken]))
        with listen(
            "127.0.0.1", port, options="--port"
        ) as listener:  # the issuer has to be known before the exchange can be served
            port = listener.getsockname()[1]
        url = f"http://127.0.0.1:{port}"
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="accredit-")))
        settings = _settings(url, tables, directory)
        exchange = Exchange(settings, plugins=plugins, logger=logger, clock=clock.time, monotonic=clock.monotonic)
        kinds = {name: one.strategy.accepts for name, one in exchange.engine.connections.items()}
        known = tuple(replace(one, accepts_only_codes=kinds[one.name] == {"code"}) for one in providers)
        running = Sandbox(
            url=url,
            settings=settings,
            providers=known,
            skipped=tuple(skipped),
            broken=tuple(broken),
            exchange=exchange,
            clock=clock,
        )
        app: App = create_app(exchange)
        stack.enter_context(serve(app if around is None else around(running, app), port=port))
        yield running


def _nothing(notes: list[str]) -> str:
    told = "".join(f"; {note}" for note in notes)
    return f"no connection to simulate is installed{told}; install at least one of these: {distributions()}"


def _provide(
    source: str, simulator_type: type[Simulator], stack: ExitStack, clock: Clock
) -> tuple[Provider, dict[str, Any]]:
    """Serve one simulator until `stack` is closed, and return it with the table of its connection.

    Raises:
        ConfigurationError: simulator or strategy is broken.
    """
    name = simulator_type.strategy
    with blamed(f"{source}: the simulator of '{name}' failed", quotes=True):
        simulator = simulator_type(clock=clock.time)
        switches, samples = Switches(simulator.app()), tuple(simulator.samples())
    if not any(sample.expected == ACCEPTED for sample in samples):
        raise PluginError(f"{source}: the simulator of '{name}' has no sample that must be accepted")
    for sample in samples:
        try:
            verdict_of(sample)
        except ValueError as exc:
            raise PluginError(f"{source}: {exc}") from exc
    with ExitStack() as own:
        url = own.enter_context(serve(switches))
        with blamed(f"{source}: the simulator of '{name}' failed", quotes=True):
            table = dict(simulator.settings(url))
        connections, _ = load_connections({name: table}, make_plugin_manager())
        for connection in connections.values():
            api_version_of(connection)
        stack.push(own.pop_all())
    provider = Provider(name=name, source=source, url=url, samples=samples, simulator=simulator, switches=switches)
    return provider, table


def _settings(url: str, tables: dict[str, dict[str, Any]], directory: Path) -> Settings:
    client = {"connections": list(tables)}
    return Settings.model_validate(
        {
            "issuer": f"{url}/",
            "connections": tables,
            "clients": {CLIENT_ID: client, STRICT_CLIENT_ID: {**client, "authorization": "required"}},
            "keys": {"path": str(directory / "keys.json")},
            "storage": {"url": f"sqlite:///{directory / 'accredit.db'}"},
        }
    )

"""Simulated providers and an exchange set up for them, all on loopback: what `dev` and `demo` run in."""

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from accredit.asgi import create_app
from accredit.cli.process import listen
from accredit.errors import ConfigurationError, PluginError
from accredit.exchange import Exchange
from accredit.logs import where
from accredit.plugins import installed_entry_points, load_strategy_plugin, make_plugin_manager
from accredit.settings import Settings
from accredit.testing import ACCEPTED, Sample, Simulator, serve

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
    """A running exchange. `url` has no trailing slash; `skipped` says which strategies have no simulator."""

    url: str
    settings: Settings
    providers: tuple[Provider, ...]
    skipped: tuple[str, ...]


@contextmanager
def sandbox(*, port: int = 0, plugins: Iterable[object] = (), logger: object = None) -> Iterator[Sandbox]:
    """Run every installed plugin's simulator, and an exchange for them, until the block ends.

    Keys and the SQLite database live in a temporary directory. Only ever listens on 127.0.0.1; port 0 takes a free one.

    Raises:
        NothingInstalled: there is no simulator.
        ConfigurationError: a plugin is broken, or the port is taken.
    """
    simulators, skipped = find_simulators()
    if not simulators:
        notes = "".join(f"; {note}" for note in skipped)
        raise NothingInstalled(
            f"no connection to simulate is installed{notes}; install at least one, such as: "
            "pip install accredit-facebook accredit-google-oauth2 accredit-twitter accredit-weibo"
        )
    with listen(
        "127.0.0.1", port, options="--port"
    ) as probe:  # the issuer has to be known before the exchange can be served
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="accredit-")))
        tables, providers = {}, []
        for source, simulator in simulators:
            name = simulator.strategy
            base_url = stack.enter_context(serve(simulator.app()))
            tables[name] = simulator.settings(base_url)
            samples = tuple(simulator.samples())
            if not any(sample.expected == ACCEPTED for sample in samples):
                raise PluginError(f"{source}: the simulator of '{name}' has no sample that must be accepted")
            providers.append(Provider(name=name, source=source, url=base_url, samples=samples))
        settings = _settings(url, tables, directory)
        exchange = Exchange(settings, plugins=plugins, logger=logger)
        stack.enter_context(serve(create_app(exchange), port=port))
        yield Sandbox(url=url, settings=settings, providers=tuple(providers), skipped=tuple(skipped))


def find_simulators() -> tuple[list[tuple[str, Simulator]], list[str]]:
    """Return every installed simulator with its source, by name, and notes on the strategies that have none.

    Raises:
        PluginError: a plugin cannot be loaded, or its hook fails.
    """
    manager = make_plugin_manager()
    names = sorted({entry.name for entry in installed_entry_points()})
    sources = {name: load_strategy_plugin(manager, name) for name in names}
    found: dict[str, Simulator] = {}
    for hook in manager.hook.simulators.get_hookimpls():
        function: Any = hook.function
        try:
            made = [simulator_type() for simulator_type in function()]
        except Exception as exc:  # a plugin may fail in any way; the command stops in one
            raise PluginError(f"{hook.plugin_name}: hook simulators failed: {where(exc)}: {exc}") from exc
        found |= {simulator.strategy: simulator for simulator in made}
    simulators = [(sources[name], found[name]) for name in names if name in found]
    skipped = [f"{sources[name]}: strategy '{name}' has no simulator" for name in names if name not in found]
    return simulators, skipped


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

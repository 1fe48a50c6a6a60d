"""The simulated providers of one block, and what a host's test puts into its exchange for them."""

import functools
from collections.abc import Callable, Iterable, Mapping
from types import TracebackType
from typing import Any, Self, TypedDict, overload

import httpx

from accredit.keys import SigningKeys
from accredit.keys.jose import SigningKey
from accredit.settings import Settings
from accredit.storage import MemoryStorage, Storage
from accredit.testing.hosts.people import People
from accredit.testing.hosts.provider import SimulatedProvider
from accredit.testing.hosts.replace import replaced, sample_settings
from accredit.testing.simulator.simulator import Simulator
from accredit.testing.simulator.transport import InProcess

_our_key = functools.cache(lambda: SigningKey.generate("ES256"))


class Parts(TypedDict):
    """What an exchange takes beside its settings, so that it needs no network and no file."""

    transport: httpx.AsyncBaseTransport
    storage: Storage
    keys: SigningKeys


class Providers:
    """Simulated providers, until the block ends. `people` are who logs in there.

    `transport` reaches them, from any event loop and thread; any other host is unreachable. `connections` are the
    connection tables by strategy: what `Verifier(connections=…)` takes.
    """

    def __init__(self, simulators: Iterable[Simulator], *, default: str | None, clock: Callable[[], float]) -> None:
        self._providers = {one.strategy: SimulatedProvider(one, clock) for one in simulators}
        self._default = default
        self._clock = clock
        self._in_process = InProcess({one.base_url: one.app() for one in self._providers.values()})
        self.transport: httpx.AsyncBaseTransport = self._in_process
        self.connections: Mapping[str, Mapping[str, Any]] = {
            name: one.connection for name, one in self._providers.items()
        }
        self.people = People(self._find)

    @overload
    def settings(self, own: Settings) -> Settings: ...
    @overload
    def settings(self, own: Mapping[str, Any]) -> dict[str, Any]: ...
    @overload
    def settings(self, own: None = None) -> Settings: ...
    def settings(self, own: Settings | Mapping[str, Any] | None = None) -> Settings | dict[str, Any]:
        """Return a host's own settings with the simulated providers in the place of the real ones.

        `Settings` in, `Settings` out; tables in, tables out, such as Django's `ACCREDIT`. A connection keeps what the
        host decides about it; its app ids, secrets and addresses become the simulator's. Without settings of a host
        there is one client, `my-app`.
        """
        if own is None:
            return Settings.model_validate(sample_settings(self.connections))
        if isinstance(own, Settings):
            tables = Settings.model_validate(
                {"issuer": own.issuer, "connections": replaced(own.connections, self.connections)}
            )
            return own.model_copy(update={"connections": tables.connections})
        return {**own, "connections": replaced(own.get("connections", {}), self.connections)}

    def parts(self) -> Parts:
        """Return what an exchange takes beside its settings: the transport, a new storage in memory, a signing key.

        The key is of ES256, and the process's own. For a storage of yours: `{**providers.parts(), "storage": …}`.
        """
        return {
            "transport": self.transport,
            "storage": MemoryStorage(clock=self._clock),
            "keys": SigningKeys([_our_key()]),
        }

    def _find(self, strategy: str | None) -> SimulatedProvider:
        wanted = self._default if strategy is None else strategy
        if wanted is not None and wanted in self._providers:
            return self._providers[wanted]
        problem = "name the provider" if wanted is None else f"'{wanted}' is not simulated here"
        raise LookupError(f"{problem}: {', '.join(self._providers)}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._in_process.close()

    async def __aenter__(self) -> Self:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.__exit__(kind, error, traceback)

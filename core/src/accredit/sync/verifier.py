"""The first half of an exchange alone, by methods that block."""

import time
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from types import TracebackType
from typing import Any, Self

from accredit._caller import Runner
from accredit.cache import VerificationCache
from accredit.credentials import Credential, ProviderToken
from accredit.errors import LifecycleError
from accredit.exchange import verifier as behind
from accredit.models import Identity
from accredit.plugins import Connection
from accredit.provider.http import Transport
from accredit.sync.door import Door


class Verifier:
    """Say whose a provider's token is, proven to be meant for your app, by methods that block.

    Takes what `accredit.Verifier` takes, and lives as `accredit.sync.Exchange` does: it opens at the first call in each
    process, and closes by itself.

    Raises:
        ConfigurationError: what must be changed, before anything is opened.
    """

    def __init__(
        self,
        *,
        connections: Mapping[str, Mapping[str, Any]],
        limits: Mapping[str, float] | None = None,
        proxy: str | None = None,
        plugins: Iterable[object] = (),
        transport: Transport | None = None,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
        cache: VerificationCache | None = None,
        logger: object = None,
        runner: Runner | None = None,
    ) -> None:
        make = partial(
            behind.Verifier,
            connections=connections,
            limits=limits,
            proxy=proxy,
            plugins=tuple(plugins),
            transport=transport,
            clock=clock,
            monotonic=monotonic,
            cache=cache,
            logger=logger,
        )
        self._door = Door(make, runner=runner)

    @property
    def connections(self) -> Mapping[str, Connection]:
        """The connections that are not switched off, by name."""
        return self._door.inner.connections

    def verify(self, connection: str, token: ProviderToken | Credential) -> Identity:
        """Ask the provider who it is, and leave one event behind, a `VerifyEvent`.

        Raises:
            ExchangeError: the token is refused, or nobody can tell.
        """
        return self._door.call(lambda verifier: verifier.verify(connection, token))

    async def averify(
        self, connection: str, token: ProviderToken | Credential, *, runner: Runner | None = None
    ) -> Identity:
        """Do what `verify` does, from an event loop."""
        return await self._door.acall(lambda verifier: verifier.verify(connection, token), runner=runner)

    def forget(self, connection: str, token: ProviderToken | Credential) -> None:
        """Let the next `verify` of a token ask the provider, whatever `cache_s` says.

        Raises:
            ExchangeError: there is no such connection, or it is off; or the cache fails, and may still keep it.
        """
        self._door.call(lambda verifier: verifier.forget(connection, token))

    async def aforget(self, connection: str, token: ProviderToken | Credential) -> None:
        """Do what `forget` does, from an event loop."""
        await self._door.acall(lambda verifier: verifier.forget(connection, token))

    def open(self) -> None:
        """Open it now rather than at the first call, so that a mistake shows when a server starts.

        Raises:
            ConfigurationError: certificates or a proxy cannot be used; nothing is left open.
        """
        self._door.open()

    def close(self) -> None:
        """Let go of the connections to providers. The next call opens it again."""
        self._door.close()

    async def aclose(self) -> None:
        """Do what `close` does, from an event loop."""
        await self._door.aclose()

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            self.close()
        except LifecycleError:
            if kind is None:  # else the block's own error matters more
                raise

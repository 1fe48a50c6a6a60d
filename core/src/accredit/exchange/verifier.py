"""The first half of an exchange alone, for hosts with tokens or sessions of their own.

::

    async with Verifier(connections={"facebook": {"app_id": "1234", "app_secret": "…"}}) as verifier:
        identity = await verifier.verify("facebook", ProviderToken.of(token))
"""

import time
from collections.abc import Callable, Iterable, Mapping
from types import TracebackType
from typing import Any, Self

from accredit.audit.reporter import Reporter
from accredit.cache import VerificationCache
from accredit.credentials import Credential, ProviderToken
from accredit.errors import ConfigurationError, LifecycleError
from accredit.exchange.identify import forget, verify_alone
from accredit.exchange.life import VERIFIER
from accredit.exchange.lifecycle import Closing, Lifecycle
from accredit.exchange.once import UsedHere, refuse_single_use
from accredit.exchange.providers import Providers
from accredit.models import Identity
from accredit.plugins import Connection, make_plugin_manager
from accredit.plugins.hooks import annotators_of, observers_of
from accredit.provider.http import Transport
from accredit.settings import CacheSettings
from accredit.settings.verifier import read_verifier_settings


class Verifier:
    """Say whose a provider's token is, proven to be meant for your app. Issues nothing, and keeps nothing.

    `connections`, `limits` and `proxy` are what stands under these names in a settings file. There is no issuer, no
    key, no storage and no file. Of the hooks of `plugins`, `strategies`, `annotate` and `observe` are asked. The others
    are as in `accredit.Exchange`, and so is its life: opened by `async with`, or by `open` and `close`, in one event
    loop of one process.

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
    ) -> None:
        settings = read_verifier_settings(connections, limits, proxy)
        manager = make_plugin_manager(plugins)
        reporter = Reporter(observers_of(manager), clock=monotonic, logger=logger, annotators=annotators_of(manager))
        self._lifecycle = Lifecycle(reporter, VERIFIER)
        self._providers = Providers(
            settings.connections,
            manager=manager,
            issuer="",
            limits=settings.limits,
            cache=cache,
            cache_max_bytes=CacheSettings().max_bytes,
            proxy=settings.proxy,
            transport=transport,
            clock=clock,
            monotonic=monotonic,
            reporter=reporter,
            used=UsedHere(monotonic),
            sentences=VERIFIER,
        )
        for name, connection in self.connections.items():
            if connection.settings.keep_provider_token:
                raise ConfigurationError(
                    f"connection '{name}': keep_provider_token: a Verifier keeps nothing; remove it"
                )
            refuse_single_use(name, connection.settings)

    @property
    def connections(self) -> Mapping[str, Connection]:
        """The connections that are not switched off, by name."""
        return self._providers.connections

    async def open(self) -> None:
        """Get ready to call providers.

        Raises:
            ConfigurationError: certificates or a proxy cannot be used; nothing is left open.
            LifecycleError: it is open already; that stays as it is.
        """
        await self._lifecycle.open(self._open_parts)

    async def close(self) -> None:
        """Let go of the connections to providers. Does nothing where nothing is open.

        Raises:
            LifecycleError: this is not the process and event loop that opened it; or the transport cannot be closed.
        """
        await self._lifecycle.close()

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            await self.close()
        except LifecycleError:
            if kind is None:  # else the block's own error matters more
                raise

    async def verify(self, connection: str, token: ProviderToken | Credential) -> Identity:
        """Ask the provider who it is, and leave one event behind, a `VerifyEvent`.

        Raises:
            ExchangeError: the token is refused, or nobody can tell.
        """
        return await verify_alone(connection, token, self._providers, self._lifecycle)

    async def forget(self, connection: str, token: ProviderToken | Credential) -> None:
        """Let the next `verify` of a token, with its secret and its nonce, ask the provider, whatever `cache_s` says.

        Raises:
            ExchangeError: there is no such connection, or it is off; or the cache fails, and may still keep it.
        """
        self._lifecycle.require()
        await forget(connection, token, self._providers)

    async def _open_parts(self, closing: Closing) -> None:
        self._providers.open(closing)
        self._providers.examine()

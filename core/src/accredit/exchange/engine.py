"""The parts an exchange works with, and their life: settings, connections, hooks, keys, storage, transport."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import AsyncExitStack, contextmanager
from functools import partial
from pathlib import Path

from pydantic import SecretStr

from accredit._guard import place_of
from accredit.audit import operations
from accredit.audit.events import ExchangeEvent, RefreshEvent, VerifyEvent
from accredit.audit.reporter import Reporter
from accredit.audit.trail import Trail
from accredit.errors import Abandoned, ExchangeError, InternalFailure, LifecycleError, NotOpen
from accredit.exchange.life import CLOSED, NOT_OPEN, Life
from accredit.exchange.presented import Presented
from accredit.exchange.standing import Standing
from accredit.exchange.subjects import Subjects
from accredit.keys import KeyFile, KeyRing, SigningKeys
from accredit.plugins import (
    Connection,
    installed_entry_points,
    load_connections,
    make_plugin_manager,
    reserved_namespaces,
)
from accredit.plugins.api_versions import api_version_of, today
from accredit.plugins.enabled import register_enabled
from accredit.plugins.hooks import Hooks, observers_of
from accredit.plugins.signers import signers_of
from accredit.provider.http import ProviderHTTP, Transport
from accredit.provider.id_token import IdTokenVerifier
from accredit.provider.jwks import JwksCache
from accredit.provider.nonce import NonceCheck
from accredit.provider.transport import make_transport, proxy_for
from accredit.settings import Settings
from accredit.storage import Storage, storage_for
from accredit.strategy import VerifyContext


class Engine:
    """Everything shared by the exchanges of one process, for one set of settings.

    Strategies are loaded and settings checked at once; keys, storage and connections open on `async with`, or by
    `open` and `close`: once, in one event loop of one process, and for calls in that loop. `plugins` are objects with
    hooks (`accredit.hookspecs`). Tests inject `transport` (any `httpx.AsyncBaseTransport`; it stays theirs to close),
    `clock` (returns epoch seconds), `monotonic` (returns seconds of a clock that nobody can set), `storage`, `keys`,
    `logger`.

    Raises:
        ConfigurationError: what the operator must change, before anything is opened.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        plugins: Iterable[object] = (),
        transport: Transport | None = None,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
        storage: Storage | None = None,
        keys: SigningKeys | None = None,
        logger: object = None,
    ) -> None:
        manager = make_plugin_manager(plugins)
        register_enabled(manager, settings.plugins)
        self.settings = settings
        installed = installed_entry_points()
        self.connections, self.disabled = load_connections(settings.connections, manager, installed)
        self._api_versions = {name: api_version_of(one) for name, one in self.connections.items()}
        self.storage = storage_for(settings.storage.url, clock=clock) if storage is None else storage
        self.hooks = Hooks(
            manager,
            timeout_s=settings.limits.exchange_timeout_s,
            namespaces=reserved_namespaces(settings.connections, manager, installed),
            storage=self.storage,
        )
        self.standing = Standing(self.hooks, self.storage)
        self.presented = Presented(settings, keys=lambda: self.keys, clock=clock, standing=self.standing)
        self.clock = clock
        self.reporter = Reporter(observers_of(manager), clock=monotonic, logger=logger)
        self._life = Life()
        self._opened = AsyncExitStack()
        self._unclosed: list[str] = []
        self.subjects = Subjects(
            self.storage,
            policy=settings.subjects.policy,
            tell_plugins=self.hooks.unlink_identity,
            clock=clock,
            emit=self.reporter.emit,
            require_open=self._life.require,
        )
        self._transport = transport
        self._owns_transport = transport is None
        self._key_ring = KeyRing(
            KeyFile(Path(settings.keys.path), encryption_keys=settings.keys.encryption_keys, clock=clock),
            settings.tokens.signing_alg,
            interval_s=settings.keys.check_interval_s,
            report=lambda event, detail: self.reporter.emit(operations.keys_noticed(event, detail)),
            signers=signers_of(manager),
            given=keys,
        )
        self._jwks = JwksCache(
            clock=monotonic, alert=lambda event, url: self.reporter.emit(operations.fetch_failed(event, url))
        )

    @property
    def keys(self) -> SigningKeys:
        """Our signing keys of this moment.

        Raises:
            LifecycleError: the exchange is not open.
        """
        self._life.require_keys()
        return self._key_ring.keys

    async def open(self) -> None:
        """Get ready to call providers, load or make the keys, bring the storage up to date.

        Raises:
            ConfigurationError: certificates, keys or storage cannot be used; nothing is left open.
            LifecycleError: it is open already; that stays as it is.
        """
        self._life.begin()
        self.reporter.warn_unheard()
        try:
            async with AsyncExitStack() as opened:
                await self._open_parts(opened)
                self._opened = opened.pop_all()
        except BaseException:  # a cancellation, too
            self._life.failed()
            raise
        self._life.opened()

    async def _open_parts(self, opened: AsyncExitStack) -> None:
        if self._owns_transport:
            transport = make_transport(max_connections=self.settings.limits.provider_max_connections)
            opened.push_async_callback(self._close_part, "transport", partial(self._close_transport, transport))
            self._transport = transport
        await self._key_ring.load()
        opened.push_async_callback(self._close_part, "keys", self._key_ring.close)
        await self.storage.open()
        opened.push_async_callback(self._close_part, "storage", self.storage.close)
        for connection in self.connections.values():
            for url in connection.provider_urls:
                proxy_for(url, connection.settings.proxy or self.settings.proxy)  # raises where none can be used
            if connection.settings.accept_unbound_tokens:
                self.reporter.emit(operations.accepts_unbound_tokens(connection.name))
            if (version := self._api_versions[connection.name]) is not None and (
                warning := operations.api_version_noticed(connection.name, version, today(self.clock))
            ):
                self.reporter.emit(warning)
        self._key_ring.watch()

    async def close(self) -> None:
        """Store what was accepted, then let go of storage, keys and connections. Does nothing where nothing is open.

        Raises:
            LifecycleError: this is not the process and event loop that opened it; or all is closed but the part named.
        """
        if not self._life.end():
            return
        self._unclosed.clear()
        try:
            await self._opened.aclose()
        finally:
            self._life.ended()
        if self._unclosed:
            raise LifecycleError(f"the exchange is closed, but its {' and its '.join(self._unclosed)}: mend that part")

    async def _close_part(self, part: str, close: Callable[[], Awaitable[None]]) -> None:
        try:
            await close()
        except Exception as exc:  # whatever it is, it must not keep the other parts open
            self._unclosed.append(f"{part} could not be: {place_of(exc)}")
            self.reporter.emit(operations.close_failed(part, place_of(exc)))

    async def _close_transport(self, transport: Transport) -> None:
        self._transport = None
        await transport.aclose()

    def require_open(self) -> None:
        """Pass where calls may be made: every method that makes one begins with this.

        Raises:
            LifecycleError: the exchange is not open, or was opened in another process or event loop.
        """
        self._life.require()

    def http(self, urls: Iterable[str], proxy: SecretStr | None = None) -> ProviderHTTP:
        """Return a client for the hosts of `urls`, for one exchange; by default through the proxy for all."""
        if self._transport is None:
            raise LifecycleError(NOT_OPEN)
        return ProviderHTTP(
            self._transport,
            urls=urls,
            timeout_s=self.settings.limits.provider_timeout_s,
            max_response_bytes=self.settings.limits.max_response_bytes,
            proxy=proxy or self.settings.proxy,
        )

    def context(self, connection: Connection) -> VerifyContext:
        """Return what a connection's strategy may use in one exchange."""
        http = self.http(connection.provider_urls, connection.settings.proxy)
        check_nonce = NonceCheck(connection.settings.nonce)
        verify_id_token = IdTokenVerifier(self._jwks, http, self.clock, connection.settings, check_nonce)
        return VerifyContext(http, verify_id_token, check_nonce, self.clock)

    @contextmanager
    def audited(self, kind: type[ExchangeEvent | VerifyEvent | RefreshEvent] = ExchangeEvent) -> Iterator[Trail]:
        """Leave exactly one audit event behind, whatever happens in the block.

        Raises:
            LifecycleError: the exchange is not open here, or was closed before the block has ended.
        """
        trail = Trail(kind)
        try:
            self.require_open()
            yield trail
        except LifecycleError as mistake:
            trail.tell(self.reporter.emit, NotOpen(str(mistake)))
            raise
        except ExchangeError as error:
            self._blame_no_other(error, trail)
            trail.tell(self.reporter.emit, error)
            raise
        except asyncio.CancelledError:
            trail.tell(self.reporter.emit, trail.decided or Abandoned())
            raise
        except Exception as exc:
            # A bug of ours must not pass for anything else. Not chained: its message may quote a secret.
            failure = InternalFailure(place_of(exc))
            self._blame_no_other(failure, trail)
            trail.tell(self.reporter.emit, failure)
            raise failure from None
        trail.tell(self.reporter.emit, None)

    def _blame_no_other(self, error: ExchangeError, trail: Trail) -> None:
        """Say of a failure in an exchange that was closed meanwhile that this is why, and not the provider."""
        if error.status >= 500 and not self._life.is_open:
            trail.tell(self.reporter.emit, NotOpen(CLOSED))
            raise LifecycleError(CLOSED) from None
